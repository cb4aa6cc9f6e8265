"""Aggregations over what a query set finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any

from aiomotorengine import aggregation, reading, references
from aiomotorengine.queryset.base import D
from aiomotorengine.queryset.loading import Loading

if TYPE_CHECKING:
    from aiomotorengine.aggregation.base import Aggregation
    from aiomotorengine.reading.documents import Reading, Unreadable

__all__ = ["Aggregating"]


class Aggregating(Loading[D]):
    """A query over whose documents pipelines can be run."""

    @property
    def aggregate(self) -> Aggregation[D]:
        """A new aggregation over what this query set finds; order, limit and skip do not count.

        Raises:
            ValueError: this is a slice.
        """
        self._refuse_slice("aggregate")
        return aggregation.base.Aggregation(self)

    async def _aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], alias: str | None
    ) -> list[dict[str, Any]]:
        if self._finds_nothing:
            return []
        return await reading.documents.aggregate(self._source(alias), pipeline)

    def _aggregated(
        self,
        pipeline: Sequence[Mapping[str, Any]],
        alias: str | None,
        made: Any,
        *,
        is_derived: bool,
        on_unreadable: Unreadable | None,
        naming: Callable[[], AbstractContextManager[None]],
    ) -> Reading:
        target = self._source(alias)
        if self._finds_nothing:
            return reading.aggregating.nothing(target)
        return reading.aggregating.results(
            target,
            pipeline,
            made,
            is_derived=is_derived,
            on_unreadable=on_unreadable,
            naming=naming,
        )

    def _loader_for(
        self, made: Any, alias: str | None, on_unreadable: Unreadable | None
    ) -> Callable[[Sequence[Any]], Awaitable[object]] | None:
        """What loads the references of instances that an aggregation gives, as a query would;
        ``None`` where none are loaded.
        """
        if made is self.__klass__:
            return self._reference_loader(self._source(alias), on_unreadable)
        if made.__lazy__ or not self._dereferences:
            return None
        return partial(
            references.loading.load, found_in=self._source(alias), on_unreadable=on_unreadable
        )

    async def _explained(
        self, pipeline: Sequence[Mapping[str, Any]], verbosity: str, alias: str | None
    ) -> dict[str, Any]:
        return await reading.explaining.explain_pipeline(self._source(alias), pipeline, verbosity)
