"""The values that a field has in what a query finds: each once, or with how often it occurs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.query_builder.node import QNode
from aiomotorengine.query_builder.value_path import ValuePath
from aiomotorengine.reading.asking import naming_failures, with_dicts
from aiomotorengine.reading.documents import aggregate
from aiomotorengine.reading.numbers import values_of
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.query_options import OF_DISTINCT, command_options

__all__ = ["distinct", "frequencies"]


async def distinct(
    target: Target, filters: QNode, query: Mapping[str, Any], path: ValuePath
) -> list[Any]:
    """The values of a field, each once.

    Parameters:
        target: what is read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        path: the field. Of a list the items are meant.

    Raises:
        ValueError: a condition has a value that can't be encoded; or a stored value is none that
            the field reads.
        pymongo.errors.PyMongoError: the server refused it, could not be asked, or the values have
            more than 16 MB.
    """
    ask = with_dicts(target.collection).distinct
    with naming_failures(target, filters, query):
        stored = await target.call(ask, path.key, query, **command_options(target, OF_DISTINCT))
    return [path.item.from_son(value) for value in stored]


async def frequencies(
    target: Target, filters: QNode, query: Mapping[str, Any], path: ValuePath
) -> dict[Any, int]:
    """How often each value of a field occurs, the most frequent first.

    Parameters:
        target: what is read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        path: the field. Of a list the items are counted.

    Raises:
        ValueError: as for ``distinct``.
        TypeError: a value can be no key of a dict.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    pipeline = [*values_of(query, path), {"$sortByCount": path.expression}]
    with naming_failures(target, filters, query):
        found = await aggregate(target, pipeline)
    return {path.item.from_son(group["_id"]): group["count"] for group in found}
