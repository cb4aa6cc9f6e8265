"""How the server would find what a query asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiomotorengine.query_builder.node import QNode
from aiomotorengine.query_builder.query_options import refuse_other_verbosity
from aiomotorengine.reading.asking import naming_failures
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.dicts import as_dicts
from aiomotorengine.wire.query_options import OF_AGGREGATIONS, as_command, command_options

__all__ = ["explain", "explain_pipeline"]


async def explain(
    target: Target,
    filters: QNode,
    query: Mapping[str, Any],
    verbosity: str,
    *,
    order: Sequence[tuple[str, Any]] = (),
    skip: int = 0,
    limit: int | None = None,
    projection: Mapping[str, Any] | None = None,
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
        projection: which keys are read; by default all.

    Raises:
        ValueError: there is no such verbosity.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    refuse_other_verbosity(verbosity)
    collection = target.collection
    command: dict[str, Any] = {"find": collection.name, "filter": query}
    if projection is not None:
        command["projection"] = projection
    if order:
        command["sort"] = dict(order)
    if skip:
        command["skip"] = skip
    if limit:
        command["limit"] = limit
    with naming_failures(target, filters, query):
        return await answer_of(target, command, verbosity)


async def explain_pipeline(
    target: Target, pipeline: Sequence[Mapping[str, Any]], verbosity: str
) -> dict[str, Any]:
    """What the server's command ``explain`` says of an aggregation.

    Parameters:
        target: what would be read.
        pipeline: the stages, as MongoDB takes them.
        verbosity: as for ``explain``.

    Raises:
        ValueError: there is no such verbosity.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    refuse_other_verbosity(verbosity)
    command = {"aggregate": target.collection.name, "pipeline": list(pipeline), "cursor": {}}
    return await answer_of(target, command, verbosity)


async def answer_of(target: Target, command: dict[str, Any], verbosity: str) -> dict[str, Any]:
    """The server's answer for a command, to which the options of the query are added."""
    collection, options = target.collection, as_command(command_options(target, OF_AGGREGATIONS))
    size = options.pop("batchSize", None)
    if size is not None:
        # Only of a find is it an option of the command itself.
        command.update(
            {"cursor": {"batchSize": size}} if "cursor" in command else {"batchSize": size}
        )
    answer: dict[str, Any] = await target.call(
        collection.database.command,
        {"explain": {**command, **options}, "verbosity": verbosity},
        codec_options=as_dicts(collection.codec_options),
        read_preference=collection.read_preference,
    )
    return answer
