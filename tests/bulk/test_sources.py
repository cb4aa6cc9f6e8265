"""Sources that raise, that yield something else, that are closed, that wait for ever."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from aiomotorengine.bulk import BulkReport
from aiomotorengine.bulk.sources import Source
from tests.bulk.gate import gated, sent
from tests.bulk.models import Key, Row, account, keys, numbers_of, rows, stored

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Hand:
    """A source that is no generator, and remembers that it was closed."""

    def __init__(self, *items: Any) -> None:
        self.items = list(items)
        self.closed = 0

    def __iter__(self) -> Hand:
        return self

    def __next__(self) -> Any:
        if not self.items:
            raise StopIteration
        item = self.items.pop(0)
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        self.closed += 1


class LaterHand(Hand):
    def __aiter__(self) -> LaterHand:
        return self

    async def __anext__(self) -> Any:
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        self.closed += 1


HANDS = pytest.mark.parametrize("hand", [Hand, LaterHand])


@HANDS
async def test_bulk_insert_takes_all_of_a_source(hand: type[Hand]) -> None:
    documents = rows(range(100))
    source = hand(*documents)
    assert await Row.objects.bulk_insert(source) == documents
    assert await stored() == list(range(100))
    assert source.closed == 0


@HANDS
async def test_bulk_insert_raises_what_its_source_raises(hand: type[Hand]) -> None:
    class Stuck(hand):  # type: ignore[misc, valid-type]
        def close(self) -> None:
            super().close()
            raise OSError("cannot close")

    documents, error = rows(range(25)), LookupError("no more")
    source = Stuck(*documents, error)
    with pytest.raises(LookupError) as failure:
        await Row.objects.bulk_insert(source)
    assert failure.value is error
    assert source.closed == 1
    report = failure.value.report  # type: ignore[attr-defined]
    assert await account(report, documents) == {"not_sent": list(range(25))}
    assert await stored() == []


@pytest.mark.parametrize(
    "view",
    [
        lambda pending: pending.values(),
        lambda pending: deque(pending.values()),
        lambda pending: tuple(pending.values()),
        lambda pending: list(pending.values()),
    ],
    ids=["values", "deque", "tuple", "list"],
)
async def test_what_is_in_memory_may_be_changed_by_others(view: Any) -> None:
    pending = {n: Row(n=n) for n in range(5000)}
    documents = view(pending)

    async def change() -> None:
        for number in range(5000, 5200):
            row = pending[number] = Row(n=number)
            if hasattr(documents, "append"):
                documents.append(row)
            await asyncio.sleep(0)

    task = asyncio.ensure_future(change())
    listed = await Row.objects.bulk_insert(documents)
    await task
    assert listed is not None
    assert sorted(await stored()) == list(range(5000))


async def test_bulk_insert_closes_a_source_when_it_is_cancelled() -> None:
    closed = asyncio.Event()

    async def source() -> AsyncIterator[Row]:
        try:
            yield Row(n=1)
            await asyncio.Event().wait()
        finally:
            closed.set()

    report = BulkReport()
    task = asyncio.ensure_future(Row.objects.bulk_insert(source(), report=report))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed.is_set()
    assert numbers_of(report) == {"not_sent": [0]}


@pytest.mark.parametrize("made", [list, tuple], ids=["list", "tuple"])
async def test_what_is_in_a_list_is_taken_at_once_as_far_as_it_is_wanted(made: Any) -> None:
    source, taken = Source(made(range(5000))), []
    await source.take(3, taken)
    assert (taken, source.has_ended) == ([0, 1, 2], False)
    await source.take(4999, taken)
    assert (len(taken), source.has_ended) == (4999, False)
    await source.take(10_000, taken)
    assert (taken, source.has_ended) == (list(range(5000)), True)


@HANDS
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_what_a_source_raises_is_raised_as_it_is(
    hand: type[Hand], ordered: bool, on_error: Any
) -> None:
    documents, error, report = rows(range(25)), LookupError("no more"), BulkReport()
    source = hand(*documents, error, Row(n=99))
    with pytest.raises(LookupError) as failure:
        await Row.objects.insert_stream(
            source, batch_size=10, ordered=ordered, on_error=on_error, report=report
        )
    assert failure.value is error
    assert source.closed == 1
    assert await account(report, documents) == {
        "inserted": list(range(20)),
        "not_sent": list(range(20, 25)),
    }
    assert documents[20]._id is None


@HANDS
async def test_a_source_that_came_to_its_end_is_not_closed(hand: type[Hand]) -> None:
    source = hand(*rows(range(5)))
    assert (await Row.objects.insert_stream(source)).ok
    assert source.closed == 0


@HANDS
async def test_a_source_is_closed_when_the_stream_ends_early(hand: type[Hand]) -> None:
    source = hand(*keys([1, 2, 1, *range(100, 150)]))
    report = await Key.objects.insert_stream(source, batch_size=3, on_error="collect")
    assert source.closed == 1
    assert numbers_of(report)["inserted"] == [0, 1]
    assert len(source.items) > 40


async def test_a_source_that_cannot_be_closed() -> None:
    class Stuck(Hand):
        def close(self) -> None:
            raise OSError("cannot close")

    with pytest.raises(OSError, match="cannot close"):
        await Key.objects.insert_stream(
            Stuck(*keys([1, 1, *range(100)])), batch_size=2, on_error="collect"
        )
    with pytest.raises(LookupError, match="no more"):
        await Row.objects.insert_stream(Stuck(Row(n=1), LookupError("no more")))


async def test_a_generator_is_closed() -> None:
    closed: list[str] = []

    def source() -> Iterator[Row]:
        try:
            yield from rows(range(5))
            yield Row(n=-1)
            yield from rows(range(100))
        finally:
            closed.append("generator")

    async def source_later() -> AsyncIterator[Row]:
        try:
            for row in source():
                yield row
        finally:
            closed.append("async generator")

    for given, names in ((source(), ["generator"]), (source_later(), ["async generator"])):
        closed.clear()
        with pytest.raises(ValueError, match="Validation for document 5 "):
            await Row.objects.insert_stream(given, batch_size=2)
        assert closed[-1:] == names


async def test_a_source_that_yields_something_else() -> None:
    source = [Row(n=0), "a text", Row(n=1), None, Key(n=5)]
    report = await Row.objects.insert_stream(source, ordered=False, on_error="collect")
    assert numbers_of(report) == {"inserted": [0, 2], "rejected": [1, 3, 4]}
    assert report.rejected[0].message == (
        "Validation for document 1 in the documents you are saving failed with: "
        "This queryset for class 'Row' can't save an instance of type 'str'."
    )
    with pytest.raises(ValueError, match="can't save an instance of type 'NoneType'"):
        await Row.objects.insert_stream([Row(n=2), None])  # type: ignore[list-item]
    assert await stored() == [0, 1, 2]


async def test_a_stream_that_fails_does_not_wait_for_its_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = []

    async def source() -> AsyncIterator[Row]:
        try:
            for row in rows(range(15)):
                yield row
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    def lose(documents: Any) -> None:
        sent(documents)
        raise AutoReconnect("gone")

    with gated(Row, monkeypatch) as gate:
        gate.answer(lose)
        gate.shut()
        task = asyncio.ensure_future(Row.objects.insert_stream(source(), batch_size=10))
        await gate.arrival(1)
        for _ in range(100):
            await asyncio.sleep(0)
        gate.open()
        async with asyncio.timeout(10):
            with pytest.raises(AutoReconnect) as failure:
                await task
    assert task.cancelling() == 0
    assert closed == [True]
    assert numbers_of(failure.value.report) == {  # type: ignore[attr-defined]
        "unknown": list(range(10)),
        "not_sent": list(range(10, 15)),
    }


async def test_a_source_may_use_timeouts_and_other_tasks() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()

    async def produce() -> None:
        for number in range(50):
            await queue.put(number)
            await asyncio.sleep(0)

    async def source() -> AsyncIterator[Row]:
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            tasks.create_task(produce())
            for _ in range(50):
                yield Row(n=await queue.get())

    assert (await Row.objects.insert_stream(source(), batch_size=7)).ok
    assert await stored() == list(range(50))
