"""``$replaceRoot``: go on with what is in the documents."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.computed import field_behind, path_or_expression
from aiomotorengine.aggregation.names import Naming, ReshapedNames, embedded_in
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.expressions.f import F

__all__ = ["ReplaceRoot"]


class ReplaceRoot(PipelineOperation):
    """A part of each document, or what is computed, in its place; see
    ``Aggregation.replace_root``.
    """

    def __init__(self, aggregation: Naming, expression: Any) -> None:
        super().__init__(aggregation)
        if isinstance(expression, str):
            expression = F(expression)
        self.root = path_or_expression(aggregation, expression)
        # Of a list that was taken apart, the items are in the documents.
        self.embedded = embedded_in(field_behind(aggregation, expression))

    def to_query(self) -> dict[str, Any]:
        return {"$replaceRoot": {"newRoot": self.root}}

    def names_after(self) -> Any:
        if self.embedded is not None:
            return self.embedded
        return ReshapedNames(self.names, {}, keeps=False)
