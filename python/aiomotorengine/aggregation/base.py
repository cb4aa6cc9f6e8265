"""Aggregation: a pipeline of stages over the documents that a query set finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from pymongo import ASCENDING

from aiomotorengine.aggregation.accumulator import BaseAggregation
from aiomotorengine.aggregation.avg import AverageAggregation
from aiomotorengine.aggregation.names import GroupedNames, key_of
from aiomotorengine.aggregation.result import AggregationResult, as_plain
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.group_by import GroupBy
from aiomotorengine.aggregation.stages.match import Match
from aiomotorengine.aggregation.stages.order_by import OrderBy
from aiomotorengine.aggregation.stages.unwind import Unwind
from aiomotorengine.aggregation.sum import SumAggregation
from aiomotorengine.errors import AggregationError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.expressions import NEAR, mentions
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.masking import masked, shortened
from aiomotorengine.query_builder.node import Q, QNode
from aiomotorengine.query_builder.ownership import refuse_other_class
from aiomotorengine.utils import sort_direction

__all__ = [
    "Aggregation",
    "AggregationResult",
    "BaseAggregation",
    "GroupBy",
    "Match",
    "OrderBy",
    "PipelineOperation",
    "Unwind",
]

D = TypeVar("D")


class Source(Protocol):
    """What an aggregation needs of a query set."""

    __klass__: Any

    def to_query(self) -> dict[str, Any]: ...

    def _query(self) -> QNode: ...

    def coll(self, alias: str | None = None) -> Any: ...

    async def _aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], alias: str | None
    ) -> list[dict[str, Any]]: ...


MUST_COME_FIRST = frozenset(
    {
        "$changeStream",
        "$collStats",
        "$currentOp",
        "$documents",
        "$geoNear",
        "$indexStats",
        "$listClusterCatalog",
        "$listLocalSessions",
        "$listSampledQueries",
        "$listSearchIndexes",
        "$listSessions",
        "$planCacheStats",
        "$queryStats",
        "$querySettings",
        "$rankFusion",
        "$scoreFusion",
        "$search",
        "$searchMeta",
        "$shardedDataDistribution",
        "$vectorSearch",
    }
)
"""Stages that MongoDB takes only at the beginning of a pipeline."""


class Aggregation(Generic[D]):
    """A pipeline over the documents that a query set finds; ``User.objects.aggregate`` makes it.

    Its methods add a stage and return it. What a query set filters is the first stage. Keys are
    those of MongoDB; after a group, names mean what the group left: its aliases, and the fields by
    which it grouped.

    Parameters:
        queryset: the query set.

    Attributes:
        queryset: the query set.
        pipeline: the stages so far.
        raw_query: the stages that ``raw`` set, or ``None``.
        names: what names mean in the next stage: the document class, or what a group has left.

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

    def __init__(self, queryset: Source) -> None:
        self.queryset = queryset
        self.pipeline: list[PipelineOperation] = []
        self.raw_query: list[Any] | None = None
        self.names: Any = queryset.__klass__

    # -- accumulators ---------------------------------------------------------------------------

    @staticmethod
    def sum(field: BaseField[Any] | str, alias: str | None = None) -> SumAggregation:
        """The sum of a field's values in a group.

        Parameters:
            field: a field; or a text, which is a key in MongoDB, a dotted path, or an alias of an
                earlier group.
            alias: the result's key; by default the field's key in MongoDB, of a path the last one.
        """
        return SumAggregation(field, alias)

    @staticmethod
    def avg(field: BaseField[Any] | str, alias: str | None = None) -> AverageAggregation:
        """The average of a field's values in a group; parameters as for ``sum``."""
        return AverageAggregation(field, alias)

    # -- stages ---------------------------------------------------------------------------------

    def match(self, /, *args: QNode | Mapping[str, Any], **filters: Any) -> Aggregation[D]:
        """Go on with what meets all conditions.

        Parameters:
            args: queries (``Q``) and raw queries as MongoDB takes them.
            filters: conditions as in ``QuerySet.filter``.

        Raises:
            ValueError: a condition names an unknown operator or sub-property.
            TypeError: an argument is neither a query nor a mapping.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class City(Document):
            ...     people = IntField(db_field="p")
            >>> City.objects.aggregate.match(people__gt=1000).to_query()
            [{'$match': {'p': {'$gt': 1000}}}]
        """
        return self._add(Match(self, *args, **filters))

    def group_by(self, *groups: BaseField[Any] | str | BaseAggregation) -> Aggregation[D]:
        """Go on with one document for each combination of values.

        Parameters:
            groups: fields, or their keys or dotted paths as text, and what to accumulate for each
                group.

        Raises:
            ValueError: two results have one name, or one is named ``_id``; it is grouped by
                something and also by a part of it; or a field is another class's.

        Example:
            >>> from aiomotorengine import Aggregation, Document, IntField, StringField
            >>> class City(Document):
            ...     state = StringField()
            ...     people = IntField()
            >>> City.objects.aggregate.group_by(City.state, Aggregation.avg(City.people)).to_query()
            [{'$group': {'_id': {'state': '$state'}, 'people': {'$avg': '$people'}}}]
        """
        group = GroupBy(self, *groups)
        self.names = group.names_after()
        return self._add(group)

    def unwind(self, field: BaseField[Any] | str) -> Aggregation[D]:
        """Go on with one document for each item of a list.

        Parameters:
            field: the list; as text, the attribute's name, a dotted path or a key in MongoDB.

        Raises:
            ValueError: it is a field of another class.
        """
        return self._add(Unwind(self, field))

    def order_by(self, field: BaseField[Any] | str, direction: int = ASCENDING) -> Aggregation[D]:
        """Go on in the order of a field's values.

        Parameters:
            field: the field; as text, the attribute's name, a dotted path or a key in MongoDB,
                and a ``-`` before it turns the direction round.
            direction: ``ASCENDING`` or ``DESCENDING``.

        Raises:
            ValueError: the direction is neither, or it is a field of another class.
        """
        direction = sort_direction(direction)
        if isinstance(field, str) and field[:1] in ("-", "+"):
            direction, field = (-direction if field[0] == "-" else direction), field[1:]
        return self._add(OrderBy(self, field, direction))

    def raw(self, stages: Iterable[Mapping[str, Any]]) -> Aggregation[D]:
        """Use exactly these stages, whatever else was called, after the filters of the query set.

        Parameters:
            stages: a pipeline as MongoDB takes it.

        Raises:
            ValueError: the query set has filters, and the first stage is one that nothing may
                precede, such as ``$geoNear``.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class City(Document):
            ...     people = IntField(db_field="p")
            >>> City.objects.filter(people__gt=1000).aggregate.raw([{"$count": "large"}]).to_query()
            [{'$match': {'p': {'$gt': 1000}}}, {'$count': 'large'}]
        """
        self.raw_query = list(stages)
        if not self.queryset._query().empty:
            refuse_if_first(self.raw_query)
        return self

    def _add(self, operation: PipelineOperation) -> Aggregation[D]:
        self.pipeline.append(operation)
        return self

    # -- names ----------------------------------------------------------------------------------

    def get_field_name(self, field: BaseField[Any] | str) -> str:
        """The key in MongoDB of what the next stage names.

        Parameters:
            field: a field; or a text, which is a key already, a dotted path of attributes' names or
                keys, or after a group one of its names.

        Raises:
            TypeError: it is neither.
            ValueError: it is a field of another class.
        """
        if isinstance(field, BaseField):
            refuse_other_class(self.queryset.__klass__, field)
        if isinstance(self.names, GroupedNames):
            return self.names.find(field)
        key = key_of(field)
        return self.get_path(key) if "." in key else key

    def get_path(self, field: BaseField[Any] | str) -> str:
        """As ``get_field_name``, but a text may also be an attribute's name or a path of such."""
        if isinstance(field, str) and not isinstance(self.names, GroupedNames):
            if field == "id" and field not in self.names._fields:
                return "_id"
            try:
                return ".".join(part.db_field for part in self.names.get_fields(field))
            except ValueError:
                return field
        return self.get_field_name(field)

    # -- results --------------------------------------------------------------------------------

    def to_query(self) -> list[Any]:
        """The pipeline as MongoDB takes it.

        Raises:
            ValueError: a field can't take the value of a condition; the text names it. Or the query
                set's filters would come before a raw stage that nothing may precede.
        """
        filters = self.queryset.to_query()
        first: list[Any] = [{"$match": filters}] if filters else []
        if self.raw_query is None:
            stages = first + [operation.to_query() for operation in self.pipeline]
            if any(mentions(stage.get("$match"), NEAR) for stage in stages):
                raise ValueError(
                    "An aggregation takes no 'near': use geo_within_distance, or begin it with "
                    "raw([{'$geoNear': {...}}])."
                )
            return stages
        if first:
            refuse_if_first(self.raw_query)
        return first + self.raw_query

    def __repr__(self) -> str:
        document_class = self.queryset.__klass__
        try:
            stages = repr(masked(document_class, self.to_query()))
        except Exception as error:  # what has no query must be seen in a debugger as well
            stages = f"({type(error).__name__}: {error})"
        return shortened(f"<Aggregation {document_class.__name__} {stages}>")

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
        # What is wrong with the connection is no failed aggregation.
        collection = self.queryset.coll(alias)
        try:
            pipeline = self.to_query()
            with naming_values(collection, *self._conditions()):
                documents = await self.queryset._aggregate(pipeline, alias)
        except Exception as error:
            raise AggregationError.of(error) from error
        return [AggregationResult.of(document) for document in documents]

    def _conditions(self) -> Iterator[tuple[Any, QNode]]:
        """All conditions of the pipeline, each with what names mean there."""
        document_class = self.queryset.__klass__
        yield document_class, self.queryset._query()
        if self.raw_query is not None:
            yield from ((document_class, Q(stage)) for stage in self.raw_query)
        else:
            stages = (stage for stage in self.pipeline if isinstance(stage, Match))
            yield from ((stage.names, stage.filters) for stage in stages)

    def get_instance(self, item: Mapping[str, Any]) -> D:
        """A document made of a result.

        Parameters:
            item: a result that has the keys of a document.
        """
        document: D = self.queryset.__klass__.from_son(as_plain(item))
        return document


def refuse_if_first(stages: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to put the filters of a query set before stages that nothing may precede.

    Raises:
        ValueError: nothing may precede them.
    """
    first: Mapping[str, Any] = next(iter(stages), {})
    for name in first:
        searches = name == "$match" and isinstance(first[name], Mapping) and "$text" in first[name]
        if name in MUST_COME_FIRST or searches:
            raise ValueError(
                f"raw() begins with {'$text' if searches else name}, so the filters can't come "
                "first: put them into its query."
            )
