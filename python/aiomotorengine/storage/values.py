"""The values of a document by name, wherever it keeps them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, MutableMapping
from typing import Any

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.choice import native

__all__ = [
    "LiveValues",
    "forget_values",
    "has_other",
    "has_value",
    "other_values",
    "take_values",
    "value_of",
    "values_of",
]

NO_VALUE: Any = object()


def value_of(document: DocumentStorage, name: str) -> Any:
    """A value by name, as it is kept; ``None`` where there is none."""
    if native is not None:
        return native.value(document, name)
    return document.__dict__.get(name)


def has_value(document: DocumentStorage, name: str) -> bool:
    """Whether there is a value of a name, be it ``None``."""
    if native is not None:
        return native.value(document, name, NO_VALUE) is not NO_VALUE
    return name in document.__dict__


def values_of(document: DocumentStorage) -> Mapping[str, Any]:
    """All values by name, to be read only."""
    if native is not None:
        copied: dict[str, Any] = native.values_of(document)
        return copied
    return document.__dict__


def other_values(document: DocumentStorage) -> Mapping[str, Any]:
    """At least all values that are no fields' own, by name, to be read only."""
    if native is not None:
        return native.others(document) or {}
    return document.__dict__


def has_other(document: DocumentStorage, name: str) -> bool:
    """Whether the instance has something under a name that is no field's."""
    return name in other_values(document)


def take_values(document: DocumentStorage, values: dict[str, Any]) -> None:
    """Give a document these values, in the place of all that it has."""
    if native is None or not native.take_values(document, values):
        document.__dict__ = values


def forget_values(document: DocumentStorage, names: Collection[str]) -> None:
    """Take away what a document has under these names, if anything."""
    if native is not None:
        values = native.values_of(document)
        take_values(document, {name: values[name] for name in values if name not in names})
        return
    for name in names:
        document.__dict__.pop(name, None)


class LiveValues(MutableMapping[str, Any]):
    """The values of a document, live.

    Where they lie in the instance, they stay there until somebody looks here.

    Parameters:
        document: the document.
    """

    __slots__ = ("_document",)

    def __init__(self, document: DocumentStorage) -> None:
        self._document = document

    def __getitem__(self, name: str) -> Any:
        return self._document._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._document._values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._document._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document._values)

    def __len__(self) -> int:
        return len(self._document._values)

    def __repr__(self) -> str:
        return repr(self._document._values)
