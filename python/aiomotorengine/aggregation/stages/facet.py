"""``$facet``: several pipelines over the same documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.aggregation.names import ReshapedNames
from aiomotorengine.aggregation.pipeline import Pipeline, stages_of_part
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.lookup import joined_field, refuse_part_of_other
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.utils import is_operator

__all__ = ["Facet"]


class Facet(PipelineOperation):
    """One list of results for each pipeline; see ``Aggregation.facet``."""

    def __init__(self, aggregation: Pipeline, /, **parts: Pipeline) -> None:
        super().__init__(aggregation)
        self.names = aggregation.names
        if not parts:
            raise ValueError("facet() needs a pipeline.")
        for name, part in parts.items():
            if not name or "." in name or is_operator(name):
                raise ValueError(f"{name!r} can't be the name of a facet.")
            if part is None:
                raise TypeError("facet() takes aggregations, not NoneType.")
            refuse_part_of_other(part, aggregation.queryset.__klass__, "facet")
        self.parts = parts

    def to_query(self) -> dict[str, Any]:
        return {"$facet": {name: stages_of_part(part) for name, part in self.parts.items()}}

    def shown(self, document_class: Any) -> Any:
        parts = {name: part.shown_stages() for name, part in self.parts.items()}
        return [{"$facet": masked(document_class, parts)}]

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        for part in self.parts.values():
            yield from part.conditions()

    def names_after(self) -> Any:
        fields = {name: joined_field(part.names, True) for name, part in self.parts.items()}
        return ReshapedNames(self.names, fields, keeps=False)
