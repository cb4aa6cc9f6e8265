"""What a query finds is changed, in one command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.sessions.target import Target
from aiomotorengine.update.encoding import naming_changes
from aiomotorengine.update.nulls import explained
from aiomotorengine.wire.answers import checked_count, protocol_errors
from aiomotorengine.wire.requests import can_encode
from aiomotorengine.writing.duplicates import unique_violations

__all__ = ["update_many"]


async def update_many(
    target: Target,
    filters: QNode,
    change: Mapping[str, Any],
    *,
    array_filters: Sequence[Mapping[str, Any]] | None = None,
) -> int:
    """Change all documents that meet some conditions.

    Parameters:
        target: where the documents are.
        filters: the conditions.
        change: the update as MongoDB takes it.
        array_filters: conditions for the items of lists that it names ``$[…]``.

    Returns:
        How many met them; 0 where the server does not acknowledge writes.

    Raises:
        ValueError: a value in the conditions is refused, or can't be encoded.
        InvalidDocumentError: a new value can't be encoded.
        UniqueKeyViolationError: another document has the value of a unique field.
    """
    collection, document_class = target.collection, target.document_class
    query = filters.to_query(document_class)
    with (
        unique_violations(document_class),
        naming_values(collection, (document_class, filters)),
        naming_changes(collection, document_class, change),
        explained(),
        protocol_errors(lambda: can_encode(collection, query, change)),
    ):
        result = await target.call(
            collection.update_many, query, change, array_filters=array_filters
        )
        return checked_count(result.matched_count) if result.acknowledged else 0
