"""``$min`` and ``$max``: a value is stored if it is less, or greater, than what is there."""

from __future__ import annotations

from typing import Any

from aiomotorengine.expressions.expression import Expression
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.set import refuse_computed, set_value
from aiomotorengine.update.update_operator import UpdateOperator, refuse_text

__all__ = ["Max", "Min"]


class Bound(UpdateOperator):
    """A value that is stored if it beats what is there."""

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> Any:
        refuse_text(path, self.operator)
        if isinstance(raw, Expression):
            refuse_computed(path)
            return raw
        return set_value(path, raw, validate)


class Min(Bound):
    """The lesser of two values."""

    operator = "$min"

    @staticmethod
    def expression(path: str, value: Any) -> Any:
        return {"$min": [path, value]}


class Max(Bound):
    """The greater of two values."""

    operator = "$max"

    @staticmethod
    def expression(path: str, value: Any) -> Any:
        return {"$max": [path, value]}
