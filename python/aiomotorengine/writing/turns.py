"""Calls that write or read anew what is stored for one document take turns.

What a save sends follows from what is known to be stored, and this is known when the call before it
has its answer: two saves at the same time would both add the same items to a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from aiomotorengine.documents.conversion import Conversion, conversion_of
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.snapshots import Snapshot

__all__ = ["Turn", "carry_out", "turn_needed_by", "turn_of"]

T = TypeVar("T")

TURNS: WeakValueDictionary[int, Turn] = WeakValueDictionary()
"""By the ``id()`` of a document, which is alive for as long as anybody waits for its turn."""

AT_ONCE: AbstractAsyncContextManager[None] = nullcontext()


class Turn:
    """One call after the other: each in a block of its own."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._under_way: asyncio.Future[Any] | None = None

    async def __aenter__(self) -> Turn:
        await self._lock.acquire()
        try:
            if self._under_way is not None:
                await asyncio.wait([self._under_way])
        except BaseException:
            self._lock.release()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._lock.release()

    async def finish(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write with a driver that goes on in a thread with what was cancelled.

        Then the next turn begins when the thread has ended.
        """
        has_begun = False

        async def begin() -> T:
            nonlocal has_begun
            has_begun = True
            return await write()

        operation = self._under_way = asyncio.ensure_future(begin())
        operation.add_done_callback(self._end)
        try:
            return await asyncio.shield(operation)
        except asyncio.CancelledError:
            if not has_begun:
                operation.cancel()
            raise

    def _end(self, operation: asyncio.Future[Any]) -> None:
        if not operation.cancelled():
            operation.exception()  # which nobody asks for any more, if the save was cancelled
        if self._under_way is operation:
            self._under_way = None


def turn_of(document: Any) -> AbstractAsyncContextManager[Turn | None]:
    """A block that begins when no other call changes what is known of a document.

    It begins at once for documents that need no turn.
    """
    return turn_needed_by(document, conversion_of(type(document))) or AT_ONCE


def turn_needed_by(document: Any, conversion: Conversion) -> Turn | None:
    """The turn that a call has to wait for which changes what is known of a document.

    There is none for documents that have no version and whose changes are not tracked.

    Parameters:
        document: the document.
        conversion: that of its class.
    """
    kind = type(document)
    is_tracked = kind.__track_changes__ or type(document._is_persisted) is Snapshot
    if not is_tracked and conversion.version is None:
        return None
    return TURNS.setdefault(id(document), Turn())


def carry_out(turn: Turn | None, target: Target, write: Callable[[], Awaitable[T]]) -> Awaitable[T]:
    """Write in a turn, which lasts until the driver has let go of what was cancelled.

    Parameters:
        turn: that of the document, if it takes turns.
        target: where it is written.
        write: asks the driver.
    """
    # In a transaction, a write that is cancelled ends the whole.
    if turn is None or not target.driver.works_in_threads or target.transaction is not None:
        return write()
    return turn.finish(write)
