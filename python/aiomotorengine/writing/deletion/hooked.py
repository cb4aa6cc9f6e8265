"""Documents that are loaded to be deleted, for the hooks of their class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from aiomotorengine.ids import id_key
from aiomotorengine.pacing import Pace
from aiomotorengine.reading import documents as reading
from aiomotorengine.sessions.target import Target
from aiomotorengine.writing.deletion import commands
from aiomotorengine.writing.deletion.plan import find_ids
from aiomotorengine.writing.hooks import after_deleting, before_deleting

__all__ = ["delete_hooked", "load_hooked"]


async def load_hooked(target: Target, query: Mapping[str, Any]) -> list[Any]:
    """Load the documents that a query finds, and call their ``before_delete``.

    Raises:
        StoredValueError: one cannot be read.
        Exception: what a hook raises.
    """
    found = reading.find(target, query)
    async with aclosing(found) as batches:
        documents = [document async for batch in batches for document in batch]
    pace = Pace()
    pace.start()
    for document in documents:
        await before_deleting(document)
        await pace.turn_if_due()
    return documents


async def delete_hooked(target: Target, query: Mapping[str, Any], documents: Sequence[Any]) -> int:
    """Delete such documents, as far as a query finds them, and call their ``after_delete``.

    Returns:
        How many were deleted.
    """
    count = await commands.delete_many(target, query)
    left: Mapping[Any, Any] = {}
    if count < len(documents):
        # Somebody was faster, or has changed some so that they stay.
        ids = [document._id for document in documents]
        left = await find_ids(target.plain(), {"_id": {"$in": ids}})
    pace = Pace()
    pace.start()
    for document in documents:
        if id_key(document._id) not in left:
            await after_deleting(document)
            await pace.turn_if_due()
    return count
