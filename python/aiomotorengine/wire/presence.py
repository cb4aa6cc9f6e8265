"""Which of some documents are stored, by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pymongo.read_preferences import ReadPreference

from aiomotorengine.ids import chunks, id_key
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors

__all__ = ["positions_of_stored"]


async def positions_of_stored(target: Target, ids: Sequence[Any]) -> list[int]:
    """The positions of the ids that documents of a collection have, in order.

    The primary is asked, whatever the program reads from, since it was the one that was written to.

    Raises:
        pymongo.errors.PyMongoError: the server could not be asked.
        pymongo.errors.ProtocolError: its answer makes no sense.
    """
    collection = target.collection
    primary = collection.with_options(
        codec_options=collection.codec_options.with_options(document_class=dict),
        read_preference=ReadPreference.PRIMARY,
    )
    keys = [id_key(id) for id in ids]
    stored: set[Any] = set()
    for some in chunks(dict(zip(keys, ids, strict=True))):
        with protocol_errors(target.document_class, is_read=True):
            found = primary.find({"_id": {"$in": some}}, {"_id": True}, **target.arguments)
            documents = await target.run(partial(found.to_list, None))
            stored.update(id_key(document["_id"]) for document in documents)
    return [position for position, key in enumerate(keys) if key in stored]
