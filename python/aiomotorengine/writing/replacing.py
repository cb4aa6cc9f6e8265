"""A document takes the place of what a query finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from bson.codec_options import CodecOptions
from pymongo.errors import DuplicateKeyError

from aiomotorengine.codec.single import by_itself
from aiomotorengine.documents.versions import set_version, version_field, version_of
from aiomotorengine.errors import PartialDocumentError
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.node import Q, QNode
from aiomotorengine.reading.documents import found_document
from aiomotorengine.sessions.saved import counts_as_saved
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.derived import refuse_derived
from aiomotorengine.storage.loaded import is_partial
from aiomotorengine.storage.snapshots import id_element, state_of
from aiomotorengine.update.equalities import equalities_in, named_once
from aiomotorengine.validation import explained
from aiomotorengine.wire import requests
from aiomotorengine.wire.acknowledged import refuse_unacknowledged
from aiomotorengine.wire.duplicates import may_be_lost_race, unique_violations
from aiomotorengine.wire.replies import Batch
from aiomotorengine.writing.ensuring import ensure_remembered
from aiomotorengine.writing.exact_ids import exactly
from aiomotorengine.writing.hooks import after_replacing, before_replacing
from aiomotorengine.writing.lost_answers import WHOLE, AnswerLost, noting_lost_answer
from aiomotorengine.writing.own_writes import content_of, was_sent
from aiomotorengine.writing.saving import (
    mark_as_saved,
    refuse_other_class,
    renew_dates,
    run_on_save,
    set_missing_dates,
    time_zone_of,
)
from aiomotorengine.writing.sequences import Numbering
from aiomotorengine.writing.stored import stored_document
from aiomotorengine.writing.turns import Turn, carry_out, turn_of
from aiomotorengine.writing.updating import Returns, return_document_of
from aiomotorengine.writing.upserted import Found, find_and_modify, note_insertion
from aiomotorengine.writing.versions import (
    by_id_and_version,
    kept_unless_written,
    next_version,
    refuse_stale,
    refuse_unloaded,
)

__all__ = ["find_one_and_replace"]


async def find_one_and_replace(
    target: Target,
    filters: QNode,
    order: Sequence[tuple[str, int]],
    document: Any,
    *,
    returns: Returns = "after",
    upsert: bool = False,
    hooks: bool = True,
) -> Any | None:
    """Put a document in the place of the first that meets some conditions; its ``_id`` stays.

    The steps are those of ``saving``. Whether there is anything to be replaced is not known before.

    Parameters:
        target: where it is stored.
        filters: the conditions.
        order: which is the first.
        document: the document that takes the place.
        returns: whether what is stored ``"after"`` it comes back, or what was ``"before"``.
        upsert: whether it is inserted where none is found.
        hooks: whether the hooks of its class are called.

    Returns:
        The document; ``None`` if there is none, or if the given one's own ``validate`` returned
        something falsy.

    Raises:
        ValueError: the document is of another class, a value in the conditions is refused, or no
            answer is waited for.
        InvalidDocumentError: a field refuses its value.
        UniqueKeyViolationError: another document has the value of a unique field.
        StaleDocumentError: another version of the document is stored than was loaded, or none.
        StoredValueError: what comes back cannot be read.
        PartialDocumentError: the document was loaded in part, or computed.
    """
    refuse_other_class(target.document_class, document, "find_one_and_replace")
    refuse_derived(document)
    if is_partial(document):
        raise PartialDocumentError.replacing(type(document).__name__)
    refuse_unacknowledged(target, "find_one_and_replace()")
    is_after = return_document_of(returns)
    if version_field(type(document)) is not None:
        refuse_unloaded(target, document)
        if upsert:
            raise ValueError(f"{type(document).__name__} has a version: it can't be upserted.")
    filters.to_query(target.document_class)  # which refuses values before a hook is called
    if hooks:
        await before_replacing(document)
    async with turn_of(document) as turn:
        replacement = Replacement(target, filters, document, turn)
        with target.changing(document), kept_unless_written(document):
            if not await is_prepared(target, document):
                return type(document)._refused()
            answer = await replacement.send(order, upsert=upsert, new=is_after)
            if answer.stored is None and await replacement.has_been_written():
                answer = await replacement.send(order, upsert=upsert, new=is_after)
        found = found_document(target, answer.stored)
        if answer.is_inserted:
            note_insertion(target, found)
        if found is None:
            await refuse_stale(target, document, replacement.expected)
    if hooks and (upsert or found is not None):
        await after_replacing(document)
    return found


class Replacement:
    """A document that is about to take the place of what a query finds.

    Parameters:
        target: where it is stored.
        filters: the conditions on what it replaces.
        document: the document. One that has a version replaces nothing but itself.
        turn: that of the document, if it takes turns.

    Attributes:
        expected: the version that is asked for.
    """

    def __init__(self, target: Target, filters: QNode, document: Any, turn: Turn | None) -> None:
        self._target = target
        self._document = document
        self._turn = turn
        self._has_version = version_field(type(document)) is not None
        self.expected = version_of(document)
        if self._has_version:
            filters &= Q(exactly(target, by_id_and_version(document)))
        self._filters = filters

    async def send(self, order: Sequence[tuple[str, int]], *, upsert: bool, new: bool) -> Found:
        """Replace the first that meets the conditions.

        Parameters:
            order: which is the first.
            upsert: whether the document is inserted where none is found.
            new: whether what is stored after it is returned, or what was before.
        """
        target, document = self._target, self._document
        options = target.codec_options
        with naming(target, self._filters, document):
            query: Mapping[str, Any] = self._filters.to_query(target.document_class)
            if upsert:
                query = named_once(target.document_class, query)
            own_id = None if document._id is None else id_element(document._id, options)
            if self._has_version:
                set_version(document, next_version(document))
            codec = requests.codec_of(target.collection, type(document))
            [raw] = by_itself(codec.encode_many, [document], [None])
            content = partial(content_of, document, codec) if self._has_version else None
            replacement = requests.replacement_of(raw, None, options)
            verb = "find_one_and_replace"
            change: Any = replacement
            if upsert and own_id is not None and not counts_as_saved(document, target.transaction):
                # A replacement can't name an _id that only what is inserted is to have.
                verb = "find_one_and_update"
                change = replacing_with(replacement, document._id)
            write = partial(
                find_and_change,
                target,
                verb,
                query,
                change,
                sort=list(order) or None,
                upsert=upsert,
                return_document=new,
            )
            with nullcontext() if own_id is None else noting_lost_answer(document, WHOLE, content):
                answer = await carry_out(self._turn, target, write)
        if answer.stored is None:
            set_version(document, self.expected)
        elif own_id is not None and has_id(answer.stored, own_id, options):
            mark_as_saved(target, document, raw)
        return answer

    async def has_been_written(self) -> bool:
        """Whether it was written by an earlier try, whose answer was lost.

        It takes the place of that then, whatever the conditions were: they held at that time.

        Raises:
            StoredValueError: what is stored can't be read.
        """
        target, document = self._target, self._document
        if not self._has_version or not isinstance(state_of(document), AnswerLost):
            return False
        stored = await stored_document(target, document)
        codec = requests.codec_of(target.collection, type(document))
        if stored is None or version_of(stored) == self.expected:
            return False
        if not was_sent(document, stored, codec):
            return False
        self.expected = version_of(stored)
        set_version(document, self.expected)
        self._filters = Q(exactly(target, by_id_and_version(document)))
        return True


def has_id(stored: Batch | Mapping[str, Any], id: bytes, codec_options: CodecOptions[Any]) -> bool:
    """Whether a document that came back has an id, which is given as an element of BSON."""
    if isinstance(stored, Batch):
        [offset] = stored.offsets
        return stored.reply.startswith(id, offset + 4)
    return id_element(stored.get("_id"), codec_options) == id


async def is_prepared(target: Target, document: Any) -> bool:
    """Do what comes before a document is written; whether its own ``validate`` agrees."""
    codec = requests.codec_of(target.collection, type(document))
    zone = time_zone_of(target.codec_options)
    await Numbering(target).number([document])
    set_missing_dates([document], zone, creating=True)
    if not by_itself(codec.validate_many, [document]):
        return False
    renew_dates([document], zone, creating=True)
    await ensure_remembered(target, type(document))
    run_on_save(document, creating=True)
    return True


def replacing_with(replacement: Mapping[str, Any], id: Any) -> list[dict[str, Any]]:
    """The pipeline that puts a document in the place of another, or inserts it with an ``_id``."""
    stored_or_own = {"_id": {"$ifNull": ["$_id", {"$literal": id}]}}
    whole = {"$mergeObjects": [stored_or_own, {"$literal": replacement}]}
    return [{"$replaceWith": whole}]


async def find_and_change(
    target: Target,
    verb: str,
    query: Mapping[str, Any],
    change: Any,
    *,
    upsert: bool,
    **options: Any,
) -> Found:
    """What the server has after it, or had before; parameters as for ``find_and_modify``."""
    ask = partial(find_and_modify, target, verb, query, change, upsert=upsert, **options)
    try:
        return await ask()
    except DuplicateKeyError as error:
        is_lost = upsert and may_be_lost_race(error, equalities_in(query))
        if not is_lost or target.transaction is not None:
            raise
    return await ask()


@contextmanager
def naming(target: Target, filters: QNode, document: Any) -> Iterator[None]:
    """What says more of a failure."""
    try:
        with unique_violations(type(document)):
            yield
    except Exception as error:
        with naming_values(target.collection, (target.document_class, filters)):
            refusal = explained(document, error, target.codec_options)
            if refusal is error:
                raise
            raise refusal  # noqa: B904  # what was raised is its cause already
