"""Batches go to the server: a few at a time, one call of the driver each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from pymongo.errors import BulkWriteError, DocumentTooLarge

from aiomotorengine.bulk import outcome as outcomes
from aiomotorengine.bulk.account import Account
from aiomotorengine.bulk.batch import Batch, InsertedByCall, InsertedInTransaction, MaybeInserted
from aiomotorengine.bulk.batching import AdaptiveBatchSize, Limits
from aiomotorengine.bulk.hooks import HookCaller
from aiomotorengine.bulk.lifecycle import Lifecycle
from aiomotorengine.bulk.outcome import Outcome, RefusalReader
from aiomotorengine.bulk.report import BulkReport
from aiomotorengine.bulk.resuming import Resumption
from aiomotorengine.bulk.retrying import Retries
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire import requests
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.presence import positions_of_stored

__all__ = ["Progress", "Sender"]

Progress = Callable[[BulkReport], object]

SECONDS_TO_STOP = 10
"""How long a call that was cancelled waits for the driver to let go of what is on its way."""


@dataclass(slots=True)
class InFlight:
    """A batch that is being sent.

    Attributes:
        batch: the batch.
        attempt: the call of the driver.
        answer: what the server says of it, if it refused some.
        outcome: what became of it, as soon as that is known.
        written: number and document of each that was written, where hooks are called for them.
    """

    batch: Batch
    attempt: requests.Attempt
    answer: RefusalReader | None = None
    outcome: Outcome | None = None
    written: list[tuple[int, Any]] = field(default_factory=list)


class Sender:
    """Sends the batches of one call, and keeps its account.

    Parameters:
        target: where they are sent. Each batch gets a session of its own; where the call runs in
            one, they are all sent in that, and none is sent again.
        account: where it is written what becomes of them.
        lifecycle: what says whether anything is sent.
        hooks: what calls the hooks of documents that were written.
        limits: how large a batch may be.
        ordered: whether each waits for the one before it, and none follows a failure.
        in_flight: how many batches may be on their way, the one that is filling included.
        inserted: what stands in the documents that were inserted.
        progress: called with the report after each batch.
        resumption: what an earlier call has left, if this one goes on with it.

    Attributes:
        batch_size: how many documents the next batch may have.
    """

    def __init__(
        self,
        target: Target,
        account: Account,
        lifecycle: Lifecycle,
        hooks: HookCaller,
        limits: Limits,
        *,
        ordered: bool,
        in_flight: int,
        inserted: InsertedByCall | InsertedInTransaction,
        progress: Progress | None,
        resumption: Resumption | None = None,
    ) -> None:
        self.batch_size = AdaptiveBatchSize(limits, goes_on=not ordered)
        self._target = target
        self._account = account
        self._lifecycle = lifecycle
        self._hooks = hooks
        self._ordered = ordered
        self._most_in_flight = in_flight
        self._progress = progress
        self._resumption = resumption
        self._turn = asyncio.Semaphore(1 if ordered else in_flight)
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_flight: dict[int, InFlight] = {}
        self._inserted = inserted
        self._maybe = MaybeInserted()
        self._crash: BaseException | None = None
        self._last_task: asyncio.Task[None] | None = None
        self._has_hook_failed = False

    async def wait_for_room(self) -> None:
        """Wait until another batch may be begun."""
        while len(self._tasks) >= self._most_in_flight:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def send(self, batch: Batch) -> None:
        """Send a batch when it is its turn."""
        task = asyncio.ensure_future(self._send(self._in_hand(batch, []), self._last_task))
        if self._hooks.are_needed:
            self._last_task = task
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def drain(self) -> None:
        """Wait until all batches have come to their end.

        Raises:
            BaseException: what ``progress`` raised that is no ``Exception``.
        """
        while self._tasks:
            await asyncio.wait(self._tasks)
        if self._crash is not None:
            raise self._crash

    async def abandon(self) -> None:
        """Stop what is on its way, and wait until it has stopped.

        But not for ever: PyMongo's async client, cancelled while it looks for a server, may lose
        itself in its own lock (Python 3.11). Then nobody knows what became of the batch.
        """
        self._lifecycle.stop()
        for sent in self._in_flight.values():
            sent.attempt.forbid()
        for task in self._tasks:
            task.cancel()
        loop = asyncio.get_running_loop()
        end = loop.time() + SECONDS_TO_STOP
        while self._tasks and loop.time() < end:
            # It may be told to stop once more; whoever called this is raising the first.
            with suppress(asyncio.CancelledError):
                await asyncio.wait(self._tasks, timeout=end - loop.time())
        for sent in list(self._in_flight.values()):
            while sent.answer is not None and sent.answer.read_some():
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(0)

    async def write_rejects(self) -> None:
        """Write down what was refused since the last time. If that fails, nothing more is sent."""
        rejects = self._account.rejects
        if rejects is None:
            return
        try:
            await rejects.write()
        except Exception as error:
            self._account.interrupted(error)
            self._lifecycle.stop()

    def finish(self) -> None:
        """The call is over: what was not sent will not be.

        Something may be on the wire still, if the event loop has ended before the call.
        """
        for sent in list(self._in_flight.values()):
            self._conclude(sent)
        if self._account.rejects is not None:
            try:
                self._account.rejects.close()
            except Exception as error:
                self._account.interrupted(error)

    def _in_hand(self, batch: Batch, written: list[tuple[int, Any]]) -> InFlight:
        attempt = requests.Attempt(batch.encoded, ordered=self._ordered)
        sent = InFlight(batch, attempt, written=written)
        self._in_flight[id(batch)] = sent
        return sent

    async def _send(self, first: InFlight, previous: asyncio.Task[None] | None) -> None:
        async with self._turn:
            sent: InFlight | None = first
            while sent is not None and self._lifecycle.may_send:
                sent = await self._send_some(sent)
                await self.write_rejects()
                self._show_progress()
            if first.written:
                await self._call_hooks(first.written, previous)

    async def _send_some(self, sent: InFlight) -> InFlight | None:
        """Send a batch; what is left of it where the server has stopped at one that it had."""
        rest = None
        try:
            sent.outcome = await self._attempt(sent)
            rest = self._cut_rest(sent)
        finally:
            if sent.attempt.taken:
                self._account.report.batches += 1
                self._account.report.bytes += sent.batch.size
            # What is left of an answer, if this was cancelled, is for ``abandon`` to read.
            if sent.outcome is not None or sent.answer is None:
                self._conclude(sent)
        return None if rest is None else await self._without_stored(rest)

    def _cut_rest(self, sent: InFlight) -> InFlight | None:
        """Take out of a batch what the server has left aside because of one that it had."""
        outcome, batch = sent.outcome, sent.batch
        if outcome is None or not outcome.untouched or outcome.error is not None:
            return None
        sent.outcome = replace(outcome, untouched=outcomes.NOTHING)
        return self._in_hand(batch.cut(outcome.untouched[0], len(batch)), sent.written)

    async def _without_stored(self, sent: InFlight) -> InFlight | None:
        """Take those out that were sent before and are in the database; ``None`` if none is left.

        An ordered insert would stop at each of them.
        """
        batch = sent.batch
        assert self._resumption is not None
        may_be_in = self._resumption.may_be_in
        asked = [it for it, number in enumerate(batch.numbers) if may_be_in(number)]
        ids = batch.ids_at(asked, self._target.codec_options)
        try:
            stored = [asked[it] for it in await positions_of_stored(self._target, ids)]
        except Exception as error:
            sent.outcome = outcomes.unsent(len(batch), error)
            self._conclude(sent)
            return None
        del self._in_flight[id(batch)]
        found = set(stored)
        outcome = Outcome(written=range(len(stored)))
        self._conclude_as(batch.pick(stored), outcome, sent.written)
        rest = batch.pick([it for it in range(len(batch)) if it not in found])
        return self._in_hand(rest, sent.written) if len(rest) else None

    async def _attempt(self, sent: InFlight) -> Outcome:
        """Send a batch, again where that may help, and read what came of it."""
        client = self._target.opened.client
        if self._target.session is not None:
            return await self._insert(sent, Retries(client))
        async with self._target.driver.repeatable_write(client) as sent.attempt.write:
            return await self._insert(sent, Retries(client))

    async def _insert(self, sent: InFlight, retries: Retries) -> Outcome:
        # An error holds the functions that it came through, and those that called them. None of
        # them has it as a variable at its end: they would hold each other, and with them an answer
        # of thousands of objects, until Python's collector finds them.
        ended: Outcome | Exception | None = None
        error: Exception | None = None
        try:
            while True:
                ended = await self._insert_once(sent)
                if isinstance(ended, Outcome):
                    return ended
                error = retries.error(ended, was_sent=sent.attempt.taken_in_call)
                may_repeat = sent.attempt.can_be_repeated and self._lifecycle.may_send
                if not may_repeat or not await retries.wait(error) or not self._lifecycle.may_send:
                    return await self._failed(sent, error)
        finally:
            del ended, error, retries

    async def _insert_once(self, sent: InFlight) -> Outcome | Exception:
        # A function of its own, in which no variable leads to the error, either.
        attempt, count = sent.attempt, len(sent.batch)
        try:
            with protocol_errors(self._account.document_class, lambda: attempt.taken):
                result = await requests.insert(self._target, attempt)
                if not result.acknowledged:
                    return outcomes.unacknowledged(count)
                return outcomes.acknowledged(count, result.inserted_count)
        except Exception as raised:
            return raised

    async def _failed(self, sent: InFlight, error: Exception) -> Outcome:
        """What became of a batch, by the error with which its last attempt ended."""
        count = len(sent.batch)
        if isinstance(error, DocumentTooLarge):
            # This server takes less than others. The driver says so before it sends anything.
            return outcomes.unsent(count, error)
        if not isinstance(error, BulkWriteError):
            return interrupted(sent.attempt, count, error)
        numbers, pack = sent.batch.numbers, self._account.pack
        is_in = None
        if self._resumption is not None and not self._account.report.in_transaction:
            is_in = self._resumption.is_in
        sent.answer = RefusalReader(error, numbers, ordered=self._ordered, pack=pack, is_in=is_in)
        while True:
            await asyncio.sleep(0)  # what the driver did with it was a slice, too
            if not sent.answer.read_some():
                return sent.answer.outcome()

    def _conclude(self, sent: InFlight) -> None:
        batch = sent.batch
        if self._in_flight.pop(id(batch), None) is None:
            return  # the call is over, and its account closed
        outcome = sent.outcome
        if outcome is None and sent.answer is not None:
            outcome = sent.answer.outcome()
        if outcome is None:
            outcome = interrupted(sent.attempt, len(batch), None)
        self._conclude_as(batch, outcome, sent.written)
        # Its error came through ``_insert_once``, which has this as a variable.
        sent.outcome = sent.answer = None
        sent.attempt.release()

    def _conclude_as(self, batch: Batch, outcome: Outcome, written: list[tuple[int, Any]]) -> None:
        if self._hooks.are_needed:
            written.extend((batch.numbers[it], batch.documents[it]) for it in outcome.written)
        options = self._target.codec_options
        batch.apply(outcome, self._inserted, self._maybe, options)
        if batch.counted:
            batch.uncount(self._account.violated_keys(outcome.refused))
        self.batch_size.answered(len(batch), len(outcome.refused))
        self._account.record(batch, outcome)
        if outcome.is_failure or (self._ordered and outcome.error is not None):
            self._lifecycle.stop()

    async def _call_hooks(
        self, written: list[tuple[int, Any]], previous: asyncio.Task[None] | None
    ) -> None:
        """Call the hooks of what was written of a batch. After one that fails, none is called.

        Parameters:
            written: number and document of each.
            previous: what sends the batch before it, whose hooks come first.
        """
        if previous is not None:
            await asyncio.wait([previous])
        if self._has_hook_failed:
            return
        written.sort(key=itemgetter(0))
        try:
            await self._hooks.after(document for _, document in written)
        except Exception as error:
            self._has_hook_failed = True
            self._account.interrupted(error)
            self._lifecycle.stop()
        except BaseException as error:
            self._has_hook_failed = True
            self._crash = self._crash or error
            self._lifecycle.stop()
            raise

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crash = self._crash or error
            self._lifecycle.stop()

    def _show_progress(self) -> None:
        if self._progress is None:
            return
        try:
            self._progress(self._account.report)
        except Exception as error:
            self._account.interrupted(error)
            self._lifecycle.stop()
        except BaseException:
            self._lifecycle.stop()
            raise  # to ``_ended``


def interrupted(attempt: requests.Attempt, count: int, error: Exception | None) -> Outcome:
    """What became of a batch whose attempt did not come to its end."""
    if attempt.forbid():
        return outcomes.unsent(count, error)
    return outcomes.lost(count, error) if error is not None else Outcome(unknown=range(count))
