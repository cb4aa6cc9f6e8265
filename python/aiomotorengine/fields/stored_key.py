"""Which field a key of MongoDB means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.locations import Part

__all__ = ["attribute_path", "field_of"]


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


def attribute_path(document_class: Any, keys: Iterable[Part]) -> tuple[Part, ...]:
    """Attribute names and indexes for the keys of MongoDB that lead to a value; what no field
    declares is called as it is stored.

    Example:
        >>> from aiomotorengine import Document, ListField, StringField
        >>> from aiomotorengine.fields.stored_key import attribute_path
        >>> class Note(Document):
        ...     lines = ListField(StringField(), db_field="l")
        >>> attribute_path(Note, ["l", 3])
        ('lines', 3)
    """
    path: list[Part] = []
    for key in keys:
        name = None
        if document_class is not None and isinstance(key, str):
            name = document_class._reverse_db_field_map.get(key)
            field = document_class._fields.get(name)
            innermost = field.innermost if isinstance(field, ListField) else field
            document_class = getattr(innermost, "embedded_type", None)
        path.append(key if name is None else name)
    return tuple(path)
