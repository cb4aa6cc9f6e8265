"""Pipeline: stages over the documents that a query set finds, and what names mean along them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from typing import TYPE_CHECKING, Any, Protocol

from aiomotorengine.aggregation.names import Names, key_of, path_in, refuse_unknown
from aiomotorengine.aggregation.stages.base import FirstOperation, PipelineOperation
from aiomotorengine.aggregation.stages.given import GivenStages
from aiomotorengine.connection import DEFAULT_CONNECTION_NAME
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.expressions import NEAR, mentions
from aiomotorengine.query_builder.masking import masked, shortened
from aiomotorengine.query_builder.node import Q, QNode
from aiomotorengine.query_builder.ownership import refuse_other_class
from aiomotorengine.utils import is_operator

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "Pipeline",
    "Source",
    "refuse_elsewhere",
    "refuse_if_first",
    "stages_of_part",
]

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


class Source(Protocol):
    """What an aggregation needs of a query set."""

    __klass__: Any
    _on_unreadable: Any

    def to_query(self) -> dict[str, Any]: ...

    def _query(self) -> QNode: ...

    def coll(self, alias: str | None = None) -> Any: ...

    async def _aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], alias: str | None
    ) -> list[dict[str, Any]]: ...

    def _aggregated(
        self,
        pipeline: Sequence[Mapping[str, Any]],
        alias: str | None,
        made: Any,
        *,
        is_derived: bool,
        on_unreadable: Any,
        naming: Callable[[], AbstractContextManager[None]],
    ) -> Any: ...

    def _loader_for(
        self, made: Any, alias: str | None, on_unreadable: Any
    ) -> Callable[[Sequence[Any]], Awaitable[object]] | None: ...

    async def _explained(
        self, pipeline: Sequence[Mapping[str, Any]], verbosity: str, alias: str | None
    ) -> dict[str, Any]: ...


class Pipeline:
    """Stages over the documents that a query set finds.

    Parameters:
        queryset: the query set.

    Attributes:
        queryset: the query set.
        pipeline: the stages so far.
        raw_query: the stages that ``raw`` set, or ``None``.
        names: what names mean in the next stage: the document class, or what a stage has left.
    """

    def __init__(self, queryset: Source) -> None:
        self.queryset = queryset
        self.pipeline: list[PipelineOperation] = []
        self.raw_query: list[Any] | None = None
        self.names: Any = queryset.__klass__
        self._begins_with_filters = True

    def branch(self) -> Self:
        """An empty pipeline for what this one gives, without the query set's filters: these were
        asked already.
        """
        branch = copy(self)
        branch.pipeline, branch.raw_query = [], None
        branch._begins_with_filters = False
        return branch

    def _add(self, operation: PipelineOperation) -> Self:
        if self.pipeline and self.pipeline[-1].is_last:
            raise ValueError("No stage can follow merge() or out().")
        if isinstance(operation, FirstOperation) and self.pipeline:
            raise ValueError(f"{operation.method}() must be the first stage.")
        self.names = operation.names_after()
        self.pipeline.append(operation)
        return self

    # -- names ----------------------------------------------------------------------------------

    def get_field_name(self, field: BaseField[Any] | str) -> str:
        """The key in MongoDB of what the next stage names.

        Parameters:
            field: a field; or a text, which is a key already, a dotted path of attributes' names or
                keys, or after a stage that has reshaped the documents one of its names.

        Raises:
            TypeError: it is neither.
            ValueError: it is a field of another class.
            UnknownFieldError: it names nothing, and documents have nothing else.
        """
        names = self.names
        if isinstance(field, BaseField):
            refuse_other_class(names.document_class if isinstance(names, Names) else names, field)
            return names.find(field) if isinstance(names, Names) else field.db_field
        key = key_of(field)
        if isinstance(names, Names):
            refuse_unknown(names, key)
            return names.find(key)
        is_key = "." not in key and (is_dynamic(names) or key in names._reverse_db_field_map)
        return key if is_key else self.get_path(key)

    def get_path(self, field: BaseField[Any] | str, *, is_new: bool = False) -> str:
        """As ``get_field_name``, but a text may also be an attribute's name or a path of such.

        Parameters:
            field: the field or text.
            is_new: whether a stage puts a value there, which needs to be no field's.

        Raises:
            TypeError: it is neither.
            ValueError: it is a field of another class, or what MongoDB takes for a variable.
            UnknownFieldError: it names nothing, and documents have nothing else.
        """
        if isinstance(field, str) and is_operator(field):
            raise ValueError(
                f"{field!r} is no name: a name begins with no '$'. Raw(...) is an expression of "
                "MongoDB's, stage({...}) a stage."
            )
        names = self.names
        if not isinstance(field, str):
            return self.get_field_name(field)
        if not is_new:
            refuse_unknown(names, field)
        return names.find(field) if isinstance(names, Names) else path_in(names, field)

    # -- what is sent ---------------------------------------------------------------------------

    def to_query(self) -> list[Any]:
        """The pipeline as MongoDB takes it.

        Raises:
            ValueError: a field can't take the value of a condition; the text names it. Or the query
                set's filters would come before a stage that nothing may precede.
        """
        filters = self.queryset.to_query() if self._begins_with_filters else {}
        first: list[Any] = [{"$match": filters}] if filters else []
        if self.raw_query is not None:
            if first:
                refuse_if_first(self.raw_query, "raw")
            return first + self.raw_query
        operations = self.pipeline
        if operations and isinstance(operations[0], FirstOperation):
            first, operations = operations[0].after_filters(filters), operations[1:]
        elif first and operations and isinstance(operations[0], GivenStages):
            refuse_if_first(operations[0].to_stages(), "stage")
        stages = first + [stage for operation in operations for stage in operation.to_stages()]
        if mentions(filters, NEAR) or any(mentions(it.get("$match"), NEAR) for it in stages):
            raise ValueError("Use geo_near(): an aggregation takes no 'near'.")
        return stages

    def shown_stages(self) -> list[Any]:
        """The stages as they may be shown: without what passwords are compared with."""
        document_class = self.queryset.__klass__
        stages = self.to_query()
        shown: list[Any] = masked(document_class, stages)
        if self.raw_query is None and self.pipeline:
            own = [it for operation in self.pipeline for it in operation.shown(document_class)]
            is_opened = isinstance(self.pipeline[0], FirstOperation)
            # Those of the filters were shown already: before the others, or in and after the first.
            ahead = len(stages) - len(own)
            if not is_opened:
                shown[ahead:] = own
            elif len(own) > 1:
                shown[ahead + 1 :] = own[1:]
        return shown

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        """All conditions of the pipeline, each with what names mean there."""
        document_class = self.queryset.__klass__
        if self._begins_with_filters:
            yield document_class, self.queryset._query()
        if self.raw_query is not None:
            yield from ((document_class, Q(stage)) for stage in self.raw_query)
        else:
            for operation in self.pipeline:
                yield from operation.conditions()

    def __repr__(self) -> str:
        document_class = self.queryset.__klass__
        try:
            stages = repr(self.shown_stages())
        except Exception as error:  # what has no query must be seen in a debugger as well
            stages = f"({type(error).__name__}: {error})"
        return shortened(f"<{type(self).__name__} {document_class.__name__} {stages}>")


def stages_of_part(part: Pipeline) -> list[Any]:
    """The stages of a pipeline that stands in another.

    Raises:
        ValueError: it writes its results.
    """
    if part.pipeline and part.pipeline[-1].is_last:
        raise ValueError("A pipeline in another one can't end with merge() or out().")
    return part.to_query()


def refuse_if_first(stages: Sequence[Mapping[str, Any]], method: str = "raw") -> None:
    """Refuse to put the filters of a query set before stages that nothing may precede.

    Parameters:
        stages: the stages.
        method: the method that they were given to.

    Raises:
        ValueError: nothing may precede them.
    """
    first: Mapping[str, Any] = next(iter(stages), {})
    for name in first:
        searches = name == "$match" and isinstance(first[name], Mapping) and "$text" in first[name]
        if name in MUST_COME_FIRST or searches:
            raise ValueError(
                f"{method}() begins with {'$text' if searches else name}, so the filters can't "
                "come first: put them into its query."
            )


def refuse_elsewhere(document_class: Any, other: Any, method: str) -> None:
    """Refuse to join documents of a class that are stored somewhere else.

    Parameters:
        document_class: the class whose documents the pipeline is for.
        other: the other class.
        method: the method that joins them.

    Raises:
        ValueError: the classes have different connections.
    """
    one, two = (it.__alias__ or DEFAULT_CONNECTION_NAME for it in (document_class, other))
    if one != two:
        raise ValueError(
            f"{method}() can't join {document_class.__name__} with {other.__name__}: they have "
            f"different connections ({one!r}, {two!r})."
        )
