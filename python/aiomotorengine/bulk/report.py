"""The account of a bulk insert: what became of each document, by its number in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from time import perf_counter
from typing import Any

__all__ = ["BulkReport", "NumberRanges", "RejectedDocument"]

SHOWN = 3
"""How many ranges or numbers a ``repr`` shows of each set."""


class NumberRanges:
    """A set of whole numbers, kept as the ranges it consists of; cheap for millions.

    It has a length, can be iterated and searched, and ``ranges`` gives its parts in order.

    Example:
        >>> numbers = NumberRanges()
        >>> numbers.add(range(0, 1000))
        >>> numbers.add([1000, 1001, 1005])
        >>> len(numbers), 1002 in numbers, numbers.ranges
        (1003, False, (range(0, 1002), range(1005, 1006)))
    """

    __slots__ = ("_length", "_ranges")

    def __init__(self, numbers: Sequence[int] = ()) -> None:
        self._ranges: list[range] = []
        self._length = 0
        self.add(numbers)

    @property
    def ranges(self) -> tuple[range, ...]:
        """The longest runs of numbers without a gap, in order."""
        return tuple(self._ranges)

    def add(self, numbers: Sequence[int]) -> None:
        """Take numbers in that are not there yet; they are in order."""
        for run in runs(numbers):
            self._add(run.start, run.stop)

    def _add(self, start: int, stop: int) -> None:
        ranges = self._ranges
        self._length += stop - start
        place = len(ranges)
        if ranges and start < ranges[-1].stop:
            place = bisect_right(ranges, start, key=lambda known: known.start)
        if place < len(ranges) and ranges[place].start == stop:
            stop = ranges.pop(place).stop
        if place > 0 and ranges[place - 1].stop == start:
            place -= 1
            start = ranges.pop(place).start
        ranges.insert(place, range(start, stop))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        for numbers in self.ranges:
            yield from numbers

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        place = bisect_right(self._ranges, number, key=lambda known: known.start)
        return place > 0 and number in self._ranges[place - 1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NumberRanges):
            return NotImplemented
        return self._ranges == other._ranges

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __str__(self) -> str:
        shown = [
            f"{run.start}" if len(run) == 1 else f"{run.start}-{run.stop - 1}"
            for run in islice(self._ranges, SHOWN)
        ]
        return ", ".join([*shown, "…"] if len(self._ranges) > SHOWN else shown)

    def __repr__(self) -> str:
        return f"<NumberRanges {self}>" if self else "<NumberRanges, empty>"


def runs(numbers: Sequence[int]) -> Iterator[range]:
    """The runs without a gap that numbers in order consist of."""
    if not numbers:
        return
    start, last = numbers[0], numbers[-1]
    if last - start + 1 > len(numbers):
        stop = start
        for number in numbers:
            if number != stop:
                yield range(start, stop)
                start = number
            stop = number + 1
    yield range(start, last + 1)


@dataclass(frozen=True, slots=True)
class RejectedDocument:
    """A document that was refused, by validation, by the encoder or by the server.

    Attributes:
        number: its number in the source, counted from 0.
        code: the server's code, such as 11000; ``None`` where the server was not asked.
        message: why.
        key_pattern: for a duplicate, the keys of the index.
        key_value: for a duplicate, the values that are there already.
    """

    number: int
    code: int | None
    message: str
    key_pattern: Mapping[str, Any] | None = None
    key_value: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry as a plain dict, with the server's names for its parts."""
        return {
            "number": self.number,
            "code": self.code,
            "message": self.message,
            "keyPattern": self.key_pattern,
            "keyValue": self.key_value,
        }


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
        self.rejected: list[RejectedDocument] = []
        self.not_sent = NumberRanges()
        self.batches = 0
        self.bytes = 0
        self.in_transaction = False
        self._began: float | None = None
        self._ended: float | None = None

    def start(self) -> None:
        """The call begins.

        Raises:
            ValueError: the report was used before.
        """
        if self._began is not None:
            raise ValueError("A BulkReport is for one call; make a new one for each.")
        self._began = perf_counter()

    def finish(self) -> None:
        """The call is over: whatever is in no other set was not sent."""
        known = [self.inserted, self.unconfirmed, self.unknown, self.not_sent]
        if sum(map(len, known)) + len(self.rejected) < self.taken:
            self._fill_not_sent(known)
        self._ended = perf_counter()

    def _fill_not_sent(self, known: Sequence[NumberRanges]) -> None:
        spans = sorted(
            [*(run for numbers in known for run in numbers.ranges)]
            + [range(entry.number, entry.number + 1) for entry in self.rejected],
            key=lambda run: run.start,
        )
        for before, after in pairwise([range(0), *spans, range(self.taken, self.taken)]):
            self.not_sent.add(range(before.stop, after.start))

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
