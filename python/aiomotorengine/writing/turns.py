"""Calls that write or read anew what is stored for one document take turns.

What a save sends follows from what is known to be stored, and this is known when the call before it
has its answer: two saves at the same time would both add the same items to a list.
"""

from __future__ import annotations

from asyncio import Lock
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any
from weakref import WeakValueDictionary

from aiomotorengine.documents.versions import version_field
from aiomotorengine.storage.snapshots import Snapshot

__all__ = ["turn_of"]

LOCKS: WeakValueDictionary[int, Lock] = WeakValueDictionary()
"""By the ``id()`` of a document, which is alive for as long as anybody waits for its turn."""

AT_ONCE: AbstractAsyncContextManager[None] = nullcontext()


def turn_of(document: Any) -> AbstractAsyncContextManager[None]:
    """A block that begins when no other call changes what is known of a document.

    It begins at once for documents that have no version and whose changes are not tracked.
    """
    kind = type(document)
    is_tracked = kind.__track_changes__ or type(document._is_persisted) is Snapshot
    if not is_tracked and version_field(kind) is None:
        return AT_ONCE
    return LOCKS.setdefault(id(document), Lock())
