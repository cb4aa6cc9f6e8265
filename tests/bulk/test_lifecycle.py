"""Whether a call goes on, and the wait for the source, which ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from aiomotorengine.bulk.lifecycle import Lifecycle, Phase

STEPS: list[Callable[[Lifecycle], None]] = [Lifecycle.drain, Lifecycle.close, Lifecycle.stop]


def allowed(lifecycle: Lifecycle) -> tuple[bool, bool, bool]:
    return lifecycle.may_take, lifecycle.may_begin, lifecycle.may_send


def test_each_phase_allows_less_than_the_one_before() -> None:
    lifecycle = Lifecycle()
    seen = [allowed(lifecycle)]
    for step in STEPS:
        step(lifecycle)
        seen.append(allowed(lifecycle))
    assert seen == [(True, True, True), (False, True, True), (False, False, True), (False,) * 3]


def test_no_phase_comes_back() -> None:
    lifecycle = Lifecycle()
    for step in reversed(STEPS):
        step(lifecycle)
        assert lifecycle.phase is Phase.STOPPED


async def waiting(lifecycle: Lifecycle) -> str:
    with lifecycle.while_taking():
        await asyncio.Event().wait()
    await asyncio.sleep(0)  # it is not cancelled any more
    return "ended"


@pytest.mark.parametrize("step", STEPS)
async def test_the_wait_for_the_source_ends_when_no_more_is_taken(
    step: Callable[[Lifecycle], None],
) -> None:
    lifecycle = Lifecycle()
    task = asyncio.ensure_future(waiting(lifecycle))
    await asyncio.sleep(0)
    step(lifecycle)
    Lifecycle.stop(lifecycle)  # and is ended once
    assert await task == "ended"
    assert task.cancelling() == 0


@pytest.mark.parametrize("first", ["the call stops", "someone cancels it"])
async def test_what_someone_else_cancels_stays_cancelled(first: str) -> None:
    lifecycle = Lifecycle()
    task = asyncio.ensure_future(waiting(lifecycle))
    await asyncio.sleep(0)
    if first == "the call stops":
        lifecycle.stop()
    task.cancel()
    lifecycle.stop()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_source_comes_through_when_the_call_stops_meanwhile() -> None:
    lifecycle = Lifecycle()

    async def wait() -> None:
        with lifecycle.while_taking():
            try:
                await asyncio.Event().wait()
            finally:
                raise LookupError("no more")

    task = asyncio.ensure_future(wait())
    await asyncio.sleep(0)
    lifecycle.stop()
    with pytest.raises(LookupError):
        await task
    assert task.cancelling() == 0
