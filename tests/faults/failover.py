"""A bulk insert and a reader, while a replica set loses a member."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

from pymongo.errors import AutoReconnect

from aiomotorengine.bulk import BulkReport
from tests.faults.contract import Trial
from tests.faults.laboratory import KeyedItem, Laboratory, items
from tests.faults.replica_set import DISASTERS, ReplicaSet

__all__ = ["insert_and_read"]

TEXT = "x" * 1_000
"""So that rows come in several replies."""


async def insert_and_read(
    lab: Laboratory, members: ReplicaSet, disaster: str, call: str, *, count: int, when: int
) -> Trial:
    """Insert documents and read others, and let something happen to the replica set meanwhile.

    Parameters:
        lab: where.
        members: the replica set; it is whole again at the end.
        disaster: what happens, from ``DISASTERS``.
        call: how documents are inserted, from ``CALLS``.
        count: how many documents are inserted, and how many are read.
        when: how many of them are done when it happens.

    Returns:
        The trial of the insert. It went on by itself.
    """
    rows = [{"number": number, "key": number, "text": TEXT} for number in range(count)]
    await asyncio.to_thread(members.observer.store, KeyedItem, *rows)
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

    def progress(_: BulkReport) -> None:
        happening.may_begin.set()

    if "stream" in call:
        options = {"source": source(), "batch_size": max(1, count // 40)}
    else:  # takes all documents before it sends any
        options = {"progress": progress}
    reading = asyncio.create_task(read(count, when, happening))
    try:
        await trial.run(call, **options)
        happening.may_begin.set()
        await reading
    finally:
        await beginning
        await happening.end()
    assert trial.error is None, f"it did not go on: {trial.error!r}"
    assert trial.report.ok
    await read(count, count + 1, happening)
    return trial


async def read(count: int, when: int, happening: Happening) -> None:
    """Read all rows, in their order; or be told that it cannot go on."""
    numbers = []
    try:
        async for item in KeyedItem.objects.order_by("_id"):
            numbers.append(item.number)
            if len(numbers) == when:
                await happening.has_begun.wait()
    except AutoReconnect:
        # The cursor was the primary's, and no other member knows it.
        assert happening.loses_the_primary, "the reader did not go on"
        assert numbers == list(range(len(numbers)))
    else:
        assert numbers == list(range(count))


class Happening:
    """Something that happens to a replica set while the event loop goes on.

    Attributes:
        may_begin: set when it is time.
        has_begun: set when it has happened.
        loses_the_primary: whether the primary does not answer any more.
    """

    def __init__(self, disaster: str, members: ReplicaSet) -> None:
        self.may_begin = asyncio.Event()
        self.has_begun = asyncio.Event()
        self.loses_the_primary = disaster in ("the primary is killed", "the primary freezes")
        self._disaster = disaster
        self._members = members
        self._stack = ExitStack()

    async def begin(self) -> None:
        await self.may_begin.wait()
        disaster = await asyncio.to_thread(DISASTERS[self._disaster], self._members)
        await asyncio.to_thread(self._stack.enter_context, disaster)
        self.has_begun.set()

    async def end(self) -> None:
        self.loses_the_primary = False
        await asyncio.to_thread(self._stack.close)
        await asyncio.to_thread(self._members.recover)
