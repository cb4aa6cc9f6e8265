"""Documents become ids and bytes: stamped, validated, their ``on_save`` called, encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from aiomotorengine import codec, raw_io, saving
from aiomotorengine.bulk.batch import Batch
from aiomotorengine.bulk.marks import is_copied
from aiomotorengine.codec import Codec, DocumentError
from aiomotorengine.codec.routes import has_own
from aiomotorengine.conversion import conversion_of
from aiomotorengine.errors import (
    LARGEST_DOCUMENT,
    OversizeDocumentError,
    bulk_refusal,
    wrong_class,
)
from aiomotorengine.pacing import Pace

__all__ = ["FalsyValidationError", "Preparer", "give_ids"]

MOST_AT_ONCE = 16
"""How many documents are validated before one looks at the clock."""


class FalsyValidationError(ValueError):
    """A document's own ``validate`` returned something falsy."""

    def __init__(self, number: int) -> None:
        self._number = number
        super().__init__(str(bulk_refusal(number, "its validate() returned something falsy")))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._number,)


@dataclass(frozen=True, slots=True)
class Preparer:
    """Prepares the documents of one call; what is refused is left out.

    Each step that may take long is an iterator, which yields where the time of the slice may be up.

    Attributes:
        document_class: the class of the query set.
        codec: its codec.
        zone: the time zone in which its client reads dates; ``None`` where it reads them naive.
        pace: what says how much time is left.
        refuse: takes number and error of each document that is refused, and says whether the
            others go on.
        deliver: takes documents that are ready to be sent, and says whether they are enough for
            now.
    """

    document_class: type[Any]
    codec: Codec
    zone: tzinfo | None
    pace: Pace
    refuse: Callable[[int, Exception], bool]
    deliver: Callable[[Batch], bool]

    @property
    def has_one_step(self) -> bool:
        """Whether documents may be validated as they are encoded.

        Not so where a save has something to do in between, or where functions of the class's own
        would see what comes of it: that one is validated when another is encoded already.
        """
        kind = self.document_class
        conversion = conversion_of(kind)
        return not (
            has_own(kind, "validate")
            or conversion.renews_stamps
            or conversion.on_save
            or kind.__subclasses__()
        )

    def receive(self, batch: Batch) -> None:
        """Refuse what is no document of the class, and set the dates that are missing."""
        self._refuse_strangers(batch)
        saving.set_missing_dates(batch.documents, self.zone, creating=True)

    def validate(self, batch: Batch) -> Iterator[None]:
        """Validate each, once, and move the dates of those that are valid."""
        # A method of the user's may say no without raising, and then one has to know to which.
        kinds = set(map(type, batch.documents))
        at_once, most = 1, 1 if any(has_own(kind, "validate") for kind in kinds) else MOST_AT_ONCE
        start = 0
        while start < len(batch):
            if not self.pace.left:
                yield
                at_once = 1
            some = batch.documents[start : start + at_once]
            try:
                if self.codec.validate_many(some):
                    saving.renew_dates(some, self.zone, creating=True)
                    start += len(some)
                elif len(some) == 1:
                    self._refuse(batch, start, None)
                else:
                    most = 1
            except DocumentError as error:
                saving.renew_dates(some[: error.index], self.zone, creating=True)
                start += error.index
                self._refuse(batch, start, error.__cause__)
            at_once = min(at_once * 2, most)

    def run_on_save(self, batch: Batch) -> Iterator[None]:
        """Call the functions of ``on_save``."""
        if not any(conversion_of(kind).on_save for kind in set(map(type, batch.documents))):
            return
        place = 0
        while place < len(batch):
            if not self.pace.left:
                yield
            document = batch.documents[place]
            try:
                saving.run_on_save(document, creating=True)
                place += 1
            except Exception as error:
                self._leave_out(batch, place, error)

    def encode(self, batch: Batch, *, validate: bool) -> Iterator[None]:
        """Turn documents that have their ids into what the driver takes, and deliver them.

        What was delivered is taken out of the batch, so that one can go on with the rest later.

        Parameters:
            batch: the documents.
            validate: whether they still have to be validated.
        """
        while len(batch):
            if not self.pace.left:
                yield
            try:
                batch.encoded[:] = self.codec.encode_many(
                    batch.documents, batch.ids, validate=validate, seconds=self.pace.left
                )
            except DocumentError as error:
                batch.encoded[:] = error.encoded
                self._refuse(batch, error.index, error.__cause__)
            largest = max(map(len, batch.encoded), default=0)
            if largest > LARGEST_DOCUMENT:
                yield from self._refuse_where(batch, is_oversize, oversize)
            if largest >= raw_io.SMALLEST_TOO_DEEP:
                yield from self._refuse_where(batch, raw_io.is_too_deep, too_deep)
            part = batch.cut(0, len(batch.encoded))
            part.sizes.extend(map(len, part.encoded))
            part.encoded[:] = codec.wrap_many(part.encoded, part.ids)
            if self.deliver(part):
                yield

    # -- refusing ---------------------------------------------------------------------------------

    def _refuse(self, batch: Batch, place: int, cause: BaseException | None) -> None:
        number = batch.numbers[place]
        error = FalsyValidationError(number) if cause is None else bulk_refusal(number, cause)
        error.__cause__ = cause
        self._leave_out(batch, place, error)

    def _leave_out(self, batch: Batch, place: int, error: Exception) -> None:
        refused = batch.cut(place, place + 1)
        refused.restore()
        if not self.refuse(refused.numbers[0], error):
            batch.cut(place, len(batch)).restore()

    def _refuse_strangers(self, batch: Batch) -> None:
        if all(issubclass(kind, self.document_class) for kind in set(map(type, batch.documents))):
            return
        place = 0
        while place < len(batch):
            document = batch.documents[place]
            if isinstance(document, self.document_class):
                place += 1
            else:
                self._refuse(batch, place, wrong_class(self.document_class, document))

    def _refuse_where(
        self,
        batch: Batch,
        is_refused: Callable[[bytes], bool],
        error_of: Callable[[int, bytes], Exception],
    ) -> Iterator[None]:
        place = 0
        while place < len(batch.encoded):
            if not self.pace.left:
                yield
            raw = batch.encoded[place]
            if is_refused(raw):
                self._leave_out(batch, place, error_of(batch.numbers[place], raw))
            else:
                place += 1


def is_oversize(raw: bytes) -> bool:
    return len(raw) > LARGEST_DOCUMENT


def oversize(number: int, raw: bytes) -> Exception:
    return OversizeDocumentError(number, len(raw))


def too_deep(number: int, raw: bytes) -> Exception:
    levels = f"it has more than the {raw_io.MOST_LEVELS} levels that MongoDB stores"
    return bulk_refusal(number, levels)


def give_ids(batch: Batch) -> None:
    """Give each document the id it is sent with, and remember what it had."""
    documents = batch.documents
    ids_before = [document._id for document in documents]
    states_before = [document._is_persisted for document in documents]
    batch.ids_before.extend(ids_before)
    batch.states_before.extend(states_before)
    fresh = documents
    if ids_before.count(None) < len(documents):
        fresh = [it for it in documents if it._id is None or is_copied(it)]
    for document, id in zip(fresh, codec.new_object_ids(len(fresh)), strict=True):
        document._id = id
        document._is_persisted = False
    # Read again: an object that stands at several places is one document, and has one id.
    batch.ids.extend([document._id for document in documents])
