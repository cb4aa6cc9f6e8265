"""How many documents a query finds, also where an aggregation could not tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakSet

from pymongo.errors import OperationFailure

from aiomotorengine.query.expressions import NEAR, mentions
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import checked_count, protocol_errors
from aiomotorengine.wire.count_replies import count_documents
from aiomotorengine.wire.dicts import as_dicts
from aiomotorengine.wire.query_options import (
    OF_COUNTS,
    as_command,
    command_options,
    refuse_variables,
)
from aiomotorengine.wire.requests import can_encode

__all__ = ["count", "estimate"]

NOT_AGGREGATED = NEAR | {"$where"}
"""What a server takes in a query, and not in the aggregation that ``count_documents`` is."""

NO_SUCH_INDEX = frozenset({2, 27})
"""What servers answer where there is no such index: BadValue, IndexNotFound."""

without_index: WeakSet[type[Any]] = WeakSet()
"""The classes whose collections have no index of ids, as clustered ones have none."""


async def count(
    target: Target, query: Mapping[str, Any], *, skip: int = 0, limit: int | None = None
) -> int:
    """How many documents a query finds.

    Where it takes the command ``count``, the driver does not ask again by itself if the connection
    is lost, and a sharded cluster may count documents that are on their way between two shards.

    Parameters:
        target: what is counted.
        query: the filter, as MongoDB takes it.
        skip: how many are left out first.
        limit: how many are counted at most.

    Raises:
        ValueError: the query has variables, and is by distance or with ``$where``.
        pymongo.errors.PyMongoError: the server does not take the query; within a transaction, none
            with ``$near``, ``$nearSphere`` or ``$where``.
        pymongo.errors.ProtocolError: its answer has no number.
    """
    if limit == 0:
        return 0  # to the driver it would mean all
    window = command_options(target, OF_COUNTS)
    if skip:
        window["skip"] = skip
    if limit is not None:
        window["limit"] = limit
    ask = count_documents
    if mentions(query, NOT_AGGREGATED):
        refuse_variables(target, "count() by distance or with $where")
        ask = count_by_command
    hint = {} if query or "hint" in window or not may_hint(target) else {"hint": "_id_"}
    try:
        try:
            return checked_count(await ask(target, query, **window, **hint))
        except OperationFailure as error:
            if not hint or error.code not in NO_SUCH_INDEX:
                raise
            counted = checked_count(await ask(target, query, **window))
            without_index.add(target.document_class)
            return counted
    except Exception:
        with protocol_errors(
            target.document_class, lambda: can_encode(target.collection, query), is_read=True
        ):
            raise


async def estimate(target: Target) -> int:
    """How many documents a collection has, as far as the server knows without counting.

    Unlike the driver's own call it may be asked in a session.

    Raises:
        pymongo.errors.PyMongoError: the server could not be asked; or this is in a transaction.
        pymongo.errors.ProtocolError: its answer has no number.
    """
    with protocol_errors(target.document_class, is_read=True):
        options = command_options(target, ["max_time_ms"])
        return checked_count(await count_by_command(target, {}, **options))


def may_hint(target: Target) -> bool:
    """Whether all documents may be counted by the index of their ids, of which nothing is read.

    A refusal would end a transaction.
    """
    return target.transaction is None and target.document_class not in without_index


async def count_by_command(target: Target, query: Mapping[str, Any], **window: Any) -> Any:
    """What the server's command ``count`` says."""
    collection = target.collection
    level = collection.read_concern.document
    answer = await target.call(
        collection.database.command,
        "count",
        collection.name,
        query=query,
        **as_command(window),
        codec_options=as_dicts(collection.codec_options),
        read_preference=collection.read_preference,
        **({"readConcern": level} if level else {}),
    )
    return answer.get("n")
