"""Conversion of documents of several classes in one collection: each is read as its class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.documents.conversion import Conversion, conversion_of, keep_hidden
from aiomotorengine.errors import AbstractClassError, InvalidDocumentError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import Discriminator, class_of

__all__ = ["PolymorphicConversion"]


class PolymorphicConversion(Conversion):
    """The compiled fields of a class that shares its collection."""

    __slots__ = ("_discriminator",)

    def __init__(self, document_class: Any) -> None:
        super().__init__(document_class)
        self._discriminator: Discriminator = document_class._discriminator

    def to_son(self, document: DocumentStorage) -> dict[str, Any]:
        son = super().to_son(document)
        key, value = self._discriminator.key, self._discriminator.value
        hidden = document._hidden
        if hidden and key in hidden:
            value = hidden[key]  # of a class that the program does not have
        elif key in son:
            raise InvalidDocumentError(
                f"{self.document_class.__name__} can't have a value under '{key}', which is its "
                "discriminator."
            )
        elif value is None:
            if not document._is_persisted:
                raise AbstractClassError.without_value(self.document_class)
            return son
        return {key: value, **son}

    def from_son(self, mapping: Mapping[str, Any]) -> Any:
        key = self._discriminator.key
        if key not in mapping:
            return super().from_son(mapping)
        value = mapping[key]
        found = class_of(self.document_class, mapping)
        if found is not self.document_class:
            return read_as(found, self.document_class, mapping)
        others = {name: mapping[name] for name in mapping if name != key}
        if value == self._discriminator.value:
            return super().from_son(others)
        self._discriminator.warn(self.document_class, value)
        # What that class declares is no unknown key, whatever this one does with those.
        unread = {} if self.document_class.__unknown__ == "keep" else self._unread(others)
        read = {name: others[name] for name in others if name not in unread}
        document = super().from_son(read)
        for name, kept in {key: value, **unread}.items():
            keep_hidden(document, name, kept)
        return document

    def _unread(self, mapping: Mapping[str, Any]) -> dict[str, Any]:
        """What stands in a stored document under keys that no field reads."""
        return {
            key: mapping[key]
            for key in mapping
            if key != "_id"
            and key not in self._readers
            and self._field_of_other_key(key, mapping) is None
        }


def read_as(document_class: Any, asked: Any, mapping: Mapping[str, Any]) -> Any:
    """Read a stored document of a class by the ``from_son`` of that.

    Parameters:
        document_class: the class.
        asked: the class whose ``from_son`` was called. If it is the same function, what it does has
            been begun already.
        mapping: what is stored.
    """
    own, begun = document_class.from_son, asked.from_son
    if getattr(own, "__func__", own) is getattr(begun, "__func__", begun):
        return conversion_of(document_class).from_son(mapping)
    return own(mapping)
