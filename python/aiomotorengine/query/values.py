"""How the value of a filter becomes what MongoDB compares with, and never an operator.

A program that hands on what a user of it sent (``filter(name=request["name"])``) must not find
that this was ``{"$ne": None}``. So a mapping is a value here or it is refused; operators are
written as filter keys (``name__ne``) or in a raw query, by the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

from bson.decimal128 import Decimal128
from bson.objectid import ObjectId

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.field_methods import is_replaced
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.rules import is_masked
from aiomotorengine.locations import shown
from aiomotorengine.utils import has_operators, is_collection

__all__ = [
    "PLAIN_TYPES",
    "Computed",
    "checked",
    "is_converted_by_program",
    "is_count",
    "is_whole_number",
    "item_values",
    "stored_alone",
    "wrong_value",
]

PLAIN_TYPES = frozenset({NoneType, ObjectId, UUID, bool, bytes, datetime, float, int, str})
"""The types of most values: they hold no mappings, and need no further look."""

MILLISECOND = timedelta(milliseconds=1)

NOT_COMPUTED = (
    "a filter key takes a value, and what the server computes is none; compare it as in "
    "filter(F('stock') >= F('reserved'))."
)


class Computed:
    """What only the server computes. A filter key takes none: it has a value."""

    def to_expression(self, document_class: Any) -> Any:
        """The expression as MongoDB takes it.

        Parameters:
            document_class: the class whose documents it is computed for.

        Raises:
            ValueError: a name leads nowhere.
        """
        raise NotImplementedError(f"{type(self).__name__} has no to_expression of its own.")


def item_values(field: BaseField[Any], raw: Any) -> list[Any]:
    """The values of a filter that takes several, each as the field compares it.

    Parameters:
        field: the field; for a list, its items are what is compared.
        raw: any iterable but text and mappings.

    Raises:
        ValueError: ``raw`` is nothing of the kind, or one would be taken for operators.
    """
    if isinstance(raw, str | bytes | bytearray | Mapping) or not isinstance(raw, Iterable):
        raise ValueError(
            f"it takes a list (or another iterable) of values, not {type(raw).__name__}."
        )
    return [checked(field, field.to_query_item, item) for item in raw]


def checked(field: BaseField[Any], convert: Callable[[Any], Any], raw: Any) -> Any:
    """What a conversion of a field makes of a filter's value.

    Parameters:
        field: the field that is compared.
        convert: one of its methods, mostly ``to_query``.
        raw: the value.

    Raises:
        ValueError: it would be taken for operators that are not the field's own.
    """
    if type(raw) not in PLAIN_TYPES:
        if isinstance(raw, Computed):
            raise ValueError(NOT_COMPUTED)
        compared = compared_field(field)
        if compared.is_scalar and not is_converted_by_program(compared):
            refuse_mappings(raw)
    value = convert(raw)
    # What is sent is looked at, and not what was given: an operator may come out of a conversion.
    if type(value) not in PLAIN_TYPES:
        made = value["$all"] if is_collection(raw) and is_all_of(field, value) else value
        refuse_operators(compared_field(field), made)
    return value


def wrong_value(field: BaseField[Any], wanted: str, value: Any) -> ValueError:
    """The error for a value that is of another type than an operator takes.

    Parameters:
        field: the field that is compared.
        wanted: what the operator takes.
        value: what it was given.
    """
    return ValueError(f"it takes {wanted}, not {shown(value, secret=is_masked(field, value))}.")


def stored_alone(value: Any) -> Any:
    """What MongoDB has for a value that no field converts.

    Parameters:
        value: what MongoDB stores; also a ``Decimal``, a ``timedelta``, which is a number of
            milliseconds as the difference of two dates is, and a ``date``.

    Example:
        >>> from datetime import date, timedelta
        >>> stored_alone(timedelta(seconds=1)), stored_alone(date(2020, 2, 29))
        (1000, datetime.datetime(2020, 2, 29, 0, 0))
    """
    if isinstance(value, Decimal):
        return Decimal128(value)
    if isinstance(value, timedelta):
        return value // MILLISECOND
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return value


def is_whole_number(value: Any) -> bool:
    """Whether a value is a whole number, and no truth value."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether a value is a whole number that is not negative."""
    return is_whole_number(value) and value >= 0


def refuse_operators(field: BaseField[Any], value: Any) -> None:
    if is_replaced(field, "to_query"):
        return  # the program that wrote the method decides what may be asked
    if not all(keys_are_allowed(field, mapping) for mapping in mappings_in(value)):
        raise refusal("a mapping with operators")


def compared_field(field: BaseField[Any]) -> BaseField[Any]:
    """The field whose values are compared; for a list, that of its items."""
    while isinstance(field, ListField) and not is_converted_by_program(field):
        field = field._base_field
    return field


def refuse_mappings(raw: Any) -> None:
    if next(mappings_in(raw), None) is not None:
        raise refusal("a mapping")


def is_all_of(field: BaseField[Any], value: Any) -> bool:
    """Whether a value is the operator that lists make themselves of the items they are given."""
    takes_items = isinstance(field, ListField | DynamicField)
    return takes_items and isinstance(value, Mapping) and value.keys() == {"$all"}


def keys_are_allowed(field: BaseField[Any], mapping: Mapping[Any, Any]) -> bool:
    return not has_operators(mapping) or mapping.keys() <= field.query_operators


def refusal(what: str) -> ValueError:
    return ValueError(
        f"{what} can't be its value; to use operators, write a raw query, filter({{...}})."
    )


def is_converted_by_program(field: BaseField[Any]) -> bool:
    """Whether a program has replaced how values of a built-in field are written."""
    hooks = ("to_query", "to_query_item", "to_son")
    return field.__native_kind__ is not None and any(is_replaced(field, hook) for hook in hooks)


def mappings_in(value: Any) -> Iterator[Mapping[Any, Any]]:
    """A value that is a mapping, or the mappings among the items of a list."""
    if isinstance(value, Mapping):
        yield value
    elif is_collection(value):
        for item in value:
            if type(item) not in PLAIN_TYPES:
                yield from mappings_in(item)
