"""Whether a query finds anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.query_builder.node import QNode
from aiomotorengine.reading.asking import naming_failures, with_dicts
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.query_options import find_options

__all__ = ["exists"]


async def exists(target: Target, filters: QNode, query: Mapping[str, Any], skip: int = 0) -> bool:
    """Whether a query finds a document, once some are left out.

    Parameters:
        target: what is read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        skip: how many are left out.

    Raises:
        ValueError: a condition has a value that can't be encoded.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    options = find_options(target)
    if skip:
        options["skip"] = skip
    ask = with_dicts(target.collection).find_one
    with naming_failures(target, filters, query):
        return await target.call(ask, query, {"_id": True}, **options) is not None
