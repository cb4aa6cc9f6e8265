"""The dates that saving sets, taken down so that they can be put back."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiomotorengine.documents.conversion import conversion_of, find_attribute
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.descriptors import ABSENT
from aiomotorengine.storage.loaded import is_loaded
from aiomotorengine.storage.values import has_value, value_of

__all__ = ["StampedValues", "stamped_values"]


class StampedValues(NamedTuple):
    """Values of dates that set themselves, in a document and those embedded in it.

    Attributes:
        places: each document with the name of an attribute.
        values: what it has there; ``ABSENT`` where that was not loaded.
    """

    places: list[tuple[DocumentStorage, str]]
    values: list[Any]

    def put_back(self) -> StampedValues:
        """Give the documents these values again; those that they had instead are returned."""
        had = [kept(document, name) for document, name in self.places]
        for (document, name), value in zip(self.places, self.values, strict=True):
            attribute = find_attribute(type(document), name)
            if value is not ABSENT:
                attribute.keep(document, value)
            elif has_value(document, name):
                attribute.remove(document)
        return self._replace(values=had)


def stamped_values(document: DocumentStorage) -> StampedValues:
    """The present values of all dates that saving a document sets."""
    places = list(conversion_of(type(document)).stamped(document))
    return StampedValues(places, [kept(holder, name) for holder, name in places])


def kept(document: DocumentStorage, name: str) -> Any:
    """The value that a document has, or ``ABSENT``."""
    return value_of(document, name) if is_loaded(document, name) else ABSENT
