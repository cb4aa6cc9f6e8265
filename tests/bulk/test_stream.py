"""insert_stream: documents of any source, batch by batch, with an account of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from aiomotorengine import (
    Document,
    IntField,
    SequenceField,
    StringField,
    after_save,
    before_save,
)
from aiomotorengine.bulk import BulkReport
from aiomotorengine.errors import UniqueKeyViolationError
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Row(Document):
    n = IntField(required=True, min_value=0)
    word = StringField()


class Key(Document):
    n = IntField(unique=True)


def rows(numbers: range) -> list[Row]:
    return [Row(n=n) for n in numbers]


async def later(documents: Any) -> AsyncIterator[Any]:
    for document in documents:
        await asyncio.sleep(0)
        yield document


async def stored(document_class: Any = Row) -> list[int]:
    found = await document_class.objects.coll().find({}).to_list(None)
    return [row["n"] for row in found]


@pytest.mark.parametrize(
    "given", [list, iter, tuple, later], ids=["list", "iter", "tuple", "async"]
)
async def test_all_documents_of_a_source_go_in_in_order(given: Any) -> None:
    report = await Row.objects.insert_stream(given(rows(range(2500))), batch_size=1000)
    assert report.ok
    assert report.inserted.ranges == (range(2500),)
    assert (report.taken, report.batches) == (2500, 3)
    assert await stored() == list(range(2500))


async def test_an_empty_source_costs_no_round_trip(mongo: Mongo) -> None:
    commands = watch(mongo)
    report = await Key.objects.insert_stream(iter(()))
    assert (report.taken, report.ok, commands.names) == (0, True, [])


async def test_a_duplicate_ends_an_ordered_stream() -> None:
    keys = [Key(n=n) for n in [*range(25), 3, *range(100, 150)]]
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Key.objects.insert_stream(keys, batch_size=10)
    report: BulkReport = violation.value.report
    assert isinstance(violation.value.__cause__, BulkWriteError)
    assert violation.value.details is not None
    assert violation.value.details["writeErrors"][0]["index"] == 25
    assert report.inserted.ranges == (range(25),)
    (entry,) = report.rejected
    assert (entry.number, entry.code) == (25, 11000)
    assert report.not_sent.ranges == (range(26, report.taken),)
    assert report.taken <= 50
    assert await stored(Key) == list(range(25))


async def test_an_unordered_stream_collects_what_is_refused() -> None:
    # Two batches are on their way at a time: of two documents in them either may come first.
    await Key.objects.bulk_insert([Key(n=200), Key(n=201)])
    numbers: list[Any] = [*range(25), 200, -1, *range(100, 150), 201]
    keys = [Key(n=n) for n in numbers]
    keys[26] = Row(n=1)
    report = await Key.objects.insert_stream(keys, batch_size=10, ordered=False, on_error="collect")
    assert sorted(entry.number for entry in report.rejected) == [25, 26, 77]
    assert report.taken == 78
    assert len(report.inserted) == 75
    assert sorted(await stored(Key)) == [*range(25), *range(100, 150), 200, 201]


async def test_what_came_before_a_refused_document_goes_in() -> None:
    given = [*rows(range(15)), Row(n=-1), *rows(range(20, 30))]
    with pytest.raises(ValueError, match="Validation for document 15 in the documents") as refusal:
        await Row.objects.insert_stream(given, batch_size=10)
    report = refusal.value.report  # type: ignore[attr-defined]
    assert report.inserted.ranges == (range(15),)
    assert [entry.number for entry in report.rejected] == [15]
    assert await stored() == list(range(15))


@pytest.mark.parametrize("call", ["insert_stream", "bulk_insert"])
async def test_what_is_no_document_is_refused_after_what_was_refused_before_it(call: str) -> None:
    # So many that a slice has the refused and what is no document.
    given: list[Any] = [*rows(range(100)), Row(n=-1), Key(n=1), *rows(range(5))]
    report = BulkReport()
    with pytest.raises(ValueError, match="Validation for document 100 in the documents"):
        await getattr(Row.objects, call)(given, report=report)
    assert [entry.number for entry in report.rejected] == [100]


async def test_a_source_that_raises_keeps_its_exception() -> None:
    closed = []

    def source() -> Iterator[Row]:
        try:
            yield from rows(range(25))
            raise LookupError("no more")
        finally:
            closed.append(True)

    report = BulkReport()
    with pytest.raises(LookupError, match="no more"):
        await Row.objects.insert_stream(source(), batch_size=10, report=report)
    assert closed == [True]
    assert report.inserted.ranges == (range(20),)
    assert report.not_sent.ranges == (range(20, 25),)


class Entrance(Document):
    __discriminator__ = "kind"
    name = StringField()


@pytest.mark.parametrize("batch_size", [2, 100])
async def test_a_class_that_is_made_while_documents_come(batch_size: int) -> None:
    called: list[str] = []

    async def source() -> AsyncIterator[Entrance]:
        for _ in range(6):
            await asyncio.sleep(0)
            yield Entrance()

        class Ticketed(Entrance):
            number = SequenceField(unique=True)

            def validate(self, **options: Any) -> bool:
                called.append("validate")
                return super().validate(**options)

            @before_save
            def note_before(self) -> None:
                called.append("before")

            @after_save
            def note_after(self) -> None:
                called.append("after")

        await Entrance.objects.coll().insert_one({"kind": "taken", "number": 2})
        for _ in range(6):
            ticketed.append(Ticketed())
            yield ticketed[-1]

    ticketed: list[Any] = []
    report = await Entrance.objects.insert_stream(
        source(), batch_size=batch_size, ordered=False, on_error="collect"
    )
    assert [entry.number for entry in report.rejected] == [7]
    assert [it.number for it in ticketed] == [1, None, 3, 4, 5, 6]
    assert sorted(called) == ["after"] * 5 + ["before"] * 6 + ["validate"] * 6
