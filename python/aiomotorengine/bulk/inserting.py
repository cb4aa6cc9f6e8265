"""The two calls: ``insert_list``, of all documents or none, and ``insert_stream``."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterable, Callable, Collection, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

from pymongo.errors import PyMongoError

from aiomotorengine import indexes, raw_io
from aiomotorengine.bulk.account import Account
from aiomotorengine.bulk.batch import Batch
from aiomotorengine.bulk.preparing import FalsyValidationError, Preparer, give_ids
from aiomotorengine.bulk.report import BulkReport
from aiomotorengine.bulk.sending import Progress, Sender
from aiomotorengine.bulk.sources import Source
from aiomotorengine.bulk.stock import OF_A_LIST, Limits, Stock
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.pacing import Pace
from aiomotorengine.saving import time_zone_of
from aiomotorengine.target import Target

__all__ = ["Options", "insert_list", "insert_stream"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked for; ``QuerySet`` says what it means."""

    ordered: bool = True
    collects: bool = False
    in_flight: int = 2
    limits: Limits = OF_A_LIST
    report: BulkReport | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        """Refuse what would only fail when documents are on their way.

        Raises:
            TypeError: the report or the function is none.
        """
        if self.report is not None and not isinstance(self.report, BulkReport):
            raise TypeError(f"report must be a BulkReport, not {type(self.report).__name__}.")
        if self.progress is None:
            return
        if not callable(self.progress) or iscoroutinefunction(self.progress):
            raise TypeError(
                "progress must be a function that takes the report and is not async, not "
                f"{self.progress!r}."
            )


async def insert_list(
    target: Target, documents: Iterable[Any] | AsyncIterable[Any], options: Options
) -> list[Any] | None:
    """Insert all documents, or none if one is not valid or cannot be encoded.

    Returns:
        The documents, as the very list that was given, if it was one; ``None`` if a document's own
        ``validate`` returned something falsy.
    """
    # What is in memory already is copied at once: others may change it while this waits.
    if isinstance(documents, Collection):
        listed = documents if isinstance(documents, list) else list(documents)
        call = Call(target, options, stops_at_refusal=True)
        await call.run(call.send_list(list(listed)))
    else:
        listed, taking = [], Source(documents)
        call = Call(target, options, stops_at_refusal=True)
        try:
            await call.run(call.list_and_send(taking, listed))
        finally:
            await call.close(taking)
    error = call.conclude()
    if isinstance(error, FalsyValidationError):
        return None
    if error is not None:
        raise error
    return listed


async def insert_stream(
    target: Target, source: Iterable[Any] | AsyncIterable[Any], options: Options
) -> BulkReport:
    """Insert the documents of a source, batch by batch."""
    taking = Source(source)
    call = Call(target, options, stops_at_refusal=options.ordered)
    try:
        await call.run(call.send_source(taking))
    finally:
        await call.close(taking)
    error = call.conclude()
    if error is not None:
        raise error
    return call.report


class Call:
    """One call: prepares documents, has them sent, and ends with an account of all of them.

    Parameters:
        target: where the documents go.
        options: what was asked for.
        stops_at_refusal: whether no document is prepared after one that was refused.
    """

    def __init__(self, target: Target, options: Options, *, stops_at_refusal: bool) -> None:
        self.report = BulkReport() if options.report is None else options.report
        self.report.start(target.collection.codec_options)
        self.report.in_transaction = target.transaction is not None
        self._target = target
        self._account = Account(target.document_class, self.report, collects=options.collects)
        self._sender = Sender(
            target.collection,
            self._account,
            options.limits,
            # A server ends a transaction at the first document that it refuses, whatever the order.
            ordered=options.ordered or self.report.in_transaction,
            in_flight=options.in_flight,
            alone=target.session is not None,
            progress=options.progress,
        )
        codec = raw_io.codec_of(target.collection, target.document_class)
        self._pace = Pace()
        self._stock = Stock(options.limits)
        self._preparer = Preparer(
            target.document_class,
            codec,
            time_zone_of(target.collection.codec_options),
            self._pace,
            self._refuse,
            self._stock.add,
        )
        self._stops_at_refusal = stops_at_refusal
        self._has_refused = self._source_has_failed = False
        self._ready: deque[Batch] = deque()
        self._in_hand = Batch()
        self._has_one_step = self._preparer.has_one_step
        self._is_validated_late = self._has_one_step
        self._kinds: set[type[Any]] = set()
        self._indexed: set[type[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work. At the end nothing is on its way, and the account is complete.

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
                self._sender.stop()
            await self._sender.drain()
            await self._give_back()
            # Until Python 3.12 ``asyncio.wait_for``, on which a driver relies, may swallow it.
            if task is not None and task.cancelling() > was_cancelling:
                raise asyncio.CancelledError
        except BaseException:
            await self._sender.abandon()
            raise
        finally:
            self._in_hand.restore()
            self._stock.cut_all().restore()
            for batch in self._ready:
                batch.restore()
            self._sender.finish()
            self.report.finish()

    async def _give_back(self) -> None:
        """Make documents that will not be sent what they were; there may be very many."""
        while self._ready:
            self._ready[-1].restore()
            self._ready.pop()
            await asyncio.sleep(0)

    def conclude(self) -> Exception | None:
        """What is to be raised after all; if nothing is, the documents are saved for good."""
        error = self._account.error()
        if error is None and self.report.ok and not self.report.in_transaction:
            self._sender.mark.succeeded = True
        return error

    async def close(self, source: Source) -> None:
        """Close a source that has not come to its end."""
        if source.has_ended:
            return
        try:
            await source.close()
        except Exception as error:
            self._account.interrupted(error)

    # -- the way of a list ------------------------------------------------------------------------

    async def list_and_send(self, source: Source, listed: list[Any]) -> None:
        """Take all documents of a source into a list, then do as with a list."""
        try:
            while not source.has_ended:
                await source.take(sys.maxsize, listed)
        finally:
            self.report.taken = len(listed)
        await self.send_list(listed)

    async def send_list(self, documents: list[Any]) -> None:
        """Prepare all, then send all; nothing is sent if one is refused."""
        self.report.taken = len(documents)
        if not self._has_one_step:
            await self._each_slice(documents, self._validate)
            if self._is_over:
                return
            await self._ensure_indexes()
        await self._each_slice(documents, self._make_ready)
        if self._is_over:
            return
        if len(self._stock):
            self._ready.append(self._stock.cut())
        await self._ensure_indexes()
        while self._ready and not self._is_over:
            await self._sender.wait_for_room()
            if not self._is_over:
                self._sender.send(self._next_ready())

    def _next_ready(self) -> Batch:
        """The next batch, or as much of it as may be sent at once."""
        most = self._sender.window.size
        if len(self._ready[0]) > most:
            return self._ready[0].cut(0, most)
        return self._ready.popleft()

    async def _each_slice(
        self, documents: list[Any], work: Callable[[Batch], Iterator[None]]
    ) -> None:
        start = 0
        while start < len(documents) and not self._is_over:
            some = documents[start : start + self._pace.size]
            count = len(some)
            self._pace.start()
            await self._in_turns(work(Batch(list(range(start, start + count)), some)))
            await self._pace.rest(count)
            start += count

    def _make_ready(self, some: Batch) -> Iterator[None]:
        self._in_hand = some
        if self._has_one_step:
            self._receive(some)
        yield from self._give_ids(some)
        for _ in self._preparer.encode(some, validate=self._has_one_step):
            self._cut_stock()
            yield
        self._cut_stock()

    def _cut_stock(self) -> None:
        while self._stock.is_full:
            self._ready.append(self._stock.cut())

    # -- the way of a source ----------------------------------------------------------------------

    async def send_source(self, source: Source) -> None:
        """Prepare and send, batch by batch, until the source or something else is at its end."""
        while not self._has_to_stop:
            await self._sender.wait_for_room()
            await self._fill_stock(source)
            if not len(self._stock):
                return
            # Also when it is over because a document was refused: what came before it goes in.
            if not self._has_to_stop:
                self._sender.send(self._stock.cut(self._sender.window.size))

    async def _fill_stock(self, source: Source) -> None:
        while not (self._stock.is_full or self._has_to_stop):
            if len(self._in_hand):  # left over when the stock was full
                self._pace.start()
            elif source.has_ended or self._is_over:
                return
            else:
                await self._take(source)
            if self._has_to_stop:
                return
            count = len(self._in_hand)
            for _ in self._preparer.encode(self._in_hand, validate=self._is_validated_late):
                await self._pace.turn()
                if self._stock.is_full or self._has_to_stop:
                    break
            await self._pace.rest(count - len(self._in_hand))

    async def _take(self, source: Source) -> None:
        """Take some documents from the source, and give them ids; a slice begins with it."""
        some = self._in_hand = Batch()
        try:
            with self._sender.waiting_for_source:
                await source.take(min(self._stock.room, self._pace.size), some.documents)
        except Exception as error:
            self._source_has_failed = True
            self._account.interrupted(error)
        finally:
            first = self.report.taken
            self.report.taken += len(some)
            some.numbers.extend(range(first, self.report.taken))
        if self._has_to_stop:
            return
        self._pace.start()
        self._is_validated_late = self._has_one_step and bool(self._indexed)
        if self._is_validated_late:
            self._receive(some)
        else:
            await self._in_turns(self._validate(some))
            await self._ensure_indexes()
        if not self._has_to_stop:
            await self._in_turns(self._give_ids(some))

    # -- steps of both ----------------------------------------------------------------------------

    @property
    def _has_to_stop(self) -> bool:
        """Whether nothing more is sent."""
        return self._sender.has_stopped or self._source_has_failed

    @property
    def _is_over(self) -> bool:
        """Whether nothing more is prepared."""
        return self._has_to_stop or (self._has_refused and self._stops_at_refusal)

    def _refuse(self, number: int, error: Exception) -> bool:
        self._has_refused = True
        self._account.refused(number, error)
        return not self._stops_at_refusal

    async def _ensure_indexes(self) -> None:
        """Make sure of the indexes of all classes that have come so far."""
        for kind in self._kinds - self._indexed:
            if self._has_to_stop:
                return
            self._pace.pause()
            try:
                await indexes.ensure_remembered(self._target, kind)
            except UniqueKeyViolationError:
                raise
            except PyMongoError as error:
                self._account.failed(error)
                self._sender.stop()
            finally:
                self._pace.resume()
            self._indexed.add(kind)

    def _receive(self, some: Batch) -> None:
        self._preparer.receive(some)
        self._kinds.update(map(type, some.documents))

    def _validate(self, some: Batch) -> Iterator[None]:
        self._receive(some)
        yield from self._preparer.validate(some)

    def _give_ids(self, some: Batch) -> Iterator[None]:
        yield from self._preparer.run_on_save(some)
        give_ids(some)

    async def _in_turns(self, work: Iterator[None]) -> None:
        """Do some work; the event loop has its turn where time is up."""
        for _ in work:
            await self._pace.turn()
            if self._has_to_stop:
                return
