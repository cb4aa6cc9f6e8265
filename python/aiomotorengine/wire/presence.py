"""Which documents are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pymongo.read_preferences import ReadPreference

from aiomotorengine.ids import chunks, id_key
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.dicts import as_dicts
from aiomotorengine.wire.requests import can_encode

__all__ = ["is_stored", "positions_of_stored"]


async def positions_of_stored(target: Target, ids: Sequence[Any]) -> list[int]:
    """The positions of the ids that documents of a collection have, in order.

    The primary is asked, whatever the program reads from, since it was the one that was written to.

    Raises:
        pymongo.errors.PyMongoError: the server could not be asked.
        pymongo.errors.ProtocolError: its answer makes no sense.
    """
    primary = primary_of(target)
    keys = [id_key(id) for id in ids]
    stored: set[Any] = set()
    for some in chunks(dict(zip(keys, ids, strict=True))):
        with protocol_errors(target.document_class, is_read=True):
            found = primary.find({"_id": {"$in": some}}, {"_id": True}, **target.arguments)
            documents = await target.run(partial(found.to_list, None))
            stored.update(id_key(document["_id"]) for document in documents)
    return [position for position, key in enumerate(keys) if key in stored]


async def is_stored(target: Target, query: Mapping[str, Any]) -> bool:
    """Whether a query finds a document; the primary is asked.

    Raises:
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
        pymongo.errors.ProtocolError: its answer makes no sense.
    """
    primary = primary_of(target)
    with protocol_errors(target.document_class, lambda: can_encode(primary, query), is_read=True):
        return await target.call(primary.find_one, query, {"_id": True}) is not None


def primary_of(target: Target) -> Any:
    """The collection as the primary has it, which was written to, whatever the program reads from;
    with dicts for documents.
    """
    collection = target.collection
    return collection.with_options(
        codec_options=as_dicts(collection.codec_options),
        read_preference=ReadPreference.PRIMARY,
    )
