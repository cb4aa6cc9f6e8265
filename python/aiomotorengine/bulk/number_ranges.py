"""Sets of whole numbers, cheap for millions."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from math import inf

__all__ = ["NumberRanges"]

SHOWN = 3
"""How many ranges a ``str`` shows."""


class NumberRanges:
    """A set of whole numbers, kept as the ranges it consists of; cheap for millions.

    It has a length, can be iterated and searched, and ``ranges`` gives its parts in order.

    Example:
        >>> numbers = NumberRanges()
        >>> numbers.add(range(0, 1000))
        >>> numbers.add([1000, 1001, 1005])
        >>> len(numbers), 1002 in numbers, numbers.ranges
        (1003, False, (range(0, 1002), range(1005, 1006)))
        >>> numbers.first_missing, numbers.gaps(1010)
        (1002, [range(1002, 1005), range(1006, 1010)])
    """

    __slots__ = ("_length", "_starts", "_stops")

    def __init__(self, numbers: Sequence[int] = ()) -> None:
        # Every second document may be refused, so that there are as many runs as documents.
        self._starts = array("q")
        self._stops = array("q")
        self._length = 0
        self.add(numbers)

    @property
    def ranges(self) -> tuple[range, ...]:
        """The longest runs of numbers without a gap, in order."""
        return tuple(self._runs())

    def _runs(self, most: int | None = None) -> Iterator[range]:
        # Of copies, since more may be added before the last has been looked at.
        return map(range, self._starts[:most], self._stops[:most])

    @property
    def first_missing(self) -> int:
        """The smallest whole number that is not there; 0 if there are none."""
        return self._stops[0] if self._starts and self._starts[0] == 0 else 0

    def gaps(self, stop: int) -> list[range]:
        """The numbers from 0 that are not there, up to ``stop`` and without it."""
        gaps = zip([0, *self._stops], [*self._starts, stop], strict=True)
        return [range(*gap) for gap in gaps if gap[0] < gap[1]]

    def add(self, numbers: Sequence[int]) -> None:
        """Take numbers in that are not there yet; they are in order."""
        for run in runs(numbers):
            self._add(run.start, run.stop)

    def update(self, parts: Iterable[Sequence[int]]) -> None:
        """Take in each of several parts."""
        for part in parts:
            self.add(part)

    def _add(self, start: int, stop: int) -> None:
        starts, stops = self._starts, self._stops
        self._length += stop - start
        index = bisect_right(starts, start)
        joins_next = index < len(starts) and starts[index] == stop
        joins_last = index > 0 and stops[index - 1] == start
        if joins_next and joins_last:
            del starts[index], stops[index - 1]
        elif joins_next:
            starts[index] = start
        elif joins_last:
            stops[index - 1] = stop
        else:
            starts.insert(index, start)
            stops.insert(index, stop)

    def remove(self, numbers: Sequence[int]) -> None:
        """Take numbers out, which are in order; those that are not there stay so."""
        for run in runs(numbers):
            self._remove(run.start, run.stop)

    def _remove(self, start: int, stop: int) -> None:
        first, last = bisect_right(self._stops, start), bisect_left(self._starts, stop)
        touched = list(zip(self._starts[first:last], self._stops[first:last], strict=True))
        if not touched:
            return
        parts = ((touched[0][0], start), (stop, touched[-1][1]))
        left = [part for part in parts if part[0] < part[1]]
        self._starts[first:last] = array("q", [part[0] for part in left])
        self._stops[first:last] = array("q", [part[1] for part in left])
        self._length += sum(b - a for a, b in left) - sum(b - a for a, b in touched)

    def run_from(self, number: int) -> int:
        """How many numbers are there from this one on without a gap; 0 if it is not there."""
        index = bisect_right(self._starts, number)
        return max(0, self._stops[index - 1] - number) if index else 0

    def gap_from(self, number: int) -> float:
        """How many are not there from this one on, which may be without end; 0 if it is there."""
        if number in self:
            return 0
        index = bisect_right(self._starts, number)
        return self._starts[index] - number if index < len(self._starts) else inf

    def copy(self) -> NumberRanges:
        """Another set of the same numbers."""
        copy = NumberRanges()
        copy._starts, copy._stops = self._starts[:], self._stops[:]
        copy._length = self._length
        return copy

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        for numbers in self._runs():
            yield from numbers

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        index = bisect_right(self._starts, number)
        return index > 0 and number < self._stops[index - 1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NumberRanges):
            return NotImplemented
        return self._starts == other._starts and self._stops == other._stops

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __str__(self) -> str:
        shown = [
            f"{run.start}" if len(run) == 1 else f"{run.start}-{run.stop - 1}"
            for run in self._runs(SHOWN)
        ]
        return ", ".join([*shown, "…"] if len(self._starts) > SHOWN else shown)

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
