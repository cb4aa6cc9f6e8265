"""``$count`` and ``$sortByCount``: how many documents there are."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.computed import path_or_expression
from aiomotorengine.aggregation.names import COMPUTED, Naming, ReshapedNames
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.utils import is_operator

__all__ = ["Count", "SortByCount"]


class Count(PipelineOperation):
    """How many documents there are; see ``Aggregation.count``."""

    def __init__(self, aggregation: Naming, alias: str) -> None:
        super().__init__(aggregation)
        if not alias or "." in alias or is_operator(alias):
            raise ValueError(f"{alias!r} can't be the name of what an aggregation computes.")
        self.alias = alias

    def to_query(self) -> dict[str, Any]:
        return {"$count": self.alias}

    def names_after(self) -> Any:
        return ReshapedNames(self.names, {self.alias: COMPUTED}, keeps=False)


class SortByCount(PipelineOperation):
    """How many documents have each value, the most frequent first; see
    ``Aggregation.sort_by_count``.
    """

    def __init__(self, aggregation: Naming, by: Any) -> None:
        super().__init__(aggregation)
        self.by = path_or_expression(aggregation, by)

    def to_query(self) -> dict[str, Any]:
        return {"$sortByCount": self.by}

    def names_after(self) -> Any:
        return ReshapedNames(self.names, {"_id": COMPUTED, "count": COMPUTED}, keeps=False)
