"""Documents of a capped collection as they come."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, ClassVar

import pytest
from bson import SON
from bson.raw_bson import RawBSONDocument
from pymongo.errors import OperationFailure

from aiomotorengine import Document, IntField
from tests.harness import Mongo
from tests.integration.commands import eventually, watch

pytestmark = pytest.mark.mongod_only("SecantusDB has no capped collections")


class Event(Document):
    __collection_options__: ClassVar = {"capped": True, "size": 100_000}
    n = IntField()


class Plain(Document):
    n = IntField()


@pytest.fixture
async def events(mongo: Mongo, codec: str) -> None:
    await Event.ensure_collection()
    await Event.objects.bulk_insert([Event(n=n) for n in range(3)])


async def test_what_comes_later_is_read_too(events: None) -> None:
    seen: list[Any] = []
    there = asyncio.Event()

    async def read() -> None:
        async with aclosing(Event.objects.filter(n__ne=1).tail(max_await_time_ms=50)) as found:
            async for event in found:
                seen.append(event.n)
                if event.n == 2:
                    there.set()
                if event.n == 9:
                    return

    reading = asyncio.ensure_future(read())
    await there.wait()
    await Event(n=1).save()
    await asyncio.sleep(0.2)  # the server says several times that there is none yet
    await Event(n=5).save()
    await Event.objects.bulk_insert([Event(n=8), Event(n=9)])
    await reading
    assert seen == [0, 2, 5, 8, 9]


async def test_the_cursor_is_closed(events: None, mongo: Mongo) -> None:
    commands = watch(mongo)
    async with aclosing(Event.objects.tail()) as found:
        assert (await anext(found)).n == 0
    assert await eventually(lambda: bool(commands.of("killCursors")))
    (find,) = commands.of("find")
    assert find["tailable"] is True
    assert find["awaitData"] is True


@pytest.mark.parametrize("document_class", [RawBSONDocument, SON, dict])
async def test_what_is_there_is_handed_out_before_more_is_asked_for(
    events: None, mongo: Mongo, document_class: type[Any]
) -> None:
    """Whatever documents of the driver are: the next one may be long in coming."""
    commands = watch(mongo, document_class=document_class)
    async with aclosing(Event.objects.tail(max_await_time_ms=100)) as found:
        for n in range(3):
            assert (await anext(found)).n == n
        assert commands.of("getMore") == []
        await Event(n=3).save()
        assert (await anext(found)).n == 3
    assert len(commands.of("getMore")) == 1


async def test_a_reader_that_is_cancelled_leaves_no_cursor(events: None, mongo: Mongo) -> None:
    commands = watch(mongo)
    found = Event.objects.tail(max_await_time_ms=100)
    for n in range(3):
        assert (await anext(found)).n == n
    waiting = asyncio.ensure_future(anext(found))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await eventually(lambda: bool(commands.of("killCursors")))


async def test_an_end_of_the_server_is_the_end(mongo: Mongo, codec: str) -> None:
    await Event.ensure_collection()
    assert [event async for event in Event.objects.tail()] == []
    assert [event async for event in Event.objects.none().tail()] == []


async def test_only_capped_collections_have_a_tail(mongo: Mongo, codec: str) -> None:
    await Plain(n=1).save()
    with pytest.raises(OperationFailure, match="capped"):
        [event async for event in Plain.objects.tail()]


def test_a_tail_has_no_order(mongo: Mongo) -> None:
    for found in (Event.objects.order_by("n"), Event.objects.skip(1), Event.objects.limit(5)):
        with pytest.raises(ValueError, match=r"^tail\(\) reads all in the order of insertion"):
            found.tail()
    with pytest.raises(ValueError, match="max_await_time_ms must be 1 or more"):
        Event.objects.tail(max_await_time_ms=0)
