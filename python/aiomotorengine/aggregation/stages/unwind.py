"""``$unwind``: one document for each item of a list."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.computed import key_to_set
from aiomotorengine.aggregation.names import COMPUTED, Naming, ReshapedNames
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField

__all__ = ["Unwind"]


class Unwind(PipelineOperation):
    """One document for each item of a list; see ``Aggregation.unwind``."""

    def __init__(
        self,
        aggregation: Naming,
        field: BaseField[Any] | str,
        *,
        preserve_empty: bool = False,
        index: str | None = None,
    ) -> None:
        super().__init__(aggregation)
        self.path = aggregation.get_path(field)
        self.preserve_empty = preserve_empty
        self.index = None if index is None else key_to_set(aggregation, index)

    def to_query(self) -> dict[str, Any]:
        if not self.preserve_empty and self.index is None:
            return {"$unwind": f"${self.path}"}
        stage: dict[str, Any] = {"path": f"${self.path}"}
        if self.preserve_empty:
            stage["preserveNullAndEmptyArrays"] = True
        if self.index is not None:
            stage["includeArrayIndex"] = self.index
        return {"$unwind": stage}

    def names_after(self) -> Any:
        if self.index is None:
            return self.names
        return ReshapedNames(self.names, {self.index: COMPUTED})
