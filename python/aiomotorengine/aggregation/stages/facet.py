"""``$facet``: several pipelines over the same documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aiomotorengine.aggregation.names import ReshapedNames
from aiomotorengine.aggregation.pipeline import Pipeline, stages_of_part
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.lookup import joined_field, refuse_part_of_other
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.utils import is_operator

__all__ = ["Facet", "Part"]

Part = Pipeline | Callable[[Any], Pipeline]
"""A pipeline of its own, or what adds stages to the present one."""


class Facet(PipelineOperation):
    """One list of results for each pipeline; see ``Aggregation.facet``."""

    def __init__(self, aggregation: Pipeline, /, **given: Part) -> None:
        super().__init__(aggregation)
        if not given:
            raise ValueError("facet() needs a pipeline.")
        self.parts: dict[str, Pipeline] = {}
        for name, part in given.items():
            if not name or "." in name or is_operator(name):
                raise ValueError(f"{name!r} can't be the name of a facet.")
            if not isinstance(part, Pipeline) and callable(part):
                part = part(aggregation.branch())
            if part is None:
                raise TypeError(f"The pipeline {name!r} of facet() is None.")
            refuse_part_of_other(part, aggregation.queryset.__klass__, "facet")
            self.parts[name] = part

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
