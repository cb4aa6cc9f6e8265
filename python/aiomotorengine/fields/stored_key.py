"""Which field a key of MongoDB means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.locations import Part
from aiomotorengine.storage.discriminators import family_of

__all__ = ["attribute_path", "field_of", "leads_into_list"]


def field_of(document_class: Any, key: str) -> BaseField[Any] | None:
    """The field under a dotted key of MongoDB; for a list, that of its items.

    Of several classes whose documents are found together, two may have different ones there: then
    it is one whose values are secret, if there is one.
    """
    family = family_of(document_class)
    if len(family) == 1:
        return own_field(document_class, key)
    found = [field for it in family if (field := own_field(it, key)) is not None]
    return next((field for field in found if field._is_secret(None)), found[0] if found else None)


def own_field(document_class: Any, key: str) -> BaseField[Any] | None:
    """The same for a class by itself."""
    # A group has what it grouped by under its _id.
    return field_in_document(document_class, [part for part in key.split(".") if part != "_id"])


def field_in_document(document_class: Any, parts: list[str]) -> BaseField[Any] | None:
    names = document_class._reverse_db_field_map
    for end in range(len(parts), 0, -1):
        # Values that were stored before the field was declared have an underscore in front.
        start = ".".join(parts[:end])
        name = names.get(start) or names.get(start.lstrip("_"))
        if name is not None:
            return field_in_value(document_class._fields[name], parts[end:])
    return field_in_document(document_class, parts[1:]) if is_index(parts) else None


def field_in_value(field: BaseField[Any], parts: list[str]) -> BaseField[Any] | None:
    while isinstance(field, ListField):
        # MongoDB looks into all items of a list where no index is given.
        field, parts = field._base_field, parts[1:] if is_index(parts) else parts
    if not parts:
        return field
    inner = field._under_key(parts[0])
    if inner is not None:
        return field if inner is field else field_in_value(inner, parts[1:])
    documents = [leaf for leaf in field._leaves if isinstance(leaf, EmbeddedDocumentField)]
    if not documents:
        return field
    found = [field_in_document(leaf.embedded_type, parts) for leaf in documents]
    known = [it for it in found if it is not None]
    # Where one of several classes keeps a secret under the name, it may be that.
    return next((it for it in known if it._is_secret(None)), next(iter(known), None))


def is_index(parts: list[str]) -> bool:
    """Whether a path goes on with an index."""
    return bool(parts) and parts[0].isdecimal()


def leads_into_list(document_class: Any, key: str) -> bool:
    """Whether a list is declared anywhere on the way of a dotted key of MongoDB, or at its end.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, IntField, ListField
        >>> from aiomotorengine.fields.stored_key import leads_into_list
        >>> class Line(Document):
        ...     amount = IntField(db_field="a")
        >>> class Order(Document):
        ...     first = EmbeddedDocumentField(Line, db_field="f")
        ...     lines = ListField(EmbeddedDocumentField(Line), db_field="l")
        >>> leads_into_list(Order, "f.a"), leads_into_list(Order, "l.a")
        (False, True)
    """
    holders = family_of(document_class)
    for part in key.split("."):
        found = [it._fields.get(it._reverse_db_field_map.get(part)) for it in holders]
        if any(field is not None and field._stores_arrays for field in found):
            return True
        embedded = [getattr(field, "embedded_type", None) for field in found]
        holders = tuple(it for it in embedded if it is not None)
    return False


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
    field: BaseField[Any] | None = None
    for key in keys:
        name = None
        if document_class is not None and isinstance(key, str):
            document_class = next(
                (it for it in family_of(document_class) if key in it._reverse_db_field_map),
                document_class,
            )
            name = document_class._reverse_db_field_map.get(key)
            field = document_class._fields.get(name)
        elif field is not None:
            field = field._under_key(str(key))
        document_class = None if field is None else getattr(field._innermost, "embedded_type", None)
        path.append(key if name is None else name)
    return tuple(path)
