"""The connection is lost at some moment of an insert; once, twice, with and without retries."""

from __future__ import annotations

import asyncio

import pytest
from pymongo.errors import (
    AutoReconnect,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
)
from pymongo.errors import WaitQueueTimeoutError as PoolExhaustedError

from aiomotorengine.testing.process import free_port
from tests.faults.contract import CALLS, Trial
from tests.faults.laboratory import Item, Laboratory, eventually, items
from tests.faults.wire_faults import CUTS, Held, cut_after, cut_before, late, silence

calls = pytest.mark.parametrize("call", CALLS)
cuts = pytest.mark.parametrize("cut", CUTS)


@cuts
@calls
async def test_lost_once_without_retries(lab: Laboratory, codec: str, call: str, cut: str) -> None:
    lab.connect(retryWrites=False)
    passed = [None] if "stream" in call else []  # bulk_insert makes one batch of so few
    lab.proxy.plan(*passed, CUTS[cut])
    trial = Trial(lab, items(12))
    await trial.run(call)
    assert isinstance(trial.error, AutoReconnect)
    assert isinstance(trial.error.__cause__, AutoReconnect)
    assert trial.report.unknown
    if call == "stream":
        assert trial.report.inserted.ranges == (range(4),)
        assert trial.report.unknown.ranges == (range(4, 8),)
    await trial.check()


@cuts
async def test_lost_once_with_retries(lab: Laboratory, cut: str) -> None:
    lab.connect(retryWrites=True)
    lab.proxy.plan(None, CUTS[cut])
    trial = Trial(lab, items(12))
    await trial.run("stream")
    assert trial.error is None and trial.report.ok
    await trial.check()


@cuts
@calls
async def test_lost_more_often_than_the_driver_tries(
    lab: Laboratory, codec: str, call: str, cut: str
) -> None:
    lab.proxy.plan(None, *[CUTS[cut]] * 5)
    trial = Trial(lab, items(12))
    await trial.run(call)
    assert trial.error is None and trial.report.ok
    await trial.check()


@cuts
@pytest.mark.parametrize("call", ["bulk", "stream, unordered"])
async def test_lost_for_longer_than_a_server_is_looked_for(
    lab: Laboratory, call: str, cut: str
) -> None:
    lab.connect(serverSelectionTimeoutMS=500)
    lab.proxy.plan(*[CUTS[cut]] * 1000)
    trial = Trial(lab, items(8))
    await trial.run(call)
    assert isinstance(trial.error, AutoReconnect)
    assert isinstance(trial.error.__cause__, AutoReconnect)
    assert trial.report.unknown
    await trial.check()


async def test_a_call_is_cancelled_between_two_attempts(lab: Laboratory) -> None:
    lab.proxy.plan(None, *[cut_after] * 1000)
    trial = Trial(lab, items(12))

    async def attempted() -> None:
        assert await eventually(lambda: lab.proxy.seen.count("insert") >= 4)

    await trial.run_cancelled("stream", attempted)
    assert trial.report.unknown.ranges == (range(4, 8),)
    await trial.check()


@pytest.mark.mongod_only("SecantusDB does not remember what it wrote beside a refusal")
@calls
async def test_documents_whose_ids_are_taken_are_told_from_those_that_came_before(
    lab: Laboratory, call: str
) -> None:
    documents = [Item(_id=number, number=number) for number in range(12)]
    lab.observer.store(Item, {"_id": 5, "number": -1})
    lab.proxy.plan(*[cut_after] * 5)
    trial = Trial(lab, documents, refused=[5])
    trial.numbers = range(12)
    await trial.run(call)
    assert [entry.number for entry in trial.report.rejected] == [5]
    assert not trial.report.unknown
    await trial.check()


async def test_with_a_timeout_of_each_operation_the_driver_alone_tries_again(
    lab: Laboratory,
) -> None:
    lab.connect(timeoutMS=300)
    lab.proxy.plan(*[cut_before] * 1000)
    trial = Trial(lab, items(4))
    await trial.run("bulk")
    assert isinstance(trial.error, (AutoReconnect, ExecutionTimeout))
    lab.connect()
    await trial.check()


@calls
async def test_an_answer_that_comes_too_late(lab: Laboratory, call: str) -> None:
    lab.connect(retryWrites=False, socketTimeoutMS=100)
    lab.proxy.plan(late(0.3))
    trial = Trial(lab, items(6))
    await trial.run(call)
    assert isinstance(trial.error, NetworkTimeout)
    assert trial.report.unknown
    lab.connect()  # whose patience is longer
    await trial.check()


async def test_an_answer_that_never_comes(lab: Laboratory) -> None:
    lab.connect(socketTimeoutMS=200, serverSelectionTimeoutMS=600)
    lab.proxy.plan(None, *[silence] * 100)
    trial = Trial(lab, items(12))
    await trial.run("stream")
    assert isinstance(trial.error, NetworkTimeout)
    assert trial.report.unknown.ranges == (range(4, 8),)
    lab.connect()  # whose patience is longer
    await trial.check()


async def test_answers_that_do_not_come_for_a_while(lab: Laboratory) -> None:
    lab.connect(socketTimeoutMS=100)
    lab.proxy.plan(None, *[silence] * 3)
    trial = Trial(lab, items(12))
    await trial.run("stream")
    assert trial.error is None and trial.report.ok
    lab.connect()  # whose patience is longer
    await trial.check()


async def test_an_answer_that_takes_its_time(lab: Laboratory) -> None:
    lab.proxy.plan(late(0.05), None, late(0.05))
    trial = Trial(lab, items(20))
    await trial.run("stream, unordered")
    assert trial.report.ok
    await trial.check()


@calls
async def test_no_server(lab: Laboratory, call: str) -> None:
    lab.connect(host=f"mongodb://127.0.0.1:{free_port()}/", serverSelectionTimeoutMS=30)
    trial = Trial(lab, items(12))
    await trial.run(call)
    assert isinstance(trial.error, ServerSelectionTimeoutError)
    assert len(trial.report.not_sent) == trial.report.taken > 0
    lab.connect()
    await trial.check()


@calls
async def test_a_pool_that_is_exhausted(lab: Laboratory, call: str) -> None:
    lab.connect(maxPoolSize=1, waitQueueTimeoutMS=30)
    held = Held()
    lab.proxy.plan(held, command="find")
    reading = asyncio.ensure_future(Item.objects.find_all())
    await held.arrived()
    trial = Trial(lab, items(12))
    await trial.run(call)
    assert isinstance(trial.error, PoolExhaustedError)
    assert len(trial.report.not_sent) == trial.report.taken > 0
    held.let_go()
    assert await reading == []
    trial.tasks_before.discard(reading)
    lab.connect()  # the retry has two batches under way, and may wait longer for their turn
    await trial.check()


@calls
async def test_a_pool_of_one_is_enough(lab: Laboratory, call: str) -> None:
    lab.connect(maxPoolSize=1)
    trial = Trial(lab, items(20))
    await trial.run(call, **({"in_flight": 4} if "stream" in call else {}))
    assert trial.report.ok
    await trial.check()


async def test_many_streams_at_once_while_connections_die(lab: Laboratory) -> None:
    lab.connect(retryWrites=False)
    lab.proxy.plan(None, cut_after, None, cut_before, None, None, cut_after)
    trials = [Trial(lab, items(20, start=100 * number)) for number in range(4)]
    await asyncio.gather(*(trial.run("stream, unordered") for trial in trials))
    assert any(trial.error for trial in trials)
    for trial in trials:
        trial.numbers = range(trial.documents[0].number, trial.documents[0].number + 100)
        await trial.check()


async def test_connections_that_die_while_nothing_happens(lab: Laboratory) -> None:
    trial = Trial(lab, items(4))
    await trial.run("bulk")
    lab.proxy.cut_all()
    trial = Trial(lab, items(8, start=10))
    trial.numbers = range(10, 100)
    await trial.run("stream")
    assert trial.error is None
    await trial.check()
