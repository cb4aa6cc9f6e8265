"""mongod is killed, frozen, restarted, or steps down; one of its own, since others need theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    NetworkTimeout,
    NotPrimaryError,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from tests.faults.contract import CALLS, Trial
from tests.faults.laboratory import Laboratory, Observer, eventually, items, laboratory, observing
from tests.faults.mongod import Mongod, mongod
from tests.servers import NotAvailableError, kinds, wait_for_primary

calls = pytest.mark.parametrize("call", CALLS)
SECONDS_TO_STEP_DOWN = 1


@pytest.fixture(scope="module")
def own() -> Iterator[Mongod]:
    """A mongod that tests may do anything to; after each it takes writes again."""
    try:
        kinds()["mongod"].version()
    except (NotAvailableError, KeyError) as error:
        pytest.skip(f"there is no mongod to destroy: {error}")
    with mongod() as own:
        yield own


@pytest.fixture(scope="module")
def observer(own: Mongod) -> Iterator[Observer]:
    with observing(own.server) as observer:
        yield observer


@pytest.fixture
async def lab(own: Mongod, driver: str, observer: Observer) -> AsyncIterator[Laboratory]:
    with laboratory(own.server, driver, observer) as lab:
        lab.connect(serverSelectionTimeoutMS=200, socketTimeoutMS=400)
        yield lab
        await lab.disconnect()


async def disturbed(
    lab: Laboratory, trial: Trial, call: str, disturb: Callable[[], Awaitable[None]]
) -> None:
    """Make a call, and disturb it when its second batch, or only one, is on its way."""
    lab.proxy.seen.clear()
    running = asyncio.ensure_future(trial.run(call))
    assert await eventually(
        lambda: running.done() or lab.proxy.seen.count("insert") >= (1 if "bulk" in call else 2)
    )
    await disturb()
    await running


async def answers(lab: Laboratory) -> None:
    """Wait until a client that was disturbed finds the server again."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await lab.ping()
            except PyMongoError:
                await asyncio.sleep(0.02)


async def test_killed_and_restarted(own: Mongod, lab: Laboratory) -> None:
    """``make faults`` does it more often, and in every kind of call."""
    trial = Trial(lab, items(2000))

    async def kill() -> None:
        await asyncio.to_thread(own.kill)

    await disturbed(lab, trial, "stream", kill)
    if trial.error is not None:  # the last answer may have been quicker
        assert isinstance(trial.error, AutoReconnect)
    await asyncio.to_thread(own.restart)
    await answers(lab)
    # With the majority that is the default of a replica set, what was reported is on the disk.
    await trial.check()


@calls
async def test_frozen(own: Mongod, lab: Laboratory, call: str) -> None:
    trial = Trial(lab, items(40))
    with own.frozen():
        await trial.run(call)
        assert isinstance(trial.error, (NetworkTimeout, ServerSelectionTimeoutError))
        assert not trial.report.inserted
    await answers(lab)
    await trial.check()


async def test_frozen_for_a_moment(own: Mongod, lab: Laboratory) -> None:
    lab.connect(socketTimeoutMS=10_000)
    trial = Trial(lab, items(400))

    async def freeze() -> None:
        with own.frozen():
            await asyncio.sleep(0.2)

    await disturbed(lab, trial, "stream", freeze)
    assert trial.report.ok
    await trial.check()


async def test_stepping_down(own: Mongod, lab: Laboratory, observer: Observer) -> None:
    lab.connect()
    trial = Trial(lab, items(4000))

    async def step_down() -> None:
        order = {"replSetStepDown": SECONDS_TO_STEP_DOWN, "force": True}
        await asyncio.to_thread(observer.client.admin.command, order)

    await disturbed(lab, trial, "stream", step_down)
    assert trial.error is None and trial.report.ok
    await trial.check()


async def test_stepping_down_for_longer_than_a_server_is_looked_for(
    own: Mongod, lab: Laboratory, observer: Observer
) -> None:
    trial = Trial(lab, items(4000))

    async def step_down() -> None:
        order = {"replSetStepDown": SECONDS_TO_STEP_DOWN, "force": True}
        await asyncio.to_thread(observer.client.admin.command, order)

    await disturbed(lab, trial, "stream", step_down)
    # It may step down between writing a batch and confirming it, and says so.
    is_unconfirmed = isinstance(trial.error, BulkWriteError) and bool(trial.report.unconfirmed)
    assert is_unconfirmed or isinstance(trial.error, (AutoReconnect, NotPrimaryError))
    assert trial.report.not_sent or trial.report.unknown
    await asyncio.to_thread(wait_for_primary, own.server.port)
    await answers(lab)
    lab.connect()
    await trial.check()
