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
from aiomotorengine.storage.discriminators import Discriminator, condition_of
from aiomotorengine.utils import several, stages_given

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
        self.refuse_target()

    def refuse_target(self) -> None:
        """Refuse a class that has only a part of the collection that would be replaced.

        Raises:
            ValueError: it is stored with others.
        """
        if self.target is not None and condition_of(self.target):
            name, root = self.target.__name__, self.target._discriminator.root.__name__
            raise ValueError(
                f"{name} is stored with {root}: out() would replace the documents of all classes "
                f"that are. Use merge({name}), or out({root}) if all of them are meant."
            )

    @property
    def discriminator(self) -> Discriminator | None:
        """By what documents of the target are told from others of its collection."""
        return None if self.target is None else self.target._discriminator

    def to_stages(self) -> list[dict[str, Any]]:
        if self.target is None:
            return [self.to_query()]
        return [*flat(self.names), *of_class(self.target), self.to_query()]

    def to_query(self) -> dict[str, Any]:
        return {"$out": self.collection}


class Merge(Out):
    """The results go into a collection; see ``Aggregation.merge``."""

    method = "merge"

    def refuse_target(self) -> None:
        """Whatever the target: documents of other classes stay."""

    def __init__(
        self,
        aggregation: Pipeline,
        target: Any,
        on: BaseField[Any] | str | Iterable[BaseField[Any] | str] = "_id",
        when_matched: str | Iterable[Mapping[str, Any]] = "merge",
        when_not_matched: str = "insert",
    ) -> None:
        super().__init__(aggregation, target)
        names = (on,) if isinstance(on, str | BaseField) else several("on", on, "a list of fields")
        if not names:
            raise ValueError("merge() needs a field on which it finds documents.")
        self.on = [self._key(name) for name in names]
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
        self.when_matched = (
            when_matched
            if isinstance(when_matched, str)
            else stages_given("when_matched", when_matched)
        )
        self.when_not_matched = when_not_matched

    def _key(self, name: BaseField[Any] | str) -> str:
        """The key in the target by which documents are found."""
        if self.target is not None:
            return value_path(self.target, name, "Invalid merge() field '{}'").key
        if isinstance(name, BaseField):
            return name.db_field
        if not isinstance(name, str):
            raise TypeError(f"on must be a list of fields, not of {type(name).__name__}.")
        return name

    def to_query(self) -> dict[str, Any]:
        return {
            "$merge": {
                "into": self.collection,
                "on": self.on[0] if len(self.on) == 1 else list(self.on),
                "whenMatched": self._when_matched(),
                "whenNotMatched": self.when_not_matched,
            }
        }

    def _when_matched(self) -> Any:
        """What becomes of a stored document: where results are merged with it, it stays of its own
        class, since the one that they have may be no more than that of the target.
        """
        if self.discriminator is None or self.when_matched != "merge":
            return self.when_matched
        key = self.discriminator.key
        own_class = {key: {"$ifNull": [f"$$ROOT.{key}", f"$$new.{key}"]}}
        return [{"$replaceWith": {"$mergeObjects": ["$$ROOT", "$$new", own_class]}}]


def of_class(target: Any) -> list[dict[str, Any]]:
    """The stage, if any, that makes results documents of a class where several are stored together:
    those that say of no class, or of one that does not derive from it, that they are of it.
    """
    discriminator: Discriminator | None = target._discriminator
    if discriminator is None or discriminator.value is None:
        return []
    key, value = discriminator.key, {"$literal": discriminator.value}
    if discriminator.root is target:
        return [{"$set": {key: {"$ifNull": [f"${key}", value]}}}]
    known = {"$literal": [discriminator.value, *discriminator.classes_below(target)]}
    return [{"$set": {key: {"$cond": [{"$in": [f"${key}", known]}, f"${key}", value]}}}]


def is_class(target: Any) -> bool:
    return isinstance(target, type) and issubclass(target, DocumentStorage)
