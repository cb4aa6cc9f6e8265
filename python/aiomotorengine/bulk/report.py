"""The account of a bulk insert: what became of each document, by its number in the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from operator import attrgetter, index
from time import perf_counter
from typing import Any

from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions

from aiomotorengine.bulk.kept_ids import KeptIds
from aiomotorengine.bulk.number_ranges import NumberRanges
from aiomotorengine.bulk.rejected import RejectedDocument, RejectedDocuments

__all__ = ["BulkReport"]

SHOWN = 3
"""How many of the documents that were rejected a ``repr`` shows."""


class BulkReport:
    """What became of each document of a bulk insert.

    When the call has returned or raised, each document that was taken from the source is in exactly
    one of ``inserted``, ``unconfirmed``, ``unknown``, ``rejected`` and ``not_sent``, by its number
    in the source. While it runs, batches are added as they end, so that documents of those that
    are under way are in ``taken`` alone. It goes on to be filled where ``progress`` keeps it; what
    ``to_dict`` gives stays as it is.

    Attributes:
        taken: how many documents were taken from the source.
        inserted: acknowledged by the server with the write concern that was asked for.
        unconfirmed: written, but the write concern failed.
        unknown: sent, and no usable answer came.
        rejected: those that were refused, with the reasons; in no particular order.
        not_sent: neither sent nor refused, or left aside by the server because one before them was
            refused.
        settled: those that are done with, in ``inserted`` or ``rejected``. What is before
            ``settled.first_missing`` need not be passed again.
        batches: how many batches were sent.
        bytes: how many bytes of BSON they had.
        in_transaction: whether all this counts only once the transaction around it is committed.
        ids: a mapping of numbers to ids: of documents in ``unknown`` and ``unconfirmed`` those that
            they were sent with, and with ``resume`` also of those that were.

    Example:
        >>> report = BulkReport()
        >>> report.taken, report.ok, report
        (0, True, <BulkReport: 0 taken; 0 batches, 0 bytes>)
    """

    def __init__(self) -> None:
        self.taken = 0
        self.inserted = NumberRanges()
        self.unconfirmed = NumberRanges()
        self.unknown = NumberRanges()
        self.rejected = RejectedDocuments()
        self.not_sent = NumberRanges()
        self.settled = NumberRanges()
        self.batches = 0
        self.bytes = 0
        self.in_transaction = False
        self.ids = KeptIds()
        self._before = 0.0
        self._began: float | None = None
        self._ended: float | None = None

    def start(
        self,
        codec_options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS,
        earlier: BulkReport | None = None,
    ) -> None:
        """The call begins.

        Parameters:
            codec_options: by which the values that a server names are read.
            earlier: the report of another call on the same source, with which this one goes on.

        Raises:
            ValueError: the report was used before.
        """
        if self._began is not None:
            raise ValueError("A BulkReport is for one call; make a new one for each.")
        self.rejected = RejectedDocuments(codec_options)
        if earlier is not None:
            self._go_on_after(earlier)
        self._began = perf_counter()

    def _go_on_after(self, earlier: BulkReport) -> None:
        self.taken = earlier.taken
        self.inserted = earlier.inserted.copy()
        self.unconfirmed = earlier.unconfirmed.copy()
        self.unknown = earlier.unknown.copy()
        self.rejected.extend(earlier.rejected.packed())
        self.settled = earlier.settled.copy()
        self.batches, self.bytes = earlier.batches, earlier.bytes
        self.ids = KeptIds.of(earlier.ids.pieces())
        self._before = earlier.elapsed

    @property
    def is_running(self) -> bool:
        """Whether the call has begun, and not ended."""
        return self._began is not None and self._ended is None

    def finish(self) -> None:
        """The call is over: whatever is in no other set was not sent."""
        known = NumberRanges()
        for numbers in (self.settled, self.unconfirmed, self.unknown, self.not_sent):
            known.update(numbers.ranges)
        self.not_sent.update(known.gaps(self.taken))
        self._ended = perf_counter()

    @property
    def elapsed(self) -> float:
        """Seconds since the call began, until it ended; and those of the one it goes on with."""
        if self._began is None:
            return self._before
        now = perf_counter() if self._ended is None else self._ended
        return self._before + now - self._began

    @property
    def ok(self) -> bool:
        """Whether all that was taken is in ``inserted``."""
        return len(self.inserted) == self.taken

    def to_dict(self) -> dict[str, Any]:
        """The account as plain values that JSON takes, but for what ``keyValue`` may hold.

        Ranges are pairs of their first and last number; ids stand as hexadecimal digits, end to
        end, behind the first of the numbers that they belong to.
        """
        return {
            "taken": self.taken,
            "ok": self.ok,
            "inserted": pairs(self.inserted),
            "unconfirmed": pairs(self.unconfirmed),
            "unknown": pairs(self.unknown),
            "rejected": [entry.to_dict() for entry in self.rejected],
            "not_sent": pairs(self.not_sent),
            "batches": self.batches,
            "bytes": self.bytes,
            "elapsed": self.elapsed,
            "in_transaction": self.in_transaction,
            "ids": [[first, raw.hex()] for first, raw in self.ids.pieces()],
        }

    @classmethod
    def from_dict(cls, account: Mapping[str, Any]) -> BulkReport:
        """The report that ``to_dict`` has made this of, as for ``resume``.

        Parameters:
            account: the dict, or what became of it in between in JSON.

        Raises:
            ValueError: it is none.

        Example:
            >>> report = BulkReport()
            >>> report.taken = 5
            >>> report.inserted.add(range(5))
            >>> BulkReport.from_dict(report.to_dict())
            <BulkReport: 5 taken, 5 inserted; 0 batches, 0 bytes>
        """
        report = cls()
        try:
            report.taken = index(account["taken"])
            for name in ("inserted", "unconfirmed", "unknown", "not_sent"):
                getattr(report, name).update(range(a, b + 1) for a, b in account[name])
            for entry in account["rejected"]:
                report.rejected.append(RejectedDocument.from_dict(entry))
            report.batches, report.bytes = account["batches"], account["bytes"]
            report.in_transaction = account["in_transaction"]
            report.ids = KeptIds.of((first, bytes.fromhex(raw)) for first, raw in account["ids"])
            report._before = account["elapsed"]
            refused = [range(entry.number, entry.number + 1) for entry in report.rejected]
            refuse_twice([*refused, *report._ranges()])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"This is no account of a bulk insert: {error!r}.") from error
        report.settled = report.inserted.copy()
        report.settled.update(refused)
        report._began = report._ended = 0.0  # the call is over, and this is not for another
        return report

    def _ranges(self) -> Iterator[range]:
        for numbers in (self.inserted, self.unconfirmed, self.unknown, self.not_sent):
            yield from numbers.ranges

    def __repr__(self) -> str:
        parts = [f"{self.taken:,} taken"]
        if self.inserted:
            parts.append(f"{len(self.inserted):,} inserted")
        if self.rejected:
            numbers = [str(entry.number) for entry in self.rejected[:SHOWN]]
            more = ["…"] if len(self.rejected) > SHOWN else []
            parts.append(f"{len(self.rejected):,} rejected ({', '.join(numbers + more)})")
        for name in ("unconfirmed", "unknown", "not_sent"):
            numbers_of = getattr(self, name)
            if numbers_of:
                parts.append(f"{len(numbers_of):,} {name.replace('_', ' ')} ({numbers_of})")
        work = f"{self.batches:,} batches, {self.bytes:,} bytes"
        if self.elapsed:
            work += f", {self.elapsed:.1f} s"
        if self.in_transaction:
            work += "; in a transaction"
        return f"<BulkReport: {', '.join(parts)}; {work}>"


def refuse_twice(parts: list[range]) -> None:
    """Refuse numbers that are twice in an account.

    Raises:
        ValueError: there are such.
    """
    ordered = sorted(parts, key=attrgetter("start"))
    for part, following in pairwise(ordered):
        if following.start < part.stop:
            raise ValueError(f"number {following.start} is in it twice")


def pairs(numbers: NumberRanges) -> list[list[int]]:
    return [[run.start, run.stop - 1] for run in numbers.ranges]
