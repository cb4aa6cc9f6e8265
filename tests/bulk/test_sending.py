"""How batches travel: what overlaps, what waits, and how far the source is read ahead."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from aiomotorengine import Document, IntField, StringField
from aiomotorengine.bulk import BulkReport, batching, inserting
from aiomotorengine.bulk.sources import Source
from aiomotorengine.errors import UniqueKeyViolationError
from tests.bulk.gate import gated
from tests.bulk.models import Key, Row, keys, later, rows, stored
from tests.event_loop import counted_turns
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Counting:
    """A source that knows how many documents were taken from it."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken = 0

    def __iter__(self) -> Iterator[Row]:
        for number in range(self.count):
            self.taken += 1
            yield Row(n=number)

    async def __call__(self) -> AsyncIterator[Row]:
        for row in self:
            await asyncio.sleep(0)
            yield row


async def quiet() -> None:
    """Give other tasks many turns, so that whatever can happen has happened."""
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.mark.parametrize("in_flight", [1, 2, 3])
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("is_async", [False, True])
async def test_the_source_is_not_read_further_ahead_than_batches_may_be_in_flight(
    in_flight: int, ordered: bool, is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Counting(1000)
    with gated(Row, monkeypatch) as gate:
        gate.shut()
        task = asyncio.ensure_future(
            Row.objects.insert_stream(
                source() if is_async else source,
                ordered=ordered,
                batch_size=10,
                in_flight=in_flight,
            )
        )
        await gate.arrival(1)
        await quiet()
        assert source.taken == in_flight * 10
        assert len(gate.calls) == (1 if ordered else in_flight)
        gate.open()
        report = await task
    assert report.ok
    assert gate.most_under_way == (1 if ordered else in_flight)
    assert sorted(await stored()) == list(range(1000))


async def test_the_next_batch_is_made_while_one_is_on_the_wire(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: list[int] = []

    class Told(Document):
        n = IntField(on_save=lambda document, creating: (encoded.append(document.n), document.n)[1])

    with gated(Told, monkeypatch) as gate:
        gate.shut()
        source = [Told(n=n) for n in range(30)]
        task = asyncio.ensure_future(Told.objects.insert_stream(source, batch_size=10))
        await gate.arrival(1)
        await quiet()
        assert encoded == list(range(20))
        assert len(gate.calls) == 1
        gate.open()
        assert (await task).ok


async def test_a_batch_goes_when_it_is_full_and_not_when_the_next_document_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrived: list[int] = []
    with gated(Row, monkeypatch) as gate:

        async def source() -> AsyncIterator[Row]:
            for row in rows(range(10)):
                yield row
            await gate.arrival(1)
            arrived.append(len(gate.calls))

        report = await Row.objects.insert_stream(source(), batch_size=10)
    assert arrived == [1]
    assert report.batches == 1


async def test_progress_is_told_after_each_batch() -> None:
    told: list[tuple[int, int]] = []

    def progress(report: BulkReport) -> None:
        told.append((len(report.inserted), report.batches))

    await Row.objects.insert_stream(rows(range(25)), batch_size=10, progress=progress)
    assert told == [(10, 1), (20, 2), (25, 3)]
    told.clear()
    await Row.objects.bulk_insert(rows(range(5)), progress=progress)
    assert told == [(5, 1)]


async def test_a_batch_ends_when_its_bytes_are_enough(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "OF_A_STREAM", batching.Limits(100, 1000))
    commands = watch(mongo)
    report = await Row.objects.insert_stream(rows(range(100)))
    sizes = [len(command["documents"]) for command in commands.of("insert")]
    assert sum(sizes) == 100
    assert report.batches == len(sizes)
    each = report.bytes // 100
    assert all(size == 1000 // each for size in sizes[:-1])


async def test_a_batch_has_no_more_documents_than_a_server_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[int] = []

    class Seen(batching.Batcher):
        def __init__(self, limits: batching.Limits) -> None:
            given.append(limits.documents)
            super().__init__(limits)

    monkeypatch.setattr(inserting, "Batcher", Seen)
    await Row.objects.insert_stream([], batch_size=10**9)
    await Row.objects.insert_stream([], batch_size=7)
    await Row.objects.insert_stream([])
    await Row.objects.bulk_insert(rows([1]))
    assert given == [100_000, 7, batching.OF_A_STREAM.documents, batching.OF_A_LIST.documents]


@pytest.mark.parametrize("name", ["batch_size", "in_flight"])
async def test_numbers_that_make_no_sense_are_refused(name: str) -> None:
    options: dict[str, Any] = {name: 0}
    with pytest.raises(ValueError, match=f"{name} must be 1 or more"):
        await Row.objects.insert_stream([], **options)
    options = {name: 1.5}
    with pytest.raises(TypeError, match=f"{name} must be a whole number"):
        await Row.objects.insert_stream([], **options)


async def test_an_unknown_way_with_errors_is_refused() -> None:
    with pytest.raises(ValueError, match="on_error must be"):
        await Row.objects.insert_stream([], on_error="ignore")  # type: ignore[arg-type]


async def to_be_awaited() -> list[Row]:
    return []


NO_SOURCES = {
    "number": lambda: 5,
    "none": lambda: None,
    "document": lambda: Row(n=1),
    "function": lambda: to_be_awaited,
    "coroutine": lambda: to_be_awaited(),
}


@pytest.mark.parametrize("insert", ["insert_stream", "bulk_insert"])
@pytest.mark.parametrize("make", NO_SOURCES.values(), ids=NO_SOURCES)
async def test_what_is_no_source_is_refused(make: Any, insert: str) -> None:
    with pytest.raises(TypeError, match="A source is an iterable or async iterable of documents"):
        await getattr(Row.objects, insert)(make())


class IterableRow(Document):
    """A document that gives its own values.

    Deriving from ``Row``, it would change how that is validated in all tests.
    """

    n = IntField()

    def __iter__(self) -> Iterator[Any]:
        return iter([self.n])


SINGLE_VALUES = {
    "text": ("rows.csv", "str: pass documents, or Rows of what a file has."),
    "no text": ("", "str: pass documents, or Rows of what a file has."),
    "bytes": (b"rows", "bytes: pass documents, or Rows of what a file has."),
    "bytearray": (bytearray(b"rows"), "bytearray: pass documents, or Rows"),
    "row": ({"n": 1}, "dict: pass its values(), or Rows if it has rows and no documents."),
    "documents by id": ({1: Row(n=1)}, "dict: pass its values(), or Rows"),
    "no documents by id": ({}, "dict: pass its values(), or Rows"),
    "document": (IterableRow(n=1), "IterableRow: pass a list of it."),
}


@pytest.mark.parametrize("insert", ["insert_stream", "bulk_insert"])
@pytest.mark.parametrize("given", SINGLE_VALUES.values(), ids=SINGLE_VALUES)
async def test_a_single_value_is_no_source_although_it_can_be_iterated_over(
    given: tuple[Any, str], insert: str
) -> None:
    value, words = given
    with pytest.raises(TypeError, match=f"of documents, not {re.escape(words)}"):
        await getattr(Row.objects, insert)(value)


async def tell(report: BulkReport) -> None:
    """A coroutine, which nobody would await."""


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"progress": tell}, id="a coroutine function"),
        {"progress": 5},
        {"report": {}},
        {"report": BulkReport},
    ],
    ids=str,
)
async def test_options_that_cannot_work_are_refused_before_anything_is_sent(
    options: dict[str, Any],
) -> None:
    [name] = options
    with pytest.raises(TypeError, match=f"{name} must be a"):
        await Row.objects.insert_stream(rows(range(5)), **options)
    with pytest.raises(TypeError, match=f"{name} must be a"):
        await Row.objects.bulk_insert(rows(range(5)), **options)
    assert await stored() == []


async def test_no_task_is_left_behind() -> None:
    await Row.objects.insert_stream(later(rows(range(50))), batch_size=10, ordered=False)
    coroutines = [task.get_coro() for task in asyncio.all_tasks()]
    assert [
        it.__qualname__ for it in coroutines if "aiomotorengine" in it.cr_code.co_filename
    ] == []


async def test_a_source_that_never_waits_does_not_keep_the_loop_for_itself() -> None:
    async def source() -> AsyncIterator[Row]:
        for number in range(20_000):
            yield Row(n=number)

    into: list[Any] = []
    with counted_turns() as turns:
        await Source(source()).take(20_000, into)
    assert len(into) == 20_000
    assert turns.count > 1


async def test_unordered_bulk_inserts_overlap_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with gated(Row, monkeypatch) as gate:
        options = inserting.Options(ordered=False, limits=batching.Limits(10, 1000))
        target = Row.objects._target(None)
        assert await inserting.insert_list(target, rows(range(100)), options)
        assert gate.most_under_way == 2
    assert sorted(await stored()) == list(range(100))


async def test_indexes_of_subclasses_are_asked_for_too() -> None:
    class Vehicle(Document):
        wheels = IntField()

    class Car(Vehicle):
        plate = StringField(unique=True)

    cars = [Vehicle(wheels=2), Car(plate="A"), Car(plate="A")]
    report = await Vehicle.objects.insert_stream(cars, on_error="collect")
    assert [entry.code for entry in report.rejected] == [11000]
    with pytest.raises(UniqueKeyViolationError):
        await Vehicle.objects.bulk_insert([Car(plate="A")])


async def test_indexes_are_asked_for_once_before_anything_is_sent(mongo: Mongo) -> None:
    commands = watch(mongo)
    report = await Key.objects.insert_stream(keys(range(30)), batch_size=10)
    assert report.ok
    assert commands.names == ["createIndexes", "insert", "insert", "insert"]
