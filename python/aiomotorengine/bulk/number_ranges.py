"""Sets of whole numbers, cheap for millions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

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

    __slots__ = ("_length", "_ranges")

    def __init__(self, numbers: Sequence[int] = ()) -> None:
        self._ranges: list[range] = []
        self._length = 0
        self.add(numbers)

    @property
    def ranges(self) -> tuple[range, ...]:
        """The longest runs of numbers without a gap, in order."""
        return tuple(self._ranges)

    @property
    def first_missing(self) -> int:
        """The smallest whole number that is not there; 0 if there are none."""
        ranges = self._ranges
        return ranges[0].stop if ranges and ranges[0].start == 0 else 0

    def gaps(self, stop: int) -> list[range]:
        """The numbers from 0 that are not there, up to ``stop`` and without it."""
        starts = [0, *(run.stop for run in self._ranges)]
        stops = [*(run.start for run in self._ranges), stop]
        return [range(*gap) for gap in zip(starts, stops, strict=True) if gap[0] < gap[1]]

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
