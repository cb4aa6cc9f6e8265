"""Event loops that end in the middle, and others that go on with the same documents."""

from __future__ import annotations

import asyncio

from tests.faults.conftest import Observers
from tests.faults.contract import Trial
from tests.faults.laboratory import Item, Laboratory, eventually, items, laboratory
from tests.faults.wire_faults import Held
from tests.servers import Server


def test_a_loop_that_is_closed_while_a_stream_runs(
    server: Server, driver: str, codec: str, observers: Observers
) -> None:
    with laboratory(server, driver, observers.of(server)) as lab:
        trial, held = asyncio.run(left_running(lab))
        held.let_go()  # to nobody
        assert trial.report.inserted.ranges == (range(4),)
        assert trial.report.unknown.ranges == (range(4, 8),)
        asyncio.run(checked(lab, trial))


async def left_running(lab: Laboratory) -> tuple[Trial, Held]:
    """Begin a stream, and end with a batch on its way; the loop cancels what runs on it."""
    held = Held()
    lab.proxy.plan(None, held)
    trial = Trial(lab, items(20))
    task = asyncio.ensure_future(trial.run("stream"))
    await held.arrived()
    assert not task.done()
    trial.error = asyncio.CancelledError()
    return trial, held


async def checked(lab: Laboratory, trial: Trial) -> None:
    trial.tasks_before = asyncio.all_tasks()
    await trial.check()
    await lab.disconnect()


def test_streams_on_one_loop_after_the_other(
    server: Server, driver: str, codec: str, observers: Observers
) -> None:
    with laboratory(server, driver, observers.of(server)) as lab:
        for start in range(0, 60, 20):
            asyncio.run(inserted(items(20, start)))
        asyncio.run(counted(lab, 60))


async def inserted(documents: list[Item]) -> None:
    report = await Item.objects.insert_stream(documents, batch_size=4)
    assert report.ok


async def counted(lab: Laboratory, count: int) -> None:
    assert await Item.objects.count() == count
    # The connections of loops that ended are closed when the next loop is seen.
    assert await eventually(lambda: lab.proxy.connections <= 2)
    await lab.disconnect()
