"""A run of a migration: batch after batch, each from where the one before has ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from inspect import isawaitable
from typing import Any

from pymongo.errors import PyMongoError

from aiomotorengine.errors import MigrationError
from aiomotorengine.ids import id_key
from aiomotorengine.migrations.checkpoint import Checkpoint
from aiomotorengine.migrations.converting import Converter, Outcome, Write
from aiomotorengine.migrations.paging import page_after, read_again
from aiomotorengine.migrations.report import FailedDocument, MigrationReport
from aiomotorengine.migrations.sending import (
    MissedError,
    RefusedError,
    Sender,
    sender_for,
)
from aiomotorengine.pacing import Pace
from aiomotorengine.sessions.target import Target

__all__ = ["Progress", "Run", "Settings"]

Progress = Callable[[MigrationReport], Awaitable[None] | None]
"""Is told after each batch what was done so far."""

SECONDS_BETWEEN_SIGNS = 5.0

MOST_TRIES = 3
"""How often a document is converted again that somebody else has changed meanwhile."""

LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Settings:
    """What a migration was declared with.

    Attributes:
        name: its name.
        batch_size: how many documents are done at once.
        collects: whether documents that can't be converted are listed, and the others are done.
    """

    name: str
    batch_size: int
    collects: bool


@dataclass
class Batch:
    """Documents that are done together.

    Attributes:
        last: the ``_id`` of the last one.
        writes: what is to be sent for each.
        failed: those that can't be converted, or stored.
        settled: how many are done otherwise, by what became of them.
        conflicts: how many were changed by somebody else again and again.
        read: how many there were.
    """

    last: Any
    read: int
    writes: list[Write]
    failed: list[FailedDocument]
    settled: Counter[Outcome]
    conflicts: int = 0

    def added_to(self, report: MigrationReport) -> MigrationReport:
        """A report with what is done once all of this is."""
        counts = self.settled + Counter(one.outcome for one in self.writes)
        return report.plus(
            read=self.read,
            conflicts=self.conflicts,
            failed=tuple(self.failed),
            **{outcome.value: counts[outcome] for outcome in Outcome},
        )


class Run:
    """A run of a migration.

    Parameters:
        settings: what the migration was declared with.
        target: the collection.
        query: which documents are meant.
        converter: converts one of them.
        progress: is told after each batch what was done so far.
    """

    def __init__(
        self,
        settings: Settings,
        target: Target,
        query: Mapping[str, Any],
        converter: Converter,
        progress: Progress | None,
    ) -> None:
        self._settings = settings
        self._target = target
        self._query = query
        self._converter = converter
        self._progress = progress
        self._turn = asyncio.Lock()
        """Held while a batch is sent, so that no sign of life meets its checkpoint."""

    async def try_out(self) -> MigrationReport:
        """Convert all documents, and write nothing.

        Raises:
            MigrationError: a document can't be converted.
        """
        sender = sender_for(self._target, self._settings.name, await self._hello())
        report = MigrationReport(self._settings.name, total=await self._count(self._query))
        last: list[Any] = []
        while batch := await self._next_batch(sender, self._query, last, report):
            last = [batch.last]
            report = batch.added_to(report)
            await self._tell(report)
        return replace(report, done=True)

    async def go(self, *, restart: bool) -> MigrationReport:
        """Begin the migration, or go on with it.

        Parameters:
            restart: whether what an earlier run has done is forgotten.

        Raises:
            MigrationError: a document can't be converted; somebody else runs it; or the migration
                of that name is another collection's.
        """
        hello = await self._hello()
        checkpoint = Checkpoint(self._target, self._settings.name)
        await checkpoint.take(hello["localTime"], restart=restart)
        try:
            if checkpoint.report.done:
                return checkpoint.report
            async with self._signs_of_life(checkpoint):
                sender = sender_for(self._target, self._settings.name, hello)
                if restart:
                    await sender.take_marks_off()
                return await self._all_batches(checkpoint, sender)
        finally:
            with suppress(PyMongoError):  # others wait until it counts as dead then
                await checkpoint.give_back()

    async def _all_batches(self, checkpoint: Checkpoint, sender: Sender) -> MigrationReport:
        report, last = checkpoint.report, checkpoint.last
        if not report.resumed:
            report = replace(report, total=await self._count(self._query))
            await checkpoint.keep(report, last)
        query = sender.reading(self._query)
        while batch := await self._next_batch(sender, query, last, report):
            last = [batch.last]
            report = await self._sent(batch, sender, checkpoint, report)
            await self._tell(report)
        await sender.take_marks_off()
        report = replace(report, done=True)
        async with self._turn:
            await checkpoint.keep(report, last)
        return report

    async def _hello(self) -> Mapping[str, Any]:
        """What the server says of itself."""
        database = self._target.collection.database
        hello: Mapping[str, Any] = await self._target.call(database.command, "hello")
        return hello

    async def _count(self, query: Mapping[str, Any]) -> int:
        count: int = await self._target.call(self._target.collection.count_documents, query)
        return count

    # -- one batch -------------------------------------------------------------------------------

    async def _next_batch(
        self,
        sender: Sender,
        query: Mapping[str, Any],
        last: Sequence[Any],
        report: MigrationReport,
    ) -> Batch | None:
        """The next documents, converted; ``None`` behind the last."""
        page = await page_after(self._target, query, last, self._settings.batch_size)
        if not page:
            return None
        batch = Batch(page[-1]["_id"], len(page), [], [], Counter())
        # A function that is not async never lets the event loop have its turn, in which signs of
        # life are given.
        pace = Pace()
        pace.start()
        for stored in page:
            await pace.turn_if_due()
            if sender.has_had(stored):
                batch.settled[Outcome.CHANGED] += 1
            else:
                await self._convert(stored, batch, report)
        return batch

    async def _convert(self, stored: Any, batch: Batch, report: MigrationReport) -> None:
        """Convert a document, which is then to be sent with a batch."""
        try:
            batch.writes.append(await self._converter.convert(stored.raw))
        except Exception as error:
            self._fail(stored["_id"], error, batch, report)

    def _fail(self, id: Any, error: Exception, batch: Batch, report: MigrationReport) -> None:
        """List a document that can't be done.

        Raises:
            MigrationError: the migration is to stop there.
        """
        if not self._settings.collects:
            raise MigrationError.stopped(self._settings.name, id, error, report) from error
        message = f"{type(error).__name__}: {error}"
        batch.failed.append(FailedDocument(id, message[:LONGEST_MESSAGE]))

    async def _sent(
        self, batch: Batch, sender: Sender, checkpoint: Checkpoint, before: MigrationReport
    ) -> MigrationReport:
        """Send a batch, until all of it is done or given up."""
        tries: Counter[Any] = Counter()
        while True:
            report = batch.added_to(before)
            try:
                async with self._turn:
                    await sender.send(batch.writes, partial(checkpoint.keep, report, [batch.last]))
            except RefusedError as error:
                batch.writes.remove(error.write)
                self._fail(error.write.id, error, batch, before)
            except MissedError:
                await self._look_again(batch, sender, tries, before)
            else:
                return report

    async def _look_again(
        self, batch: Batch, sender: Sender, tries: Counter[Any], report: MigrationReport
    ) -> None:
        """Convert documents again that somebody else has changed since they were read."""
        writes, batch.writes = batch.writes, []
        now = await read_again(self._target, [one.id for one in writes])
        changed = {
            id_key(one.id)
            for one in writes
            if (stored := now.get(id_key(one.id))) is None or stored.raw != one.raw
        }
        for write in writes:
            key = id_key(write.id)
            stored = now.get(key)
            if write.outcome is Outcome.LEFT:
                batch.writes.append(write)
            elif stored is None or sender.has_had(stored):
                is_ours = stored is not None or write.outcome is Outcome.DELETED
                batch.settled[write.outcome if is_ours else Outcome.LEFT] += 1
            elif changed and key not in changed:
                batch.writes.append(write)
            elif tries[key] == MOST_TRIES:
                batch.conflicts += 1
            else:
                tries[key] += 1
                await self._convert(stored, batch, report)

    # -- meanwhile -------------------------------------------------------------------------------

    async def _tell(self, report: MigrationReport) -> None:
        if self._progress is not None:
            told = self._progress(report)
            if isawaitable(told):
                await told

    @asynccontextmanager
    async def _signs_of_life(self, checkpoint: Checkpoint) -> AsyncIterator[None]:
        """A block in which others see that it is being run, however long a batch is converted."""

        async def say_so() -> None:
            while True:
                await asyncio.sleep(SECONDS_BETWEEN_SIGNS)
                async with self._turn:
                    with suppress(PyMongoError):  # the next batch will say what is wrong
                        await checkpoint.give_sign_of_life()

        task = asyncio.create_task(say_so())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
