"""How many documents a query finds, also where an aggregation could not tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.query.values import PLAIN_TYPES
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import checked_count, protocol_errors
from aiomotorengine.wire.count_replies import count_documents
from aiomotorengine.wire.requests import can_encode

__all__ = ["count"]

NOT_AGGREGATED = frozenset({"$near", "$nearSphere", "$where"})
"""What a server takes in a query, and not in the aggregation that ``count_documents`` is."""

CONNECTIVES = frozenset({"$and", "$or", "$nor"})
"""What has a list of queries."""


async def count(target: Target, query: Mapping[str, Any]) -> int:
    """How many documents a query finds.

    Where it takes the command ``count``, the driver does not ask again by itself if the connection
    is lost, and a sharded cluster may count documents that are on their way between two shards.

    Parameters:
        target: what is counted.
        query: the filter, as MongoDB takes it.

    Raises:
        pymongo.errors.PyMongoError: the server does not take the query; within a transaction, none
            with ``$near``, ``$nearSphere`` or ``$where``.
        pymongo.errors.ProtocolError: its answer has no number.
    """
    ask = count_by_command if mentions(query, NOT_AGGREGATED) else count_documents
    try:
        return checked_count(await ask(target, query))
    except Exception:
        with protocol_errors(
            target.document_class, lambda: can_encode(target.collection, query), is_read=True
        ):
            raise


async def count_by_command(target: Target, query: Mapping[str, Any]) -> Any:
    """What the server's command ``count`` says."""
    collection = target.collection
    level = collection.read_concern.document
    answer = await target.call(
        collection.database.command,
        "count",
        collection.name,
        query=query,
        codec_options=collection.codec_options.with_options(document_class=dict),
        read_preference=collection.read_preference,
        **({"readConcern": level} if level else {}),
    )
    return answer.get("n")


def mentions(query: Any, operators: frozenset[str]) -> bool:
    """Whether a query has one of some operators, at any depth."""
    if type(query) in PLAIN_TYPES or not isinstance(query, Mapping):
        return False
    return any(
        key in operators
        or mentions(value, operators)
        # Other lists are values, of which there may be very many.
        or (key in CONNECTIVES and any(mentions(part, operators) for part in value))
        for key, value in query.items()
    )
