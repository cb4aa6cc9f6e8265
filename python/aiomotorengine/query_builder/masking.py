"""Queries as they may be shown: without what passwords are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.utils import is_operator

__all__ = ["masked", "shortened"]

MASK = "***"
LONGEST_REPR = 500


def masked(document_class: Any, query: Any) -> Any:
    """A query, or the stages of a pipeline, in which the values of passwords are ``'***'``.

    Parameters:
        document_class: the class whose keys they are.
        query: what is to be shown. It is not changed.

    Example:
        >>> from aiomotorengine import Document, PasswordField, StringField
        >>> class User(Document):
        ...     name = StringField()
        ...     password = PasswordField(db_field="pw")
        >>> masked(User, {"name": "Ada", "$or": [{"pw": {"$in": ["secret"]}}, {"pw": None}]})
        {'name': 'Ada', '$or': [{'pw': {'$in': ['***']}}, {'pw': None}]}
    """
    if isinstance(query, list | tuple):
        return [masked(document_class, item) for item in query]
    if not isinstance(query, Mapping):
        return query
    shown = {}
    for key, value in query.items():
        field = None if is_operator(key) else field_of(document_class, str(key))
        embedded = getattr(field, "embedded_type", None)
        if field is not None and embedded is None and field._is_secret(value):
            shown[key] = mask(value)
        else:
            # Under a key that is no field's, in a $facet for instance, the keys are the same.
            shown[key] = masked(embedded or document_class, value)
    return shown


def mask(value: Any) -> Any:
    """What is shown for a password, or for what a password is compared with."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    if isinstance(value, Mapping) and all(map(is_operator, value)):
        return {operator: mask(operand) for operator, operand in value.items()}
    return MASK


def field_of(document_class: Any, key: str) -> BaseField[Any] | None:
    """The field under a dotted key of MongoDB; for a list, that of its items."""
    names = document_class._reverse_db_field_map
    # A group has what it grouped by under its _id.
    parts = [part for part in key.split(".") if not part.isdecimal() and part != "_id"]
    for end in range(len(parts), 0, -1):
        # Values that were stored before the field was declared have an underscore in front.
        start = ".".join(parts[:end])
        name = names.get(start) or names.get(start.lstrip("_"))
        if name is None:
            continue
        field: BaseField[Any] = document_class._fields[name]
        if isinstance(field, ListField):
            field = field.innermost
        embedded = getattr(field, "embedded_type", None)
        return field_of(embedded, ".".join(parts[end:])) if embedded and parts[end:] else field
    return None


def shortened(text: str) -> str:
    """A text for ``repr``, cut where it would fill the screen."""
    return text if len(text) <= LONGEST_REPR else text[: LONGEST_REPR - 1] + "…"
