"""``$skip``, ``$limit``, ``$sample``: a part of the documents."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation

__all__ = ["Limit", "Sample", "Skip"]


class Skip(PipelineOperation):
    """All but the first; see ``Aggregation.skip``."""

    keeps_documents = True

    def __init__(self, aggregation: Naming, count: int) -> None:
        super().__init__(aggregation)
        self.count = count

    def to_query(self) -> dict[str, Any]:
        return {"$skip": self.count}


class Limit(Skip):
    """The first ones; see ``Aggregation.limit``."""

    def to_query(self) -> dict[str, Any]:
        return {"$limit": self.count}


class Sample(Skip):
    """Some, chosen at random; see ``Aggregation.sample``."""

    def to_query(self) -> dict[str, Any]:
        return {"$sample": {"size": self.count}}
