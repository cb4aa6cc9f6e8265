"""ChangeStream: changes one after the other, also while a replica set elects another primary."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from aiomotorengine.changes.change import Change
from aiomotorengine.changes.decoding import ChangeDecoder
from aiomotorengine.changes.position import Position
from aiomotorengine.changes.retrying import Retrying, is_lost, is_passing
from aiomotorengine.errors import ChangeStreamLostError, raise_alone
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.changes import ChangeReader

if TYPE_CHECKING:
    from typing import Self

__all__ = ["ChangeStream", "Watch"]

D = TypeVar("D")


class Watch(NamedTuple):
    """What is watched, and how.

    Attributes:
        target: where the server is asked.
        watched: the driver's collection or database.
        pipeline: the stages after ``$changeStream``.
        options: those of the driver's ``watch``, but for the position.
        position: from where on.
        decoder: makes changes of what the server tells.
        retry_for: for how many seconds without success it is opened again.
        tells_nothing: whether it is over from the beginning, and nobody is asked.
        load: loads what documents refer to; by default nothing does.
        naming: what names the value that cannot be encoded, around the request that opens it.
    """

    target: Target
    watched: Any
    pipeline: Sequence[Mapping[str, Any]]
    options: Mapping[str, Any]
    position: Position
    decoder: ChangeDecoder
    retry_for: float
    tells_nothing: bool = False
    load: Callable[[list[Any]], Awaitable[Any]] | None = None
    naming: Callable[[], AbstractContextManager[None]] = nullcontext


class ChangeStream(Generic[D]):
    """Changes, one after the other, as they happen; ``watch`` of a class or a query set makes it.

    From ``async with``, or else from the first step on, nothing is missed. When a connection is
    lost, or another server becomes the primary, it goes on after what it told last.

    A step that is cancelled closes the stream; ``token`` is where to go on then. So wait for a
    change with ``try_next``, and not with ``asyncio.wait_for``.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> class Job(Document):
        ...     state = StringField()
        >>> async def follow():
        ...     async with Job.watch() as changes:
        ...         async for change in changes:
        ...             print(change.operation, change.id)
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._position = watch.position
        self._has_changed = False
        """Whether a change was told since the stream was opened, or opened again."""
        self._reader: ChangeReader | None = None
        self._retrying = Retrying(watch.retry_for)
        self._is_over = watch.tells_nothing
        self._is_asked = False

    @property
    def token(self) -> Mapping[str, Any] | None:
        """After which change the next one comes: what ``resume_after`` takes.

        It is moved on when a change is handed out, and also by the server while nothing happens.
        After an ``invalidate``, only ``start_after`` takes it. ``None`` before the stream is open,
        unless it was given one, and with servers before 4.2 until something happens.
        """
        return self._position.token

    @property
    def alive(self) -> bool:
        """Whether there may be more: not once it is closed, or the server has ended it."""
        return not self._is_over

    async def __aenter__(self) -> Self:
        if self._reader is None and not self._is_over:
            await self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[D]:
        return await self.next()

    async def next(self) -> Change[D]:
        """The next change, as soon as there is one.

        Raises:
            StopAsyncIteration: there are no more: the server has ended the stream, as it does after
                an ``invalidate``, or it is closed.
            Exception: as for ``try_next``.
        """
        while not self._is_over:
            change = await self.try_next()
            if change is not None:
                return change
        raise StopAsyncIteration

    async def try_next(self) -> Change[D] | None:
        """The next change; ``None`` if none comes within ``max_await_time_ms``, or there are no
        more.

        Raises:
            StoredValueError: a document, or a value that was set, cannot be read; see
                ``on_unreadable`` of query sets. The next step goes on with the next change.
            ChangeStreamLostError: the server's log does not go back far enough.
            RuntimeError: another task waits for the next change already.
            pymongo.errors.PyMongoError: the server could not be asked for ``retry_for`` seconds, or
                has refused. The stream is closed.
        """
        if self._is_over:
            return None
        if self._is_asked:
            raise RuntimeError("Another task waits for the next change of this stream already.")
        self._is_asked = True
        try:
            return await self._step()
        except asyncio.CancelledError:
            await self.close()
            raise
        finally:
            self._is_asked = False

    async def close(self) -> None:
        """Close the stream; ``token`` stays what it is. A task that waits for a change gets none.

        It waits for the answer that the server owes, at most ``max_await_time_ms``.
        """
        self._is_over = True
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.aclose()

    async def _step(self) -> Change[D] | None:
        if self._reader is None:
            await self._open()
        while self._reader is not None:
            try:
                answer = await self._reader.read()
            except Exception as error:
                if not self._is_over:  # another task may have closed it
                    await self._go_on_after(error)
                continue
            if self._is_over:
                break
            self._retrying.succeeded()
            change = None if answer.event is None else self._watch.decoder.decode(answer.event)
            if change is not None:
                await self._load_references(change)
            # Only now: what could not be read was not told, and what is loaded may be cancelled.
            self._has_changed = self._has_changed or answer.event is not None
            self._position = self._position.after(answer.token, has_changed=self._has_changed)
            if not answer.alive:
                await self.close()
            if change is not None or answer.event is None:
                return change
        return None

    async def _load_references(self, change: Change[D]) -> None:
        documents = [it for it in (change.document, change.before) if it is not None]
        if documents and self._watch.load is not None:
            await self._watch.load(documents)

    # -- opening, and opening again -------------------------------------------------------------

    async def _open(self) -> None:
        """Have the server begin at the position.

        Raises:
            ValueError: a condition has a value that can't be encoded.
            ChangeStreamLostError: the server's log does not go back that far.
            pymongo.errors.PyMongoError: the server could not be asked, or refused.
        """
        try:
            await self._begin()
        except Exception as error:
            raise_alone(await self._ended_by(error))

    async def _begin(self) -> None:
        watch = self._watch
        options = {**watch.options, **self._position.options()}
        reader = ChangeReader(watch.target, watch.watched, watch.pipeline, options)
        try:
            with watch.naming():
                token = await reader.open()
        except asyncio.CancelledError:
            self._is_over = True
            raise
        if self._is_over:
            reader.close_soon()
            return
        self._reader = reader
        self._has_changed = False
        self._position = self._position.after(token, has_changed=False)

    async def _go_on_after(self, error: Exception) -> None:
        """Open the stream again after a failure that passes.

        Raises:
            Exception: it does not pass, or has not for as long as is waited for.
        """
        while True:
            passes = is_passing(error) and self._position.is_known
            pause = self._retrying.next_pause() if passes else None
            if pause is None:
                raise_alone(await self._ended_by(error))
            reader, self._reader = self._reader, None
            if reader is not None:
                reader.close_soon()  # the server that knows it may be gone
            await asyncio.sleep(pause)
            if self._is_over:
                return
            try:
                await self._begin()
            except Exception as next_error:
                error = next_error
            else:
                return

    async def _ended_by(self, error: Exception) -> Exception:
        """Close the stream; what to raise for what has ended it."""
        await self.close()
        if not is_lost(error):
            return error
        lost = ChangeStreamLostError(self.token)
        lost.__cause__ = error
        return lost
