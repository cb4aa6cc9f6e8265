"""Documents that were loaded in part, inside of others: where one may be converted.

What is stored for a document of which only a part is known would replace the whole. So a field
refuses to convert one, unless it stands in a document that was loaded in part as well, of which a
save sends key by key what is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiomotorengine.errors import PartialDocumentError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import is_partial

__all__ = ["converting_within", "refuse_part"]

admitted: ContextVar[Collection[int]] = ContextVar("admitted", default=())
"""The ``id()`` of those that stand in the partial document that is being converted."""


@contextmanager
def converting_within(documents: Iterable[DocumentStorage]) -> Iterator[None]:
    """A block that converts a value of a partial document.

    Parameters:
        documents: the documents in the value that may have been loaded in part.
    """
    token = admitted.set({id(document) for document in documents})
    try:
        yield
    finally:
        admitted.reset(token)


def refuse_part(document: Any) -> None:
    """Refuse to convert an embedded document of which nobody knows the rest.

    Raises:
        PartialDocumentError: it was loaded in part, and stands in no document that was.
    """
    if is_partial(document) and id(document) not in admitted.get():
        raise PartialDocumentError.embedded(type(document).__name__)
