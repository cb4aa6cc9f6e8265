"""Documents become ids and bytes: dated, validated, their ``on_save`` called, encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

from pymongo.errors import PyMongoError

from aiomotorengine import codec
from aiomotorengine.bulk.account import Account
from aiomotorengine.bulk.batch import Batch, is_inserted_as_copy
from aiomotorengine.bulk.hooks import HookCaller
from aiomotorengine.bulk.lifecycle import Lifecycle
from aiomotorengine.bulk.resuming import Resumption
from aiomotorengine.codec import DocumentError, pure
from aiomotorengine.codec.levels import MOST_STORED_LEVELS
from aiomotorengine.codec.oversize import sizes
from aiomotorengine.codec.plan import route_of_rows
from aiomotorengine.codec.routes import has_own
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.documents.versions import (
    FIRST,
    kept_version,
    set_version,
    version_field,
)
from aiomotorengine.errors import (
    LARGEST_DOCUMENT,
    FieldError,
    InvalidDocumentError,
    OversizeDocumentError,
    PartialDocumentError,
    UniqueKeyViolationError,
    bulk_refusal,
    bulk_refusal_text,
    wrong_class,
)
from aiomotorengine.fields.document_id import declared_key, has_object_ids, refuse_unset_key
from aiomotorengine.fields.sequence_field import SequenceField
from aiomotorengine.locations import copy_location
from aiomotorengine.pacing import Pace
from aiomotorengine.rows import RefusedRow, RowReader, Rows
from aiomotorengine.rows.plan import row_plan
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.derived import is_any_derived, refuse_derived
from aiomotorengine.storage.loaded import is_partial
from aiomotorengine.storage.origins import Origins, classes_of, origins_of, set_origins
from aiomotorengine.validation import errors_after, errors_of, explained
from aiomotorengine.wire import requests
from aiomotorengine.writing import saving
from aiomotorengine.writing.ensuring import ensure_remembered
from aiomotorengine.writing.sequences import Numbered, Numbering

__all__ = ["FalsyValidationError", "Preparer", "give_ids"]

MOST_AT_ONCE = 16
"""How many documents are validated before one looks at the clock."""


HINT_AT_ROWS = "Rows of values are passed as Rows(source), not as they are."


class FalsyValidationError(ValueError):
    """A document's own ``validate`` returned something falsy."""

    def __init__(self, number: int, document_class: Any) -> None:
        self._number = number
        self.document_class = document_class
        super().__init__(str(bulk_refusal(number, "its validate() returned something falsy")))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._number, self.document_class)


class Preparer:
    """Prepares the documents of one call. Those that are refused leave their batch.

    Each step that may take long lets the event loop have its turn when the time of the slice is up,
    and ends early where the call does not go on after it.

    Parameters:
        target: where the documents go.
        pace: what says how much time is left.
        account: where the documents that are refused are written down.
        lifecycle: what says whether the call goes on.
        hooks: what calls the hooks of the documents.
        reader: what makes documents of rows, if rows are given.
        resumption: what an earlier call has left, if this one goes on with it.
        validates: whether documents are validated.
        stops_at_refusal: whether no document is wanted after one that was refused.
        wants_documents: whether rows have to become documents, since the caller is given them.

    Attributes:
        encodes_rows: whether rows are encoded as they are given.
        validates_as_it_encodes: whether that is one step. Not so where a save has something to do
            in between, or where functions of the class's own would see what comes of it: that one
            is validated when another is encoded already.
        has_indexes: whether the indexes were asked for.
    """

    def __init__(
        self,
        target: Target,
        pace: Pace,
        account: Account,
        lifecycle: Lifecycle,
        hooks: HookCaller,
        reader: RowReader | None = None,
        resumption: Resumption | None = None,
        *,
        validates: bool,
        stops_at_refusal: bool,
        wants_documents: bool,
    ) -> None:
        document_class = target.document_class
        self._target = target
        self._zone = saving.time_zone_of(target.codec_options)
        self._codec = requests.codec_of(target.collection, document_class)
        self._pace = pace
        self._account = account
        self._lifecycle = lifecycle
        self._hooks = hooks
        self._validates = validates
        self._stops_at_refusal = stops_at_refusal
        self._reader = reader
        self._resumption = resumption
        self._rows: codec.RowCodec | None = None
        self._kinds: set[type[Any]] = set()
        if (
            reader is not None
            and validates
            and not wants_documents
            and are_rows_native(document_class, hooks=hooks.may_be_needed)
        ):
            self._rows = self._codec.compile_rows(row_plan(reader, self._zone))
            self._kinds.add(document_class)
        self.encodes_rows = self._rows is not None
        self._indexed: set[type[Any]] = set()
        self._numbering = Numbering(target)
        self._counted: dict[int, list[SequenceField]] = {}
        """Number in the source -> the fields to which a counter has given a number."""
        self._counts = False
        conversion = conversion_of(document_class)
        self._may_validate_as_it_encodes = validates and not (
            has_own(document_class, "validate")
            or hooks.may_be_needed
            or conversion.renews_stamps
            or conversion.on_save
        )

    @property
    def validates_as_it_encodes(self) -> bool:
        # A class that derives from it may be made while the call runs.
        derived = type.__subclasses__(self._target.document_class)
        return self._may_validate_as_it_encodes and not derived

    @property
    def has_indexes(self) -> bool:
        return bool(self._indexed)

    # -- the steps, in their order ----------------------------------------------------------------

    async def read(self, batch: Batch) -> None:
        """Make documents of rows, if that is what was given and what is wanted."""
        if self._reader is None or self.encodes_rows:
            return
        for position, row in enumerate(batch.documents):
            batch.documents[position] = self._reader.read(row)
            await self._pace.turn_if_due()

    async def receive(self, batch: Batch, *, ahead: int = 0) -> Batch:
        """Refuse what is no document of the class, call hooks, set missing numbers and dates.

        Parameters:
            batch: the documents.
            ahead: how many may come after them and be sent with them.

        Returns:
            What is to be received when these are prepared. Where no document is wanted after one
            that was refused, those before what is no document may be refused before it.
        """
        rest = self._refuse_other_classes(batch)
        kinds = classes_of(batch.documents)
        if not kinds <= self._kinds:
            self._kinds |= kinds
            self._counts = self._counts or any(conversion_of(it).sequences for it in kinds)
        if self._hooks.are_of(kinds):
            await self._call_hooks(batch)
        if self._counts:
            await self._number(batch, ahead)
        if self._lifecycle.may_begin:
            saving.set_missing_dates(batch.documents, self._zone, creating=True)
        return rest

    async def _number(self, batch: Batch, ahead: int) -> None:
        """Give the documents the numbers of their ``SequenceField``s."""
        numbered: list[Numbered] = []
        if self._lifecycle.may_begin:
            self._pace.pause()
            try:
                numbered = await self._numbering.number(batch.documents, ahead=ahead)
            except PyMongoError as error:
                self._account.failed(error)
                self._lifecycle.stop()
            finally:
                self._pace.resume()
        numbers: dict[int, int] = {}
        for number, document in zip(batch.numbers, batch.documents, strict=True):
            numbers.setdefault(id(document), number)  # of one that is there twice, the first place
        for field, document in numbered:
            self._counted.setdefault(numbers[id(document)], []).append(field)

    async def give_numbers_back(self) -> None:
        """Give back the numbers that were asked for in advance and that no document got."""
        await self._numbering.give_back()

    async def validate(self, batch: Batch) -> None:
        """Validate each, once, if that is wanted, and move the dates of those that are valid."""
        if not self._validates:
            self._refuse_unset_keys(batch)
            saving.renew_dates(batch.documents, self._zone, creating=True)
            return
        with first_versions(batch.documents):
            await self._validate(batch)

    async def _validate(self, batch: Batch) -> None:
        # A method of the user's may say no without raising, and then one has to know to which.
        kinds = classes_of(batch.documents)
        at_once, most = 1, 1 if any(has_own(kind, "validate") for kind in kinds) else MOST_AT_ONCE
        start = 0
        while start < len(batch):
            if await self._pace.turn_if_due():
                if not self._lifecycle.may_begin:
                    return
                at_once = 1
            some = batch.documents[start : start + at_once]
            try:
                if self._codec.validate_many(some):
                    saving.renew_dates(some, self._zone, creating=True)
                    start += len(some)
                elif len(some) == 1:
                    self._refuse(batch, start, None)
                else:
                    most = 1
            except DocumentError as error:
                saving.renew_dates(some[: error.index], self._zone, creating=True)
                start += error.index
                self._refuse(batch, start, error.__cause__)
            at_once = min(at_once * 2, most)

    def _refuse_unset_keys(self, batch: Batch) -> None:
        """Refuse documents to which no id can be given, which validation would do."""
        if all(map(has_object_ids, classes_of(batch.documents))):
            return
        position = 0
        while position < len(batch):
            document = batch.documents[position]
            try:
                if document._id is None:
                    refuse_unset_key(type(document))
                position += 1
            except InvalidDocumentError as error:
                self._refuse(batch, position, error)

    async def ensure_indexes(self) -> None:
        """Make sure of the collection, and of the indexes of all classes that have come so far.

        Raises:
            UniqueKeyViolationError: documents that are stored already have one value twice.
        """
        for kind in self._kinds - self._indexed:
            if not self._lifecycle.may_begin:
                return
            self._pace.pause()
            try:
                await ensure_remembered(self._target, kind)
            except UniqueKeyViolationError:
                raise
            except PyMongoError as error:
                self._account.failed(error)
                self._lifecycle.stop()
            finally:
                self._pace.resume()
            self._indexed.add(kind)

    async def give_ids(self, batch: Batch) -> None:
        """Call the functions of ``on_save``, and give each document the id it is sent with."""
        ids, states = origins_of(batch.documents)
        origins: Origins | None = (ids, states)
        if is_any_derived(states):
            self._refuse_derived(batch)
            origins = None
        if any(conversion_of(kind).on_save for kind in classes_of(batch.documents)):
            with first_versions(batch.documents):
                await self._run_on_save(batch)
            origins = None
        if self._lifecycle.may_begin:
            if self._resumption is not None:
                self._resumption.give_ids(batch, self._target.transaction)
                origins = None
            give_ids(batch, self._target.transaction, origins)
        if self._counts:
            batch.counted.extend(self._counted.pop(number, ()) for number in batch.numbers)

    def _refuse_derived(self, batch: Batch) -> None:
        """Refuse documents that an aggregation has computed."""
        position = 0
        while position < len(batch):
            try:
                refuse_derived(batch.documents[position])
                position += 1
            except PartialDocumentError as reason:
                self._leave_out(batch, position, bulk_refusal(batch.numbers[position], reason))

    async def encode(self, batch: Batch, *, validate: bool) -> Batch:
        """Turn documents that have their ids into what the driver takes.

        Parameters:
            batch: the documents.
            validate: whether they still have to be validated.

        Returns:
            As many of them as the time allows, taken out of the batch.
        """
        await self._pace.turn_if_due()
        stepped_back = self._codec.stepped_back
        try:
            batch.encoded[:] = self._codec.encode_many(
                batch.documents, batch.ids, validate=validate, seconds=self._pace.left
            )
        except DocumentError as error:
            batch.encoded[:] = error.encoded
            self._refuse(batch, error.index, error.__cause__)
        return await self._encoded(batch, has_stepped_back=self._codec.stepped_back > stepped_back)

    async def encode_rows(self, batch: Batch) -> Batch:
        """The same for rows, which are validated and given their ids."""
        assert self._rows is not None
        await self._pace.turn_if_due()
        stepped_back = self._rows.stepped_back
        ids = None if self._resumption is None else self._resumption.ids_of(batch.numbers)
        try:
            batch.encoded[:] = self._rows.encode_many(batch.given, ids, seconds=self._pace.left)
        except DocumentError as error:
            batch.encoded[:] = error.encoded
            if isinstance(error.document, RefusedRow):
                self._refuse_row(batch, error.index, error.document)
            else:
                self._refuse(batch, error.index, error.__cause__, error.document)
        has_stepped_back = self._rows.stepped_back > stepped_back
        part = await self._encoded(batch, has_stepped_back=has_stepped_back)
        if self._account.rejects is None:
            part.given.clear()
        return part

    async def _encoded(self, batch: Batch, *, has_stepped_back: bool) -> Batch:
        """What the driver takes of a batch, after a look at sizes and levels.

        Parameters:
            batch: the documents, of which the first are encoded.
            has_stepped_back: whether the Python side has encoded some of them.
        """
        batch.sizes[:] = map(len, batch.encoded)
        largest = max(batch.sizes, default=0)
        if largest > LARGEST_DOCUMENT:
            await self._refuse_where(is_oversize, self._refuse_oversize, batch)
        # Looking for levels takes as long as encoding does. The native codec counts them, also in
        # what PyMongo encodes for it, and gives documents with many to the Python side.
        in_python = isinstance(self._codec, pure.Codec) or has_stepped_back
        if in_python and not self.encodes_rows:
            self._refuse_partial(batch)
        if in_python and largest >= requests.SMALLEST_TOO_DEEP:
            await self._refuse_where(requests.is_too_deep, self._refuse_too_deep, batch)
        part = batch.cut(0, len(batch.encoded))
        part.encoded[:] = codec.wrap_many(part.encoded)
        return part

    async def _call_hooks(self, batch: Batch) -> None:
        position = 0
        while position < len(batch) and self._lifecycle.may_begin:
            try:
                await self._hooks.before(batch.documents[position])
                position += 1
            except Exception as error:
                self._leave_out(batch, position, error)
            await self._pace.turn_if_due()

    async def _run_on_save(self, batch: Batch) -> None:
        position = 0
        while position < len(batch):
            if await self._pace.turn_if_due() and not self._lifecycle.may_begin:
                return
            document = batch.documents[position]
            try:
                saving.run_on_save(document, creating=True)
                position += 1
            except Exception as error:
                self._leave_out(batch, position, error)

    # -- refusing ---------------------------------------------------------------------------------

    def _refuse(
        self,
        batch: Batch,
        position: int,
        cause: BaseException | None,
        document: Any = None,
    ) -> None:
        """Refuse a document for what its validation or its conversion raised.

        Parameters:
            batch: where it is.
            position: its place there.
            cause: what was raised.
            document: the document, if it was made of a row and is not in the batch.
        """
        number = batch.numbers[position]
        if document is None:
            document = batch.documents[position]
        errors: tuple[FieldError, ...] = ()
        if isinstance(cause, Exception):
            cause = explained(document, cause, self._target.codec_options)
            errors = errors_after(document, cause)
        error: Exception
        if cause is None:
            error = FalsyValidationError(number, type(document))
        else:
            error = bulk_refusal(number, cause)
            copy_location(cause, error)
        error.__cause__ = cause
        self._leave_out(batch, position, error, errors)

    def _leave_out(
        self, batch: Batch, position: int, error: Exception, errors: tuple[FieldError, ...] = ()
    ) -> None:
        refused = batch.cut(position, position + 1)
        refused.restore()
        self._account.refused(refused.numbers[0], error, errors, refused.given)
        if self._stops_at_refusal:
            batch.cut(position, len(batch)).restore()
            self._lifecycle.drain()

    def _refuse_other_classes(self, batch: Batch) -> Batch:
        wanted = self._target.document_class
        if all(issubclass(kind, wanted) for kind in classes_of(batch.documents)):
            return Batch()
        position = 0
        while position < len(batch):
            document = batch.documents[position]
            if isinstance(document, wanted):
                position += 1
            elif position and self._stops_at_refusal:
                return batch.cut(position, len(batch))
            elif isinstance(document, RefusedRow):
                self._refuse_row(batch, position, document)
            else:
                reason = wrong_class(wanted, document)
                error = bulk_refusal(batch.numbers[position], reason)
                error.__cause__ = reason
                if isinstance(document, Mapping | list | tuple | Rows):
                    error.add_note(HINT_AT_ROWS)
                self._leave_out(batch, position, error)
        return Batch()

    def _refuse_row(self, batch: Batch, position: int, row: RefusedRow) -> None:
        """Refuse a row that became no document, with all that is wrong with it."""
        error = bulk_refusal(batch.numbers[position], row.error)
        copy_location(row.error, error)
        error.__cause__ = row.error
        errors = [FieldError.of(refusal) for refusal in row.refusals]
        if row.document is not None and self._validates and not self._may_be_filled(row.document):
            set_version(row.document, FIRST)
            saving.set_missing_dates([row.document], self._zone, creating=True)
            told = {it.path for it in errors}
            errors += [it for it in errors_of(row.document) if it.path not in told]
        self._leave_out(batch, position, error, tuple(errors))

    def _may_be_filled(self, document: Any) -> bool:
        """Whether hooks, which are not called for what is refused, might have set its values."""
        hooks = conversion_of(type(document)).saving_hooks if self._hooks.are_wanted else None
        return hooks is not None and hooks.set_values

    async def _refuse_where(
        self,
        is_refused: Callable[[bytes], bool],
        refuse: Callable[[Batch, int], None],
        batch: Batch,
    ) -> None:
        position = 0
        while position < len(batch.encoded):
            await self._pace.turn_if_due()
            if is_refused(batch.encoded[position]):
                refuse(batch, position)
            else:
                position += 1

    def _refuse_partial(self, batch: Batch) -> None:
        """Refuse documents that were loaded in part. The native codec leaves them to Python."""
        position = 0
        while position < len(batch.encoded):
            document = batch.documents[position]
            if is_partial(document):
                reason = PartialDocumentError.inserted(type(document).__name__)
                self._leave_out(batch, position, bulk_refusal(batch.numbers[position], reason))
            else:
                position += 1

    def _refuse_oversize(self, batch: Batch, position: int) -> None:
        raw, kind = batch.encoded[position], self._target.document_class
        if not self.encodes_rows:
            kind = type(batch.documents[position])
        text = bulk_refusal_text(batch.numbers[position], f"it has {sizes(kind, raw)}")
        self._leave_out(batch, position, OversizeDocumentError(text))

    def _refuse_too_deep(self, batch: Batch, position: int) -> None:
        levels = f"it has more than the {MOST_STORED_LEVELS} levels that MongoDB stores"
        document = None
        if self.encodes_rows and self._reader is not None:
            document = self._reader.read(batch.given[position])
        self._refuse(batch, position, RecursionError(levels), document)


def are_rows_native(document_class: type[Any], *, hooks: bool) -> bool:
    """Whether no method of the program's would have to see the documents of rows.

    Parameters:
        document_class: the class of the documents.
        hooks: whether its hooks are called.
    """
    return route_of_rows(codec.kept_plan(document_class), hooks=hooks).native


def is_oversize(raw: bytes) -> bool:
    return len(raw) > LARGEST_DOCUMENT


def give_ids(
    batch: Batch, transaction: object | None = None, origins: Origins | None = None
) -> None:
    """Give each document the id it is sent with, and remember what it had.

    Parameters:
        batch: the documents.
        transaction: the transaction in which they are inserted.
        origins: where they come from, if that was asked already.
    """
    documents = batch.documents
    ids_before, states_before = origins_of(documents) if origins is None else origins
    batch.ids_before.extend(ids_before)
    batch.states_before.extend(states_before)
    give_versions(batch)
    new = documents
    if ids_before.count(None) < len(documents):
        new = [
            document
            for document, id, state in zip(documents, ids_before, states_before, strict=True)
            # Most that have an id are new as well.
            if id is None or (state is not False and is_inserted_as_copy(document, transaction))
        ]
    if any(declared_key(kind) for kind in classes_of(new)):
        new = [it for it in new if is_given_key(it)]
    set_origins(new, codec.new_object_ids(len(new)), is_persisted=False)
    # Read again: an object that is several times in the source is one document, and has one id.
    batch.ids.extend(origins_of(documents)[0])


def is_given_key(document: Any) -> bool:
    """Whether a document without an id, or a copy, gets a new one: not where a field of the
    program's is its primary key, unless that makes its values by itself.
    """
    key = declared_key(type(document))
    return key is None or (key._is_generated and document._id is None)


@contextmanager
def first_versions(documents: Sequence[Any]) -> Iterator[None]:
    """Have documents the version that they are inserted with, until they get their ids."""
    if all(version_field(kind) is None for kind in classes_of(documents)):
        yield
        return
    before = [(document, kept_version(document)) for document in documents]
    for document in documents:
        set_version(document, FIRST)
    try:
        yield
    finally:
        for document, version in before:
            set_version(document, version)


def give_versions(batch: Batch) -> None:
    """Give each document the version that it is inserted with, and remember what it had."""
    documents = batch.documents
    if all(version_field(kind) is None for kind in classes_of(documents)):
        batch.versions_before.extend(repeat(None, len(documents)))
        return
    batch.versions_before.extend(map(kept_version, documents))
    for document in documents:
        set_version(document, FIRST)
