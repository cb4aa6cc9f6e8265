"""``$unwind``: one document for each item of a list."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField

__all__ = ["Unwind"]


class Unwind(PipelineOperation):
    """One document for each item of a list; see ``Aggregation.unwind``."""

    def __init__(self, aggregation: Naming, field: BaseField[Any] | str) -> None:
        super().__init__(aggregation)
        self.path = aggregation.get_path(field)

    def to_query(self) -> dict[str, Any]:
        return {"$unwind": f"${self.path}"}
