"""The account of a bulk insert: what became of each document, by its number in the source."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions

from aiomotorengine.bulk.number_ranges import NumberRanges
from aiomotorengine.bulk.rejected import RejectedDocuments

__all__ = ["BulkReport"]

SHOWN = 3
"""How many of the documents that were rejected a ``repr`` shows."""


class BulkReport:
    """What became of each document of a bulk insert.

    When the call has returned or raised, each document that was taken from the source is in exactly
    one of ``inserted``, ``unconfirmed``, ``unknown``, ``rejected`` and ``not_sent``, by its number
    in the source. While it runs, batches are added as they end.

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
        self._began: float | None = None
        self._ended: float | None = None

    def start(self, codec_options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS) -> None:
        """The call begins.

        Parameters:
            codec_options: by which the values that a server names are read.

        Raises:
            ValueError: the report was used before.
        """
        if self._began is not None:
            raise ValueError("A BulkReport is for one call; make a new one for each.")
        self.rejected = RejectedDocuments(codec_options)
        self._began = perf_counter()

    def finish(self) -> None:
        """The call is over: whatever is in no other set was not sent."""
        known = NumberRanges()
        for numbers in (self.settled, self.unconfirmed, self.unknown, self.not_sent):
            for run in numbers.ranges:
                known.add(run)
        for gap in known.gaps(self.taken):
            self.not_sent.add(gap)
        self._ended = perf_counter()

    @property
    def elapsed(self) -> float:
        """Seconds since the call began, until it ended."""
        if self._began is None:
            return 0.0
        return (perf_counter() if self._ended is None else self._ended) - self._began

    @property
    def ok(self) -> bool:
        """Whether all that was taken is in ``inserted``."""
        return len(self.inserted) == self.taken

    def to_dict(self) -> dict[str, Any]:
        """The account as plain values that JSON takes, but for what ``keyValue`` may hold.

        Ranges are pairs of their first and last number.
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
        }

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


def pairs(numbers: NumberRanges) -> list[list[int]]:
    return [[run.start, run.stop - 1] for run in numbers.ranges]
