"""Paths that lead nowhere, in classes whose documents have no other values than their fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import UNKNOWN_CLASS, UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.storage.discriminators import family_of

__all__ = ["refuse_unknown_path"]

IDS = ("id", "_id")


def refuse_unknown_path(document_class: Any, path: str) -> None:
    """Raise ``UnknownFieldError`` for a path under which no document has a value.

    Parameters:
        document_class: the class of the documents.
        path: names of attributes or keys in MongoDB, with dots.
    """
    classes = list(family_of(document_class))
    field: BaseField[Any] | None = None
    for part in path.split("."):
        inner = None if field is None else field._under_key(part)
        if inner is None and field is not None:
            classes = classes_in(field)
            if not classes:
                return  # what is inside of its values is none of a document class
        if inner is None:
            inner = field_called(part, classes)
            if inner is None:
                if any(is_dynamic(it) or is_special(it, part) for it in classes):
                    return
                raise UnknownFieldError.of(classes[0], part)
        field = inner


def classes_in(field: BaseField[Any]) -> list[Any]:
    """The classes of the documents in the values of a field; none where these are not known."""
    try:
        return [it for inner in embedded_fields(field) for it in family_of(inner.embedded_type)]
    except UNKNOWN_CLASS:  # which the field raises again as soon as it has a value
        return []


def is_special(document_class: Any, name: str) -> bool:
    """Whether a name is that of the id, or of what says of which class a document is."""
    discriminator = document_class._discriminator
    is_discriminator = discriminator is not None and discriminator.key == name
    return is_discriminator or name in IDS or name == primary_key(document_class).name


def field_called(name: str, classes: Iterable[Any]) -> BaseField[Any] | None:
    """The field that a class has by a name, or that is stored, or was once, under it as a key."""
    for document_class in classes:
        for attribute, field in document_class._fields.items():
            if name in (attribute, field.db_field, *field._settings.aliases):
                found: BaseField[Any] = field
                return found
    return None
