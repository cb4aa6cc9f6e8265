"""``$unionWith``: the documents of another pipeline as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.aggregation.names import UnitedNames
from aiomotorengine.aggregation.pipeline import Pipeline, refuse_elsewhere, stages_of_part
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import condition_of

__all__ = ["UnionWith"]


class UnionWith(PipelineOperation):
    """The documents of a class, or the results of an aggregation, follow; see
    ``Aggregation.union_with``.
    """

    def __init__(self, aggregation: Pipeline, other: Any) -> None:
        super().__init__(aggregation)
        self.part = other if isinstance(other, Pipeline) else None
        is_class = isinstance(other, type) and issubclass(other, DocumentStorage)
        if self.part is None and not is_class:
            raise TypeError(
                f"union_with() takes a document class or an aggregation, not {other!r}."
            )
        self.other = other if self.part is None else self.part.queryset.__klass__
        refuse_elsewhere(aggregation.queryset.__klass__, self.other, "union_with")

    def _stage(self, inner: list[Any]) -> dict[str, Any]:
        stage: dict[str, Any] = {"coll": self.other.__collection__}
        return {"$unionWith": {**stage, "pipeline": inner} if inner else stage}

    def to_query(self) -> dict[str, Any]:
        if self.part is not None:
            return self._stage(stages_of_part(self.part))
        of_class = condition_of(self.other)
        return self._stage([{"$match": of_class}] if of_class else [])

    def shown(self, document_class: Any) -> Any:
        if self.part is None:
            return self.to_stages()
        return masked(document_class, [self._stage(self.part.shown_stages())])

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        if self.part is not None:
            yield from self.part.conditions()

    def names_after(self) -> Any:
        others = self.other if self.part is None else self.part.names
        # Where documents may have any values, a name of the others' is taken as it is.
        if others is self.names or is_dynamic(self.names):
            return self.names
        return UnitedNames(self.names, others)
