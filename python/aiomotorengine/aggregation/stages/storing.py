"""``$merge`` and ``$out``: results that become documents of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiomotorengine.aggregation.names import flat
from aiomotorengine.aggregation.pipeline import Pipeline, refuse_elsewhere
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.storage.base import DocumentStorage

__all__ = ["Merge", "Out"]

WHEN_MATCHED = ("replace", "keepExisting", "merge", "fail")
WHEN_NOT_MATCHED = ("insert", "discard", "fail")


class Out(PipelineOperation):
    """The results take the place of a collection; see ``Aggregation.out``."""

    is_last = True
    method = "out"

    def __init__(self, aggregation: Pipeline, target: Any) -> None:
        super().__init__(aggregation)
        self.target = target if is_class(target) else None
        if self.target is not None:
            refuse_elsewhere(aggregation.queryset.__klass__, target, self.method)
        elif not isinstance(target, str) or not target:
            raise TypeError(
                f"{self.method}() takes a document class or the name of a collection, "
                f"not {target!r}."
            )
        self.collection: str = target if self.target is None else target.__collection__

    def to_stages(self) -> list[dict[str, Any]]:
        before = [] if self.target is None else flat(self.names)
        return [*before, self.to_query()]

    def to_query(self) -> dict[str, Any]:
        return {"$out": self.collection}


class Merge(Out):
    """The results go into a collection; see ``Aggregation.merge``."""

    method = "merge"

    def __init__(
        self,
        aggregation: Pipeline,
        target: Any,
        on: BaseField[Any] | str | Iterable[BaseField[Any] | str] = "_id",
        when_matched: str | Iterable[Mapping[str, Any]] = "merge",
        when_not_matched: str = "insert",
    ) -> None:
        super().__init__(aggregation, target)
        several = [on] if isinstance(on, str | BaseField) else list(on)
        self.on = [self._key(name) for name in several]
        if isinstance(when_matched, str) and when_matched not in WHEN_MATCHED:
            raise ValueError(
                f"when_matched must be a pipeline or one of {', '.join(WHEN_MATCHED)}, "
                f"not {when_matched!r}."
            )
        if when_not_matched not in WHEN_NOT_MATCHED:
            raise ValueError(
                f"when_not_matched must be one of {', '.join(WHEN_NOT_MATCHED)}, "
                f"not {when_not_matched!r}."
            )
        self.when_matched = when_matched if isinstance(when_matched, str) else list(when_matched)
        self.when_not_matched = when_not_matched

    def _key(self, name: BaseField[Any] | str) -> str:
        """The key in the target by which documents are found."""
        if self.target is not None:
            return value_path(self.target, name, "Invalid merge() field '{}'").key
        return name.db_field if isinstance(name, BaseField) else name

    def to_query(self) -> dict[str, Any]:
        return {
            "$merge": {
                "into": self.collection,
                "on": self.on[0] if len(self.on) == 1 else list(self.on),
                "whenMatched": self.when_matched,
                "whenNotMatched": self.when_not_matched,
            }
        }


def is_class(target: Any) -> bool:
    return isinstance(target, type) and issubclass(target, DocumentStorage)
