"""Replies that refuse very many documents, which are taken apart a slice at a time."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Iterator
from typing import Any

import bson
import pytest
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from bson.errors import InvalidBSON
from pymongo.errors import BulkWriteError, ProtocolError
from pymongo.hello import Hello

from aiomotorengine import Document, StringField
from aiomotorengine.bulk import BulkReport, outcome
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.wire.write_replies import LARGE, WriteReply, refusals_in
from tests.bulk.gate import Gate, gated, sent
from tests.bulk.models import Key, Row, account, keys, numbers_of, rows
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")

MANY = 2000


class Note(Document):
    text = StringField(unique=True)


@pytest.fixture
def gate(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    with gated(Row, monkeypatch) as gate:
        yield gate


def reply(count: int, **others: Any) -> dict[str, Any]:
    """What the driver has of a reply that refuses so many documents."""
    refusals = [{"index": n, "code": 121, "errmsg": f"no {n}"} for n in range(count)]
    whole = {"n": 0, "writeErrors": refusals, "ok": 1.0} | others
    return WriteReply(bson.encode(whole), DEFAULT_CODEC_OPTIONS)  # type: ignore[return-value]


def refusing(documents: list[Any], details: dict[str, Any]) -> BulkWriteError:
    """What the driver raises for it."""
    sent(documents)
    errors = [refusal.copy() for refusal in details["writeErrors"]]
    for refusal in errors:
        refusal["op"] = None
    return BulkWriteError({"nInserted": 0, "writeErrors": errors, "writeConcernErrors": []})


@pytest.mark.parametrize("count", [0, 1, 5, MANY])
def test_all_refusals_are_found(count: int) -> None:
    made = reply(count)
    assert (made["n"], made["ok"]) == (0, 1.0)
    assert [refusal["index"] for refusal in refusals_in(made)] == list(range(count))
    assert len(made["writeErrors"]) == (1 if count == MANY else count)


def test_nothing_of_a_large_reply_is_copied() -> None:
    """A copy is made in one go, which takes ten milliseconds for the largest replies."""
    refusals = [{"index": n, "code": 121, "errmsg": "no" * 1000} for n in range(MANY)]
    raw = bson.encode({"n": 0, "writeErrors": refusals, "ok": 1.0})
    tracemalloc.start()
    try:
        made: Any = WriteReply(raw, DEFAULT_CODEC_OPTIONS)
        made["writeErrors"][0].copy()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(raw) // 10


async def test_other_tasks_have_their_turn_while_it_is_read(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "SECONDS_PER_SLICE", 0)
    loop, turns, report = asyncio.get_running_loop(), 0, BulkReport()

    def turn() -> None:
        nonlocal turns
        turns += 1
        if not report.rejected:
            loop.call_soon(turn)

    def answer(taken: list[Any]) -> Any:
        turn()
        raise refusing(taken, reply(MANY))

    gate.answer(answer)
    await Row.objects.insert_stream(
        rows(range(MANY)), ordered=False, on_error="collect", batch_size=MANY, report=report
    )
    assert len(report.rejected) == MANY
    assert turns > MANY


@pytest.mark.parametrize("refusals", [{}, {"writeErrors": "a text"}, {"writeErrors": {"a": 1}}])
def test_a_large_reply_of_another_form_is_an_ordinary_dict(refusals: dict[str, Any]) -> None:
    whole = {"ok": 0.0, "errmsg": "x" * LARGE, **refusals}
    assert WriteReply(bson.encode(whole), DEFAULT_CODEC_OPTIONS) == whole


def test_what_is_no_refusal_is_found_when_it_is_looked_at() -> None:
    with pytest.raises(InvalidBSON):
        reply(0, writeErrors=[5] * LARGE)
    entries = [{"index": 0, "code": 121, "errmsg": "no"}, *[5] * LARGE]
    with pytest.raises(InvalidBSON):
        list(refusals_in(reply(0, writeErrors=entries)))


@pytest.mark.parametrize("ordered", [True, False])
async def test_a_large_reply_of_nonsense_is_a_protocol_error(gate: Gate, ordered: bool) -> None:
    def answer(documents: list[Any]) -> Any:
        entries = [{"index": n, "code": 121, "errmsg": "no"} for n in range(MANY)]
        raise refusing(documents, reply(0, writeErrors=[*entries, 5]))

    documents = rows(range(MANY))
    gate.answer(answer)
    with pytest.raises(ProtocolError) as failure:
        await Row.objects.insert_stream(documents, ordered=ordered, batch_size=MANY, max_wait=None)
    report = failure.value.report  # type: ignore[attr-defined]
    assert numbers_of(report) == {"unknown": list(range(MANY))}


async def test_the_driver_sees_one_refusal_and_the_report_has_all() -> None:
    await Key.objects.bulk_insert(keys(range(MANY)))
    documents = keys(range(-5, MANY))
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Key.objects.insert_stream(
            documents, ordered=False, batch_size=10 * MANY, max_wait=None
        )
    cause, details = violation.value.__cause__, violation.value.details
    assert isinstance(cause, BulkWriteError)
    assert len(cause.details["writeErrors"]) == 1
    assert details is not None
    assert [entry["index"] for entry in details["writeErrors"]] == list(range(5, MANY + 5))
    report = violation.value.report  # type: ignore[attr-defined]
    assert (await account(report, documents))["inserted"] == [0, 1, 2, 3, 4]
    assert all(entry.key_value == {"n": entry.number - 5} for entry in report.rejected)
    assert (violation.value.number, violation.value.key_value) == (5, {"n": 0})


@pytest.mark.parametrize(
    "refused",
    [range(1500, 1700), range(500, 700), range(2400, 2500), range(900, 2100)],
    ids=["second", "first", "last", "all"],
)
async def test_refusals_count_in_the_batch_where_the_driver_sends_it_in_several_messages(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, refused: range
) -> None:
    monkeypatch.setattr(Hello, "max_write_batch_size", 1000)
    commands = watch(mongo)
    await Key.objects.bulk_insert(keys(refused))
    before = len(commands.of("insert"))
    documents = keys(range(2500))
    report = await Key.objects.insert_stream(
        documents, ordered=False, batch_size=2500, max_wait=None, on_error="collect"
    )
    messages = commands.of("insert")[before:]
    assert [len(message["documents"]) for message in messages] == [1000, 1000, 500]
    assert (await account(report, documents))["rejected"] == list(refused)
    assert all(entry.key_value == {"n": entry.number} for entry in report.rejected)


async def test_the_one_refusal_of_an_ordered_batch_in_several_messages_counts_in_the_batch(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hello, "max_write_batch_size", 1000)
    large = "x" * LARGE  # which the server's answer repeats
    await Note(text=large).save()
    documents = [Note(text=large if n == 1500 else str(n)) for n in range(2500)]
    report = await Note.objects.insert_stream(
        documents, batch_size=2500, max_wait=None, on_error="collect"
    )
    sets = await account(report, documents)
    assert sets["inserted"] == list(range(1500))
    assert sets["rejected"] == [1500]


def test_an_index_that_is_no_number_is_not_made_one() -> None:
    entries = [
        {"index": place, "code": 121, "errmsg": "no"} for place in [1, True, "2", *[3] * MANY]
    ]
    second = reply(0, writeErrors=entries)["writeErrors"][0].copy()
    second["index"] += 1000
    indexes = [refusal["index"] for refusal in refusals_in({"writeErrors": [second]})]
    assert indexes[:4] == [1001, True, "2", 1003]
    assert indexes[1] is True


async def test_of_a_small_reply_the_driver_sees_all() -> None:
    await Key.objects.bulk_insert(keys(range(5)))
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Key.objects.insert_stream(keys(range(5)), ordered=False)
    cause = violation.value.__cause__
    assert isinstance(cause, BulkWriteError)
    assert [entry["index"] for entry in cause.details["writeErrors"]] == [0, 1, 2, 3, 4]


async def test_a_call_that_is_cancelled_while_it_reads_the_reply_knows_all_of_it(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "SECONDS_PER_SLICE", 0)
    loop, documents, report = asyncio.get_running_loop(), rows(range(MANY)), BulkReport()

    def cancel_after(turns: int) -> None:
        if turns:
            loop.call_soon(cancel_after, turns - 1)
        else:
            task.cancel()

    def answer(taken: list[Any]) -> Any:
        cancel_after(10)
        raise refusing(taken, reply(MANY))

    gate.answer(answer)
    stream = Row.objects.insert_stream(documents, ordered=False, batch_size=MANY, report=report)
    task = asyncio.ensure_future(stream)
    turns = 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    assert task.cancelled()
    assert numbers_of(report) == {"rejected": list(range(MANY))}
    assert turns > MANY  # also of what was read after it was cancelled, a slice at a time


async def test_a_call_that_is_cancelled_twice_while_it_reads_the_reply_knows_all_of_it(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "SECONDS_PER_SLICE", 0)
    documents, report = rows(range(MANY)), BulkReport()

    def answer(taken: list[Any]) -> Any:
        raise refusing(taken, reply(MANY))

    gate.answer(answer)
    stream = Row.objects.insert_stream(documents, ordered=False, batch_size=MANY, report=report)
    task = asyncio.ensure_future(stream)
    await gate.arrival(1)
    while not task.done():
        await asyncio.sleep(0)
        task.cancel()
    assert numbers_of(report) == {"rejected": list(range(MANY))}
