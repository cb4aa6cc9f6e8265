"""Aggregations over what a query set finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aiomotorengine import aggregation, reading
from aiomotorengine.queryset.base import D, Query

if TYPE_CHECKING:
    from aiomotorengine.aggregation.base import Aggregation

__all__ = ["Aggregating"]


class Aggregating(Query[D]):
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
