"""What can happen to a command between client and server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import bson

from tests.faults.frames import Frame
from tests.faults.proxy import Exchange, Fault

__all__ = [
    "CUTS",
    "FORGED_NAMESPACES",
    "FORGERIES",
    "FORGERIES_FOR_READERS",
    "Forge",
    "Held",
    "changed",
    "cut_after",
    "cut_before",
    "cut_during",
    "forged",
    "half_an_answer",
    "late",
    "silence",
]


# -- the connection is lost ------------------------------------------------------------------------


async def cut_before(exchange: Exchange) -> None:
    """The server never sees the command."""
    exchange.cut()


async def cut_during(exchange: Exchange) -> None:
    """The server sees half of the command, and does nothing."""
    whole = bytes(exchange.request)
    await exchange.forward(whole[: len(whole) // 2])
    exchange.cut()


async def cut_after(exchange: Exchange) -> None:
    """The server does what it is told, and its answer is lost."""
    await exchange.answer()
    exchange.cut()


async def half_an_answer(exchange: Exchange) -> None:
    """The connection is lost within the answer."""
    whole = bytes(await exchange.answer())
    await exchange.reply(whole[: len(whole) // 2])
    exchange.cut()


CUTS = {
    "before": cut_before,
    "during": cut_during,
    "after": cut_after,
    "half": half_an_answer,
}


# -- time --------------------------------------------------------------------------------------


def late(seconds: float) -> Fault:
    """The answer comes, after a while."""

    async def fault(exchange: Exchange) -> None:
        answer = await exchange.answer()
        await exchange.wait(seconds)
        await exchange.reply(bytes(answer))

    return fault


async def silence(exchange: Exchange) -> None:
    """The server does what it is told, and the answer does not come."""
    await exchange.answer()
    await exchange.wait()


class Held:
    """The answer is held back until a test lets it go.

    Parameters:
        before: whether the server does not even get to see the command until then.

    Example:
        held = Held()
        proxy.plan(held)
        ...
        await held.arrived()  # the server has done it
        held.let_go()
    """

    def __init__(self, *, before: bool = False) -> None:
        self._before = before
        self._arrived: Future[None] = Future()
        self._released: Future[None] = Future()

    async def __call__(self, exchange: Exchange) -> None:
        answer = None if self._before else await exchange.answer()
        self._arrived.set_result(None)
        await asyncio.wrap_future(self._released)
        await exchange.reply(bytes(answer or await exchange.answer()))

    async def arrived(self) -> None:
        """Wait until the command is held."""
        await asyncio.wrap_future(self._arrived)

    def let_go(self) -> None:
        """Deliver the answer."""
        self._released.set_result(None)


# -- nonsense ------------------------------------------------------------------------------------


SECONDS_UNTIL_READ = 0.1
"""PyMongo's async client drops the connection at once where the length of an answer means nothing.
One that is not waiting for the answer yet is told that there is no connection, and not why."""


Forge = Callable[[Frame], bytes]
"""Makes another answer of one."""


def forged(forge: Forge, seconds: float = SECONDS_UNTIL_READ) -> Fault:
    """The server does what it is told, and another answer comes when it is waited for."""

    async def fault(exchange: Exchange) -> None:
        answer = await exchange.answer()
        await asyncio.sleep(seconds)
        await exchange.reply(forge(answer))

    return fault


def with_fields(*left_out: str, **fields: Any) -> Forge:
    """The answer says other things, and some no more."""

    def forge(answer: Frame) -> bytes:
        document = {key: answer.document[key] for key in answer.document if key not in left_out}
        return bytes(answer.with_bson(bson.encode({**document, **fields})))

    return forge


def with_bson(raw: bytes) -> Forge:
    """The answer has these bytes where its document should be."""
    return lambda answer: bytes(answer.with_bson(raw))


def changed(*left_out: str, **fields: Any) -> Fault:
    """The answer says other things, and some no more."""
    return forged(with_fields(*left_out, **fields))


def of_bson(raw: bytes) -> Fault:
    """The answer has these bytes where its document should be."""
    return forged(with_bson(raw))


def write_error(**fields: Any) -> dict[str, Any]:
    return {"index": 0, "code": 11000, "errmsg": "no such thing happened", **fields}


def with_length(length: int) -> Fault:
    return forged(lambda answer: length.to_bytes(4, "little", signed=True) + bytes(answer)[4:])


def with_cursor(*left_out: str, **fields: Any) -> Forge:
    """The cursor in the answer says other things, and some no more; ``batch`` is its batch."""

    def forge(answer: Frame) -> bytes:
        document = answer.document
        cursor = document["cursor"]
        key = "firstBatch" if "firstBatch" in cursor else "nextBatch"
        changes = {key if name == "batch" else name: value for name, value in fields.items()}
        gone = {key if name == "batch" else name for name in left_out}
        document["cursor"] = {k: v for k, v in {**cursor, **changes}.items() if k not in gone}
        return bytes(answer.with_bson(bson.encode(document)))

    return forge


FORGERIES_FOR_READERS: Mapping[str, Forge] = {
    "not ok, no reason": with_bson(bson.encode({"ok": 0})),
    "ok missing": with_fields("ok"),
    "nothing": with_bson(bson.encode({})),
    "cursor missing": with_fields("cursor"),
    "cursor a number": with_fields(cursor=5),
    "cursor a null": with_fields(cursor=None),
    "cursor a list": with_fields(cursor=[1]),
    "id missing": with_cursor("id"),
    "id a text": with_cursor(id="1"),
    "id a null": with_cursor(id=None),
    "id a double": with_cursor(id=0.5),
    "id a bool": with_cursor(id=True),
    "batch missing": with_cursor("batch"),
    "batch a number": with_cursor(batch=5),
    "batch a text": with_cursor(batch="abc"),
    "batch an empty text": with_cursor(batch=""),
    "batch a null": with_cursor(batch=None),
    "batch a document": with_cursor(batch={"a": 1}),
    "batch an empty document": with_cursor(batch={}),
    "batch of numbers": with_cursor(batch=[1, 2]),
    "batch of texts": with_cursor(batch=["a"]),
    "batch of nulls": with_cursor(batch=[None]),
    "batch of lists": with_cursor(batch=[[]]),
    "labels a number": with_bson(
        bson.encode({"ok": 0, "code": 1, "errmsg": "x", "errorLabels": 1})
    ),
    "bson of garbage": with_bson(b"\x10\0\0\0" + b"\xff" * 12),
    "bson cut short": with_bson(bson.encode({"ok": 1.0})[:-3]),
    "no bson": with_bson(b""),
}
"""Answers to a find, a getMore or an aggregate that make no sense."""

FORGED_NAMESPACES: Mapping[str, Forge] = {
    "ns a number": with_cursor(ns=5),
    "ns a list": with_cursor(ns=["a.b"]),
    "ns without a dot": with_cursor(ns="ab"),
}
"""Answers to a find that name no collection."""


FORGERIES: Mapping[str, Fault] = {
    "n too small": changed(n=1),
    "n too large": changed(n=10_000),
    "n negative": changed(n=-1),
    "n a text": changed(n="four"),
    "n a null": changed(n=None),
    "n a double": changed(n=2.5),
    "n missing": changed("n"),
    "ok missing": changed("ok"),
    "not ok, no reason": of_bson(bson.encode({"ok": 0})),
    "nothing": of_bson(bson.encode({})),
    "write error out of range": changed(n=0, writeErrors=[write_error(index=10_000)]),
    "write error negative": changed(n=0, writeErrors=[write_error(index=-1)]),
    "write error without index": changed(n=0, writeErrors=[{"code": 11000, "errmsg": "?"}]),
    "write error without code": changed(n=0, writeErrors=[{"index": 0, "errmsg": "?"}]),
    "write error with a text for a code": changed(n=0, writeErrors=[write_error(code="x")]),
    "write errors twice": changed(n=0, writeErrors=[write_error(), write_error()]),
    "write errors not a list": changed(n=0, writeErrors=7),
    "write errors of numbers": changed(n=0, writeErrors=[1, 2]),
    "write errors, and too many of n": changed(n=3, writeErrors=[write_error()]),
    "write concern error a number": changed(writeConcernError=7),
    "labels a number": of_bson(bson.encode({"ok": 0, "code": 1, "errmsg": "x", "errorLabels": 1})),
    "bson of garbage": of_bson(b"\x10\0\0\0" + b"\xff" * 12),
    "bson cut short": of_bson(bson.encode({"ok": 1.0})[:-3]),
    "bson longer than it is": of_bson(b"\xff\0\0\0" + bson.encode({"ok": 1.0})[4:]),
    "no bson": of_bson(b""),
    "another opcode": forged(lambda answer: bytes(replace(answer, opcode=2012))),
    "unknown opcode": forged(lambda answer: bytes(replace(answer, opcode=4711))),
    "answer to another request": forged(lambda answer: bytes(replace(answer, response_to=1))),
    "unknown flags": forged(lambda answer: bytes(replace(answer, body=b"\x7f" + answer.body[1:]))),
    "another section": forged(
        lambda answer: bytes(replace(answer, body=answer.body[:4] + b"\x01" + answer.body[5:]))
    ),
    "length of less than a header": with_length(3),
    "length negative": with_length(-1),
    "length huge": with_length(2**31 - 1),
}
"""Answers to an insert of several documents that make no sense."""
