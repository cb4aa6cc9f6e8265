"""AggregationOf: an aggregation whose results are instances of a document class."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from aiomotorengine.aggregation.names import flat
from aiomotorengine.aggregation.pipeline import Pipeline
from aiomotorengine.aggregation.running import aggregated, explained, refuse_storing
from aiomotorengine.query_builder.masking import shortened
from aiomotorengine.storage.base import DocumentStorage

__all__ = ["AggregationOf"]

M = TypeVar("M", bound=DocumentStorage)


class AggregationOf(Generic[M]):
    """An aggregation whose results are instances of a document class; ``into`` makes it.

    They count as computed, and can't be saved, unless the pipeline does no more than choose among
    the documents of that class.

    Parameters:
        pipeline: the aggregation.
        made: the class.
    """

    def __init__(self, pipeline: Pipeline, made: type[M]) -> None:
        if not (isinstance(made, type) and issubclass(made, DocumentStorage)):
            raise TypeError(f"into() takes a document class, not {made!r}.")
        self.pipeline = pipeline
        self.made = made

    @property
    def is_derived(self) -> bool:
        """Whether the results are no documents that are stored."""
        pipeline = self.pipeline
        return (
            self.made is not pipeline.queryset.__klass__
            or pipeline.raw_query is not None
            or not all(it.keeps_documents for it in pipeline.pipeline)
        )

    def to_query(self) -> list[Any]:
        """The pipeline as MongoDB takes it.

        Raises:
            ValueError: as for the aggregation.
        """
        stages = self.pipeline.to_query()
        return stages if self.pipeline.raw_query is not None else stages + flat(self.pipeline.names)

    def __repr__(self) -> str:
        return shortened(f"<AggregationOf {self.made.__name__} {self.pipeline!r}>")

    def _instances(
        self, alias: str | None = None, most: int | None = None
    ) -> AsyncGenerator[M, None]:
        def stages() -> list[Any]:
            sent = self.to_query()
            refuse_storing(sent, "into")
            return sent if most is None else [*sent, {"$limit": most}]

        return aggregated(
            self.pipeline,
            stages,
            alias,
            self.made,
            is_derived=self.is_derived,
            raises=most is not None,
        )

    def __aiter__(self) -> AsyncGenerator[M, None]:
        return self._instances()

    async def fetch(self, alias: str | None = None) -> list[M]:
        """Run the pipeline.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.

        Raises:
            AggregationError: anything failed; the cause is the error itself.
        """
        async with aclosing(self._instances(alias)) as found:
            return [instance async for instance in found]

    async def to_list(self, alias: str | None = None) -> list[M]:
        """The same as ``fetch``."""
        return await self.fetch(alias)

    async def first(self, alias: str | None = None) -> M | None:
        """The first result, or ``None``; errors as for ``fetch``."""
        async with aclosing(self._instances(alias, 1)) as found:
            async for instance in found:
                return instance
        return None

    async def explain(
        self, verbosity: str = "queryPlanner", alias: str | None = None
    ) -> dict[str, Any]:
        """How the server would run the pipeline; as for the aggregation."""
        return await explained(self.pipeline, self.to_query, verbosity, alias)
