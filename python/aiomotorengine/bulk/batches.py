"""Documents on their way: what they are sent with, what they were before, where batches end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from aiomotorengine.bulk.outcome import Outcome

__all__ = [
    "BYTES_PER_BATCH",
    "DOCUMENTS_PER_BATCH",
    "MOST_DOCUMENTS_PER_BATCH",
    "Batch",
    "CallMark",
    "DoubtMark",
    "Stock",
]

DOCUMENTS_PER_BATCH = 2_500
BYTES_PER_BATCH = 2 * 1024 * 1024
"""Far below what a server takes in a message (100,000 documents, 48,000,000 bytes): the driver
makes each message in one go, and under PyMongo's async client that holds the event loop. Of more
bytes than these, a driver that encrypts by itself makes several messages."""

MOST_DOCUMENTS_PER_BATCH = 100_000


class CallMark:
    """Stands in ``_is_persisted`` for "saved, by this bulk insert".

    A document that was saved is copied when it is inserted again. One that a failed call has saved
    is not: whoever passes it again wants it stored once.

    Attributes:
        succeeded: whether the call has inserted all that it was given.
    """

    __slots__ = ("succeeded",)

    def __init__(self) -> None:
        self.succeeded = False


class DoubtMark:
    """Stands in ``_is_persisted`` for "may be in the database, by this bulk insert".

    It is false: such a document does not count as saved. But it has to keep its id.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents on their way from the source to the server.

    Attributes:
        numbers: their numbers in the source.
        documents: the documents.
        ids: the id each is sent with, and has.
        ids_before: the id each had before.
        states_before: whether each counted as saved before.
        encoded: each as the driver takes it.
        sizes: how many bytes each has.
    """

    numbers: list[int] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    ids_before: list[Any] = field(default_factory=list)
    states_before: list[Any] = field(default_factory=list)
    encoded: list[Any] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def columns(self) -> tuple[list[Any], ...]:
        """All lists; those of a later stage are empty before it."""
        return (
            self.numbers,
            self.documents,
            self.ids,
            self.ids_before,
            self.states_before,
            self.encoded,
            self.sizes,
        )

    @property
    def size(self) -> int:
        """How many bytes the documents have."""
        return sum(self.sizes)

    def extend(self, other: Batch) -> None:
        """Append the documents of another."""
        for ours, theirs in zip(self.columns, other.columns, strict=True):
            ours.extend(theirs)

    def cut(self, start: int, stop: int) -> Batch:
        """Take documents out."""
        out = Batch(*(column[start:stop] for column in self.columns))
        for column in self.columns:
            del column[start:stop]
        return out

    def numbers_at(self, places: Sequence[int]) -> Sequence[int]:
        """The numbers of the documents at some places."""
        if len(places) == len(self.numbers):
            return self.numbers
        return [self.numbers[place] for place in places]

    def restore(self) -> None:
        """Make the documents what they were before they got their ids."""
        self._restore(range(len(self.ids_before)))

    def settle(self, outcome: Outcome, state: Any, doubt: DoubtMark) -> None:
        """Make the documents say what became of them.

        Parameters:
            outcome: what became of them.
            state: what ``_is_persisted`` becomes for those that are in the database.
            doubt: what it becomes for those that may be.
        """
        self._restore(outcome.untouched)
        self._restore(outcome.refused)
        # After the others: one object may stand at several places.
        self._mark(outcome.unknown, doubt)
        self._mark(outcome.written, state)

    def _restore(self, places: Iterable[int]) -> None:
        # From the end, so that an object that stands at several places becomes what it was first.
        for place in sorted(places, reverse=True):
            document, state = self.documents[place], self.states_before[place]
            mark = document._is_persisted
            if isinstance(mark, CallMark | DoubtMark) and mark is not state:
                continue  # it stands elsewhere as well, and is or may be in the database
            document._id = self.ids_before[place]
            document._is_persisted = state

    def _mark(self, places: Sequence[int], state: Any) -> None:
        documents, ids = self.documents, self.ids
        if len(places) < len(documents):
            documents = [documents[place] for place in places]
            ids = [ids[place] for place in places]
        for document, id in zip(documents, ids, strict=True):
            document._id = id
            document._is_persisted = state


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

    def add(self, documents: Batch) -> None:
        """Take documents in."""
        self._waiting.extend(documents)
        self._size += documents.size

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
