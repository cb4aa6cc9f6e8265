"""Deleting documents: one, what a query finds, the first of that, or the collection.

Where no rule points to their class, that is a single command. Where one does, the ids of what is to
be deleted are read first, and then deleted as far as the query still finds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from aiomotorengine.documents.versions import version_of
from aiomotorengine.ids import id_key
from aiomotorengine.indexes.remembered import forget
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.reading.documents import found_document
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.identity import identity_query
from aiomotorengine.wire.acknowledged import refuse_unacknowledged
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.found_replies import find_and_modify
from aiomotorengine.writing.deletion import commands
from aiomotorengine.writing.deletion.following import follow_rules
from aiomotorengine.writing.deletion.hooked import delete_hooked, load_hooked
from aiomotorengine.writing.deletion.plan import find_ids, planned, with_ids
from aiomotorengine.writing.deletion.rules import rules_for
from aiomotorengine.writing.exact_ids import chunks_of_ids
from aiomotorengine.writing.hooks import after_deleting, before_deleting, has_delete_hooks
from aiomotorengine.writing.shard_keys import refuse_other_shard_key
from aiomotorengine.writing.versions import by_id_and_version, refuse_stale

__all__ = [
    "delete_document",
    "delete_first",
    "delete_many",
    "drop_collection",
    "find_one_and_delete",
]

LOADED_AT_ONCE = 1_000
"""How many documents are loaded for their hooks and deleted at once."""


async def delete_document(
    target: Target, document: Any, *, hooks: bool = True, check_version: bool = False
) -> int:
    """Delete a document; it keeps its ``_id``.

    Parameters:
        target: where it is stored.
        document: the document.
        hooks: whether its hooks are called, and those of documents that go with it.
        check_version: whether it is deleted only where it is stored with its version.

    Returns:
        How many were deleted: 1, or 0 where nothing is stored under its id.

    Raises:
        ValueError: its ``_id`` is a condition; or its version is asked for, and no answer is waited
            for.
        ImmutableFieldError: it is stored under another shard key.
        DeleteDeniedError: another document refers to it, and forbids it.
        StaleDocumentError: another version is stored, or nothing is.
    """
    if check_version:
        refuse_unacknowledged(target, "delete(check_version=True)")
    if document._id is None:
        return 0
    query = by_id_and_version(document) if check_version else identity_query(document)
    expected = version_of(document) if check_version else None
    target = target.with_class(type(document))
    has_rules = bool(rules_for(target.document_class))
    has_hooks = hooks and has_delete_hooks(target.document_class)
    ids = {id_key(document._id): document._id}
    if has_rules or has_hooks:
        await refuse_other_shard_key(target, document)  # before anything else is deleted
    if has_hooks:
        if has_rules:
            await planned(target, ids)  # for what it raises, before a hook does anything
        await before_deleting(document)
    if has_rules:
        if check_version and not await find_ids(target, query, limit=1):
            await refuse_stale(target, document, expected)
        await follow_rules(target, ids, hooks=hooks)
    count = await commands.delete_one(target, query)
    if not count:
        await refuse_other_shard_key(target, document)
    if check_version and not count:
        await refuse_stale(target, document, expected)
    if has_hooks and count:
        await after_deleting(document)
    return count


async def delete_many(target: Target, filters: QNode, *, hooks: bool = False) -> int:
    """Delete all documents that meet some conditions.

    Parameters:
        target: where they are stored.
        filters: the conditions.
        hooks: whether they are loaded, batch by batch, so that their hooks can be called. Those of
            documents that go with them are called in any case.

    Returns:
        How many were deleted of those; 0 where the server does not acknowledge writes.

    Raises:
        ValueError: a value in the conditions is refused, or can't be encoded.
        DeleteDeniedError: another document refers to one of them, and forbids it.
    """
    query = filters.to_query(target.document_class)
    hooks = hooks and has_delete_hooks(target.document_class)
    if not hooks and not rules_for(target.document_class):
        with naming(target, filters):
            return await commands.delete_many(target, query)
    ids = await find_ids(target, query, naming=lambda: naming(target, filters))
    if hooks:
        return await delete_batches(target, query, ids)
    await follow_rules(target, ids)
    count = 0
    for chunk in chunks_of_ids(target, ids):
        count += await commands.delete_many(target, with_ids(target, query, chunk))
    return count


async def delete_batches(target: Target, query: Mapping[str, Any], ids: Mapping[Any, Any]) -> int:
    """Delete documents with their hooks, and never load all of them at once.

    Parameters:
        target: where they are stored.
        query: what they were found by.
        ids: their ids by ``id_key``.

    Returns:
        How many were deleted of those.
    """
    await planned(target, ids)  # for what it raises, before anything is changed
    count = 0
    for chunk in chunks_of_ids(target, ids, LOADED_AT_ONCE):
        chosen = with_ids(target, query, chunk)
        documents = await load_hooked(target, chosen)
        loaded = {id_key(document._id): document._id for document in documents}
        if not loaded:
            continue
        await follow_rules(target, loaded, leaving=ids)
        chosen = with_ids(target, query, [*loaded.values()])
        count += await delete_hooked(target, chosen, documents)
    return count


async def delete_first(target: Target, filters: QNode, order: Sequence[tuple[str, int]]) -> int:
    """Delete the first document that meets some conditions; the result is 1 or 0.

    Parameters:
        target: where it is stored.
        filters: the conditions.
        order: keys and directions.

    Raises:
        ValueError: as for ``delete_many``.
        DeleteDeniedError: another document refers to it, and forbids it.
    """
    query = await query_of_first(target, filters, order)
    if query is None:
        return 0
    with naming(target, filters):
        if not order:
            return await commands.delete_one(target, query)
        return await commands.delete_first(target, query, order)


async def find_one_and_delete(
    target: Target, filters: QNode, order: Sequence[tuple[str, int]]
) -> Any | None:
    """Delete the first document that meets some conditions; parameters as for ``delete_first``.

    Returns:
        The document as it was; ``None`` without one.

    Raises:
        StoredValueError: it was deleted, and cannot be read.
        ValueError: as for ``delete_first``; or no answer is waited for.
        DeleteDeniedError: as for ``delete_first``.
    """
    refuse_unacknowledged(target, "find_one_and_delete()")
    query = await query_of_first(target, filters, order)
    if query is None:
        return None
    with naming(target, filters):
        found = await find_and_modify(
            target, "find_one_and_delete", query, sort=list(order) or None
        )
    return found_document(target, found)


async def query_of_first(
    target: Target, filters: QNode, order: Sequence[tuple[str, int]]
) -> Mapping[str, Any] | None:
    """What finds the document to delete, once the rules about it are followed.

    Where there are none, that is what finds all of those that meet the conditions; ``None`` where
    it is known that there is none.
    """
    query = filters.to_query(target.document_class)
    if not rules_for(target.document_class):
        return query
    ids = await find_ids(
        target, query, order=order, limit=1, naming=lambda: naming(target, filters)
    )
    if not ids:
        return None
    await follow_rules(target, ids)
    return with_ids(target, query, [*ids.values()])


async def drop_collection(target: Target) -> None:
    """Drop a collection with its indexes, and forget that these were asked for.

    Raises:
        RuntimeError: this is inside a transaction.
    """
    if target.transaction is not None:
        name = target.document_class.__name__
        raise RuntimeError(
            f"No collection is dropped inside a transaction; "
            f"await {name}.objects.drop_collection() before it."
        )
    try:
        with protocol_errors(target.document_class):
            await target.call(target.collection.drop)
    finally:
        # Whatever the answer is, they may be gone.
        forget(target.collection)


def naming(target: Target, filters: QNode) -> AbstractContextManager[None]:
    return naming_values(target.collection, (target.document_class, filters))
