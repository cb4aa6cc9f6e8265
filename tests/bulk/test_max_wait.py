"""A source that is slow, or waits for ever: its documents do not wait as long (``max_wait``)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from aiomotorengine import Document, IntField
from aiomotorengine.bulk import BulkReport, inserting
from aiomotorengine.errors import UniqueKeyViolationError
from tests.bulk.gate import Gate, gated
from tests.bulk.hurry import Hurried
from tests.bulk.models import Key, Row, account, keys, numbers_of, rows, stored
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("mongo", "codec")

SHORT = 0.01


@pytest.fixture(params=["slices as measured", "large slices"], autouse=True)
def pace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In large slices a document that was taken waits for others before it is prepared."""
    if request.param == "large slices":
        monkeypatch.setattr(inserting, "Pace", Hurried)


class Feed:
    """A live source: gives what is put into it, and ends when it is told to.

    Attributes:
        asked: how many documents were asked for.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._queue: asyncio.Queue[Any] = asyncio.Queue()

    def put(self, *documents: Any) -> None:
        for document in documents:
            self._queue.put_nowait(document)

    def end(self) -> None:
        self._queue.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Any]:
        while True:
            self.asked += 1
            document = await self._queue.get()
            if document is None:
                return
            yield document


@pytest.fixture
def gate(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    with gated(Row, monkeypatch) as gate:
        yield gate


def sizes(gate: Gate) -> list[int]:
    return [len(call) for call in gate.calls]


async def finished(task: asyncio.Future[Any]) -> Any:
    async with asyncio.timeout(10):
        return await task


@pytest.mark.parametrize("ordered", [True, False])
async def test_a_document_is_sent_before_the_next_has_come(gate: Gate, ordered: bool) -> None:
    feed, documents = Feed(), rows(range(4))
    task = asyncio.ensure_future(Row.objects.insert_stream(feed, ordered=ordered, max_wait=SHORT))
    for number, row in enumerate(documents, 1):
        feed.put(row)
        await gate.arrival(number)
    feed.end()
    report = await finished(task)
    assert sizes(gate) == [1, 1, 1, 1]
    assert await account(report, documents) == {"inserted": [0, 1, 2, 3]}


async def test_without_a_limit_it_waits_until_the_batch_is_full(gate: Gate) -> None:
    feed = Feed()
    stream = Row.objects.insert_stream(feed, batch_size=2, max_wait=None)
    task = asyncio.ensure_future(stream)
    for row in rows(range(4)):
        feed.put(row)
        await asyncio.sleep(3 * SHORT)
    feed.end()
    assert (await finished(task)).ok
    assert sizes(gate) == [2, 2]


async def test_a_source_that_holds_the_event_loop_is_looked_at_between_its_documents(
    gate: Gate,
) -> None:
    def source() -> Iterator[Row]:
        for row in rows(range(6)):
            time.sleep(2 * SHORT)
            yield row

    assert (await Row.objects.insert_stream(source(), max_wait=SHORT)).ok
    assert len(gate.calls) > 1
    assert await stored() == [0, 1, 2, 3, 4, 5]


async def test_the_source_is_asked_for_no_more_than_may_be_in_flight(gate: Gate) -> None:
    feed, documents = Feed(), rows(range(10))
    gate.shut()
    stream = Row.objects.insert_stream(feed, in_flight=1, max_wait=SHORT)
    task = asyncio.ensure_future(stream)
    feed.put(documents[0])
    await gate.arrival(1)
    feed.put(*documents[1:])
    await asyncio.sleep(5 * SHORT)
    assert feed.asked == 2  # the second was asked for when the first was sent
    feed.end()
    gate.open()
    assert await account(await finished(task), documents) == {"inserted": list(range(10))}


async def test_a_document_that_is_refused_ends_an_ordered_stream_at_once(gate: Gate) -> None:
    feed, documents = Feed(), [Row(n=1), Row(n=-1)]
    stream = Row.objects.insert_stream(feed, max_wait=SHORT)
    feed.put(*documents)
    with pytest.raises(ValueError, match="Validation for document 1 ") as failure:
        await finished(asyncio.ensure_future(stream))
    report = failure.value.report  # type: ignore[attr-defined]
    assert await account(report, documents) == {"inserted": [0], "rejected": [1]}


async def test_an_index_that_cannot_be_made_ends_it_at_once() -> None:
    await Key.objects.coll().insert_many([{"n": 1}, {"n": 1}])
    feed, documents = Feed(), keys([2])
    stream = Key.objects.insert_stream(feed, max_wait=SHORT)
    feed.put(*documents)
    with pytest.raises(UniqueKeyViolationError) as failure:
        await finished(asyncio.ensure_future(stream))
    report = failure.value.report  # type: ignore[attr-defined]
    assert numbers_of(report) == {"not_sent": [0]}
    assert documents[0]._id is None


async def test_a_source_that_raises_ends_it_while_documents_are_sent(gate: Gate) -> None:
    failing = asyncio.Event()

    async def source() -> AsyncIterator[Row]:
        yield Row(n=1)
        await failing.wait()
        raise LookupError("no more")

    gate.shut()
    task = asyncio.ensure_future(Row.objects.insert_stream(source(), max_wait=SHORT))
    await gate.arrival(1)
    failing.set()
    gate.open()
    with pytest.raises(LookupError, match="no more") as failure:
        await finished(task)
    assert numbers_of(failure.value.report) == {"inserted": [0]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("while_", ["it is sent", "it is prepared"])
async def test_a_call_that_is_cancelled_leaves_nothing_behind(
    while_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def create_indexes(*arguments: Any, **options: Any) -> None:
        asked.set()
        await asyncio.Event().wait()

    feed, documents, report = Feed(), keys([1]), BulkReport()
    with gated(Key, monkeypatch) as gate:
        if while_ == "it is prepared":
            gate.create_indexes = create_indexes  # type: ignore[attr-defined]
        gate.shut()
        stream = Key.objects.insert_stream(feed, max_wait=SHORT, report=report)
        task = asyncio.ensure_future(stream)
        feed.put(*documents)
        await (asked.wait() if while_ == "it is prepared" else gate.arrival(1))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finished(task)
    assert numbers_of(report) == {"not_sent": [0]}
    assert documents[0]._id is None
    assert [task for task in map(repr, asyncio.all_tasks()) if "aiomotorengine/bulk" in task] == []


async def test_what_comes_while_others_are_prepared_comes_after_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, made = asyncio.Event(), asyncio.Event()

    async def create_indexes(*arguments: Any, **options: Any) -> None:
        asked.set()
        await made.wait()

    feed, documents = Feed(), keys(range(5))
    with gated(Key, monkeypatch) as gate:
        gate.create_indexes = create_indexes  # type: ignore[attr-defined]
        stream = Key.objects.insert_stream(feed, max_wait=SHORT)
        task = asyncio.ensure_future(stream)
        feed.put(documents[0])
        await asked.wait()
        feed.put(*documents[1:])
        feed.end()
        await asyncio.sleep(2 * SHORT)
        made.set()
        assert await account(await finished(task), documents) == {"inserted": [0, 1, 2, 3, 4]}
    assert await stored(Key) == [0, 1, 2, 3, 4]


async def test_what_comes_while_one_before_it_is_refused_is_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, made = asyncio.Event(), asyncio.Event()

    async def create_indexes(*arguments: Any, **options: Any) -> None:
        asked.set()
        await made.wait()

    def refuse(document: Any, creating: bool) -> int:
        if document.n == 0:
            raise LookupError("not this one")
        return int(document.n)

    class Hooked(Document):
        n = IntField(unique=True, on_save=refuse)

    feed, documents = Feed(), [Hooked(n=n) for n in range(2)]
    with gated(Hooked, monkeypatch) as gate:
        gate.create_indexes = create_indexes  # type: ignore[attr-defined]
        task = asyncio.ensure_future(Hooked.objects.insert_stream(feed, max_wait=SHORT))
        feed.put(documents[0])
        await asked.wait()
        feed.put(documents[1])
        await asyncio.sleep(2 * SHORT)
        made.set()
        with pytest.raises(LookupError, match="not this one") as failure:
            await finished(task)
    report = failure.value.report  # type: ignore[attr-defined]
    # In slices as measured it is not taken before the other has been refused.
    assert numbers_of(report) in ({"rejected": [0], "not_sent": [1]}, {"rejected": [0]})
    assert await stored(Hooked) == []


@pytest.mark.parametrize(
    ("max_wait", "error"),
    [("1", TypeError), (True, TypeError), (0, ValueError), (-1.5, ValueError)]
    + [(float(value), ValueError) for value in ("nan", "inf")],
)
async def test_it_is_a_number_of_seconds(max_wait: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="max_wait must be a number of seconds"):
        await Row.objects.insert_stream([], max_wait=max_wait)
