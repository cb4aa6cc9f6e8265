"""The ids that documents were sent with whose fate is not known: twelve bytes each."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bson.objectid import ObjectId

from aiomotorengine.bulk.number_ranges import NumberRanges, runs

__all__ = ["KeptIds"]

SIZE = 12
"""How many bytes an ``ObjectId`` has."""


class KeptIds(Mapping[int, ObjectId]):
    """Number in a source -> the ``ObjectId`` that its document was sent with.

    Only ids of this kind are made here. Any other comes from the source, and comes again with it.
    The numbers are in order.

    Example:
        >>> ids = KeptIds()
        >>> ids.add([3, 4], [ObjectId("65a0" * 6), "one of its own"])
        >>> ids[3], ids.get(4), len(ids), list(ids)
        (ObjectId('65a065a065a065a065a065a0'), None, 1, [3])
        >>> list(ids.pieces())
        [(3, b'e\\xa0e\\xa0e\\xa0e\\xa0e\\xa0e\\xa0')]
    """

    __slots__ = ("_bytes", "_offsets", "_starts", "_stops")

    def __init__(self) -> None:
        # Runs of numbers, in order, and where the ids of each stand.
        self._starts = array("q")
        self._stops = array("q")
        self._offsets = array("q")
        self._bytes = bytearray()

    def add(self, numbers: Sequence[int], ids: Sequence[Any]) -> None:
        """Keep the ids of numbers that have none yet, and are in order."""
        pairs = zip(numbers, ids, strict=True)
        kept = [(number, id) for number, id in pairs if isinstance(id, ObjectId)]
        done = 0
        for run in runs([number for number, _ in kept]):
            some = kept[done : done + len(run)]
            self._add(run.start, b"".join([id.binary for _, id in some]))
            done += len(run)

    def _add(self, start: int, raw: bytes) -> None:
        index = bisect_right(self._starts, start)
        self._starts.insert(index, start)
        self._stops.insert(index, start + len(raw) // SIZE)
        self._offsets.insert(index, len(self._bytes))
        self._bytes += raw

    def __getitem__(self, number: int) -> ObjectId:
        """The id of a number.

        Raises:
            KeyError: none is kept.
        """
        index = bisect_right(self._starts, number) - 1 if isinstance(number, int) else -1
        if index < 0 or number >= self._stops[index]:
            raise KeyError(number)
        start = self._offsets[index] + (number - self._starts[index]) * SIZE
        return ObjectId(bytes(self._bytes[start : start + SIZE]))

    def __iter__(self) -> Iterator[int]:
        # Of copies, since more may be added before the last has been looked at.
        for start, stop in zip(self._starts[:], self._stops[:], strict=True):
            yield from range(start, stop)

    def __len__(self) -> int:
        return len(self._bytes) // SIZE

    def __repr__(self) -> str:
        numbers = NumberRanges()
        numbers.update(map(range, self._starts, self._stops))
        return f"<KeptIds of {numbers}>" if self else "<KeptIds, empty>"

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Runs of numbers, in order: the first, and the bytes of the ids of all."""
        for start, stop, offset in zip(self._starts, self._stops, self._offsets, strict=True):
            yield start, bytes(self._bytes[offset : offset + (stop - start) * SIZE])

    @classmethod
    def of(cls, pieces: Iterable[tuple[int, bytes]]) -> KeptIds:
        """The ids of which ``pieces`` has given these.

        Raises:
            ValueError: the bytes are no whole number of ids, or the numbers overlap.
        """
        ids = cls()
        for start, raw in pieces:
            if len(raw) % SIZE or start < (ids._stops[-1] if ids._stops else 0):
                raise ValueError("these are no ids of numbers in order")
            ids._add(start, raw)
        return ids
