"""Documents on their way: what they are sent with, what they were before, what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions

from aiomotorengine.bulk.outcome import Outcome
from aiomotorengine.codec.encoded_document import id_of
from aiomotorengine.documents.versions import FIRST, set_version, version_field
from aiomotorengine.fields.sequence_field import SequenceField
from aiomotorengine.sessions.saved import SavedInTransaction, counts_as_saved
from aiomotorengine.sessions.transaction import Transaction
from aiomotorengine.storage.origins import MadeOf, classes_of, set_origins
from aiomotorengine.storage.snapshots import Snapshot, state_of
from aiomotorengine.writing.lost_answers import AnswerLost
from aiomotorengine.writing.sequences import take_back

__all__ = [
    "Batch",
    "InsertedByCall",
    "InsertedInTransaction",
    "MaybeInserted",
    "is_inserted_as_copy",
]


class InsertedByCall:
    """Stands in ``_is_persisted`` of the documents that a bulk insert has inserted.

    A document that was saved is copied when it is inserted again. One that was inserted by a call
    that failed is not: whoever passes it again wants it stored once.

    Attributes:
        succeeded: whether the call has inserted all that it was given.
    """

    __slots__ = ("succeeded",)

    def __init__(self) -> None:
        self.succeeded = False


class InsertedInTransaction(SavedInTransaction):
    """The same in a transaction, outside of which the documents count as new.

    Attributes:
        succeeded: whether the call has inserted all that it was given.
    """

    __slots__ = ("succeeded",)

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.succeeded = False


class MaybeInserted(AnswerLost):
    """Stands in ``_is_persisted`` of the documents that may be in the database, or may not.

    It is false: such a document does not count as saved. But it has to keep its id.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(state=False)


def is_inserted_as_copy(document: Any, transaction: object | None) -> bool:
    """Whether a document that has an id is inserted with a new one.

    Parameters:
        document: the document.
        transaction: the transaction in which that is.
    """
    state = state_of(document)
    if isinstance(state, InsertedByCall | InsertedInTransaction) and not state.succeeded:
        return False
    return counts_as_saved(document, transaction)


@dataclass(slots=True)
class Batch:
    """Documents on their way from the source to the server.

    Attributes:
        numbers: their numbers in the source.
        documents: the documents; none where rows are encoded without any.
        ids: the id each is sent with, and has; none where rows are encoded.
        ids_before: the id each had before.
        states_before: whether each counted as saved before.
        versions_before: the version each had before, if its class has versions.
        counted: the fields of each to which a counter has given a number for this call; empty where
            no class that has come so far has any.
        encoded: each as the driver takes it.
        sizes: how many bytes each has.
        given: each as it came, until rows are encoded, and where those that are refused are written
            down; else empty.
    """

    numbers: list[int] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    ids_before: list[Any] = field(default_factory=list)
    states_before: list[Any] = field(default_factory=list)
    versions_before: list[Any] = field(default_factory=list)
    counted: list[Sequence[SequenceField]] = field(default_factory=list)
    encoded: list[Any] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def columns(self) -> tuple[list[Any], ...]:
        """All lists; those of a later stage are empty before it, and some that nobody needs."""
        return columns_of(self)

    @property
    def size(self) -> int:
        """How many bytes the documents have."""
        return sum(self.sizes)

    def extend(self, other: Batch) -> None:
        """Append the documents of another."""
        if other.counted and not self.counted:
            # The first class that counts came with the other.
            self.counted.extend([()] * len(self))
        for ours, theirs in zip(self.columns, other.columns, strict=True):
            ours.extend(theirs)

    def cut(self, start: int, stop: int) -> Batch:
        """Take documents out."""
        if start == 0 and stop > len(self) // 2:
            # The lists go with most of the documents, and what is less is copied.
            rest = self.cut(stop, len(self))
            out = Batch(*self.columns)
            for name, column in zip(NAMES, rest.columns, strict=True):
                setattr(self, name, column)
            return out
        out = Batch(*(column[start:stop] for column in self.columns))
        for column in self.columns:
            del column[start:stop]
        return out

    def pick(self, positions: Sequence[int]) -> Batch:
        """The documents at some positions, in a batch of their own."""
        return Batch(
            *(
                [column[position] for position in positions] if column else []
                for column in self.columns
            )
        )

    def numbers_at(self, positions: Sequence[int]) -> Sequence[int]:
        """The numbers in the source of the documents at some positions of this batch."""
        if len(positions) == len(self.numbers):
            return self.numbers
        return [self.numbers[position] for position in positions]

    def ids_at(
        self,
        positions: Sequence[int],
        codec_options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS,
    ) -> list[Any]:
        """The ids at some positions; those of rows are in their bytes alone.

        Parameters:
            positions: the positions.
            codec_options: by which ids are read there that are no ``ObjectId``.
        """
        if self.ids:
            return [self.ids[position] for position in positions]
        return [id_of(self.encoded[position].raw, codec_options) for position in positions]

    def restore(self) -> None:
        """Make the documents what they were before they got their ids."""
        if self.documents:
            self._restore(range(len(self.ids)))

    def apply(
        self,
        outcome: Outcome,
        inserted: InsertedByCall | InsertedInTransaction,
        maybe: MaybeInserted,
        codec_options: CodecOptions[Any],
    ) -> None:
        """Make the documents say what became of them.

        Parameters:
            outcome: what became of them.
            inserted: what ``_is_persisted`` becomes for those that are in the database.
            maybe: what it becomes for those that may be.
            codec_options: those of the collection.
        """
        if not self.documents:
            return
        self._restore(outcome.untouched)
        self._restore(outcome.refused)
        # One object may be several times in the source: that it is in the database is known when
        # it was inserted once, here or with another batch.
        documents = self.documents
        unknown = [at for at in outcome.unknown if state_of(documents[at]) is not inserted]
        self._mark(unknown, maybe)
        self._mark(outcome.written, inserted)
        kinds: set[Any] = classes_of(documents)
        if any(version_field(kind) is not None for kind in kinds):
            for position in outcome.written:  # one that is there twice may have been restored
                set_version(documents[position], FIRST)
        if any(kind.__track_changes__ for kind in kinds):
            self._track(outcome.written, codec_options)

    def uncount(self, duplicates: Mapping[int, Container[str]]) -> None:
        """Take the numbers from documents that were refused because others have these.

        Parameters:
            duplicates: position -> the keys of the index by which it was refused.
        """
        for position, keys in duplicates.items():
            document = self.documents[position]
            # In any other state it is, or may be, in the database by another of its places.
            if state_of(document) in (False, MadeOf.DATA):
                take_back([(it, document) for it in self.counted[position]], keys)

    def _restore(self, positions: Iterable[int]) -> None:
        for position in positions:
            document, id = self.documents[position], self.ids[position]
            # It had this id before; or, being in the source several times, it is restored already;
            # or it is or may be in the database, by one of those times or by someone's save.
            if (
                id is self.ids_before[position]
                or document._id is not id
                or state_of(document) is not False
            ):
                continue
            document._id = self.ids_before[position]
            document._is_persisted = self.states_before[position]
            set_version(document, self.versions_before[position])

    def _mark(self, positions: Sequence[int], state: Any) -> None:
        documents, ids = self.documents, self.ids
        if len(positions) < len(documents):
            documents = [documents[position] for position in positions]
            ids = [ids[position] for position in positions]
        set_origins(documents, ids, state)

    def _track(self, positions: Sequence[int], codec_options: CodecOptions[Any]) -> None:
        """Have documents whose changes are tracked remember what they were inserted as."""
        for position in positions:
            document = self.documents[position]
            if type(document).__track_changes__:
                raw, state = self.encoded[position].raw, document._is_persisted
                document._is_persisted = Snapshot(raw, [0], codec_options, state)


NAMES = tuple(column.name for column in fields(Batch))

columns_of: Callable[[Batch], tuple[list[Any], ...]] = attrgetter(*NAMES)
