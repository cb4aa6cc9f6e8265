"""Reading the driver's cursor, so that the server's cursor is closed however the reading ends.

A task may be cancelled while it waits for the server, when nobody knows yet which cursor the answer
will name; and a connection may be lost between two batches, after which the driver takes the cursor
for gone. Both would leave it on the server for ten minutes. So whatever is asked is asked by a task
of its own, which a cancelled reader leaves behind; and a cursor that was lost from sight is closed
by its number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from pymongo.errors import ConnectionFailure

from aiomotorengine.drivers import private_names
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import is_whole, protocol_errors
from aiomotorengine.wire.replies import Batch

__all__ = ["SECONDS_TO_ANSWER", "CursorReader", "run_in_background"]

DOCUMENTS_AT_ONCE = 100
"""How many documents that do not come as bytes are read in one go."""

SECONDS_TO_ANSWER = 3.0
"""How long an answer that nobody waits for any more may take. Then the connection is closed, and
the server stops what it does for it."""

NO_MORE = object()

in_background: set[asyncio.Task[Any]] = set()
"""Tasks that clean up behind a reader who was cancelled; the loop holds them only weakly."""


class CursorReader:
    """Reads a cursor of the driver, one answer at a time.

    Parameters:
        target: what is read.
        open_cursor: makes the driver's cursor.
        could_be_sent: asked if the first request fails for a reason that may lie in what the driver
            was given as well; whether it can make a message of that.
        is_single: whether all comes with the first answer, and the server keeps no cursor.
        waits: whether the server waits for documents that come later, while those that are there
            are to be read.
    """

    def __init__(
        self,
        target: Target,
        open_cursor: Callable[[], Awaitable[Any]],
        could_be_sent: Callable[[], bool],
        *,
        is_single: bool = False,
        waits: bool = False,
    ) -> None:
        self._target = target
        self._waits = waits
        self._open_cursor = open_cursor
        self._could_be_sent = could_be_sent
        self._is_single = is_single
        self._cursor: Any = None
        self._id: int | None = None
        """The server's cursor, as the last answer that made sense named it."""
        self._is_over = False

    @property
    def cursor(self) -> Any:
        """The driver's cursor, once something was read."""
        return self._cursor

    @property
    def is_over(self) -> bool:
        """Whether there will be no more answers."""
        return self._is_over

    async def read(self) -> list[Any]:
        """What one answer brought: a ``Batch``, or documents as dicts; nothing at the end.

        Raises:
            pymongo.errors.PyMongoError: the server could not be asked, or refused.
            pymongo.errors.ProtocolError: its answer makes no sense.
            bson.errors.InvalidBSON: its bytes do not add up.
        """
        if self._is_over:
            return []
        if self._is_single or self._target.ends_cursors:
            # There is nothing to clean up behind a reader who is cancelled, so no task is needed.
            self._is_over = self._is_over or self._is_single
            found, error = await self._request()
            if error is not None:
                raise error
            return found
        request = asyncio.ensure_future(self._request())
        try:
            await asyncio.wait([request])
        except asyncio.CancelledError:
            self._is_over = True
            if request.done():
                # Perhaps the loop has cancelled all tasks and ends, so that no new one would run.
                self._close_soon(request)
            elif not request.cancelling():  # otherwise the loop is about to end
                run_in_background(self._abandon(request))
            raise
        found, error = request.result()
        if error is not None:
            self._is_over = True
            raise error
        return found

    async def aclose(self) -> None:
        """Close the server's cursor, if there is one; also where this is cancelled."""
        if self._is_over or self._cursor is None:
            return
        self._is_over = True
        if self._id:
            await asyncio.wait([run_in_background(self._close())])

    async def _request(self) -> tuple[list[Any], Exception | None]:
        """One answer, or the error. It is not raised, since there may be nobody to take it."""
        try:
            with protocol_errors(self._target.document_class, self._was_sent, is_read=True):
                return await self._target.run(self._read), None
        except Exception as error:
            is_lost = isinstance(error, ConnectionFailure)
            if self._id and (is_lost or self._cursor.cursor_id != self._id):
                private_names.close_cursor_soon(self._target.collection, self._cursor, self._id)
            elif self._cursor is not None and not is_lost:
                await self._close()
            return [], error

    def _was_sent(self) -> bool:
        return self._id is not None or self._could_be_sent()

    async def _read(self) -> list[Any]:
        if self._cursor is None:
            self._cursor = await self._open_cursor()
        found: list[Any] = []
        id: Any = None
        while len(found) < DOCUMENTS_AT_ONCE:
            item = await anext(self._cursor, NO_MORE)
            id = self._cursor.cursor_id
            if not is_whole(id):  # with none at all, the driver would ask anew, from the beginning
                raise TypeError(f"a cursor's id is {type(id).__name__}, and no number")
            if isinstance(item, Batch):
                found = [item]
                break
            if item is NO_MORE:
                break
            if not isinstance(item, Mapping):
                raise TypeError(f"a batch holds {type(item).__name__}, and no documents")
            found.append(item)
            if self._waits and private_names.has_handed_out(self._cursor):
                break
        self._id = id
        self._is_over = not self._cursor.alive
        return found

    async def _abandon(self, request: asyncio.Task[Any]) -> None:
        """Wait for an answer that nobody reads, and close the cursor that it names."""
        # Motor's thread cannot be stopped, and what it learns must not be missed.
        seconds = None if private_names.is_of_motor(self._cursor) else SECONDS_TO_ANSWER
        await asyncio.wait([request], timeout=seconds)
        if request.done():
            await self._close()
        else:
            request.cancel()
            await asyncio.wait([request])

    def _close_soon(self, request: asyncio.Task[Any]) -> None:
        """Have the client close the cursor that an answer named, without waiting for it."""
        is_answered = not request.cancelled() and request.result()[1] is None
        if is_answered and self._id and self._cursor.alive:
            private_names.close_cursor_soon(self._target.collection, self._cursor, self._id)

    async def _close(self) -> None:
        # The driver tries again later where the server cannot be reached now.
        with suppress(Exception):
            if self._cursor is not None:
                await self._target.run(self._cursor.close)


def run_in_background(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run something to its end, even if nobody waits for it any more."""
    task = asyncio.ensure_future(work)
    in_background.add(task)
    task.add_done_callback(in_background.discard)
    return task
