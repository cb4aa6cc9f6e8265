"""Blocks around the ``yield`` of a generator that is left early, which asyncio closes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any, Protocol

import pytest

from aiomotorengine import Document, StringField, start_session, transaction
from aiomotorengine.errors import TransactionAbortedError, TransactionEndedError
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")


class Block(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Any]: ...


class Book(Document):
    title = StringField()


@pytest.fixture(params=[transaction, start_session])
def block(request: pytest.FixtureRequest) -> Block:
    chosen: Block = request.param
    return chosen


@pytest.fixture(autouse=True)
async def collection(mongo: Mongo) -> None:
    await Book(title="first").save()


async def numbers(block: Block) -> AsyncIterator[int]:
    async with block():
        for number in range(3):
            yield number


async def leave_early(block: Block) -> None:
    async for _ in numbers(block):
        break
    for _ in range(5):
        await asyncio.sleep(0)  # asyncio closes the generator


async def titles() -> list[str]:
    return sorted([row["title"] async for row in Book.objects.coll().find()])


async def test_the_task_goes_on_outside_of_it(block: Block) -> None:
    await leave_early(block)
    await Book(title="second").save()
    async with transaction():
        await Book(title="third").save()
    await asyncio.gather(*(Book.objects.count() for _ in "ab"))
    assert await titles() == ["first", "second", "third"]


async def test_the_task_goes_on_in_the_block_around_it(mongo: Mongo) -> None:
    commands = watch(mongo)
    async with start_session() as session:
        await leave_early(start_session)
        await leave_early(start_session)
        await Book.objects.find_all()
        assert commands.of("find")[-1]["lsid"] == session.session_id
    assert await Book.objects.count() == 1


async def test_what_is_written_while_it_is_closed_does_not_count_as_written() -> None:
    second = Book(title="second")
    async for _ in numbers(transaction):
        break
    with pytest.raises(TransactionAbortedError, match="GeneratorExit"):
        await second.save()
    assert not second._is_persisted
    await second.save()
    assert await titles() == ["first", "second"]


async def test_a_task_that_was_started_inside_takes_no_part_outside(block: Block) -> None:
    go = asyncio.Event()

    async def write() -> None:
        await go.wait()
        await Book(title="late").save()

    async for _ in numbers(block):
        writing = asyncio.create_task(write())
        break
    await asyncio.sleep(0.05)
    go.set()
    with pytest.raises(TransactionEndedError):
        await writing
    assert await titles() == ["first"]


async def test_what_is_closed_in_time_is_left_at_once(block: Block) -> None:
    async with aclosing(numbers(block)) as closing:
        async for _ in closing:
            break
    await Book(title="second").save()
    assert await titles() == ["first", "second"]


async def test_an_operation_under_way_is_aborted_with_the_transaction() -> None:
    with pytest.raises(LookupError):
        async with transaction():
            slow = Book.objects.filter({"$where": "sleep(300) || true"}).find_all()
            reading = asyncio.create_task(slow)
            await asyncio.sleep(0.05)
            raise LookupError("the reason")
    with pytest.raises(TransactionAbortedError, match=r"aborted: .*the reason"):
        await reading
