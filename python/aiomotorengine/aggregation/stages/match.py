"""``$match``: what meets some conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.query_builder.node import QNode, conditions

__all__ = ["Match"]


class Match(PipelineOperation):
    """Only what meets some conditions; see ``Aggregation.match``."""

    keeps_documents = True

    def __init__(self, aggregation: Naming, /, *args: Any, **filters: Any) -> None:
        super().__init__(aggregation)
        self.filters = conditions(self.names, args, filters)

    def to_query(self) -> dict[str, Any]:
        return {"$match": self.filters.to_query(self.names)}

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        yield self.names, self.filters
