"""The operators for lists: ``__all``, ``__size`` and ``__elem_match``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query.base import Compiler, ConditionsOperator, ValueOperator
from aiomotorengine.query.condition import Condition
from aiomotorengine.query.expressions import of_items
from aiomotorengine.query.family import LISTS, kind_of
from aiomotorengine.query.item_names import ItemNames
from aiomotorengine.query.values import is_count, item_values, wrong_value
from aiomotorengine.utils import is_operator

__all__ = ["AllQueryOperator", "ElemMatchQueryOperator", "SizeQueryOperator"]


class AllQueryOperator(ValueOperator):
    """Lists that have all of the given items; with none given, no list at all.

    Example:
        >>> AllQueryOperator().to_query("tags", ["a", "b"])
        {'tags': {'$all': ['a', 'b']}}
    """

    family = LISTS
    operator = "$all"

    def get_value(self, field: BaseField[Any], raw: Any) -> list[Any]:
        # A tuple is compared as a whole, where a list is compared with its items.
        items = None if isinstance(field, ListField) else field._item_field
        return item_values(items or field, raw)


class SizeQueryOperator(ValueOperator):
    """Lists of exactly so many items. Those that are longer are found by ``F("tags").size() > 2``.

    Example:
        >>> SizeQueryOperator().to_query("tags", 2)
        {'tags': {'$size': 2}}
    """

    family = LISTS
    operator = "$size"

    def get_value(self, field: BaseField[Any], raw: Any) -> int:
        if not is_count(raw):
            raise wrong_value(field, "a number of items, 0 or more", raw)
        number: int = raw
        return number


class ElemMatchQueryOperator(ConditionsOperator):
    """Lists that have an item which meets all of some conditions.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, IntField, ListField, Q
        >>> class Review(Document):
        ...     stars = IntField()
        ...     votes = IntField()
        >>> class Book(Document):
        ...     reviews = ListField(EmbeddedDocumentField(Review))
        ...     scores = ListField(IntField())
        >>> Q(reviews__elem_match=Q(stars__gte=4, votes__gt=9)).to_query(Book)
        {'reviews': {'$elemMatch': {'stars': {'$gte': 4}, 'votes': {'$gt': 9}}}}
        >>> Q(scores__elem_match={"gte": 80, "lt": 90}).to_query(Book)
        {'scores': {'$elemMatch': {'$gte': 80, '$lt': 90}}}
    """

    family = LISTS
    operator = "$elemMatch"

    def get_conditions(self, field: BaseField[Any], raw: Any, compiled: Compiler) -> Any:
        documents = [inner.embedded_type for inner in embedded_fields(field)]
        if isinstance(raw, Condition) and len(documents) == 1 and not raw.empty:
            return of_items(raw.to_query(documents[0]))
        if not isinstance(raw, Mapping) or not raw or not all(map(is_filter_key, raw)):
            with_q = "Q(stars__gte=4), or " if len(documents) == 1 else ""
            wanted = f"conditions, as in {with_q}a mapping of "
            wanted += "filter keys" if documents else "operators' names such as {'gte': 80}"
            raise wrong_value(field, wanted, raw)
        if any(isinstance(value, Iterator) for value in raw.values()):
            raise ValueError("an iterator can be read only once; make it a list.")
        if len(documents) == 1:
            return of_items(compiled(documents[0], raw))
        item = field._item_field if field._stores_arrays else field
        if item is None:
            raise ValueError(f"all items are asked the same, and it is {kind_of(field)}.")
        names = ItemNames(vars(field).get("name") or "item", item)
        query = compiled(names, {f"{names.name}__{key}": value for key, value in raw.items()})
        if not names.are_all_in(query):
            raise ValueError(
                "MongoDB can't ask these conditions of one item; two of them use one of its "
                "operators."
            )
        asked = names.without_name(query)
        # A value by itself, as of "exact", is no condition there.
        return of_items(asked if isinstance(asked, Mapping) and asked else {"$eq": asked})


def is_filter_key(key: Any) -> bool:
    return isinstance(key, str) and not is_operator(key)
