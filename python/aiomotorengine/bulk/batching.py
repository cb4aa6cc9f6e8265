"""Where batches end: by their documents, their bytes, the time they wait, and what was refused."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from time import monotonic
from typing import NamedTuple

from aiomotorengine.bulk.batch import Batch
from aiomotorengine.rows import Rows

__all__ = [
    "OF_A_LIST",
    "OF_A_STREAM",
    "OF_ROWS",
    "AdaptiveBatchSize",
    "Batcher",
    "Limits",
    "stream_limits",
]

MEBIBYTE = 1024 * 1024

MOST_DOCUMENTS = 100_000
"""What a server takes in a message."""

MOST_REFUSED = 125
"""How many of a batch may be refused. Going through the answer holds the event loop; ``make soak``
prints how long."""


class Limits(NamedTuple):
    """What is enough for a batch, whichever comes first.

    The numbers are far below what a server takes in a message (100,000 documents, 48,000,000
    bytes).

    Attributes:
        documents: how many documents.
        bytes: how many bytes of BSON.
        seconds: how long a document may wait for others; ``None`` for as long as it takes.
        are_given: whether the caller wants so many documents, and no fewer.
    """

    documents: int
    bytes: int
    seconds: float | None = None
    are_given: bool = False


OF_A_LIST = Limits(5_000, 2 * MEBIBYTE)
"""The driver makes each message in one go, and under PyMongo's async client that holds the event
loop. Of more bytes than these, a driver that encrypts by itself makes several messages."""

OF_A_STREAM = Limits(1_000, MEBIBYTE)
"""Here a batch also says how much is in memory: Python's collector goes through all documents that
are in flight each time it looks at everything, and the event loop waits."""


OF_ROWS = Limits(2_500, 2 * MEBIBYTE)
"""Rows mostly become bytes and no documents, and of bytes the collector knows nothing."""


def stream_limits(source: object, documents: int | None, seconds: float | None) -> Limits:
    """The limits of a stream.

    Parameters:
        source: what it is of.
        documents: how many documents the caller wants in a batch; ``None`` for as many as usual.
        seconds: how long a document may wait for others.
    """
    usual = OF_ROWS if isinstance(source, Rows) else OF_A_STREAM
    most = usual.documents if documents is None else min(documents, MOST_DOCUMENTS)
    return Limits(most, usual.bytes, seconds, are_given=documents is not None)


class Batcher:
    """Collects prepared documents until there are enough for a batch.

    Parameters:
        limits: what is enough.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._waiting = Batch()
        self._size = 0
        self._since = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, documents: Batch) -> None:
        """Take documents in."""
        if not len(self):
            self._since = monotonic()
        self._waiting.extend(documents)
        self._size += documents.size

    @property
    def room(self) -> int:
        """How many documents may still be added to the batch that is filling."""
        return max(0, self.limits.documents - len(self))

    @property
    def is_full(self) -> bool:
        """Whether there are as many documents or bytes as are enough."""
        return len(self) >= self.limits.documents or self._size >= self.limits.bytes

    @property
    def seconds_left(self) -> float | None:
        """How long those that wait may wait still, or the next one may; ``None`` without end."""
        if self.limits.seconds is None or not len(self):
            return self.limits.seconds
        return max(0.0, self._since + self.limits.seconds - monotonic())

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


class AdaptiveBatchSize:
    """How many documents the next batch may have, by how many of those before it were refused.

    As where a network may drop what it is sent, it begins with few, doubles, and follows what is
    learned.

    Parameters:
        limits: how many a batch has at most.
        goes_on: whether the server goes on after one that it refuses. Where it does not, there is
            never more than one, and nothing to learn.

    Attributes:
        current: how many documents the next batch may have.
    """

    def __init__(self, limits: Limits, *, goes_on: bool) -> None:
        self._most = limits.documents
        self._learns = goes_on and not limits.are_given
        self.current = min(MOST_REFUSED, self._most) if self._learns else self._most

    def answered(self, documents: int, refused: int) -> None:
        """A batch had its answer.

        Parameters:
            documents: how many it had.
            refused: how many of them were refused.
        """
        if self._learns:
            fitting = max(1, documents * MOST_REFUSED // refused) if refused else self._most
            self.current = min(fitting, max(MOST_REFUSED, 2 * documents), self._most)
