"""Where batches end: by how many documents, or by how many bytes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from aiomotorengine.bulk.batch import Batch

__all__ = ["OF_A_LIST", "OF_A_STREAM", "Limits", "Stock", "limits_of_a_stream"]

MEBIBYTE = 1024 * 1024

MOST_DOCUMENTS = 100_000
"""What a server takes in a message."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is enough for a batch: so many documents, or so many bytes, whichever comes first.

    Both are far below what a server takes in a message (100,000 documents, 48,000,000 bytes).

    Attributes:
        documents: how many.
        bytes: how many, of BSON.
        are_given: whether the caller wants so many documents, and no fewer.
    """

    documents: int
    bytes: int
    are_given: bool = False


OF_A_LIST = Limits(2_500, 2 * MEBIBYTE)
"""The driver makes each message in one go, and under PyMongo's async client that holds the event
loop. Of more bytes than these, a driver that encrypts by itself makes several messages."""

OF_A_STREAM = Limits(1_000, MEBIBYTE)
"""Here a batch also says how much is in memory: Python's collector goes through all documents that
are under way each time it looks at everything, and the event loop waits."""


def limits_of_a_stream(documents: int | None) -> Limits:
    """The limits of a stream, with a number of documents of the caller's."""
    if documents is None:
        return OF_A_STREAM
    return Limits(min(documents, MOST_DOCUMENTS), OF_A_STREAM.bytes, are_given=True)


class Stock:
    """Prepared documents that wait until there are enough of them for a batch.

    Parameters:
        limits: how many are enough.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._waiting = Batch()
        self._size = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, documents: Batch) -> bool:
        """Take documents in; whether there is enough for a batch now."""
        self._waiting.extend(documents)
        self._size += documents.size
        return self.is_full

    @property
    def room(self) -> int:
        """How many documents may still be added to the batch that is filling."""
        return max(0, self.limits.documents - len(self))

    @property
    def is_full(self) -> bool:
        """Whether there is enough for a batch."""
        return len(self) >= self.limits.documents or self._size >= self.limits.bytes

    def cut(self, most: int = MOST_DOCUMENTS) -> Batch:
        """Take out the next batch: as many documents as are enough, or all there are.

        A document that is larger than a batch should be is one of its own.

        Parameters:
            most: how many documents it may have, if fewer than are enough.
        """
        count = min(len(self), self.limits.documents, most)
        if self._size > self.limits.bytes:
            ends = list(accumulate(self._waiting.sizes))
            count = max(1, min(count, bisect_right(ends, self.limits.bytes)))
        batch = self._waiting.cut(0, count)
        self._size -= batch.size
        return batch

    def cut_all(self) -> Batch:
        """Take out all there is."""
        rest, self._waiting, self._size = self._waiting, Batch(), 0
        return rest
