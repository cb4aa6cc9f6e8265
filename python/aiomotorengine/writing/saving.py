"""One order of saving, for a single document and for many.

    hooks before it → missing dates → validate → dates that move → unique indexes → ``on_save``
    → write → hooks after it

What hooks set is dated and validated. A required date is there when it is validated; a date that
moves with each save moves only for a valid document; and ``on_save``, which may have side effects,
is called for nothing that is refused or that could not be stored for want of an index. ``save``
goes through the steps with one document; ``bulk`` goes through the same functions with slices of
many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from reprlib import repr as short_repr
from typing import Any, ParamSpec, TypeVar

from bson.codec_options import CodecOptions
from bson.errors import BSONError
from bson.objectid import ObjectId
from pymongo.errors import DuplicateKeyError, WriteError
from pymongo.results import UpdateResult

from aiomotorengine.codec import Codec, DocumentError
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import violates_id, wrong_class
from aiomotorengine.sessions.saved import SavedInTransaction
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import is_condition
from aiomotorengine.validation import explained
from aiomotorengine.wire import requests
from aiomotorengine.wire.answers import checked_count
from aiomotorengine.writing import indexes
from aiomotorengine.writing.duplicates import unique_violations
from aiomotorengine.writing.hooks import after_saving, before_saving

__all__ = [
    "by_id",
    "counts_as_saved",
    "refuse_other_class",
    "renew_dates",
    "run_on_save",
    "save",
    "set_missing_dates",
    "time_zone_of",
]

P = ParamSpec("P")
T = TypeVar("T")

REFUSALS = (WriteError, BSONError, OverflowError, RecursionError, TypeError, ValueError)
"""What says for certain that a document was not inserted."""


async def save(
    target: Target,
    document: Any,
    *,
    upsert: bool = False,
    force_insert: bool = False,
    hooks: bool = True,
) -> Any | None:
    """Save one document.

    Parameters:
        target: where it is saved.
        document: the document.
        upsert: whether a document that counts as saved and is gone by now is written again.
        force_insert: whether an ``_id`` that is taken is a violation, also for a preset ``_id``.
        hooks: whether the hooks of its class are called.

    Returns:
        The document, or ``None`` if its own ``validate`` returned something falsy.

    Raises:
        ValueError: the document is of another class.
        InvalidDocumentError: a field refuses its value.
        OversizeDocumentError: it is larger than MongoDB takes.
        UniqueKeyViolationError: another document has the value of a unique field.
        Exception: what a hook raises.
    """
    refuse_other_class(target.document_class, document, "save")
    creating = document._id is None or not counts_as_saved(document, target.transaction)
    own_hooks = conversion_of(type(document)).saving_hooks if hooks else None
    # What hooks set is the program's, also where a transaction is not committed.
    if own_hooks is not None:
        await before_saving(own_hooks, document, creating=creating)
    with target.changing(document):
        is_valid, result = await save_in_order(
            target, document, creating=creating, upsert=upsert, force_insert=force_insert
        )
    if not is_valid:
        return None
    if own_hooks is not None and was_written(result):
        await after_saving(own_hooks, document, creating=creating)
    return document


async def save_in_order(
    target: Target, document: Any, *, creating: bool, upsert: bool, force_insert: bool
) -> tuple[bool, UpdateResult | None]:
    """Do all but calling hooks; whether the document is valid, and the driver's result, if any."""
    transaction = target.transaction
    codec = requests.codec_of(target.collection, type(document))
    zone = time_zone_of(target.collection.codec_options)
    set_missing_dates([document], zone, creating=creating)
    if not by_itself(codec.validate_many, [document]):
        return False, None
    renew_dates([document], zone, creating=creating)
    await indexes.ensure_remembered(target, type(document))
    run_on_save(document, creating=creating)
    try:
        if document._id is None or (creating and force_insert):
            result = await insert(target, codec, document, replaces=not force_insert)
        else:
            # A preset id that nobody has saved yet may be there or not (K6).
            result = await replace(target, codec, document, upsert=upsert or creating)
    except DuplicateKeyError:
        with unique_violations(type(document)):
            raise
    except Exception as error:
        refusal = explained(document, error, target.collection.codec_options)
        if refusal is error:
            raise
        raise refusal  # noqa: B904  # what was raised is its cause already
    if transaction is None:
        document._is_persisted = True
    elif not document._is_persisted:
        document._is_persisted = SavedInTransaction(transaction)
    return True, result


def refuse_other_class(document_class: type[Any], document: Any, verb: str) -> None:
    """Raise ``ValueError`` unless it is an instance of the class."""
    if not isinstance(document, document_class):
        raise wrong_class(document_class, document, verb)


def counts_as_saved(document: DocumentStorage, transaction: object | None) -> bool:
    """Whether a document was loaded or saved before, in this transaction or outside of any.

    Parameters:
        document: the document.
        transaction: the transaction in which this is asked.
    """
    state: Any = document._is_persisted
    if isinstance(state, SavedInTransaction):
        return state.transaction is transaction
    return bool(state)


# -- the steps ---------------------------------------------------------------------------------


def time_zone_of(options: CodecOptions[Any]) -> tzinfo | None:
    """The time zone in which a client reads dates; ``None`` where it reads them naive."""
    return (options.tzinfo or UTC) if options.tz_aware else None


def set_missing_dates(documents: Sequence[Any], zone: tzinfo | None, *, creating: bool) -> None:
    """Give documents the dates that a save sets and that they do not have yet.

    Parameters:
        documents: the documents.
        zone: the time zone in which their client reads dates.
        creating: whether they are inserted.
    """
    stamp(documents, zone, creating=creating, renew=False)


def renew_dates(documents: Sequence[Any], zone: tzinfo | None, *, creating: bool) -> None:
    """Set the dates that each save moves; parameters as for ``set_missing_dates``."""
    stamp(documents, zone, creating=creating, renew=True)


def stamp(documents: Sequence[Any], zone: tzinfo | None, *, creating: bool, renew: bool) -> None:
    kinds: set[Any] = set(map(type, documents))
    for kind in kinds:
        conversion = conversion_of(kind)
        if conversion.renews_stamps if renew else conversion.has_stamps:
            for document in documents:
                if type(document) is kind:
                    conversion.stamp(document, creating=creating, renew=renew, zone=zone)


def run_on_save(document: Any, *, creating: bool) -> None:
    """Call the functions of ``on_save``, and assign what they return."""
    for name, function in conversion_of(type(document)).on_save:
        setattr(document, name, function(document, creating))


# -- writing one document ------------------------------------------------------------------------


async def insert(
    target: Target, codec: Codec, document: Any, *, replaces: bool
) -> UpdateResult | None:
    """Insert a document, under a new ``_id`` unless it has one.

    Parameters:
        target: where it is saved.
        codec: the codec between the document's class and the collection.
        document: the document.
        replaces: whether it replaces what is there under its ``_id``: another save of the same
            document that came first.

    Returns:
        The driver's result, if it was replaced.
    """
    had_id = document._id is not None
    if had_id:
        by_id(document)  # which refuses ids that are none, as it does when they are replaced
    else:
        # The id is made here and stays on the document if no answer comes, so that saving again
        # finds what may have arrived and makes no second copy.
        document._id = ObjectId()
    try:
        [raw] = by_itself(codec.encode_many, [document], [document._id])
    except BaseException:
        if not had_id:
            document._id = None
        raise
    try:
        await requests.insert_one(target, raw)
    except REFUSALS as error:
        if replaces and isinstance(error, DuplicateKeyError) and violates_id(error):
            return await requests.replace_one(target, by_id(document), raw, upsert=False)
        if not had_id:
            document._id = None
        raise
    return None


async def replace(target: Target, codec: Codec, document: Any, *, upsert: bool) -> UpdateResult:
    """Replace what is stored under the ``_id`` of a document; the driver's result."""
    query = by_id(document)
    [raw] = by_itself(codec.encode_many, [document], [None])
    return await requests.replace_one(target, query, raw, upsert=upsert)


def was_written(result: UpdateResult | None) -> bool:
    """Whether a document was stored, as far as the server says.

    Parameters:
        result: the driver's, of a replacement; ``None`` for an insert.

    Raises:
        pymongo.errors.ProtocolError: the server's answer makes no sense.
    """
    if result is None or not result.acknowledged or result.upserted_id is not None:
        return True
    return checked_count(result.matched_count) > 0


def by_itself(convert: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What a codec makes of a single document.

    Raises:
        Exception: what the document's own method raises, as if it alone had been called.
    """
    try:
        return convert(*arguments, **options)
    except DocumentError as error:
        refusal = error.__cause__
    # Out of the handler, so that the codec's error is not the context of this one.
    assert refusal is not None
    raise refusal


def by_id(document: DocumentStorage) -> dict[str, Any]:
    """The query for one document by its id.

    Raises:
        ValueError: MongoDB would take the id for a condition, and another document for this one.
    """
    id = document._id
    if is_condition(id):
        raise ValueError(
            f"The _id of this {type(document).__name__} can't be {short_repr(id)}: "
            "it would be taken for a condition on the ids of other documents."
        )
    return {"_id": id}
