"""Aggregation: a pipeline of stages over the documents that a query set finds."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Generic, TypeVar

from aiomotorengine.aggregation.accumulating import Accumulators
from aiomotorengine.aggregation.accumulating import Source as Accumulated
from aiomotorengine.aggregation.accumulator import BaseAggregation
from aiomotorengine.aggregation.building import Building
from aiomotorengine.aggregation.by_access import OnClassOrInstance
from aiomotorengine.aggregation.instances import AggregationOf
from aiomotorengine.aggregation.of_values import CountAggregation, OperatorAggregation
from aiomotorengine.aggregation.result import AggregationResult, as_plain
from aiomotorengine.aggregation.running import aggregated, explained, fetched, refuse_storing
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.counting import Count
from aiomotorengine.aggregation.stages.group_by import GroupBy
from aiomotorengine.aggregation.stages.match import Match
from aiomotorengine.aggregation.stages.order_by import OrderBy
from aiomotorengine.aggregation.stages.unwind import Unwind
from aiomotorengine.pacing import in_turns
from aiomotorengine.storage.base import DocumentStorage

__all__ = [
    "Aggregation",
    "AggregationOf",
    "AggregationResult",
    "BaseAggregation",
    "GroupBy",
    "Match",
    "OrderBy",
    "PipelineOperation",
    "Unwind",
]

D = TypeVar("D")
M = TypeVar("M", bound=DocumentStorage)


def accumulated_first(field: Accumulated, alias: str | None = None) -> OperatorAggregation:
    """The value of a group's first document, in the order of the stages before; parameters as for
    ``sum``.
    """
    return OperatorAggregation("$first", field, alias)


def accumulated_count(alias: str = "count") -> CountAggregation:
    """How many documents a group has.

    Parameters:
        alias: the result's key.
    """
    return CountAggregation(alias)


async def first_result(
    aggregation: Aggregation[Any], alias: str | None = None
) -> AggregationResult | None:
    """The first result, or ``None``.

    Parameters:
        alias: the connection to use; by default the class's ``__alias__``.

    Raises:
        AggregationError: anything failed; the cause is the error itself.
    """

    def stages() -> list[Any]:
        sent = aggregation.to_query()
        refuse_storing(sent, "first")
        return [*sent, {"$limit": 1}]

    found = await fetched(aggregation, stages, alias)
    return AggregationResult.of(found[0]) if found else None


def counted(aggregation: Aggregation[D], alias: str = "count") -> Aggregation[D]:
    """Go on with one document that has how many there are; none, where there is none.

    Parameters:
        alias: the key under which it has that.

    Raises:
        ValueError: MongoDB takes no such key.
    """
    return aggregation._add(Count(aggregation, alias))


class Aggregation(Building, Accumulators, Generic[D]):
    """A pipeline over the documents that a query set finds; ``User.objects.aggregate`` makes it.

    Its methods add a stage and return it. What a query set filters is the first stage. Keys are
    those of MongoDB; after a stage that has reshaped the documents, names mean what it left: its
    aliases, and after a group the fields by which it grouped.

    Parameters:
        queryset: the query set.

    Attributes:
        queryset: the query set.
        pipeline: the stages so far.
        raw_query: the stages that ``raw`` set, or ``None``.
        names: what names mean in the next stage: the document class, or what a stage has left.

    Example:
        >>> from aiomotorengine import Aggregation, Document, IntField, StringField
        >>> class City(Document):
        ...     state = StringField()
        ...     people = IntField(db_field="p")
        >>> async def large_states():
        ...     groups = City.objects.aggregate.group_by(
        ...         City.state, Aggregation.sum(City.people, alias="total"))
        ...     for state in await groups.match(total__gt=10_000_000).fetch():
        ...         print(state.state, state.total)
    """

    count = OnClassOrInstance(accumulated_count, counted)
    first = OnClassOrInstance(accumulated_first, first_result)

    # -- results --------------------------------------------------------------------------------

    async def fetch(self, alias: str | None = None) -> list[AggregationResult]:
        """Run the pipeline.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.

        Returns:
            The results: dicts whose entries are attributes as well. The entries of ``_id``, where
            it has any, are the result's own, too.

        Raises:
            AggregationError: anything failed; the cause is the error itself. It is a
                ``RuntimeError``, and what the driver raised is an instance of its own class, too.
        """
        found = await fetched(self, self.to_query, alias)
        return [AggregationResult.of(it) async for some in in_turns(found) for it in some]

    async def to_list(self, alias: str | None = None) -> list[AggregationResult]:
        """The same as ``fetch``."""
        return await self.fetch(alias)

    def __aiter__(self) -> AsyncGenerator[AggregationResult, None]:
        return aggregated(self, self.to_query)

    def into(self, document_class: type[M]) -> AggregationOf[M]:
        """The same with results that are instances of a document class, whose fields read them.

        What was grouped by becomes a part of each. The instances can't be saved, unless the
        pipeline does no more than choose among the documents of that class.

        Parameters:
            document_class: a class whose keys in MongoDB are those of the results.

        Raises:
            TypeError: it is no document class.

        Example:
            >>> from aiomotorengine import Aggregation, Document, IntField, StringField
            >>> class City(Document):
            ...     state = StringField()
            ...     people = IntField()
            >>> class State(Document):
            ...     state = StringField()
            ...     total = IntField()
            >>> async def states():
            ...     groups = City.objects.aggregate.group_by(
            ...         "state", total=Aggregation.sum("people"))
            ...     return await groups.into(State).to_list()
        """
        return AggregationOf(self, document_class)

    async def explain(
        self, verbosity: str = "queryPlanner", alias: str | None = None
    ) -> dict[str, Any]:
        """How the server would run the pipeline: which index it would use, and so on.

        Parameters:
            verbosity: ``"queryPlanner"``, which does not run it; ``"executionStats"`` or
                ``"allPlansExecution"``, which do.
            alias: the connection to use.

        Raises:
            ValueError: there is no such verbosity.
            AggregationError: anything failed; the cause is the error itself.
        """
        return await explained(self, self.to_query, verbosity, alias)

    def get_instance(self, item: Mapping[str, Any]) -> D:
        """A document made of a result.

        Parameters:
            item: a result that has the keys of a document.
        """
        document: D = self.queryset.__klass__.from_son(as_plain(item))
        return document
