"""How the server would find what a query asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiomotorengine.query_builder.node import QNode
from aiomotorengine.reading.asking import naming_failures
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.query_options import OF_AGGREGATIONS, command_options

__all__ = ["explain"]

VERBOSITIES = ("queryPlanner", "executionStats", "allPlansExecution")


async def explain(
    target: Target,
    filters: QNode,
    query: Mapping[str, Any],
    verbosity: str,
    *,
    order: Sequence[tuple[str, Any]] = (),
    skip: int = 0,
    limit: int | None = None,
) -> dict[str, Any]:
    """What the server's command ``explain`` says of a query.

    Parameters:
        target: what would be read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        verbosity: how much is said. Unless it is ``"queryPlanner"``, the query is run for it.
        order: keys and directions.
        skip: how many are left out.
        limit: how many at most.

    Raises:
        ValueError: there is no such verbosity.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    if verbosity not in VERBOSITIES:
        raise ValueError(f"verbosity must be one of {', '.join(VERBOSITIES)}, not {verbosity!r}.")
    collection = target.collection
    command: dict[str, Any] = {"find": collection.name, "filter": query}
    if order:
        command["sort"] = dict(order)
    if skip:
        command["skip"] = skip
    if limit:
        command["limit"] = limit
    command.update(command_options(target, OF_AGGREGATIONS))
    if "collation" in command:
        command["collation"] = command["collation"].document
    with naming_failures(target, filters, query):
        answer: dict[str, Any] = await target.call(
            collection.database.command,
            {"explain": command, "verbosity": verbosity},
            codec_options=collection.codec_options.with_options(document_class=dict),
            read_preference=collection.read_preference,
        )
    return answer
