"""How a stream goes on, without a server: what it is told is written down here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from aiomotorengine.changes import stream
from aiomotorengine.changes.position import Position
from aiomotorengine.changes.stream import ChangeStream, Watch
from aiomotorengine.errors import ChangeStreamLostError, StoredValueError
from aiomotorengine.locations import Location
from aiomotorengine.wire.changes import Answer

GONE = AutoReconnect("gone")
PAUSE = "pause"


def token(number: int) -> dict[str, Any]:
    return {"_data": str(number)}


def event(number: int, *, alive: bool = True) -> Answer:
    """A change whose token has this number; it stands for its event as well."""
    return Answer(number, token(number), alive)  # type: ignore[arg-type]


def nothing(number: int | None) -> Answer:
    return Answer(None, None if number is None else token(number), alive=True)


class Server:
    """Says what is written in a script, one line at each request.

    Attributes:
        script: answers of ``read`` and tokens of ``open``; or what they raise; or that they wait.
        opened: the options with which streams were opened.
        closed: how many were closed.
    """

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.opened: list[Mapping[str, Any]] = []
        self.closed = 0

    async def says(self) -> Any:
        line = self.script.pop(0)
        if line == PAUSE:
            await asyncio.sleep(60)
        if isinstance(line, Exception):
            raise line
        return line

    def reader(self, target: Any, watched: Any, pipeline: Any, options: Any) -> Server:
        self.opened.append(options)
        return self

    async def open(self) -> Any:
        return await self.says()

    async def read(self) -> Any:
        return await self.says()

    async def aclose(self) -> None:
        self.closed += 1

    def close_soon(self) -> None:
        self.closed += 1


class Decoder:
    """Takes each event for a change; some of them cannot be read, and some are left out."""

    def __init__(self, unreadable: int | None = None, left_out: int | None = None) -> None:
        self.unreadable = unreadable
        self.left_out = left_out

    def decode(self, number: Any) -> Any:
        if number == self.unreadable:
            raise StoredValueError("n/a", Location(("n",), "it is none"))
        return None if number == self.left_out else Told(number)


class Told:
    document = before = None

    def __init__(self, number: int) -> None:
        self.number = number


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, which take no time here."""
    made: list[float] = []
    sleep = asyncio.sleep

    async def pause(seconds: float) -> None:
        made.append(seconds)
        await sleep(0)

    monkeypatch.setattr(stream, "asyncio", Asyncio(pause))
    return made


class Asyncio:
    CancelledError = asyncio.CancelledError

    def __init__(self, sleep: Any) -> None:
        self.sleep = sleep


def watching(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    *,
    position: Position = Position(),  # noqa: B008  # it is never changed
    decoder: Decoder | None = None,
    retry_for: float = 60.0,
) -> ChangeStream[Any]:
    monkeypatch.setattr(stream, "ChangeReader", server.reader)
    decoder = Decoder() if decoder is None else decoder
    nowhere: Any = None
    read_by: Any = decoder
    return ChangeStream(
        Watch(nowhere, nowhere, [], {"full_document": "default"}, position, read_by, retry_for)
    )


async def numbers(changes: ChangeStream[Any], count: int) -> list[int]:
    found: list[Any] = [await changes.next() for _ in range(count)]
    return [it.number for it in found]


async def test_changes_and_their_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(token(0), nothing(1), event(2), event(3, alive=False))
    changes = watching(server, monkeypatch)
    async with changes:
        assert changes.token == token(0)
        assert await changes.try_next() is None
        assert changes.token == token(1)
        assert await numbers(changes, 2) == [2, 3]
        assert not changes.alive
        with pytest.raises(StopAsyncIteration):
            await changes.next()
    assert (changes.token, server.closed) == (token(3), 1)


async def test_it_goes_on_after_what_was_told_last(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    server = Server(token(0), event(1), GONE, GONE, GONE, token(1), event(2), GONE, None, event(3))
    assert await numbers(watching(server, monkeypatch), 3) == [1, 2, 3]
    assert pauses == [0.1, 0.2, 0.4, 0.1]  # once a change was told, they begin anew
    assert [it.get("resume_after") for it in server.opened] == [
        None,
        *(token(1), token(1), token(1)),
        token(2),
    ]


async def test_a_start_stays_one_until_a_change_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Position(token(5), is_start=True)
    server = Server(token(5), GONE, token(5), event(6), GONE, token(6), event(7))
    assert await numbers(watching(server, monkeypatch, position=start), 2) == [6, 7]
    named = [set(it) - {"full_document"} for it in server.opened]
    assert named == [{"start_after"}, {"start_after"}, {"resume_after"}]


@pytest.mark.parametrize("opened", [token(0), None])
async def test_it_ends_with_the_last_error(
    monkeypatch: pytest.MonkeyPatch, opened: dict[str, Any] | None
) -> None:
    last = AutoReconnect("the last one")
    server = Server(opened, GONE, last)
    # Where no place is known to go on from, changes could be missed.
    retry_for = 60 if opened is None else 0
    changes = watching(server, monkeypatch, retry_for=retry_for)
    with pytest.raises(AutoReconnect, match="gone"):
        await changes.next()
    assert not changes.alive
    assert len(server.opened) == 1


async def test_what_does_not_pass_while_it_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(token(0), GONE, OperationFailure("no such stage", 40324))
    with pytest.raises(OperationFailure, match="no such stage"):
        await watching(server, monkeypatch).next()


async def test_a_lost_past_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(token(0), event(1), OperationFailure("lost", 286))
    changes = watching(server, monkeypatch)
    with pytest.raises(ChangeStreamLostError) as lost:
        await numbers(changes, 2)
    assert lost.value.token == token(1)
    assert lost.value.__context__ is None
    assert server.script == []


async def test_the_first_opening_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(GONE)
    changes = watching(server, monkeypatch)
    with pytest.raises(AutoReconnect):
        async with changes:
            pass
    assert not changes.alive


async def test_what_cannot_be_read_leaves_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(token(0), event(1), event(2), event(3))
    changes = watching(server, monkeypatch, decoder=Decoder(unreadable=2))
    assert await numbers(changes, 1) == [1]
    with pytest.raises(StoredValueError):
        await changes.next()
    assert changes.token == token(1)
    assert await numbers(changes, 1) == [3]
    assert changes.token == token(3)


async def test_what_is_left_out_moves_the_token_on(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(token(0), event(1), event(2), nothing(None), GONE, token(2), event(3))
    changes = watching(server, monkeypatch, decoder=Decoder(left_out=2))
    assert await numbers(changes, 1) == [1]
    assert await changes.try_next() is None
    assert changes.token == token(2)
    assert await numbers(changes, 1) == [3]
    assert [it.get("resume_after") for it in server.opened] == [None, token(2)]


async def test_a_step_that_is_cancelled_closes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(token(0), event(1), PAUSE)
    changes = watching(server, monkeypatch)
    assert await numbers(changes, 1) == [1]
    waiting = asyncio.ensure_future(changes.next())
    for _ in range(3):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (changes.alive, changes.token, server.closed) == (False, token(1), 1)
    assert await changes.try_next() is None


async def test_a_task_that_waits_gets_nothing_once_it_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for said in (event(2), GONE, OperationFailure("the cursor was killed", 237)):
        server = Server(token(0), event(1))
        changes = watching(server, monkeypatch)
        assert await numbers(changes, 1) == [1]
        asked, answered = asyncio.Event(), asyncio.Event()

        async def read(
            said: Any = said, asked: asyncio.Event = asked, answered: asyncio.Event = answered
        ) -> Any:
            asked.set()
            await answered.wait()
            if isinstance(said, Exception):
                raise said
            return said

        monkeypatch.setattr(server, "read", read)
        waiting = asyncio.ensure_future(changes.try_next())
        await asked.wait()
        await changes.close()
        answered.set()
        assert await waiting is None
        assert (changes.alive, changes.token, len(server.opened)) == (False, token(1), 1)
