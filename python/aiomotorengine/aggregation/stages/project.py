"""``$project``, ``$set``, ``$unset``: what documents have from here on."""

from __future__ import annotations

from typing import Any

from bson.decimal128 import Decimal128

from aiomotorengine.aggregation.computed import keys_to_set
from aiomotorengine.aggregation.names import Naming, ReshapedNames
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField

__all__ = ["AddFields", "Project", "Unset"]


class Project(PipelineOperation):
    """Only some fields, and what is computed; see ``Aggregation.project``."""

    def __init__(self, aggregation: Naming, /, *names: Any, **expressions: Any) -> None:
        super().__init__(aggregation)
        self.paths = [aggregation.get_path(name) for name in names]
        self.computed, self.fields = keys_to_set(aggregation, expressions)
        if not self.paths and not self.computed:
            raise ValueError("project() needs a name or an expression.")

    def to_query(self) -> dict[str, Any]:
        return {"$project": dict.fromkeys(self.paths, 1) | as_projected(self.computed)}

    def names_after(self) -> Any:
        return ReshapedNames(self.names, self.fields, left=["_id", *self.paths])


def as_projected(computed: dict[str, Any]) -> dict[str, Any]:
    """Expressions as a projection takes them, to which numbers and truth values mean something
    else.
    """
    return {
        key: {"$literal": value} if isinstance(value, bool | int | float | Decimal128) else value
        for key, value in computed.items()
    }


class AddFields(PipelineOperation):
    """What is computed besides; see ``Aggregation.add_fields``."""

    def __init__(self, aggregation: Naming, /, **expressions: Any) -> None:
        super().__init__(aggregation)
        self.computed, self.fields = keys_to_set(aggregation, expressions)
        if not self.computed:
            raise ValueError("add_fields() needs an expression.")

    def to_query(self) -> dict[str, Any]:
        return {"$set": dict(self.computed)}

    def names_after(self) -> Any:
        return ReshapedNames(self.names, self.fields)


class Unset(PipelineOperation):
    """All but some fields; see ``Aggregation.unset``."""

    def __init__(self, aggregation: Naming, *names: BaseField[Any] | str) -> None:
        super().__init__(aggregation)
        self.paths = [aggregation.get_path(name) for name in names]
        if not self.paths:
            raise ValueError("unset() needs a name.")

    def to_query(self) -> dict[str, Any]:
        return {"$unset": list(self.paths)}

    def names_after(self) -> Any:
        return ReshapedNames(self.names, {}, lost=self.paths)
