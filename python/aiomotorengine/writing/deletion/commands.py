"""The commands that delete, with a query as MongoDB takes it; each says how many were deleted.

Where the server does not acknowledge writes, that is 0.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import checked_count, protocol_errors
from aiomotorengine.wire.requests import can_encode

__all__ = ["delete_first", "delete_many", "delete_one"]


def delete_many(target: Target, query: Mapping[str, Any]) -> Awaitable[int]:
    """Delete all documents that a query finds."""
    return deleted(target, query, target.collection.delete_many)


def delete_one(target: Target, query: Mapping[str, Any]) -> Awaitable[int]:
    """Delete one document that a query finds."""
    return deleted(target, query, target.collection.delete_one)


async def delete_first(
    target: Target, query: Mapping[str, Any], order: Sequence[tuple[str, int]]
) -> int:
    """Delete the first document that a query finds in an order, which a plain delete has not."""
    collection = target.collection
    with protocol_errors(target.document_class, lambda: can_encode(collection, query)):
        found = await target.call(
            collection.find_one_and_delete, query, {"_id": 1}, sort=order, **target.matching
        )
        return 0 if found is None else 1


async def deleted(target: Target, query: Mapping[str, Any], delete: Any) -> int:
    try:
        result = await target.call(delete, query, **target.matching)
        return checked_count(result.deleted_count) if result.acknowledged else 0
    except Exception:
        # Entered here, so that a delete that succeeds does not pay for it.
        with protocol_errors(target.document_class, lambda: can_encode(target.collection, query)):
            raise
