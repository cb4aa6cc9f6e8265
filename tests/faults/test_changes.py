"""Streams of changes whose connection is lost, or whose server says no."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from aiomotorengine import ChangeStream
from aiomotorengine.errors import ChangeStreamLostError
from tests.changes.streams import next_of, told
from tests.faults.laboratory import Item, Laboratory
from tests.faults.mongod import fail_point
from tests.faults.wire_faults import cut_after, cut_before

fail_points = pytest.mark.mongod_only("SecantusDB has no fail points")

SOON = 50
"""Milliseconds after which a server says that there is no change yet."""

LABELS = ["ResumableChangeStreamError"]


def store(lab: Laboratory, *numbers: int) -> None:
    lab.observer.store(Item, *({"number": number} for number in numbers))


async def numbers(changes: ChangeStream[Any], count: int) -> list[int]:
    return [it.document.number for it in await told(changes, count)]


@pytest.mark.parametrize("cut", [cut_before, cut_after])
@pytest.mark.parametrize("times", [1, 5])
async def test_connections_are_lost_while_it_waits(
    lab: Laboratory, codec: str, cut: Any, times: int
) -> None:
    store(lab, 0)
    async with Item.watch(max_await_time_ms=SOON) as changes:
        lab.proxy.plan(*[cut] * times, command="getMore")
        store(lab, 1, 2)
        assert await numbers(changes, 2) == [1, 2]
        lab.proxy.plan(*[cut] * times, command="getMore")
        store(lab, 3)
        assert await numbers(changes, 1) == [3]


async def test_it_cannot_be_opened_again_at_once(lab: Laboratory, codec: str) -> None:
    store(lab, 0)
    async with Item.watch(max_await_time_ms=SOON) as changes:
        await changes.try_next()
        lab.proxy.plan(*[cut_before] * 5, command="aggregate")
        lab.proxy.cut_all()
        store(lab, 1)
        assert await numbers(changes, 1) == [1]


async def test_the_driver_alone(lab: Laboratory, codec: str) -> None:
    store(lab, 0)
    changes = Item.watch(max_await_time_ms=SOON, retry_for=0)
    await changes.try_next()
    token = changes.token
    lab.proxy.plan(*[cut_before] * 20, command="aggregate")
    lab.proxy.cut_all()
    store(lab, 1)
    with pytest.raises(AutoReconnect):
        await next_of(changes)
    assert not changes.alive
    assert changes.token == token
    lab.proxy.plan_nothing()
    async with Item.watch(resume_after=token) as again:
        assert await numbers(again, 1) == [1]


@fail_points
@pytest.mark.parametrize("failure", [{"errorCode": 189}, {"errorCode": 1, "errorLabels": LABELS}])
async def test_a_server_says_that_it_passes(
    lab: Laboratory, codec: str, failure: dict[str, Any]
) -> None:
    store(lab, 0)
    async with Item.watch(max_await_time_ms=SOON) as changes:
        with fail_point(lab.observer.client, times=4, failCommands=["getMore"], **failure):
            store(lab, 1)
            assert await numbers(changes, 1) == [1]


@fail_points
@pytest.mark.parametrize("code", [280, 286])
async def test_a_lost_past_is_asked_for_once(lab: Laboratory, codec: str, code: int) -> None:
    store(lab, 0)
    async with Item.watch(max_await_time_ms=SOON) as changes:
        await changes.try_next()
        token = changes.token
        failure: dict[str, Any] = {
            "failCommands": ["getMore"],
            "errorCode": code,
            "errorLabels": [],
        }
        with (
            fail_point(lab.observer.client, times=1, **failure),
            pytest.raises(ChangeStreamLostError) as lost,
        ):
            await next_of(changes)
    assert lost.value.token == token
    assert isinstance(lost.value.__cause__, OperationFailure)
    assert not changes.alive


@fail_points
async def test_what_does_not_pass_is_raised(lab: Laboratory, codec: str) -> None:
    store(lab, 0)
    async with Item.watch(max_await_time_ms=SOON) as changes:
        with (
            fail_point(lab.observer.client, times=1, failCommands=["getMore"], errorCode=2),
            pytest.raises(OperationFailure),
        ):
            await next_of(changes)
        assert not changes.alive
