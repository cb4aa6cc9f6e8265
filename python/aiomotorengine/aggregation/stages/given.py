"""Stages as MongoDB takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiomotorengine.aggregation.names import NamesAfterGiven, Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.query_builder.node import Q, QNode

__all__ = ["GivenStages"]


class GivenStages(PipelineOperation):
    """Stages as they are given; see ``Aggregation.stage``."""

    def __init__(self, aggregation: Naming, *stages: Mapping[str, Any]) -> None:
        super().__init__(aggregation)
        for stage in stages:
            if not isinstance(stage, Mapping):
                raise TypeError(
                    f"stage() takes stages of MongoDB's (mappings), not {type(stage).__name__}."
                )
        self.stages = [dict(stage) for stage in stages]

    def to_query(self) -> dict[str, Any]:
        (stage,) = self.to_stages()
        return stage

    def to_stages(self) -> list[dict[str, Any]]:
        return [dict(stage) for stage in self.stages]

    def names_after(self) -> Any:
        # Where documents may have any values, nothing is refused that has no name.
        return self.names if is_dynamic(self.names) else NamesAfterGiven(self.names)

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        yield from ((self.names, Q(stage)) for stage in self.stages)
