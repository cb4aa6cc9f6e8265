"""What many documents are, asked in one go: of which classes, and where they come from, which is
said in one go as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.choice import native

__all__ = ["MadeOf", "Origins", "classes_of", "mark_as_made", "origins_of", "set_origins"]


Origins = tuple[list[Any], list[Any]]
"""The ``_id`` and the ``_is_persisted`` of each of some documents."""


class MadeOf(Enum):
    """Stands in ``_is_persisted`` of a document that was made of what somebody has sent.

    It is false: nothing is stored for the document. Whoever has sent it may have chosen its id, so
    it never takes the place of a stored one unless the program says so.
    """

    DATA = "a dict or a text"

    def __bool__(self) -> bool:
        return False


def mark_as_made(document: Any) -> None:
    """Say of a document that it was made of data, if it is one that is saved by itself."""
    document._is_persisted = False if document._is_embedded else MadeOf.DATA


def classes_of(documents: Sequence[Any]) -> set[type[Any]]:
    """The classes that there are among some documents."""
    if native is not None:
        classes: set[type[Any]] = native.classes_of(documents)
        return classes
    return set(map(type, documents))


def origins_of(documents: Sequence[DocumentStorage]) -> Origins:
    """The ``_id`` and the ``_is_persisted`` of each document."""
    if native is not None:
        origins: Origins = native.origins_of(documents)
        return origins
    return [it._id for it in documents], [it._is_persisted for it in documents]


def set_origins(
    documents: Sequence[DocumentStorage], ids: Sequence[Any], is_persisted: Any
) -> None:
    """Give each document an id, and all the same ``_is_persisted``.

    Parameters:
        documents: the documents.
        ids: the id of each.
        is_persisted: what each has as ``_is_persisted`` from now on.
    """
    if native is not None:
        native.set_origins(documents, ids, is_persisted)
        return
    for document, id in zip(documents, ids, strict=True):
        document._id = id
        document._is_persisted = is_persisted
