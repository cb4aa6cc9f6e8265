"""The documents of a collection as bytes, page after page, in the order of their ``_id``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo.read_preferences import ReadPreference

from aiomotorengine.ids import id_key
from aiomotorengine.sessions.target import Target

__all__ = ["page_after", "read_again"]

BY_ID = [("_id", 1)]


async def page_after(
    target: Target, query: Mapping[str, Any], last: Sequence[Any], size: int
) -> list[RawBSONDocument]:
    """The next documents.

    A comparison such as ``$gt`` finds ids of one type only. ``min`` says where in the index reading
    begins, which goes on with the next type.

    Parameters:
        target: the collection.
        query: which documents are meant.
        last: the ``_id`` of the last one of the page before, in a list; empty for the first page.
        size: how many at most.
    """
    cursor = as_bytes(target).find(query, sort=BY_ID, hint=BY_ID, limit=size + len(last))
    if last:
        cursor = cursor.min([("_id", last[0])])
    found: list[RawBSONDocument] = await cursor.to_list(size + len(last))
    # The last one of the page before may be the first again.
    if last and found and id_key(found[0]["_id"]) == id_key(last[0]):
        del found[0]
    return found[:size]


async def read_again(target: Target, ids: Sequence[Any]) -> dict[Any, RawBSONDocument]:
    """The documents with some ids as they are now, by the keys of these ids."""
    cursor = as_bytes(target).find({"_id": {"$in": list(ids)}})
    return {id_key(one["_id"]): one for one in await cursor.to_list(len(ids))}


def as_bytes(target: Target) -> Any:
    """The collection, which gives documents as bytes: from the primary, since what another member
    has may be older than what is to be changed.
    """
    options = target.codec_options.with_options(document_class=RawBSONDocument)
    return target.collection.with_options(
        codec_options=options, read_preference=ReadPreference.PRIMARY
    )
