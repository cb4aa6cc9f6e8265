"""``resume``: a call goes on where another has failed, and nothing is stored twice."""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bson import ObjectId
from bson.raw_bson import RawBSONDocument
from pymongo.errors import AutoReconnect, BulkWriteError

from aiomotorengine import Document, IntField, Rows, StringField
from aiomotorengine.bulk import BulkReport, Options
from aiomotorengine.bulk.batching import Limits
from aiomotorengine.errors import UniqueKeyViolationError
from tests.bulk.gate import Gate, gated
from tests.bulk.models import Row, numbers_of, stored
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("mongo", "codec")

COUNT = 12


class Line(Document):
    n = IntField()


class Word(Document):
    n = IntField(unique=True)
    text = StringField(max_length=3)


@pytest.fixture
def gate(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    with gated(Row, monkeypatch) as gate:
        yield gate


def arriving(gate: Gate, positions: Callable[[int], Any]) -> Callable[[list[Any]], Any]:
    """An answer that is lost, of a server that has stored the documents at these positions."""

    async def answer(documents: list[Any]) -> Any:
        raws = [RawBSONDocument(document.raw) for document in documents]
        some = [raws[position] for position in positions(len(raws))]
        if some:
            await gate._collection.insert_many(some)
        raise AutoReconnect("the answer is lost")

    return answer


def refusing_to_send(documents: list[Any]) -> Any:
    raise AutoReconnect("there is no server")


SOURCES: dict[str, Callable[[], Any]] = {
    "rows": lambda: Rows({"n": n} for n in range(COUNT)),
    "columns": lambda: Rows({"n": range(COUNT)}),
    "documents": lambda: (Row(n=n) for n in range(COUNT)),
}

ARRIVED: dict[str, Callable[[int], Any]] = {
    "none": lambda count: (),
    "some": lambda count: range(count // 2),
    "one": lambda count: range(1),
    "all": range,
}


async def insert(source: Any, **options: Any) -> BulkReport:
    return await Row.objects.insert_stream(source, batch_size=4, **options)


async def interrupted(gate: Gate, source: Any, *answers: Any, **options: Any) -> BulkReport:
    """The report of a call that fails."""
    gate.answer(*answers)
    report = BulkReport()
    with pytest.raises(AutoReconnect):
        await insert(source, report=report, **options)
    gate.forget()
    return report


async def test_w08_going_on_with_rows_after_a_failure() -> None:
    def rows(*, fail: bool) -> Iterator[dict[str, int]]:
        for n in range(2500):
            if fail and n == 2100:
                raise OSError("the disk is gone")
            yield {"n": n}

    before = BulkReport()
    with pytest.raises(OSError, match="the disk is gone"):
        await Line.objects.insert_stream(Rows(rows(fail=True)), report=before)
    report = await Line.objects.insert_stream(Rows(rows(fail=False)), resume=before)
    assert report.ok
    assert len(report.inserted) == 2500 == await Line.objects.count()


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("arrived", ARRIVED)
@pytest.mark.parametrize("name", SOURCES)
async def test_what_may_be_in_is_sent_under_the_id_it_had(
    gate: Gate, name: str, arrived: str, ordered: bool
) -> None:
    source = SOURCES[name]
    options = {"ordered": ordered, "in_flight": 1}
    before = await interrupted(gate, source(), None, arriving(gate, ARRIVED[arrived]), **options)
    assert numbers_of(before) == {"inserted": [0, 1, 2, 3], "unknown": [4, 5, 6, 7]}
    ids = [before.ids.get(number) for number in range(4, 8)]
    there = await Row.objects.coll().distinct("_id")
    report = await insert(source(), resume=before, **options)
    assert numbers_of(report) == {"inserted": list(range(COUNT))}
    assert (report.ok, report.taken) == (True, COUNT)
    assert sorted(await stored()) == list(range(COUNT))
    found = await Row.objects.coll().find({"n": {"$in": [4, 5, 6, 7]}}).sort("n").to_list(None)
    assert [row["_id"] for row in found] == ids
    assert set(there) <= set(await Row.objects.coll().distinct("_id"))


@pytest.mark.mongod_only("SecantusDB names another index than that of _id")
@pytest.mark.parametrize("ordered", [True, False])
async def test_what_is_refused_among_those_that_may_be_in_is_a_refusal(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, ordered: bool
) -> None:
    def source() -> Rows:
        return Rows({"n": n} for n in range(6))

    await Word.ensure_index()
    with gated(Word, monkeypatch) as gate:
        gate.answer(arriving(gate, lambda count: range(2)))
        before = BulkReport()
        with pytest.raises(AutoReconnect):
            await Word.objects.insert_stream(source(), report=before)
        await Word(n=3).save()  # by somebody else
        again = BulkReport()
        with pytest.raises(UniqueKeyViolationError) as refusal:
            await Word.objects.insert_stream(source(), resume=before, report=again, ordered=ordered)
    assert refusal.value.number == 3
    left = {"unknown": [4, 5]} if ordered else {}
    inserted = [0, 1, 2] if ordered else [0, 1, 2, 4, 5]
    assert numbers_of(again) == {"inserted": inserted, "rejected": [3], **left}
    assert sorted(await stored(Word)) == sorted([*inserted, 3])
    # What is refused is done with.
    report = await Word.objects.insert_stream(source(), resume=again, ordered=ordered)
    assert numbers_of(report) == {"inserted": [0, 1, 2, 4, 5], "rejected": [3]}


async def test_what_was_refused_is_not_looked_at_again() -> None:
    rows: list[Any] = [{"n": 0}, {"n": 1, "text": "long"}, {"n": 2}, {"x": 1}, {"n": 3}]
    first, second, told = BulkReport(), BulkReport(), io.StringIO()
    with pytest.raises(ValueError, match="document 1 "):
        await Word.objects.insert_stream(Rows(rows), report=first, rejects=told)
    with pytest.raises(ValueError, match="document 3 "):
        await Word.objects.insert_stream(Rows(rows), resume=first, report=second, rejects=told)
    report = await Word.objects.insert_stream(Rows(rows), resume=second, rejects=told)
    assert numbers_of(report) == {"inserted": [0, 2, 4], "rejected": [1, 3]}
    assert [json.loads(line)["number"] for line in told.getvalue().splitlines()] == [1, 3]
    assert sorted(await stored(Word)) == [0, 2, 3]


async def test_a_call_that_goes_on_and_fails_has_all_that_was_known(gate: Gate) -> None:
    source = SOURCES["rows"]
    before = await interrupted(gate, source(), None, arriving(gate, range), in_flight=1)
    ids = [before.ids.get(number) for number in range(COUNT)]
    again = await interrupted(gate, source(), refusing_to_send, resume=before)
    # How far the source was read until then is a matter of time.
    not_sent = list(range(8, again.taken))
    assert numbers_of(again) == {"inserted": [0, 1, 2, 3], "unknown": [4, 5, 6, 7]} | (
        {"not_sent": not_sent} if not_sent else {}
    )
    assert [again.ids.get(number) for number in range(COUNT)] == ids

    def fails_at_once() -> Iterator[Any]:
        raise OSError("the disk is gone")
        yield

    third = BulkReport()
    with pytest.raises(OSError, match="gone"):
        await insert(Rows(fails_at_once()), resume=again, report=third)
    assert (third.taken, third.unknown, third.inserted) == (
        again.taken,
        again.unknown,
        again.inserted,
    )
    report = await insert(source(), resume=third)
    assert report.ok
    assert sorted(await stored()) == list(range(COUNT))
    assert (report.batches, report.bytes) > (third.batches, third.bytes)
    assert report.elapsed > third.elapsed


async def test_a_report_goes_through_json_in_between(gate: Gate) -> None:
    source = SOURCES["rows"]
    before = await interrupted(gate, source(), arriving(gate, range), in_flight=1)
    kept = json.dumps(before.to_dict())
    report = await insert(source(), resume=BulkReport.from_dict(json.loads(kept)))
    assert report.ok
    assert sorted(await stored()) == list(range(COUNT))


@pytest.mark.parametrize("ordered", [True, False])
async def test_what_was_not_confirmed_is_asked_for_again(gate: Gate, ordered: bool) -> None:
    def unconfirmed(documents: list[Any]) -> Any:
        async def answer() -> Any:
            raws = [RawBSONDocument(document.raw) for document in documents]
            await gate._collection.insert_many(raws)
            error = {"code": 64, "errmsg": "waiting for replication timed out"}
            raise BulkWriteError(
                {"nInserted": len(raws), "writeErrors": [], "writeConcernErrors": [error]}
            )

        return answer()

    source = SOURCES["rows"]
    gate.answer(None, unconfirmed)
    before = await insert(source(), ordered=ordered, on_error="collect", in_flight=1)
    assert list(before.unconfirmed) == [4, 5, 6, 7]
    assert not before.settled.run_from(4)
    report = await insert(source(), resume=before, ordered=ordered)
    assert numbers_of(report) == {"inserted": list(range(COUNT))}
    assert sorted(await stored()) == list(range(COUNT))


async def test_what_is_lost_twice_is_unknown_and_keeps_its_id(gate: Gate) -> None:
    source = SOURCES["rows"]
    before = await interrupted(gate, source(), arriving(gate, range), in_flight=1)
    again = await interrupted(
        gate, source(), arriving(gate, lambda count: ()), resume=before, in_flight=1
    )
    assert list(again.unknown) == [0, 1, 2, 3]
    assert [again.ids.get(n) for n in range(4)] == [before.ids.get(n) for n in range(4)]


@pytest.mark.parametrize("ordered", [True, False])
async def test_rows_and_documents_with_ids_of_their_own_keep_them(
    gate: Gate, ordered: bool
) -> None:
    ids: list[Any] = [0, "", {"a": 1}, ObjectId(), None, 2.5, b"x", False]

    def rows() -> Rows:
        return Rows({"_id": id, "n": n} for n, id in enumerate(ids))

    def documents() -> list[Row]:
        return [Row(_id=id, n=n) for n, id in enumerate(ids)]

    for source in (rows, documents):
        await Row.objects.delete()
        before = BulkReport()
        gate.answer(arriving(gate, lambda count: range(3)))
        with pytest.raises(AutoReconnect):
            await Row.objects.insert_stream(source(), report=before)
        report = await Row.objects.insert_stream(source(), resume=before, ordered=ordered)
        assert report.ok
        found = await Row.objects.coll().find({}).sort("n").to_list(None)
        assert [row["_id"] for row in found if row["n"] != 4] == [*ids[:4], *ids[5:]]
        assert found[4]["_id"] == before.ids.get(4)


async def test_documents_in_hand_are_saved_when_it_is_known_that_they_are_in(gate: Gate) -> None:
    documents = [Row(n=n) for n in range(COUNT)]
    before = await interrupted(gate, documents, arriving(gate, lambda count: range(2)))
    assert not any(document._is_persisted for document in documents)
    report = await insert(documents, resume=before)
    assert report.ok
    assert all(document._is_persisted for document in documents)
    assert sorted(await stored()) == list(range(COUNT))


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("ordered", [True, False])
async def test_bulk_insert_goes_on_too(
    gate: Gate, name: str, ordered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiomotorengine.queryset.inserting.bulk.Options", with_small_batches())
    before = BulkReport()
    gate.answer(None, arriving(gate, lambda count: range(count - 1)))
    with pytest.raises(AutoReconnect):
        await Row.objects.bulk_insert(SOURCES[name](), report=before, ordered=ordered)
    assert before.inserted
    assert before.unknown
    report = BulkReport()
    documents = await Row.objects.bulk_insert(
        SOURCES[name](), resume=before, report=report, ordered=ordered
    )
    assert documents is not None
    assert [document.n for document in documents] == list(range(COUNT))
    assert report.ok
    assert sorted(await stored()) == list(range(COUNT))


def with_small_batches() -> Callable[..., Any]:
    def options(**given: Any) -> Options:
        return Options(**given, limits=Limits(4, 1_000_000))

    return options


async def test_bulk_insert_does_not_look_at_what_is_settled() -> None:
    documents = [Word(n=n) for n in (0, 1, 1, 2)]
    before = BulkReport()
    with pytest.raises(UniqueKeyViolationError):
        await Word.objects.bulk_insert(documents, report=before)
    documents[2].text = "not valid"
    report = BulkReport()
    assert await Word.objects.bulk_insert(documents, resume=before, report=report) is documents
    assert numbers_of(report) == {"inserted": [0, 1, 3], "rejected": [2]}
    assert sorted(await stored(Word)) == [0, 1, 2]


async def test_a_report_that_no_call_can_go_on_with_is_refused() -> None:
    async def refused(resume: Any, **options: Any) -> str:
        with pytest.raises((TypeError, ValueError)) as refusal:
            await Row.objects.insert_stream([], resume=resume, **options)
        return str(refusal.value)

    assert await refused({"taken": 5}) == "resume must be a BulkReport, not dict."
    report = BulkReport()
    other = "resume must be the report of another call, which has ended."
    assert await refused(report, report=report) == other
    report.start()
    assert await refused(report) == other
    report.in_transaction = True
    report.finish()
    assert "a call in a transaction" in await refused(report)
    # One that nothing is in is no reason to fail: a program may keep one from its start.
    assert (await insert([Row(n=1)], resume=BulkReport())).ok


async def test_a_source_that_waits_is_gone_on_with_too(gate: Gate) -> None:
    async def source() -> Any:
        for n in range(COUNT):
            await asyncio.sleep(0)
            yield {"n": n}

    before = await interrupted(gate, Rows(source()), None, arriving(gate, range), in_flight=1)
    report = await insert(Rows(source()), resume=before, max_wait=0.001)
    assert report.ok
    assert sorted(await stored()) == list(range(COUNT))


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_in_between_each_is_stored_once(gate: Gate, seed: int) -> None:
    chance = random.Random(seed)
    ordered, rows = chance.random() < 0.5, chance.random() < 0.7
    count = chance.randrange(1, 60)

    def source() -> Any:
        made = ({"n": n} if rows else Row(n=n) for n in range(count))
        if chance.random() < 0.3:
            fails_at = chance.randrange(count)
            made = failing(made, fails_at)
        return Rows(made) if rows else made

    def failing(made: Any, at: int) -> Iterator[Any]:
        for number, one in enumerate(made):
            if number == at:
                raise OSError("the disk is gone")
            yield one

    def some(of: int) -> Any:
        """What a server has stored: the first of them if it goes by their order."""
        if ordered:
            return range(chance.randrange(of + 1))
        return [position for position in range(of) if chance.random() < 0.5]

    report = BulkReport()
    for _ in range(8):
        answers: list[Any] = [
            chance.choice([None, None, None, refusing_to_send, arriving(gate, some)])
            for _ in range(chance.randrange(6))
        ]
        gate.answer(*answers)
        again = BulkReport()
        try:
            await Row.objects.insert_stream(
                source(),
                resume=report,
                report=again,
                ordered=ordered,
                batch_size=chance.randrange(1, 9),
                in_flight=chance.randrange(1, 4),
            )
        except (AutoReconnect, OSError):
            gate.forget()
        report = again
        there = await stored()
        assert len(set(there)) == len(there)
        assert {n for n in there if n not in report.unknown} == set(report.inserted)
    gate.forget()
    made = ({"n": n} for n in range(count))
    report = await insert(Rows(made), resume=report, ordered=ordered)
    assert report.ok
    assert sorted(await stored()) == list(range(count))
