"""Versions of documents when they are written: what is asked for, and what comes next.

A document is written only where the version is stored that it was loaded with, so that nobody
writes over what someone else has written meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiomotorengine.documents.stamps import stamped_values
from aiomotorengine.documents.versions import FIRST, set_version, version_field, version_of
from aiomotorengine.errors import StaleDocumentError
from aiomotorengine.sessions.saved import counts_as_saved
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.identity import identity_query
from aiomotorengine.storage.values import value_of
from aiomotorengine.wire import requests
from aiomotorengine.writing.shard_keys import refuse_other_shard_key
from aiomotorengine.writing.stored import stored_document

__all__ = [
    "by_id_and_version",
    "drop_null_version",
    "drop_null_versions",
    "kept_unless_written",
    "next_version",
    "refuse_stale",
    "refuse_unloaded",
]


def by_id_and_version(document: Any) -> dict[str, Any]:
    """The query for a document as it was loaded: by its id, and its version if it has one.

    A document without a version is found where none is stored, or null.

    Raises:
        ValueError: MongoDB would take the id for a condition.
    """
    query = identity_query(document)
    field = version_field(type(document))
    if field is not None:
        query[field.db_field] = version_of(document)
    return query


def next_version(document: Any) -> int:
    """The version that a loaded document has when it is written."""
    return FIRST if (version := version_of(document)) is None else version + 1


async def drop_null_version(target: Target, document: Any) -> None:
    """Let a stored document that has null for its version have none, which can be counted up.

    Documents may have been stored so before their class had versions. Nothing is sent for a
    document that has a version.

    Raises:
        pymongo.errors.PyMongoError: the server could not be asked.
    """
    field = version_field(type(document))
    if field is not None and version_of(document) is None:
        key = field.db_field
        query = {**identity_query(document), key: {"$type": "null"}}
        await requests.update_one(target, query, {"$unset": {key: ""}}, upsert=False)


async def drop_null_versions(target: Target, query: Mapping[str, Any]) -> None:
    """The same for all stored documents that a query finds, of a class that has versions.

    Raises:
        pymongo.errors.PyMongoError: the server could not be asked.
    """
    field = version_field(target.document_class)
    assert field is not None  # or there would be nothing to count up
    with_null = {"$and": [query, {field.db_field: {"$type": "null"}}]}
    remove = {"$unset": {field.db_field: ""}}
    await target.call(target.collection.update_many, with_null, remove, **target.matching)


@contextmanager
def kept_unless_written(document: Any) -> Iterator[None]:
    """Around a save: a document that was not written keeps its version.

    And one that someone else has written meanwhile stays as it is, its dates included.
    """
    field = version_field(type(document))
    if field is None:
        yield
        return
    version, dates = value_of(document, field.name), stamped_values(document)
    try:
        yield
    except BaseException as error:
        set_version(document, version)
        if isinstance(error, StaleDocumentError):
            dates.put_back()
        raise


async def refuse_stale(target: Target, document: Any, expected: int | None) -> None:
    """Say why a document with its version was not found, if that is the reason.

    Parameters:
        target: where it is stored.
        document: the document.
        expected: the version that was asked for. The document may have another one by now, from
            another task that has written it meanwhile.

    Raises:
        ImmutableFieldError: the document is stored under another shard key.
        StaleDocumentError: another version is stored, or nothing is.
    """
    if version_field(type(document)) is None:
        return
    await refuse_other_shard_key(target, document)
    stored = await stored_document(target, document)
    if stored is None:
        raise StaleDocumentError.deleted(document, expected)
    if (found := version_of(stored)) != expected:
        raise StaleDocumentError.changed(document, expected, found)


def refuse_unloaded(target: Target, document: Any) -> None:
    """Refuse to put a document of a class with versions in the place of any other.

    Parameters:
        target: where it is to be stored.
        document: the document.

    Raises:
        ValueError: it was not loaded.
    """
    kind = type(document)
    if version_field(kind) is not None and not counts_as_saved(document, target.transaction):
        raise ValueError(f"{kind.__name__} has a version: replace loaded documents, or update.")
