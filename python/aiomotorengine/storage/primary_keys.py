"""The descriptor of a field whose value is the document's ``_id``.

``_id`` holds what is stored, as everything that asks MongoDB for the document needs it. The field
converts it when the attribute is read, and what is assigned to it when that is kept.
"""

from __future__ import annotations

from typing import Any

from aiomotorengine.errors import ImmutableFieldError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.descriptors import Attribute

__all__ = ["PrimaryKeyAttribute", "key_of", "key_to_store"]


class PrimaryKeyAttribute(Attribute):
    """A field that is the primary key of its class."""

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None, /) -> Any:
        return self.field if document is None else self.read(document)

    def __set__(self, document: DocumentStorage, value: Any) -> None:
        key = key_to_store(self.field, value)
        if document._is_persisted and key != document._id:
            raise ImmutableFieldError.of(self.name)
        document._id = key

    def __delete__(self, document: DocumentStorage) -> None:
        self.__set__(document, None)

    def read(self, document: DocumentStorage) -> Any:
        return key_of(self.field, document._id)


def key_of(field: Any, stored: Any) -> Any:
    """The value of a primary key; what its field can't read is left as it is, to be refused."""
    if stored is None:
        return None
    try:
        return field.get_value(field.from_son(stored))
    except Exception:
        return stored


def key_to_store(field: Any, value: Any) -> Any:
    """What is stored as the ``_id`` for a value of the primary key, or for what is stored already.

    What the field refuses is left as it is.
    """
    if value is None:
        return None
    try:
        presented = field._presented(value)
        return field.to_son(presented) if field.validate(presented) else value
    except Exception:
        return value
