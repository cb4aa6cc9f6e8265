"""The connection is lost at some moment of an insert; once, twice, with and without retries."""

from __future__ import annotations

import asyncio

import pytest
from pymongo.errors import AutoReconnect, NetworkTimeout, ServerSelectionTimeoutError
from pymongo.errors import WaitQueueTimeoutError as PoolExhaustedError

from tests.faults.contract import CALLS, Trial
from tests.faults.laboratory import Item, Laboratory, items
from tests.faults.wire_faults import CUTS, Held, cut_after, cut_before, late, silence
from tests.servers.process import free_port

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
@pytest.mark.parametrize("call", ["bulk", "stream, unordered"])
async def test_lost_twice_with_retries(lab: Laboratory, call: str, cut: str) -> None:
    lab.connect(retryWrites=True)
    lab.proxy.plan(CUTS[cut], CUTS[cut], CUTS[cut], CUTS[cut])
    trial = Trial(lab, items(8))
    await trial.run(call)
    assert isinstance(trial.error, AutoReconnect)
    assert isinstance(trial.error.__cause__, AutoReconnect)
    label = "RetryableWriteError"
    assert trial.error.has_error_label(label) == trial.error.__cause__.has_error_label(label)
    if call == "bulk":  # of two batches at once, a driver labels one and another not
        assert trial.error.has_error_label(label)
    assert trial.report.unknown
    await trial.check()


@calls
async def test_an_answer_that_comes_too_late(lab: Laboratory, call: str) -> None:
    lab.connect(retryWrites=False, socketTimeoutMS=100)
    lab.proxy.plan(late(0.3))
    trial = Trial(lab, items(6))
    await trial.run(call)
    assert isinstance(trial.error, NetworkTimeout)
    assert trial.report.unknown
    await trial.check()


async def test_an_answer_that_never_comes(lab: Laboratory) -> None:
    lab.connect(retryWrites=True, socketTimeoutMS=100)
    lab.proxy.plan(None, silence, silence)
    trial = Trial(lab, items(12))
    await trial.run("stream")
    assert isinstance(trial.error, NetworkTimeout)
    assert trial.report.unknown.ranges == (range(4, 8),)
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
