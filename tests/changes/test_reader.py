"""How the driver's stream is read and closed, without a server: a stand-in takes its place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import bson
import pytest
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from bson.errors import InvalidDocument
from bson.raw_bson import RawBSONDocument
from pymongo.errors import (
    AutoReconnect,
    CursorNotFound,
    NotPrimaryError,
    OperationFailure,
    ProtocolError,
)

from aiomotorengine.wire.changes import ChangeReader


class Stream:
    """The driver's change stream; each step waits until it is told what comes of it."""

    def __init__(self) -> None:
        self.steps: asyncio.Queue[Any] = asyncio.Queue()
        self.resume_token: Any = RawBSONDocument(bson.encode({"_data": "0"}))
        self.alive = True
        self.closed = asyncio.Event()

    async def try_next(self) -> Any:
        step = await self.steps.get()
        if isinstance(step, Exception):
            raise step
        if step is not None:
            self.resume_token = {"_data": str(step["n"])}
            step = RawBSONDocument(bson.encode({"_id": self.resume_token, **step}))
        return step

    async def close(self) -> None:
        self.alive = False
        self.closed.set()


class Watched:
    codec_options = DEFAULT_CODEC_OPTIONS

    def __init__(self) -> None:
        self.decodes_to: Any = None

    def with_options(self, codec_options: Any) -> Watched:
        self.decodes_to = codec_options.document_class
        return self


class Target:
    """Where streams are opened, and the driver that opens them."""

    document_class = None
    works_in_threads = False

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.driver = self
        self.collection = Watched()
        self.arguments = {"comment": "why"}
        self.options: Mapping[str, Any] = {}

    async def run(self, work: Any) -> Any:
        return await work()

    async def open_changes(self, watched: Any, pipeline: Any, **options: Any) -> Any:
        assert watched.decodes_to is RawBSONDocument
        self.options = options
        if isinstance(self.stream, Exception):
            raise self.stream
        return self.stream


def reader(target: Any, pipeline: Sequence[Any] = ()) -> ChangeReader:
    return ChangeReader(target, target.collection, pipeline, {"full_document": "default"})


async def test_opening_and_reading() -> None:
    stream = Stream()
    target = Target(stream)
    changes = reader(target)
    begun = await changes.open()
    assert (begun, type(begun)) == ({"_data": "0"}, dict)
    assert target.options == {"full_document": "default", "comment": "why"}
    for step in ({"n": 1, "d": {"a": 5}}, None):
        stream.steps.put_nowait(step)
    answer = await changes.read()
    assert answer.event is not None
    token = {"_data": "1"}
    assert answer.event.decoded(DEFAULT_CODEC_OPTIONS) == {"_id": token, "n": 1, "d": {"a": 5}}
    document = answer.event.document("d")
    assert document is not None
    assert bson.decode(document.reply) == {"a": 5}
    assert answer.event.document("n") is None
    assert answer.event.mapping("none", DEFAULT_CODEC_OPTIONS) == {}
    assert (answer.token, answer.alive) == (token, True)
    assert type(answer.token) is dict
    later = await changes.read()
    assert (later.event, later.token) == (None, token)
    await changes.aclose()
    assert stream.closed.is_set()


async def test_what_opening_raises() -> None:
    error = AutoReconnect("gone")
    with pytest.raises(AutoReconnect) as raised:
        await reader(Target(error)).open()
    assert raised.value is error


async def test_a_failure_that_lies_in_the_pipeline_is_no_answer() -> None:
    error = InvalidDocument("cannot encode object")
    stages = [{"$match": {"n": object()}}]
    with pytest.raises(InvalidDocument) as raised:
        await reader(Target(error), stages).open()
    assert raised.value is error
    with pytest.raises(ProtocolError, match="makes no sense"):
        await reader(Target(LookupError("cursor"))).open()


@pytest.mark.parametrize("kind", [OperationFailure, CursorNotFound, NotPrimaryError])
async def test_what_a_server_says_of_a_failure_is_no_bytes(kind: Any) -> None:
    answer = {"ok": 0, "errmsg": "no", "code": 43, "errorLabels": ["Resumable"], "of": {"n": 1}}
    told: Any = RawBSONDocument(bson.encode(answer))
    error = kind("no", told) if kind is NotPrimaryError else kind("no", 43, told)
    with pytest.raises(kind) as raised:
        await reader(Target(error)).open()
    assert str(raised.value) == f"no, full error: {answer}"
    assert raised.value.details == answer
    assert raised.value.has_error_label("Resumable")
    assert raised.value.__context__ is None
    if kind is not NotPrimaryError:
        assert raised.value.code == 43


async def test_an_answer_that_makes_no_sense() -> None:
    stream = Stream()
    changes = reader(Target(stream))
    await changes.open()
    stream.steps.put_nowait(KeyError("cursor"))
    with pytest.raises(ProtocolError, match="makes no sense"):
        await changes.read()


async def test_a_reader_who_is_cancelled_leaves_a_stream_that_is_closed() -> None:
    stream = Stream()
    changes = reader(Target(stream))
    await changes.open()
    waiting = asyncio.ensure_future(changes.read())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not stream.closed.is_set()  # the driver is still asking
    stream.steps.put_nowait({"n": 1})
    await stream.closed.wait()


async def test_closing_without_waiting() -> None:
    stream = Stream()
    changes = reader(Target(stream))
    await changes.open()
    changes.close_soon()
    changes.close_soon()
    await stream.closed.wait()


async def test_closing_waits_for_the_answer_of_another_task() -> None:
    stream = Stream()
    changes = reader(Target(stream))
    await changes.open()
    reading = asyncio.ensure_future(changes.read())
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(changes.aclose())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not stream.closed.is_set()
    stream.steps.put_nowait(None)
    await closing
    assert stream.closed.is_set()
    assert (await reading).event is None


async def test_closing_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiomotorengine.wire.changes.SECONDS_TO_ANSWER", 0.01)
    stream = Stream()
    changes = reader(Target(stream))
    await changes.open()
    reading = asyncio.ensure_future(changes.read())
    await asyncio.sleep(0)
    await changes.aclose()
    assert stream.closed.is_set()
    assert (await reading).alive is False
