"""Changes as the server tells them: what the driver's change stream gives, as bytes.

Waiting for a change goes on for a second or more, and a task may be cancelled meanwhile. With
Motor, a thread then waits on, and takes a change that nobody will see. So each answer is waited for
by a task of its own, and says after which change the next one comes; whoever is cancelled does not
get it, and has the token from before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.errors import NotPrimaryError, OperationFailure

from aiomotorengine.errors import raise_alone
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.cursors import SECONDS_TO_ANSWER, run_in_background
from aiomotorengine.wire.replies import Batch
from aiomotorengine.wire.requests import can_encode

__all__ = ["Answer", "ChangeEvent", "ChangeReader"]


class ChangeEvent:
    """A change, as the server tells it.

    Parameters:
        told: the driver's mapping of its bytes.
    """

    __slots__ = ("_told", "token")

    def __init__(self, told: RawBSONDocument) -> None:
        self._told = told
        self.token = plain(told["_id"])
        """After which change the next one comes."""

    def decoded(self, codec_options: CodecOptions[Any]) -> dict[str, Any]:
        """All of it, as the driver gives it.

        Parameters:
            codec_options: those of the collection, for dicts.
        """
        return bson.decode(bytes_of(self._told), codec_options)

    def get(self, key: str) -> Any:
        """A value that is no document; ``None`` where there is none."""
        return self._told.get(key)

    def document(self, key: str) -> Batch | None:
        """The document under a key, as what is decoded; ``None`` where there is none."""
        found = self._told.get(key)
        return Batch(bytes_of(found), (0,)) if isinstance(found, RawBSONDocument) else None

    def mapping(self, key: str, codec_options: CodecOptions[Any]) -> dict[str, Any]:
        """The document under a key; an empty one where there is none. Parameters as above."""
        found = self._told.get(key)
        if not isinstance(found, RawBSONDocument):
            return {}
        return bson.decode(bytes_of(found), codec_options)


class Answer(NamedTuple):
    """What the server said when it was asked for a change.

    Attributes:
        event: the change; ``None`` if there was none in the time that it waits.
        token: after which change the next one comes; ``None`` if it does not say.
        alive: whether there may be more.
    """

    event: ChangeEvent | None
    token: Mapping[str, Any] | None
    alive: bool


class ChangeReader:
    """Reads a change stream of the driver, one change at a time.

    Parameters:
        target: where it is asked.
        watched: the driver's collection or database.
        pipeline: the stages after ``$changeStream``.
        options: those of the driver's ``watch``.
    """

    def __init__(
        self,
        target: Target,
        watched: Any,
        pipeline: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any],
    ) -> None:
        self._target = target
        self._watched = with_raw_changes(watched)
        self._pipeline = pipeline
        self._options = options
        self._stream: Any = None
        self._request: asyncio.Task[Any] | None = None
        """What the server was asked last."""
        self._is_closed = False

    async def open(self) -> Mapping[str, Any] | None:
        """Have the server begin; after which change it does, if it says that.

        Raises:
            pymongo.errors.PyMongoError: the server could not be asked, or refused.
        """
        return (await self._asked(self._open())).token

    async def read(self) -> Answer:
        """The next change, or that there is none yet.

        Raises:
            pymongo.errors.PyMongoError: as for ``open``.
        """
        return await self._asked(self._read())

    async def aclose(self) -> None:
        """Close the stream, once the server has answered; also where this is cancelled."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.wait([run_in_background(self._close_after_answer())])

    def close_soon(self) -> None:
        """Close the stream without waiting for it."""
        if not self._is_closed:
            self._is_closed = True
            run_in_background(self._close_after_answer())

    async def _asked(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        self._request = request = asyncio.ensure_future(self._answer(work))
        try:
            await asyncio.wait([request])
        except asyncio.CancelledError:
            self._is_closed = True
            if not request.cancelling():  # otherwise the loop is about to end
                run_in_background(self._close_after_answer())
            raise
        if request.cancelled():  # it was closed meanwhile
            return Answer(None, None, alive=False)
        answer, error = request.result()
        if error is not None:
            raise error
        assert answer is not None
        return answer

    async def _answer(
        self, work: Coroutine[Any, Any, Answer]
    ) -> tuple[Answer | None, Exception | None]:
        """The answer, or the error. It is not raised, since there may be nobody to take it."""
        try:
            with (
                protocol_errors(self._target.document_class, self._was_sent, is_read=True),
                readable_errors(),
            ):
                return await work, None
        except Exception as error:
            return None, error

    def _was_sent(self) -> bool:
        collection = self._target.collection
        return self._stream is not None or can_encode(collection, {"pipeline": self._pipeline})

    async def _open(self) -> Answer:
        target = self._target

        async def begin() -> Any:
            options = {**self._options, **target.arguments}
            return await target.driver.open_changes(self._watched, self._pipeline, **options)

        self._stream = await target.run(begin)
        return self._answered(None)

    async def _read(self) -> Answer:
        return self._answered(await self._target.run(self._stream.try_next))

    def _answered(self, told: Any) -> Answer:
        if told is None:
            token = self._stream.resume_token
            return Answer(None, None if token is None else plain(token), self._stream.alive)
        event = ChangeEvent(told)
        return Answer(event, event.token, self._stream.alive)  # the driver would copy its token

    async def _close_after_answer(self) -> None:
        """Wait for an answer that nobody reads, and close the stream."""
        request = self._request
        if request is not None:
            # Motor's thread cannot be stopped, and the stream cannot be closed under it.
            seconds = None if self._target.driver.works_in_threads else SECONDS_TO_ANSWER
            await asyncio.wait([request], timeout=seconds)
            if not request.done():
                request.cancel()  # the driver closes its stream then
                await asyncio.wait([request])
        await self._close()

    async def _close(self) -> None:
        # The driver tries again later where the server cannot be reached now.
        with suppress(Exception):
            if self._stream is not None:
                await self._target.run(self._stream.close)


def with_raw_changes(watched: Any) -> Any:
    """The same collection or database, whose changes come as bytes."""
    options = watched.codec_options.with_options(document_class=RawBSONDocument)
    return watched.with_options(codec_options=options)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Raise what a server says of a failure as others have it, and not as bytes."""
    try:
        yield
    except (OperationFailure, NotPrimaryError) as error:
        answer = error.details
        if not isinstance(answer, RawBSONDocument):
            raise
        # The driver's text ends with the answer; it is made anew, as are the labels.
        text = str(error).removesuffix(f", full error: {answer}")
        answer = bson.decode(bytes_of(answer))
        if isinstance(error, NotPrimaryError):
            raise_alone(NotPrimaryError(text, answer))
        raise_alone(type(error)(text, error.code, answer))


def plain(token: Mapping[str, Any]) -> dict[str, Any]:
    """A token as a program can keep it, and not as bytes."""
    return bson.decode(
        bytes_of(token) if isinstance(token, RawBSONDocument) else bson.encode(token)
    )


def bytes_of(document: RawBSONDocument) -> bytes:
    return bytes(document.raw)  # PyMongo may give a view of them
