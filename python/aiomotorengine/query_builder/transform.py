"""Filters, as keywords, become a query of MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson.errors import BSONError
from bson.objectid import ObjectId

from aiomotorengine.errors import because_of
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.query.base import ConditionsOperator, QueryOperator
from aiomotorengine.query.equal import DefaultOperator
from aiomotorengine.query.family import kind_of
from aiomotorengine.query.not_operator import NotOperator
from aiomotorengine.query.operators import OPERATORS
from aiomotorengine.query.values import checked
from aiomotorengine.query_builder.filter_path import FilterPath, invalid_filter, resolve
from aiomotorengine.query_builder.merging import all_of, update

__all__ = [
    "OPERATORS",
    "RAW",
    "DefaultOperator",
    "compiled_filters",
    "condition",
    "is_raw_query",
    "refuse_other_keys",
    "refuse_raw",
    "transform_query",
    "update",
    "validate_fields",
]

RAW = "raw"
"""The keyword that may stand for a raw query."""

EQUALITY = DefaultOperator()

REFUSALS = (
    ArithmeticError,
    AttributeError,
    BSONError,
    LookupError,
    RecursionError,  # for a list that is in itself
    TypeError,
    ValueError,
)
"""What a field's conversion raises for a value that it can't take."""


def transform_query(document_class: Any, /, **filters: Any) -> dict[str, Any]:
    """The query of MongoDB for some filters, all of which must hold.

    Parameters:
        document_class: the class whose documents are looked for.
        filters: conditions such as ``age__gte=18``. A mapping under ``raw`` is a raw query, unless
            the class has a field of that name.

    Raises:
        ValueError: a key leads nowhere, or a field can't take a value; the text names it.

    Example:
        >>> from aiomotorengine import Document, IntField, StringField
        >>> class User(Document):
        ...     name = StringField(db_field="n")
        ...     age = IntField()
        >>> transform_query(User, name="Ada", age__gt=18, age__lt="65")
        {'age': {'$gt': 18, '$lt': 65}, 'n': 'Ada'}
    """
    return compiled_filters(document_class, filters)


def compiled_filters(document_class: Any, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a mapping of filters."""
    if len(filters) == 1 and RAW not in filters:  # as in most queries
        [(key, value)] = filters.items()
        return condition(document_class, key, value)
    raw: list[Any] = []
    if is_raw_query(document_class, filters):
        raw.append(filters[RAW])
        refuse_other_keys(filters[RAW])
    keys = sorted(filters.keys() - {RAW}) if raw else sorted(filters)
    return all_of([condition(document_class, key, filters[key]) for key in keys] + raw)


def is_raw_query(document_class: Any, filters: Mapping[str, Any]) -> bool:
    """Whether the keyword ``raw`` among some filters stands for a raw query (K31)."""
    return (
        RAW in filters and RAW not in document_class._fields and isinstance(filters[RAW], Mapping)
    )


def refuse_raw(document_class: Any, filters: Mapping[str, Any]) -> None:
    """Refuse a raw query among filters whose keys may come from a request.

    Raises:
        ValueError: it could bring in any operator.
    """
    if is_raw_query(document_class, filters):
        raise ValueError("Invalid filter 'raw': pass a raw query by itself, as in filter({...}).")


def refuse_other_keys(
    mapping: Mapping[Any, Any],
    of: str = "a raw query",
    hint: str = "fields are compared by keywords, as in filter(name='Ada')",
) -> None:
    """Refuse a key that is no text where those of MongoDB stand.

    Parameters:
        mapping: what has the keys.
        of: what it is called.
        hint: what can be written for a field.

    Raises:
        TypeError: a key is no text.
    """
    for key in mapping:
        if not isinstance(key, str):
            raise TypeError(f"The keys of {of} are MongoDB's, as texts, not {key!r}; {hint}.")


def validate_fields(document_class: Any, query: Mapping[str, Any]) -> None:
    """Check the keys of some filters, and leave the values alone.

    Parameters:
        document_class: the class whose documents are looked for.
        query: filters, by key.

    Raises:
        ValueError: a key names an unknown operator, a sub-property of what has none, or an operator
            for values of another kind than the field has.
    """
    fields = document_class._fields
    for key in query:
        if key in fields or key == "_id":
            continue  # as most do; equality is for all
        if key != RAW or not is_raw_query(document_class, query):
            path = resolve(document_class, key, OPERATORS)
            if path.operators:
                operators_of(key, path)


def condition(document_class: Any, key: str, raw: Any) -> dict[str, Any]:
    """One filter as a query of MongoDB."""
    field: BaseField[Any]
    if key == "_id":
        if type(raw) is ObjectId and not getattr(document_class, "_declared_key", ()):
            return {key: raw}  # as most are
        field, db_name = primary_key(document_class), key
    elif key in document_class._fields:  # as in most filters: equality, which is for all
        field, db_name = document_class._fields[key], document_class._db_field_map[key]
    else:
        return condition_at(document_class, key, resolve(document_class, key, OPERATORS), raw)
    try:
        return {db_name: checked(field, field.to_query, raw)}
    except REFUSALS as error:
        raise invalid_value(document_class, key, error)  # noqa: B904  # it has its cause


def condition_at(document_class: Any, key: str, path: FilterPath, raw: Any) -> dict[str, Any]:
    """The same, where the key leads further than to a field, or has operators."""
    negation, operator = operators_of(key, path) if path.operators else (None, EQUALITY)
    try:
        if isinstance(operator, ConditionsOperator):
            value = operator.get_conditions(path.field, raw, query_of_keys)
        else:
            value = operator.get_value(path.field, raw)
    except REFUSALS as error:
        raise invalid_value(document_class, key, error)  # noqa: B904  # it has its cause
    if negation is not None:
        return negation.to_query(path.db_name, operator, value)
    return operator.to_query(path.db_name, value)


def query_of_keys(document_class: Any, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The query for conditions that stand in a value, by filter key."""
    refuse_raw(document_class, filters)
    return compiled_filters(document_class, filters)


def invalid_value(document_class: Any, key: str, reason: Exception) -> ValueError:
    """The error for the value of a filter, which names the field."""
    name = resolve(document_class, key, OPERATORS).name
    error = because_of(reason, f"Invalid value for field '{name}' in filter '{key}': {reason}")
    error.__cause__ = reason
    return error


def operators_of(key: str, path: FilterPath) -> tuple[NotOperator | None, QueryOperator]:
    """The operator that a filter key names, and the ``not`` that may stand before it.

    Parameters:
        key: the filter key.
        path: what it means; it has at least one operator.

    Raises:
        ValueError: there are more, they do not go together, or the operator is for values of
            another kind than the field has.
    """
    name, *others = path.operators
    first = OPERATORS[name]
    negation = first() if issubclass(first, NotOperator) else None
    if negation is not None and not others:
        return negation, EQUALITY
    if negation is not None:
        name, *others = others
    operator = OPERATORS[name]()
    if others or isinstance(operator, NotOperator):
        raise invalid_filter(key, OPERATORS)
    if negation is not None and not operator.can_be_negated:
        raise ValueError(f"'{name}' can't be negated.")
    family = operator.family
    if family is not None and not family.has(path.field):
        raise ValueError(
            f"Invalid filter '{key}': '{name}' is for {family.values}, and '{path.name}' is "
            f"{kind_of(path.field)}."
        )
    return negation, operator
