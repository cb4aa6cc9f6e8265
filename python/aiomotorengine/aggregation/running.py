"""How a pipeline is run, and how that fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

from aiomotorengine.aggregation.pipeline import Pipeline
from aiomotorengine.aggregation.result import AggregationResult
from aiomotorengine.errors import AggregationError
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.query_options import refuse_other_verbosity

__all__ = ["aggregated", "as_failures", "explained", "fetched", "refuse_storing"]


@contextmanager
def as_failures() -> Iterator[None]:
    """Around what a pipeline is compiled and run by.

    Raises:
        AggregationError: anything failed; the cause is the error itself.
    """
    try:
        yield
    except Exception as error:
        raise AggregationError.of(error) from error


async def fetched(
    pipeline: Pipeline,
    stages: Callable[[], list[Any]],
    alias: str | None,
) -> list[dict[str, Any]]:
    """All results, as they come.

    Parameters:
        pipeline: the pipeline.
        stages: gives what is sent of it.
        alias: the connection to use.

    Raises:
        AggregationError: anything failed.
    """
    # What is wrong with the connection is no failed aggregation.
    collection = pipeline.queryset.coll(alias)
    with as_failures():
        sent = stages()
        with naming_values(collection, *pipeline.conditions()):
            return await pipeline.queryset._aggregate(sent, alias)


async def aggregated(
    pipeline: Pipeline,
    stages: Callable[[], list[Any]],
    alias: str | None = None,
    made: Any = None,
    *,
    is_derived: bool = True,
    raises: bool = False,
) -> AsyncGenerator[Any, None]:
    """The results one by one, of which a reply at a time is in memory.

    Parameters:
        pipeline: the pipeline.
        stages: gives what is sent of it.
        alias: the connection to use.
        made: the class of which they become instances; ``None`` for rows.
        is_derived: whether these are no documents that are stored.
        raises: whether one that can't be read is an error whatever the query set says.

    Raises:
        AggregationError: anything failed.
    """
    collection = pipeline.queryset.coll(alias)
    unreadable = None if raises else pipeline.queryset._on_unreadable
    load = None if made is None else pipeline.queryset._loader_for(made, alias, unreadable)
    with as_failures():
        reading = pipeline.queryset._aggregated(
            stages(),
            alias,
            made,
            is_derived=is_derived,
            on_unreadable=unreadable,
            naming=lambda: naming_values(collection, *pipeline.conditions()),
        )
        async with aclosing(reading if load is None else reading.whole_answers()) as batches:
            async for batch in batches:
                if load is not None:
                    await load(batch)
                for result in batch:
                    yield AggregationResult.of(result) if made is None else result


async def explained(
    pipeline: Pipeline, stages: Callable[[], list[Any]], verbosity: str, alias: str | None
) -> dict[str, Any]:
    """What the server says of how it would run a pipeline.

    Raises:
        ValueError: there is no such verbosity.
        AggregationError: anything failed.
    """
    refuse_other_verbosity(verbosity)
    collection = pipeline.queryset.coll(alias)
    with as_failures():
        sent = stages()
        with naming_values(collection, *pipeline.conditions()):
            return await pipeline.queryset._explained(sent, verbosity, alias)


def refuse_storing(stages: list[Mapping[str, Any]], method: str) -> None:
    """Refuse to read results that go into a collection.

    Raises:
        ValueError: they do.
    """
    if stages and ("$merge" in stages[-1] or "$out" in stages[-1]):
        raise ValueError(f"merge() and out() give no results: use fetch(), not {method}().")
