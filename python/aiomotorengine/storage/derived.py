"""Documents that an aggregation has made: they look like those of a class, and are stored nowhere.

Attributes:
    DERIVED: what stands in ``_is_persisted`` of such a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aiomotorengine.errors import PartialDocumentError
from aiomotorengine.storage.base import DocumentStorage

__all__ = [
    "DERIVED",
    "Derived",
    "is_any_derived",
    "is_derived",
    "mark_as_derived",
    "refuse_derived",
]


class Derived:
    """What stands in ``_is_persisted`` of documents that were computed. It is true, as it is for
    all that came from the server; there is one of it, also after copying and pickling.
    """

    __slots__ = ()

    def __copy__(self) -> Derived:
        return self

    def __deepcopy__(self, memo: object) -> Derived:
        return self

    def __reduce__(self) -> str:
        return "DERIVED"

    def __repr__(self) -> str:
        return "<computed by an aggregation>"


DERIVED = Derived()


def is_derived(document: DocumentStorage) -> bool:
    """Whether a document was computed by an aggregation."""
    return document._is_persisted is DERIVED


def is_any_derived(states: Sequence[Any]) -> bool:
    """Whether one of several documents was computed, by what they have in ``_is_persisted``."""
    return states.count(False) < len(states) and DERIVED in states


def mark_as_derived(documents: Iterable[Any]) -> None:
    """Have documents say that they were computed."""
    for document in documents:
        if isinstance(document, DocumentStorage):  # a class may make anything else of a result
            document._is_persisted = DERIVED


def refuse_derived(document: DocumentStorage) -> None:
    """Refuse to store a document that was computed.

    Raises:
        PartialDocumentError: it was.
    """
    if document._is_persisted is DERIVED:
        raise PartialDocumentError.computed(type(document).__name__)
