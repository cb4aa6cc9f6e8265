"""Tasks that are cancelled, at moments that are chosen and at random ones."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from tests.faults.contract import CALLS, Trial
from tests.faults.laboratory import Item, Laboratory, items
from tests.faults.wire_faults import Held, late

calls = pytest.mark.parametrize("call", CALLS)
SEED = 20260101
MOMENTS = 4


@calls
async def test_cancelled_at_random_moments(lab: Laboratory, codec: str, call: str) -> None:
    """``make faults`` does a thousand of them."""
    random = Random(f"{SEED} {call} {codec} {lab.driver}")
    for number in range(MOMENTS):
        steps = random.randint(0, 60)
        print(f"seed {SEED}, round {number}: cancelled after {steps} steps")

        async def moment(steps: int = steps) -> None:
            for _ in range(steps):
                await asyncio.sleep(0)

        lab.proxy.plan(*(late(random.uniform(0, 0.003)) for _ in range(3)))
        trial = Trial(lab, items(20))
        await trial.run_cancelled(call, moment)
        await trial.check()
        lab.observer.clear()


@calls
async def test_cancelled_while_a_batch_is_on_its_way(
    lab: Laboratory, codec: str, call: str
) -> None:
    held = Held()
    lab.proxy.plan(*([held] if "bulk" in call else [None, held]))
    trial = Trial(lab, items(20))
    await trial.run_cancelled(call, held.arrived)
    assert trial.report.unknown
    inserts = lab.proxy.seen.count("insert")
    if call != "stream, unordered":
        assert inserts == (1 if "bulk" in call else 2), "another batch was sent"
    held.let_go()
    await trial.check()


@calls
async def test_cancelled_before_it_begins(lab: Laboratory, call: str) -> None:
    trial = Trial(lab, items(20))

    async def at_once() -> None:
        pass

    await trial.run_cancelled(call, at_once)
    assert not trial.report.taken
    assert "insert" not in lab.proxy.seen
    await trial.check()


@calls
async def test_cancelled_twice(lab: Laboratory, call: str) -> None:
    held = Held()
    lab.proxy.plan(held)
    trial = Trial(lab, items(20))
    task = asyncio.ensure_future(CALLS[call](trial, {}))
    await held.arrived()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    held.let_go()
    with pytest.raises(asyncio.CancelledError) as error:
        await task
    trial.error = error.value
    await trial.check()


@calls
async def test_a_timeout_ends_a_call(lab: Laboratory, call: str) -> None:
    held = Held()
    lab.proxy.plan(held)
    trial = Trial(lab, items(20))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await CALLS[call](trial, {})
    trial.error = asyncio.CancelledError()
    held.let_go()
    await trial.check()
    assert await Item.objects.count() == 20
