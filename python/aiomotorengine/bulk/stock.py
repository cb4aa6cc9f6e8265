"""Where batches end: by how many documents, or by how many bytes."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from aiomotorengine.bulk.batch import Batch

__all__ = ["BYTES_PER_BATCH", "DOCUMENTS_PER_BATCH", "MOST_DOCUMENTS_PER_BATCH", "Stock"]

DOCUMENTS_PER_BATCH = 2_500
BYTES_PER_BATCH = 2 * 1024 * 1024
"""Far below what a server takes in a message (100,000 documents, 48,000,000 bytes): the driver
makes each message in one go, and under PyMongo's async client that holds the event loop. Of more
bytes than these, a driver that encrypts by itself makes several messages."""

MOST_DOCUMENTS_PER_BATCH = 100_000


class Stock:
    """Prepared documents that wait until there are enough of them for a batch.

    Parameters:
        documents_per_batch: how many are enough.
        bytes_per_batch: how many bytes are.
    """

    def __init__(
        self,
        documents_per_batch: int = DOCUMENTS_PER_BATCH,
        bytes_per_batch: int = BYTES_PER_BATCH,
    ) -> None:
        self.documents_per_batch = documents_per_batch
        self.bytes_per_batch = bytes_per_batch
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
        return max(0, self.documents_per_batch - len(self))

    @property
    def is_full(self) -> bool:
        """Whether there is enough for a batch."""
        return len(self) >= self.documents_per_batch or self._size >= self.bytes_per_batch

    def cut(self) -> Batch:
        """Take out the next batch: as many documents as are enough, or all there are.

        A document that is larger than a batch should be is one of its own.
        """
        count = min(len(self), self.documents_per_batch)
        if self._size > self.bytes_per_batch:
            ends = list(accumulate(self._waiting.sizes))
            count = max(1, min(count, bisect_right(ends, self.bytes_per_batch)))
        batch = self._waiting.cut(0, count)
        self._size -= batch.size
        return batch

    def cut_all(self) -> Batch:
        """Take out all there is."""
        rest, self._waiting, self._size = self._waiting, Batch(), 0
        return rest
