"""One request of the driver's ``bulk_write`` stands for a batch: what that rests on."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import bson
import pytest
from pymongo.operations import InsertOne

from aiomotorengine.codec import wrap_many
from aiomotorengine.wire import requests
from tests.bulk.models import Key, Row, keys, numbers_of, rows, stored
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")


async def test_a_batch_is_one_message(mongo: Mongo) -> None:
    commands = watch(mongo)
    report = await Row.objects.insert_stream(rows(range(5000)), batch_size=5000, max_wait=None)
    (command,) = commands.of("insert")
    assert len(command["documents"]) == 5000
    assert report.batches == 1
    (answer,) = commands.replies("insert")
    assert answer["n"] == 5000


async def test_without_that_name_the_public_way_is_taken(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Public:
        """As ``InsertOne``, which one cannot take its method from."""

        def __new__(cls, document: Any) -> Any:
            made.append(document)
            return InsertOne(document)

    made: list[Any] = []
    monkeypatch.setattr(requests, "InsertOne", Public)
    report = await Key.objects.insert_stream(keys([1, 2, 1, 3]), ordered=False, on_error="collect")
    assert len(made) == 4
    assert numbers_of(report) == {"inserted": [0, 1, 3], "rejected": [2]}
    assert await stored(Key) == [1, 2, 3]


async def test_an_attempt_knows_whether_it_was_sent() -> None:
    raws = [bson.encode({"_id": number}) for number in (7, 8)]
    documents = wrap_many(raws)
    attempt = requests.Attempt(documents, ordered=True)
    first, second = attempt.documents
    assert (first["_id"], second["_id"]) == (7, 8)
    assert second.raw == raws[1]
    assert not attempt.taken
    assert first.raw == raws[0]
    assert attempt.taken and attempt.taken_in_call
    assert not attempt.forbid()


async def test_memory_holds_no_more_documents_than_are_under_way(mongo: Mongo) -> None:
    alive: weakref.WeakSet[Row] = weakref.WeakSet()
    most = 0

    def source() -> Iterator[Row]:
        nonlocal most
        for number in range(3000):
            row = Row(n=number)
            alive.add(row)
            most = max(most, len(alive))
            yield row

    report = await Row.objects.insert_stream(source(), batch_size=100, in_flight=2)
    assert report.ok
    assert most <= 3 * 100
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()
    assert len(alive) == 0


async def test_what_batches_leave_behind_is_let_go_of_at_once(mongo: Mongo) -> None:
    await Key.objects.insert_stream(keys(range(50)))
    few = await left_for_the_collector(batches=2)
    many = await left_for_the_collector(batches=12)
    assert (many - few) / 10 < 10  # a batch had left about eighty


async def left_for_the_collector(batches: int) -> int:
    """How many objects that a stream of refused documents leaves hold each other in circles."""
    gc.collect()
    gc.disable()
    try:
        report = await Key.objects.insert_stream(
            keys(range(50)) * batches, ordered=False, on_error="collect", batch_size=50
        )
        assert len(report.rejected) == 50 * batches
        await asyncio.sleep(0.01)  # the tasks of the batches end after the call
        return gc.collect()
    finally:
        gc.enable()
