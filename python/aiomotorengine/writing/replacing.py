"""A document takes the place of what a query finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from pymongo.errors import DuplicateKeyError

from aiomotorengine.codec.single import by_itself
from aiomotorengine.documents.versions import set_version, version_field, version_of
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.node import Q, QNode
from aiomotorengine.reading.documents import found_document
from aiomotorengine.sessions.target import Target
from aiomotorengine.update.upserting import equalities_in
from aiomotorengine.validation import explained
from aiomotorengine.wire import requests
from aiomotorengine.writing import indexes
from aiomotorengine.writing.duplicates import is_lost_race, unique_violations
from aiomotorengine.writing.hooks import after_replacing, before_replacing
from aiomotorengine.writing.saving import (
    refuse_other_class,
    renew_dates,
    run_on_save,
    set_missing_dates,
    time_zone_of,
)
from aiomotorengine.writing.updating import Returns, returned
from aiomotorengine.writing.upserted import Found, find_and_modify, note_insertion
from aiomotorengine.writing.versions import (
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
        ValueError: the document is of another class, or a value in the conditions is refused.
        InvalidDocumentError: a field refuses its value.
        UniqueKeyViolationError: another document has the value of a unique field.
        StaleDocumentError: another version of the document is stored than was loaded, or none.
        StoredValueError: what comes back cannot be read.
    """
    refuse_other_class(target.document_class, document, "find_one_and_replace")
    is_after = returned(returns)
    field = version_field(type(document))
    version = version_of(document)
    if field is not None:
        refuse_unloaded(document)
        if upsert:
            raise ValueError(f"{type(document).__name__} has a version: it can't be upserted.")
        filters &= Q({field.db_field: version})
    query = filters.to_query(target.document_class)
    if hooks:
        await before_replacing(document)
    with target.changing(document), kept_unless_written(document):
        if not await is_prepared(target, document):
            return None
        if field is not None:
            set_version(document, next_version(document))
        with naming(target, filters, document):
            answer = await send(
                target, query, document, sort=list(order) or None, upsert=upsert, new=is_after
            )
        found = found_document(target, answer.stored)
        if answer.is_inserted:
            note_insertion(target, found)
        if field is not None and (found is None or found._id != document._id):
            # What is stored for this one is what it was.
            set_version(document, version)
    if field is not None and found is None:
        await refuse_stale(target, document, version)
    if hooks and (upsert or found is not None):
        await after_replacing(document)
    return found


async def is_prepared(target: Target, document: Any) -> bool:
    """Do what comes before a document is written; whether its own ``validate`` agrees."""
    codec = requests.codec_of(target.collection, type(document))
    zone = time_zone_of(target.collection.codec_options)
    set_missing_dates([document], zone, creating=True)
    if not by_itself(codec.validate_many, [document]):
        return False
    renew_dates([document], zone, creating=True)
    await indexes.ensure_remembered(target, type(document))
    run_on_save(document, creating=True)
    return True


async def send(
    target: Target,
    query: Mapping[str, Any],
    document: Any,
    *,
    sort: Sequence[tuple[str, int]] | None,
    upsert: bool,
    new: bool,
) -> Found:
    """What the server has after it, or had before."""
    codec = requests.codec_of(target.collection, type(document))
    [raw] = by_itself(codec.encode_many, [document], [None])
    ask = partial(
        find_and_modify,
        target,
        "find_one_and_replace",
        query,
        requests.replacement_of(raw, None, target.collection.codec_options),
        sort=sort,
        upsert=upsert,
        return_document=new,
    )
    try:
        return await ask()
    except DuplicateKeyError as error:
        is_lost = upsert and is_lost_race(error, equalities_in(query))
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
            refusal = explained(document, error, target.collection.codec_options)
            if refusal is error:
                raise
            raise refusal  # noqa: B904  # what was raised is its cause already
