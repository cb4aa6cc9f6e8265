"""``$sort``: an order."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField

__all__ = ["OrderBy"]


class OrderBy(PipelineOperation):
    """An order; see ``Aggregation.order_by``."""

    def __init__(
        self,
        aggregation: Naming,
        field: BaseField[Any] | str,
        direction: int = ASCENDING,
    ) -> None:
        super().__init__(aggregation)
        self.path = aggregation.get_path(field)
        self.direction = direction

    def to_query(self) -> dict[str, Any]:
        return {"$sort": {self.path: self.direction}}
