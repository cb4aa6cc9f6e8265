"""Documents on their way: what they are sent with, and what they were before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiomotorengine.bulk.marks import DoubtMark
from aiomotorengine.bulk.outcome import Outcome

__all__ = ["Batch"]


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
        self._restore(range(len(self.ids)))

    def settle(self, outcome: Outcome, state: Any, doubt: DoubtMark) -> None:
        """Make the documents say what became of them.

        Parameters:
            outcome: what became of them.
            state: what ``_is_persisted`` becomes for those that are in the database.
            doubt: what it becomes for those that may be.
        """
        self._restore(outcome.untouched)
        self._restore(outcome.refused)
        # One object may stand at several places, here or in other batches: that it is in the
        # database is known when one of them is.
        unknown = outcome.unknown
        if state:
            documents = self.documents
            unknown = [place for place in unknown if documents[place]._is_persisted is not state]
        self._mark(unknown, doubt)
        self._mark(outcome.written, state)

    def _restore(self, places: Iterable[int]) -> None:
        for place in places:
            document, id = self.documents[place], self.ids[place]
            # It had this id before; or, since it stands elsewhere too, it has become what it was
            # already; or it is or may be in the database, by another place or someone's save.
            if (
                id is self.ids_before[place]
                or document._id is not id
                or document._is_persisted is not False
            ):
                continue
            document._id = self.ids_before[place]
            document._is_persisted = self.states_before[place]

    def _mark(self, places: Sequence[int], state: Any) -> None:
        documents, ids = self.documents, self.ids
        if len(places) < len(documents):
            documents = [documents[place] for place in places]
            ids = [ids[place] for place in places]
        for document, id in zip(documents, ids, strict=True):
            document._id = id
            document._is_persisted = state
