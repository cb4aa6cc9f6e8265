"""Stages as MongoDB takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
        set_keys = [key for stage in self.stages for key in keys_set_by(stage)]
        # Where documents may have any values, nothing is refused that has no name.
        if is_dynamic(self.names) and not set_keys:
            return self.names
        return NamesAfterGiven(self.names, set_keys)

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        yield from ((self.names, Q(stage)) for stage in self.stages)


KEYED = ("$addFields", "$facet", "$group", "$project", "$set")
"""Stages whose keys are those of the documents that they leave."""

NAMING = {
    "$geoNear": "distanceField",
    "$graphLookup": "as",
    "$lookup": "as",
    "$unwind": "includeArrayIndex",
}
"""Stages that put one value under a key, and which of their arguments has it."""

WITH_OUTPUT = ("$bucket", "$bucketAuto", "$setWindowFields")
"""Stages whose ``output`` has the keys of what they compute."""


def keys_set_by(stage: Mapping[str, Any]) -> Iterator[str]:
    """The keys under which a stage puts values, as far as it says them itself."""
    for operator, given in stage.items():
        if operator == "$count" and isinstance(given, str):
            yield given
        elif operator == "$sortByCount":
            yield "count"
        elif not isinstance(given, Mapping):
            continue
        elif operator in KEYED:
            yield from keys_of(given)
        elif operator in NAMING:
            yield from keys_of([given.get(NAMING[operator])])
        elif operator in WITH_OUTPUT:
            yield from keys_of(given.get("output") or {"count": 1})
        elif operator in ("$replaceRoot", "$replaceWith"):
            root = given.get("newRoot") if operator == "$replaceRoot" else given
            yield from keys_of(root if isinstance(root, Mapping) else ())


def keys_of(given: Iterable[Any]) -> Iterator[str]:
    """Those of some values that are keys; operators are none."""
    return (key for key in given if isinstance(key, str) and not key.startswith("$"))
