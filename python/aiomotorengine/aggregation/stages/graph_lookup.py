"""``$graphLookup``: what documents refer to, and what that refers to, and so on."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.computed import key_to_set
from aiomotorengine.aggregation.names import Names, ReshapedNames
from aiomotorengine.aggregation.pipeline import Pipeline, refuse_elsewhere
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.lookup import joined_field, reference_in
from aiomotorengine.arguments import integer
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.ownership import are_related
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.storage.discriminators import condition_of
from aiomotorengine.utils import is_operator

__all__ = ["GraphLookup"]


class GraphLookup(PipelineOperation):
    """What a reference leads to, level by level; see ``Aggregation.graph_lookup``."""

    def __init__(
        self,
        aggregation: Pipeline,
        field: BaseField[Any] | str,
        into: str,
        max_depth: int | None = None,
        depth: str | None = None,
    ) -> None:
        super().__init__(aggregation)
        path = value_path(self.names, field, "Invalid graph_lookup() field '{}'")
        self.target = reference_in(path, field).reference_type
        current = self.names.document_class if isinstance(self.names, Names) else self.names
        if not are_related(current, self.target):
            raise ValueError(
                f"graph_lookup() follows a reference from {current.__name__} to {current.__name__},"
                f" and {path.name!r} refers to {self.target.__name__}."
            )
        refuse_elsewhere(aggregation.queryset.__klass__, self.target, "graph_lookup")
        if max_depth is not None and integer("max_depth", max_depth) < 0:
            raise ValueError(f"max_depth must be 0 or more, not {max_depth}.")
        if depth is not None and (not depth or "." in depth or is_operator(depth)):
            raise ValueError(f"{depth!r} can't be the name of what an aggregation computes.")
        self.path, self.key = path.key, key_to_set(aggregation, into)
        self.max_depth, self.depth = max_depth, depth

    def to_query(self) -> dict[str, Any]:
        stage: dict[str, Any] = {
            "from": self.target.__collection__,
            "startWith": f"${self.path}",
            "connectFromField": self.path,
            "connectToField": "_id",
            "as": self.key,
        }
        if self.max_depth is not None:
            stage["maxDepth"] = self.max_depth
        if self.depth is not None:
            stage["depthField"] = self.depth
        of_class = condition_of(self.target)
        if of_class:
            stage["restrictSearchWithMatch"] = of_class
        return {"$graphLookup": stage}

    def names_after(self) -> Any:
        return ReshapedNames(self.names, {self.key: joined_field(self.target, True)})
