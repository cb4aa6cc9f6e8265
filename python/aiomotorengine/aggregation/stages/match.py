"""``$match``: what meets some conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.aggregation.names import Names, Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.node import QNode, conditions

__all__ = ["Match"]


class Match(PipelineOperation):
    """Only what meets some conditions; see ``Aggregation.match``."""

    keeps_documents = True

    def __init__(self, aggregation: Naming, /, *args: Any, **filters: Any) -> None:
        super().__init__(aggregation)
        self.names = aggregation.names
        self.filters = conditions(self.names, args, filters)

    def to_query(self) -> dict[str, Any]:
        return {"$match": self.filters.to_query(self.names)}

    def shown(self, document_class: Any) -> Any:
        shown = super().shown(document_class)
        # What was joined or put elsewhere is known by its name only.
        return masked(self.names, shown) if isinstance(self.names, Names) else shown

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        yield self.names, self.filters
