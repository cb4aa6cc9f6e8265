"""The two calls: ``insert_list``, of all documents or none, and ``insert_stream``."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterable, Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiomotorengine.bulk.account import Account
from aiomotorengine.bulk.batch import Batch, InsertedByCall, InsertedInTransaction
from aiomotorengine.bulk.batching import OF_A_LIST, Batcher, Limits
from aiomotorengine.bulk.hooks import HookCaller
from aiomotorengine.bulk.lifecycle import Lifecycle
from aiomotorengine.bulk.preparing import FalsyValidationError, Preparer
from aiomotorengine.bulk.rejects import Destination, Rejects, check_destination
from aiomotorengine.bulk.report import BulkReport
from aiomotorengine.bulk.resuming import Resumption, check_resumable
from aiomotorengine.bulk.sending import Progress, Sender
from aiomotorengine.bulk.sources import Source, refuse_single
from aiomotorengine.bulk.timer import Timer
from aiomotorengine.pacing import FIRST_BOUNDED_SLICE, FIRST_SLICE, Pace
from aiomotorengine.rows import RowReader, Rows
from aiomotorengine.sessions.target import Target
from aiomotorengine.utils import is_async

__all__ = ["Options", "insert_list", "insert_stream"]

MOST_AHEAD = 1000
"""How many documents of a source are reckoned with that are not there yet."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked for; ``QuerySet`` says what it means."""

    ordered: bool = True
    collects: bool = False
    in_flight: int = 2
    limits: Limits = OF_A_LIST
    report: BulkReport | None = None
    progress: Progress | None = None
    rejects: Destination | None = None
    resume: BulkReport | None = None
    validate: bool = True
    hooks: bool = True

    def __post_init__(self) -> None:
        """Refuse what would only fail when documents are on their way.

        Raises:
            TypeError: a report or the function is none, or refused documents can't be written
                there.
            ValueError: no call can go on with the report to resume.
        """
        check_destination(self.rejects)
        check_resumable(self.resume, self.report)
        if self.report is not None and not isinstance(self.report, BulkReport):
            raise TypeError(f"report must be a BulkReport, not {type(self.report).__name__}.")
        if self.progress is None:
            return
        if not callable(self.progress) or is_async(self.progress):
            raise TypeError(
                "progress must be a function that takes the report and is not async, not "
                f"{self.progress!r}."
            )


async def insert_list(
    target: Target, documents: Iterable[Any] | AsyncIterable[Any] | Rows, options: Options
) -> list[Any] | None:
    """Insert all documents, or none if one is not valid or cannot be encoded.

    Returns:
        The documents, as the very list that was given, if it was one; ``None`` if a document's own
        ``validate`` returned something falsy.
    """
    # What is in memory already is copied at once: others may change it while this waits.
    listed: list[Any]
    document_class: Any = target.document_class
    if isinstance(documents, Rows):
        reader, rows = documents.reader(document_class), documents.source
        listed = []
        source = Source(list(rows) if isinstance(rows, Collection) else rows)
        call = ListCall(target, options, reader)
        try:
            await call.run(call.list_and_insert(source, listed))
        finally:
            await call.close(source)
    elif isinstance(documents, Collection):
        refuse_single(documents)
        listed = documents if isinstance(documents, list) else list(documents)
        call = ListCall(target, options)
        await call.run(call.insert(list(listed)))
    else:
        listed, source = [], Source(documents)
        call = ListCall(target, options)
        try:
            await call.run(call.list_and_insert(source, listed))
        finally:
            await call.close(source)
    error = call.conclude()
    if isinstance(error, FalsyValidationError):
        refused: None = error.document_class._refused()
        return refused
    if error is not None:
        raise error
    return listed


async def insert_stream(
    target: Target, documents: Iterable[Any] | AsyncIterable[Any] | Rows, options: Options
) -> BulkReport:
    """Insert the documents of a source, batch by batch."""
    reader = None
    if isinstance(documents, Rows):
        reader, documents = documents.reader(target.document_class), documents.source
    source = Source(documents)
    call = StreamCall(target, options, reader, source)
    try:
        await call.run(call.insert())
    finally:
        await call.close(source)
    error = call.conclude()
    if error is not None:
        raise error
    return call.report


class Call:
    """What both calls are made of, and how they end.

    Parameters:
        target: where the documents go.
        options: what was asked for.
        reader: what makes documents of what is given, if that is rows.
        stops_at_refusal: whether no document is prepared after one that was refused.
        wants_documents: whether rows have to become documents.
        first_slice: how many documents are worked on first, before it is known how long they take.
    """

    def __init__(
        self,
        target: Target,
        options: Options,
        reader: RowReader | None = None,
        *,
        stops_at_refusal: bool,
        wants_documents: bool,
        first_slice: int,
    ) -> None:
        self.report = BulkReport() if options.report is None else options.report
        self.report.start(target.codec_options, options.resume)
        self._resumption = None if options.resume is None else Resumption(self.report)
        transaction = target.transaction
        self.report.in_transaction = transaction is not None
        self._inserted = (
            InsertedByCall() if transaction is None else InsertedInTransaction(transaction)
        )
        rejects = None
        if options.rejects is not None:
            rejects = Rejects(options.rejects, None if reader is None else reader.rules.as_given)
        self._account = Account(
            target.document_class,
            self.report,
            collects=options.collects,
            rejects=rejects,
            resumption=self._resumption,
        )
        self._lifecycle = Lifecycle()
        self._hooks = HookCaller(target.document_class, wanted=options.hooks)
        self._pace = Pace(first_slice)
        self._preparer = Preparer(
            target,
            self._pace,
            self._account,
            self._lifecycle,
            self._hooks,
            reader,
            self._resumption,
            validates=options.validate,
            stops_at_refusal=stops_at_refusal,
            wants_documents=wants_documents,
        )
        # The source, and hooks, may ask in the same session, which then must have no batch on its
        # way.
        limits = options.limits if target.session is None else options.limits._replace(seconds=None)
        self._batcher = Batcher(limits)
        self._sender = Sender(
            target,
            self._account,
            self._lifecycle,
            self._hooks,
            limits,
            # A server ends a transaction at the first document that it refuses, whatever the order.
            ordered=options.ordered or self.report.in_transaction,
            in_flight=options.in_flight if target.session is None else 1,
            inserted=self._inserted,
            progress=options.progress,
            resumption=self._resumption,
        )
        self._in_hand = Batch()
        """Documents that were taken, and are not in the batcher yet."""

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work. At the end nothing is in flight, and the account is complete.

        Raises:
            asyncio.CancelledError: the task was cancelled.
        """
        task = asyncio.current_task()
        was_cancelling = task.cancelling() if task else 0
        try:
            try:
                await work
            except Exception as error:
                self._account.interrupted(error)
                self._lifecycle.stop()
            await self._sender.drain()
            await self._preparer.give_numbers_back()
            await self._give_back()
            await self._sender.write_rejects()
            # Until Python 3.12 ``asyncio.wait_for``, on which a driver relies, may swallow it.
            if task is not None and task.cancelling() > was_cancelling:
                raise asyncio.CancelledError
        except BaseException:
            await self._sender.abandon()
            raise
        finally:
            self._restore()
            self._sender.finish()
            self.report.finish()

    def _took(self, count: int) -> None:
        """So many were taken from the source by now; an earlier call may have taken more."""
        self.report.taken = max(self.report.taken, count)

    async def _give_back(self) -> None:
        """Make documents that will not be sent what they were, where there may be very many."""

    def _restore(self) -> None:
        """The same, at once."""
        self._in_hand.restore()
        self._batcher.cut_all().restore()

    def conclude(self) -> Exception | None:
        """What is to be raised after all; if nothing is, the documents count as saved."""
        error = self._account.error()
        if error is None and self.report.ok:
            self._inserted.succeeded = True
        return error

    async def close(self, source: Source) -> None:
        """Close a source that has not come to its end."""
        if source.has_ended:
            return
        try:
            await source.close()
        except Exception as error:
            self._account.interrupted(error)


class ListCall(Call):
    """Prepares all documents, then sends them; none is sent if one is refused."""

    def __init__(self, target: Target, options: Options, reader: RowReader | None = None) -> None:
        super().__init__(
            target,
            options,
            reader,
            stops_at_refusal=True,
            wants_documents=True,
            first_slice=FIRST_BOUNDED_SLICE,
        )
        self._target = target
        self._ready: deque[Batch] = deque()
        self._given: list[Any] = []
        """What was passed, where those that are refused are written down."""

    async def list_and_insert(self, source: Source, listed: list[Any]) -> None:
        """Take all documents of a source into a list, then insert it."""
        try:
            while not source.has_ended:
                await source.take(sys.maxsize, listed)
        finally:
            self._took(len(listed))
        given = listed[:]
        self._pace.start()
        await self._preparer.read(Batch(documents=listed))
        await self.insert(listed, given)

    async def insert(self, documents: list[Any], given: list[Any] | None = None) -> None:
        """Insert documents.

        Parameters:
            documents: the documents.
            given: what they were made of, if that was something else.
        """
        self._took(len(documents))
        if self._account.rejects is not None:
            self._given = documents if given is None else given
        with self._target.changing_all(documents):
            await self._insert(documents)
            await self._sender.drain()

    async def _insert(self, documents: list[Any]) -> None:
        is_one_step = self._preparer.validates_as_it_encodes
        if not is_one_step:
            await self._validate(documents)
            if not self._lifecycle.may_take:
                return
            await self._preparer.ensure_indexes()
        await self._encode(documents, validate=is_one_step)
        if not self._lifecycle.may_take:
            return
        if len(self._batcher):
            self._ready.append(self._batcher.cut())
        await self._preparer.ensure_indexes()
        while self._ready and self._lifecycle.may_begin:
            await self._sender.wait_for_room()
            if self._lifecycle.may_begin:
                self._sender.send(self._next_ready())

    async def _validate(self, documents: list[Any]) -> None:
        start = self._open_from(0)
        while start < len(documents) and self._lifecycle.may_take:
            some = self._slice(documents, start)
            count = len(some)
            await self._preparer.receive(some, ahead=len(documents) - start - count)
            start = self._open_from(start + len(some))
            await self._preparer.validate(some)
            await self._pace.rest(count)

    async def _encode(self, documents: list[Any], *, validate: bool) -> None:
        start = self._open_from(0)
        while start < len(documents) and self._lifecycle.may_take:
            some = self._in_hand = self._slice(documents, start)
            count = len(some)
            if validate:
                await self._preparer.receive(some, ahead=len(documents) - start - count)
            start = self._open_from(start + len(some))
            await self._preparer.give_ids(some)
            while len(some) and self._lifecycle.may_begin:
                self._batcher.add(await self._preparer.encode(some, validate=validate))
                while self._batcher.is_full:
                    self._ready.append(self._batcher.cut())
            await self._pace.rest(count)

    def _slice(self, documents: list[Any], start: int) -> Batch:
        """As many of the documents as are worked on in one go, which begins now."""
        size = self._pace.size
        if self._resumption is not None:
            size = self._resumption.count_alike(start, size)
        some = documents[start : start + size]
        self._pace.start()
        given = [] if self._account.rejects is None else self._given[start : start + len(some)]
        return Batch(list(range(start, start + len(some))), some, given=given)

    def _open_from(self, start: int) -> int:
        """The first of the documents from one on that is not settled by an earlier call."""
        return start if self._resumption is None else self._resumption.next_open(start)

    def _next_ready(self) -> Batch:
        """The next batch, or as much of it as may be sent at once."""
        most = self._sender.batch_size.current
        if len(self._ready[0]) > most:
            return self._ready[0].cut(0, most)
        return self._ready.popleft()

    async def _give_back(self) -> None:
        while self._ready:
            self._ready[-1].restore()
            self._ready.pop()
            await asyncio.sleep(0)

    def _restore(self) -> None:
        super()._restore()
        for batch in self._ready:
            batch.restore()


class StreamCall(Call):
    """Prepares and sends batch by batch, until the source or something else is at its end."""

    def __init__(
        self, target: Target, options: Options, reader: RowReader | None, source: Source
    ) -> None:
        super().__init__(
            target,
            options,
            reader,
            stops_at_refusal=options.ordered,
            wants_documents=False,
            # Where a source fails, what was taken for the slice that is filling is not looked at.
            first_slice=FIRST_BOUNDED_SLICE if source.is_at_hand else FIRST_SLICE,
        )
        self._source = source
        self._arrived: list[Any] = []
        """Documents that were taken from the source, and are not in hand yet."""
        self._count = 0
        """How many came before them."""

    async def insert(self) -> None:
        source = self._source
        while self._lifecycle.may_take and not source.has_ended:
            await self._sender.wait_for_room()
            if self._lifecycle.may_take:
                await self._take()
            if self._lifecycle.may_take:
                await self._process(is_last=source.has_ended)
            if self._batcher.seconds_left == 0:
                await self._send_rest()
        await self._send_rest()

    async def _take(self) -> None:
        """Take some documents from the source.

        If it lets those that are here wait too long, they are sent before the next has come.
        """
        source = self._source
        most = min(self._batcher.room, self._pace.size)
        if self._resumption is not None:
            most = self._resumption.count_alike(self._count, most)
        early = Timer(
            self._batcher.seconds_left if source.may_wait else None,
            self._batcher.limits.seconds,
            self._send_early,
        )
        try:
            async with early:
                with self._lifecycle.while_taking():
                    await source.take(most, self._arrived)
        except Exception as error:
            self._account.interrupted(error)
            self._lifecycle.close()
        finally:
            self._receive()

    async def _send_early(self) -> None:
        """Send all there is, beside the wait for the next document."""
        if not self._arrived and not len(self._batcher):
            return
        self._source.end_take()
        try:
            self._receive()
            await self._process()
            await self._send_rest()
        except BaseException:
            self._lifecycle.stop()
            raise

    def _receive(self) -> None:
        """Give the documents that have arrived their numbers, and take them in hand.

        But not those that an earlier call has settled, which arrive by themselves.
        """
        numbers = list(range(self._count, self._count + len(self._arrived)))
        is_settled = self._resumption is not None and self._resumption.is_settled(self._count)
        self._count += len(self._arrived)
        self._took(self._count)
        if self._lifecycle.may_take:
            self._in_hand = Batch([] if is_settled else numbers)
        if self._lifecycle.may_take and not is_settled:
            if not self._preparer.encodes_rows:
                self._in_hand.documents.extend(self._arrived)
            if self._preparer.encodes_rows or self._account.rejects is not None:
                self._in_hand.given.extend(self._arrived)
        self._arrived.clear()

    async def _process(self, *, is_last: bool = False) -> None:
        """Prepare what is in hand, and send each batch that it fills.

        Parameters:
            is_last: whether nothing comes after it.
        """
        self._pace.start()
        if self._preparer.encodes_rows:
            await self._encode(self._in_hand, self._preparer.encode_rows)
            return
        await self._preparer.read(self._in_hand)
        while len(self._in_hand) and self._lifecycle.may_take:
            ahead = 0 if is_last else min(self._batcher.room, MOST_AHEAD)
            rest = await self._preparer.receive(self._in_hand, ahead=ahead)
            if self._lifecycle.may_begin:
                await self._prepare(self._in_hand)
            if len(self._in_hand):
                return  # they will not be sent, and have ids that they must not keep
            self._in_hand = rest
            self._pace.start()

    async def _prepare(self, some: Batch) -> None:
        is_one_step = self._preparer.validates_as_it_encodes and self._preparer.has_indexes
        if not is_one_step:
            await self._preparer.validate(some)
            await self._preparer.ensure_indexes()
        if self._lifecycle.may_begin:
            await self._preparer.give_ids(some)
        await self._encode(some, partial(self._preparer.encode, validate=is_one_step))

    async def _encode(
        self, some: Batch, encode: Callable[[Batch], Coroutine[Any, Any, Batch]]
    ) -> None:
        """Encode documents or rows, and send each batch that they fill."""
        while True:
            count = len(some)
            while len(some) and self._lifecycle.may_begin and not self._batcher.is_full:
                self._batcher.add(await encode(some))
            await self._preparer.ensure_indexes()
            await self._pace.rest(count - len(some))
            await self._sender.write_rejects()
            while self._batcher.is_full and self._lifecycle.may_begin:
                await self._send_batch()
            if not len(some) or not self._lifecycle.may_begin:
                return
            self._pace.start()

    async def _send_rest(self) -> None:
        """Send what is left, although it is not enough for a batch."""
        while len(self._batcher) and self._lifecycle.may_begin:
            await self._send_batch()

    async def _send_batch(self) -> None:
        await self._sender.wait_for_room()
        if self._lifecycle.may_begin:
            self._sender.send(self._batcher.cut(self._sender.batch_size.current))
