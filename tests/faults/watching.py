"""A stream of changes, while a replica set loses its primary."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiomotorengine import ChangeStream
from tests.faults.contract import Trial
from tests.faults.failover import Happening
from tests.faults.laboratory import Item, Laboratory, items
from tests.faults.replica_set import ReplicaSet

__all__ = ["insert_and_watch"]


async def insert_and_watch(
    lab: Laboratory, members: ReplicaSet, disaster: str, *, count: int, when: int
) -> Trial:
    """Insert documents and watch for them, and let something happen to the replica set meanwhile.

    Parameters:
        lab: where.
        members: the replica set; it is whole again at the end.
        disaster: what happens, from ``DISASTERS``.
        count: how many documents are inserted.
        when: how many of them are on their way when it happens.

    Returns:
        The trial of the insert. It went on by itself, and all that was inserted was told, once and
        in order.
    """
    trial = Trial(lab, items(count))
    happening = Happening(disaster, members)
    beginning = asyncio.create_task(happening.begin())
    trial.tasks_before.add(beginning)

    async def source() -> AsyncIterator[Any]:
        for document in trial.documents:
            if document.number == when:
                happening.may_begin.set()
            await asyncio.sleep(0)
            yield document
        await beginning

    async with Item.watch(operations=["insert"], max_await_time_ms=100) as changes:
        telling = asyncio.create_task(numbers_until(count, changes))
        try:
            await trial.run("stream", source=source(), batch_size=max(1, count // 40))
        finally:
            happening.may_begin.set()
            await beginning
            await happening.end()
        # What is missed is seen by what comes after it.
        last: Any = await Item(number=count).save()
        told = await telling
        await last.delete()
    assert trial.error is None, f"it did not go on: {trial.error!r}"
    assert told == list(range(count))
    return trial


async def numbers_until(last: int, changes: ChangeStream[Any]) -> list[int]:
    """The numbers of the documents that are told before the one that has the last."""
    numbers = []
    async for change in changes:
        document: Any = change.document
        if document.number == last:
            break
        numbers.append(document.number)
    return numbers
