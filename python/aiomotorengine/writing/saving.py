"""One order of saving, for a single document and for many.

    hooks before it → numbers → missing dates → validate → dates that move → indexes
    → ``on_save`` → write → hooks after it

What hooks set is dated and validated. Numbers, those of a ``SequenceField``, are validated
too. A required date is there when it is validated; a date that moves with each save moves only for
a valid document; and ``on_save``, which may have side effects, is called for nothing that is
refused or that could not be stored for want of an index. ``save`` goes through the steps with one
document; ``bulk`` goes through the same functions with slices of many.

Where changes are tracked, only what has changed is written. If nothing has, but for what would be
set here, the save is over before the first thing is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace as replace_options
from datetime import UTC, tzinfo
from typing import Any

from bson.codec_options import CodecOptions
from pymongo.errors import DuplicateKeyError

from aiomotorengine.codec import codec_for
from aiomotorengine.codec.single import encoded, is_valid
from aiomotorengine.documents.collection_options import is_time_series
from aiomotorengine.documents.conversion import Conversion, conversion_of
from aiomotorengine.documents.hooks import SavingHooks
from aiomotorengine.documents.versions import FIRST, kept_version, set_version
from aiomotorengine.errors import wrong_class
from aiomotorengine.sessions.saved import SavedInTransaction, counts_as_saved, state_in
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.derived import refuse_derived
from aiomotorengine.storage.identity import identity_query
from aiomotorengine.storage.loaded import count_as_loaded, is_partial
from aiomotorengine.storage.origins import MadeOf, classes_of
from aiomotorengine.storage.snapshots import Snapshot, snapshot_of, state_of
from aiomotorengine.validation import explained
from aiomotorengine.wire import requests
from aiomotorengine.wire.duplicates import unique_violations
from aiomotorengine.writing.checked import CheckedWrite
from aiomotorengine.writing.ensuring import ensure_remembered, is_asked_for
from aiomotorengine.writing.hooks import after_saving, before_saving
from aiomotorengine.writing.lost_answers import AnswerLost, answered, is_in_doubt
from aiomotorengine.writing.options import USUAL, SaveOptions
from aiomotorengine.writing.part import part_to_send
from aiomotorengine.writing.partial import refuse_insert
from aiomotorengine.writing.sequences import Numbering, take_back
from aiomotorengine.writing.shard_keys import note_written, refuse_other_shard_key
from aiomotorengine.writing.turns import Turn, turn_needed_by
from aiomotorengine.writing.versions import kept_unless_written
from aiomotorengine.writing.writes import Written, insert

__all__ = [
    "mark_as_saved",
    "refuse_other_class",
    "renew_dates",
    "run_on_save",
    "save",
    "saved_or_refused",
    "set_missing_dates",
    "time_zone_of",
]


def save(target: Target, document: Any, options: SaveOptions = USUAL) -> Awaitable[Written | None]:
    """Save one document.

    Parameters:
        target: where it is saved.
        document: the document.
        options: how.

    Returns:
        What was sent; ``None`` if the document's own ``validate`` returned something falsy.

    Raises:
        ValueError: the document is of another class.
        PartialDocumentError: it was computed by an aggregation.
        InvalidDocumentError: a field refuses its value.
        OversizeDocumentError: it is larger than MongoDB takes.
        UniqueKeyViolationError: another document has the value of a unique field.
        ChangesNotTrackedError: only what has changed is to be sent, and nobody knows what that is.
        DoesNotExist: it is gone, and must exist.
        PartialDocumentError: it was loaded in part, and would be inserted; or has a part of a list.
        ImmutableFieldError: it is stored under another shard key.
        StaleDocumentError: another version is stored than was loaded, or what is stored does not
            meet the condition.
        Exception: what a hook raises.
    """
    kind, conversion = type(document), target.conversion
    if kind is not target.document_class:
        refuse_other_class(target.document_class, document, "save")
        conversion = conversion_of(kind)
    state = document._is_persisted
    is_known = state is True or state is False  # as of most; and that is all
    if not is_known:
        refuse_derived(document)
    if conversion.primary_key is not None or (not is_known and is_made_of_data(document)):
        options = inserting_what_is_new(target, document, options)
    creating = is_inserted(target, document, options)
    if document._hidden is not None:
        refuse_insert(document, options, creating=creating)
    hooks = conversion.saving_hooks if options.hooks else None
    takes_turns = conversion.version is not None or kind.__track_changes__ or not is_known
    if takes_turns or hooks is not None or target.session is not None:
        return save_in_turn(target, document, options, conversion, hooks, creating)
    # As of most: nothing is waited for, and nothing may have to be taken back.
    return save_in_order(target, document, options, conversion, creating)


def saved_or_refused(document: Any, written: Written | None) -> Any | None:
    """What a save gives back: the document, or what its class makes of a refusing ``validate``."""
    return document if written is not None else type(document)._refused()


async def save_in_turn(
    target: Target,
    document: Any,
    options: SaveOptions,
    conversion: Conversion,
    hooks: SavingHooks | None,
    creating: bool,
) -> Written | None:
    """Save one that has hooks, may have to wait for its turn, or may get back what it was."""
    # What hooks set is the program's, also where a transaction is not committed.
    if hooks is not None:
        await before_saving(hooks, document, creating=creating)
    turn = turn_needed_by(document, conversion)
    if turn is None:
        with target.changing(document):
            written = await save_in_order(target, document, options, conversion, creating)
    else:
        async with turn:
            creating = is_inserted(target, document, options)  # another save may have done so
            version = kept_version(document)
            with target.changing(document), kept_unless_written(document):
                written = await save_in_order(target, document, options, conversion, creating, turn)
            if written is None:
                set_version(document, version)
    if hooks is not None and written is not None and written.is_stored:
        await after_saving(hooks, document, creating=creating)
    return written


def is_inserted(target: Target, document: Any, options: SaveOptions) -> bool:
    """Whether a save inserts a document, as far as it is known now."""
    if document._id is None or options.force_insert:
        return True
    return document._is_persisted is not True and not counts_as_saved(document, target.transaction)


def is_made_of_data(document: Any) -> bool:
    """Whether a document was made of a dict or a text, and is not stored yet."""
    return not document._is_persisted and answered(state_of(document)) is MadeOf.DATA


def inserting_what_is_new(target: Target, document: Any, options: SaveOptions) -> SaveOptions:
    """The options with which a document is saved whose class declares a primary key, or that was
    made of data.

    A new document is inserted then, so that one which has the key already is not overwritten.
    """
    if options.upsert or options.asks_for_more:
        return options
    is_new = not counts_as_saved(document, target.transaction)
    return replace_options(options, force_insert=True) if is_new else options


async def save_in_order(
    target: Target,
    document: Any,
    options: SaveOptions,
    conversion: Conversion,
    creating: bool,
    turn: Turn | None = None,
) -> Written | None:
    """Do all but calling hooks; ``None`` if the document's own ``validate`` said no."""
    codec = codec_for(type(document), target.codec_options)
    is_dated = conversion.has_stamps
    zone = time_zone_of(target.codec_options) if is_dated else None
    part = None
    if not creating:
        state, is_whole = document._is_persisted, document._hidden is None
        if state is not True and is_in_doubt(document) and not is_partial(document):
            options = options.of_what_may_be_gone()
        if type(document).__track_changes__ or options.only_changed is not None or not is_whole:
            part = part_to_send(document, codec, options)
    if creating and conversion.version is not None:
        set_version(document, FIRST)
    numbered = await Numbering(target).number([document]) if conversion.sequences else ()
    if is_dated:
        set_missing_dates([document], zone, creating=creating)
    if options.validate and not is_valid(codec, document):
        return None
    if part is not None and not conversion.on_save and part.is_empty():
        return await CheckedWrite(target, codec, document, options, turn, creating=False).ask()
    if is_dated:
        renew_dates([document], zone, creating=creating)
    if is_asked_for(target, conversion):
        await ensure_remembered(target, type(document))
    if conversion.on_save:
        run_on_save(document, creating=creating)
    if part is not None and conversion.on_save and part.is_empty():
        return await CheckedWrite(target, codec, document, options, turn, creating=False).ask()
    try:
        is_tracked = not creating and type(document._is_persisted) is Snapshot
        is_asked = options.asks_for_more or conversion.version is not None
        # What an insert has sent whose answer was lost may be there.
        is_repeated = options.force_insert and isinstance(state_of(document), AnswerLost)
        if is_tracked or is_asked or is_repeated or part is not None:
            write = CheckedWrite(target, codec, document, options, turn, creating=creating)
            written = await write.send(None if part is None else part.changes())
        elif document._id is None or options.force_insert:
            written = await insert(target, codec, document, replaces=not options.force_insert)
        elif creating and is_time_series(type(document)):
            # Nothing is replaced there, and nothing is unique, the id included.
            written = await insert(target, codec, document, replaces=False)
        else:
            # A preset id that nobody has saved yet may be there or not (K6).
            upsert = options.upsert or creating
            raw, query = encoded(codec, document, None), identity_query(document)
            written = Written(raw, await requests.replace_one(target, query, raw, upsert=upsert))
    except DuplicateKeyError as error:
        take_back(numbered, (error.details or {}).get("keyPattern") or ())
        with unique_violations(type(document)):
            raise
    except Exception as error:
        refusal = explained(document, error, target.codec_options)
        if refusal is error:
            raise
        raise refusal  # noqa: B904  # what was raised is its cause already
    is_stored = written.is_stored
    if not is_stored:
        await refuse_other_shard_key(target, document)
    mark_as_saved(target, document, written.raw if is_stored else None)
    return written


def mark_as_saved(target: Target, document: Any, raw: bytes | None) -> None:
    """Make a document say that it is stored, and what is, if its changes are tracked.

    Parameters:
        target: where it was saved.
        document: the document.
        raw: what is stored; ``None`` where it was gone, and counts as it did before.
    """
    if raw is not None:
        if type(document).__shard_key__:
            note_written(document, raw)
        if document._hidden is not None:
            count_as_loaded(document)
    before = document._is_persisted
    transaction = None if target.session is None else target.transaction
    state: Any = True
    if transaction is not None:
        state = state_in(transaction, True) if before else SavedInTransaction(transaction)
    if type(before) is Snapshot or type(document).__track_changes__:
        if raw is None:
            return
        state = snapshot_of(raw, document._id, target.codec_options, state)
    document._is_persisted = state


def refuse_other_class(document_class: type[Any], document: Any, verb: str) -> None:
    """Raise ``ValueError`` unless it is an instance of the class."""
    if not isinstance(document, document_class):
        raise wrong_class(document_class, document, verb)


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
    kinds: set[Any] = classes_of(documents)
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
