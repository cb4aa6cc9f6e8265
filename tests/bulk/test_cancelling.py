"""Calls that are cancelled: never swallowed, nothing sent afterwards, the account complete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from aiomotorengine.bulk import BulkReport, sending
from tests.bulk.gate import Gate, gated, sent
from tests.bulk.models import Row, account, later, numbers_of, rows, stored
from tests.harness import Mongo
from tests.integration.commands import eventually

pytestmark = pytest.mark.usefixtures("mongo", "codec")


@pytest.fixture
def gate(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    with gated(Row, monkeypatch) as gate:
        yield gate


async def cancelled(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("source_of", [list, later])
async def test_what_was_not_taken_by_the_driver_was_not_sent(
    gate: Gate, ordered: bool, source_of: Any
) -> None:
    documents, report = rows(range(100)), BulkReport()
    gate.shut()
    task = asyncio.ensure_future(
        Row.objects.insert_stream(
            source_of(documents), batch_size=10, ordered=ordered, report=report
        )
    )
    await gate.arrival(1)
    await cancelled(task)
    sets = await account(report, documents)
    assert sets == {"not_sent": list(range(report.taken))}
    assert all(row._id is None for row in documents)
    assert await stored() == []
    gate.open()
    assert (await Row.objects.insert_stream(documents)).ok


async def test_what_was_taken_by_the_driver_is_unknown(gate: Gate) -> None:
    documents, report = rows(range(30)), BulkReport()
    taken, arrived = asyncio.Event(), asyncio.Event()

    async def take(batch: Any) -> None:
        sent(batch)
        taken.set()
        await arrived.wait()

    async def bulk_write(requests: Any, ordered: bool, session: Any) -> None:
        await take(requests[0].documents)

    gate.bulk_write = bulk_write  # type: ignore[method-assign]
    task = asyncio.ensure_future(Row.objects.insert_stream(documents, batch_size=10, report=report))
    await taken.wait()
    await cancelled(task)
    sets = await account(report, documents)
    assert sets == {
        "unknown": list(range(10)),
        "not_sent": list(range(10, report.taken)),
    }
    assert report.batches == 1
    assert [row._id is not None for row in documents] == [True] * 10 + [False] * 20


async def test_what_the_server_refused_just_before_is_known(gate: Gate) -> None:
    documents, report = rows(range(30)), BulkReport()

    def answer(batch: Any) -> None:
        sent(batch)
        task.cancel()
        refusal = {"index": 3, "code": 121, "errmsg": "no"}
        raise BulkWriteError({"nInserted": 3, "writeErrors": [refusal], "writeConcernErrors": []})

    gate.answer(answer)
    task = asyncio.ensure_future(Row.objects.insert_stream(documents, batch_size=10, report=report))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert numbers_of(report) == {
        "inserted": [0, 1, 2],
        "rejected": [3],
        "not_sent": list(range(4, report.taken)),
    }


async def test_a_driver_that_does_not_let_go_is_not_waited_for_without_end(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS_TO_STOP", 0.05)
    documents, report = rows(range(20)), BulkReport()
    taken, freed = asyncio.Event(), asyncio.Event()
    held: list[asyncio.Task[Any] | None] = []

    async def bulk_write(requests: Any, ordered: bool, session: Any) -> None:
        held.append(asyncio.current_task())
        sent(requests[0].documents)
        taken.set()
        while not freed.is_set():
            with suppress(asyncio.CancelledError):
                await freed.wait()

    gate.bulk_write = bulk_write  # type: ignore[method-assign]
    task = asyncio.ensure_future(Row.objects.insert_stream(documents, batch_size=10, report=report))
    await taken.wait()
    await cancelled(task)
    sets = await account(report, documents)
    assert sets == {"unknown": list(range(10)), "not_sent": list(range(10, report.taken))}
    freed.set()
    await asyncio.wait([sender for sender in held if sender])


async def test_a_driver_that_goes_on_after_a_cancel_gets_no_bytes_any_more(gate: Gate) -> None:
    documents = rows(range(10))
    gate.shut()
    task = asyncio.ensure_future(Row.objects.insert_stream(documents))
    await gate.arrival(1)
    await cancelled(task)
    with pytest.raises(Exception, match="cancelled before it was sent"):
        sent(gate.calls[0])


async def test_a_cancelled_bulk_insert_says_so_too(gate: Gate) -> None:
    documents, report = rows(range(10)), BulkReport()
    gate.shut()
    task = asyncio.ensure_future(Row.objects.bulk_insert(documents, report=report))
    await gate.arrival(1)
    await cancelled(task)
    assert await account(report, documents) == {"not_sent": list(range(10))}


async def test_a_timeout_of_the_callers_is_a_cancel() -> None:
    waits = asyncio.Event()

    async def source() -> AsyncIterator[Row]:
        for row in rows(range(15)):
            yield row
        waits.set()
        await asyncio.Event().wait()

    report = BulkReport()
    task = asyncio.ensure_future(
        Row.objects.insert_stream(source(), batch_size=10, in_flight=1, report=report)
    )
    await waits.wait()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await task
    assert numbers_of(report) == {"inserted": list(range(10)), "not_sent": list(range(10, 15))}


async def test_a_source_is_closed_when_its_stream_is_cancelled(gate: Gate) -> None:
    steps: list[str] = []

    async def source() -> AsyncIterator[Row]:
        try:
            for row in rows(range(15)):
                yield row
            steps.append("waits")
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            steps.append("cancelled")
            raise
        finally:
            steps.append("closed")

    report = BulkReport()
    task = asyncio.ensure_future(Row.objects.insert_stream(source(), batch_size=10, report=report))
    assert await eventually(lambda: bool(steps) and len(report.inserted) == 10)
    await cancelled(task)
    assert steps == ["waits", "cancelled", "closed"]
    assert numbers_of(report) == {"inserted": list(range(10)), "not_sent": list(range(10, 15))}


async def test_a_batch_that_ended_before_the_cancel_is_in_the_account() -> None:
    documents, report = rows(range(100)), BulkReport()

    def progress(report: BulkReport) -> None:
        if report.batches == 3:
            task.cancel()

    task = asyncio.ensure_future(
        Row.objects.insert_stream(documents, batch_size=10, report=report, progress=progress)
    )
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(report.inserted) >= 30
    await account(report, documents)


async def test_cancelling_twice_ends_the_call_as_well(gate: Gate) -> None:
    documents, report = rows(range(10)), BulkReport()
    under_way, stopping, end = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def bulk_write(requests: Any, ordered: bool, session: Any) -> None:
        sent(requests[0].documents)
        under_way.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopping.set()
            await end.wait()

    gate.bulk_write = bulk_write  # type: ignore[method-assign]
    task = asyncio.ensure_future(Row.objects.insert_stream(documents, report=report))
    async with asyncio.timeout(10):
        await under_way.wait()
        task.cancel()
        await stopping.wait()
        task.cancel()
        await asyncio.sleep(0)
        end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await account(report, documents) == {"unknown": list(range(10))}


async def test_what_is_on_the_wire_when_the_event_loop_ends_is_unknown(gate: Gate) -> None:
    documents, report = rows(range(30)), BulkReport()
    taken = asyncio.Event()

    async def bulk_write(requests: Any, ordered: bool, session: Any) -> None:
        sent(requests[0].documents)
        taken.set()
        await asyncio.Event().wait()

    async def no_loop(*ignored: Any, **also_ignored: Any) -> None:
        raise RuntimeError("no running event loop")

    gate.bulk_write = bulk_write  # type: ignore[method-assign]
    call = Row.objects.insert_stream(documents, batch_size=10, report=report)
    task = asyncio.ensure_future(call)
    await taken.wait()
    with pytest.MonkeyPatch.context() as patch:
        # What the library sees when the coroutine is thrown away after its loop.
        patch.setattr(asyncio, "wait", no_loop)
        await failing(task)
    sets = await account(report, documents)
    assert sets["unknown"] == list(range(10))


async def test_what_was_answered_when_the_event_loop_ends_is_known(gate: Gate) -> None:
    documents, report = rows(range(10)), BulkReport()

    async def no_loop(*ignored: Any, **also_ignored: Any) -> None:
        raise RuntimeError("no running event loop")

    with pytest.MonkeyPatch.context() as patch:

        def answer(batch: Any) -> None:
            sent(batch)
            task.cancel()
            patch.setattr(asyncio, "wait", no_loop)
            refusal = {"index": 3, "code": 121, "errmsg": "no"}
            details = {"nInserted": 3, "writeErrors": [refusal], "writeConcernErrors": []}
            raise BulkWriteError(details)

        gate.answer(answer)
        task = asyncio.ensure_future(Row.objects.insert_stream(documents, report=report))
        with pytest.raises(RuntimeError, match="no running event loop"):
            await task
    assert numbers_of(report) == {
        "inserted": [0, 1, 2],
        "rejected": [3],
        "not_sent": [4, 5, 6, 7, 8, 9],
    }


async def failing(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with pytest.raises(RuntimeError, match="no running event loop"):
        await task
