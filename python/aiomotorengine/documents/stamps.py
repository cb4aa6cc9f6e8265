"""The dates that saving sets, taken down so that they can be put back."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiomotorengine.documents.conversion import conversion_of, find_attribute
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.values import value_of

__all__ = ["StampedValues", "stamped_values"]


class StampedValues(NamedTuple):
    """Values of dates that set themselves, in a document and those embedded in it.

    Attributes:
        places: each document with the name of an attribute.
        values: what it has there.
    """

    places: list[tuple[DocumentStorage, str]]
    values: list[Any]

    def put_back(self) -> StampedValues:
        """Give the documents these values again; those that they had instead are returned."""
        had = [value_of(document, name) for document, name in self.places]
        for (document, name), value in zip(self.places, self.values, strict=True):
            find_attribute(type(document), name).keep(document, value)
        return self._replace(values=had)


def stamped_values(document: DocumentStorage) -> StampedValues:
    """The present values of all dates that saving a document sets."""
    places = list(conversion_of(type(document)).stamped(document))
    return StampedValues(places, [value_of(holder, name) for holder, name in places])
