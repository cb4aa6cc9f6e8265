"""Documents that are stored under another shard key than the one in hand has."""

from __future__ import annotations

from typing import Any

from aiomotorengine.errors import ImmutableFieldError
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.identity import identity_query
from aiomotorengine.storage.shard_keys import absent_parts, keep_absent_parts, shard_key_of
from aiomotorengine.wire.presence import is_stored
from aiomotorengine.writing.changed import raw_value_at

__all__ = ["note_written", "refuse_other_shard_key"]


def note_written(document: Any, raw: bytes) -> None:
    """Have a document know that parts of its shard key are stored which were not before.

    Parameters:
        document: the document.
        raw: what is stored now.
    """
    before = absent_parts(document)
    if before:
        left = [key for key in before if raw_value_at(raw, key.split(".")) is None]
        keep_absent_parts(document, left)


async def refuse_other_shard_key(target: Target, document: Any) -> None:
    """Say why a document with a shard key was not found, if that is the reason.

    Nothing is sent for a class without one.

    Parameters:
        target: where it is stored.
        document: the document.

    Raises:
        ImmutableFieldError: a document is stored under its ``_id``, and has another shard key.
        pymongo.errors.PyMongoError: the server could not be asked.
    """
    parts = shard_key_of(type(document)) if type(document).__shard_key__ else []
    if not parts:
        return
    query = identity_query(document)
    by_id = {"_id": query["_id"]}
    if await is_stored(target, query) or not await is_stored(target, by_id):
        return
    for key, names in parts:
        if not await is_stored(target, {**by_id, key: query[key]}):
            raise ImmutableFieldError.shard_key(type(document), ".".join(names))
