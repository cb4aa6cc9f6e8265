"""``$setWindowFields``: what is computed of a document and its neighbours."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.accumulator import BaseAggregation
from aiomotorengine.aggregation.computed import computed, key_to_set, path_or_expression
from aiomotorengine.aggregation.names import COMPUTED, Naming, ReshapedNames
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.order_by import sort_keys
from aiomotorengine.aggregation.windowed import Window
from aiomotorengine.expressions.expression import Expression

__all__ = ["SetWindowFields", "keys_of"]


class SetWindowFields(PipelineOperation):
    """What is computed over windows; see ``Aggregation.set_window_fields``."""

    def __init__(
        self, aggregation: Naming, /, partition_by: Any, order_by: Any, outputs: dict[str, Any]
    ) -> None:
        super().__init__(aggregation)
        if not outputs:
            raise ValueError("set_window_fields() needs something to compute.")
        self.partition_by = partition_of(aggregation, partition_by)
        self.order = keys_of(aggregation, order_by)
        self.outputs: dict[str, Any] = {}
        for name, output in outputs.items():
            self.outputs.update(output_of(aggregation, key_to_set(aggregation, name), output))

    def to_query(self) -> dict[str, Any]:
        stage: dict[str, Any] = {}
        if self.partition_by is not None:
            stage["partitionBy"] = self.partition_by
        if self.order:
            stage["sortBy"] = dict(self.order)
        return {"$setWindowFields": {**stage, "output": dict(self.outputs)}}

    def names_after(self) -> Any:
        return ReshapedNames(self.names, dict.fromkeys(self.outputs, COMPUTED))


def partition_of(aggregation: Naming, by: Any) -> Any:
    """What documents of one partition have in common: a field, an expression, or several fields."""
    if by is None:
        return None
    if isinstance(by, list | tuple):
        # Their names are nowhere to be seen; paths have dots, which no key may have.
        return {f"by{number}": f"${aggregation.get_path(it)}" for number, it in enumerate(by, 1)}
    if isinstance(by, str):
        return f"${aggregation.get_path(by)}"
    return path_or_expression(aggregation, by)


def keys_of(aggregation: Naming, order_by: Any) -> dict[str, int]:
    """Keys and directions of an order by one key, by several, or by none."""
    if order_by is None:
        return {}
    return sort_keys(aggregation, order_by if isinstance(order_by, list) else [order_by])


def output_of(aggregation: Naming, key: str, output: Any) -> dict[str, Any]:
    """What is computed, by key.

    Raises:
        TypeError: it is neither accumulator nor operator nor window.
    """
    bounds = output.bounds if isinstance(output, Window) else None
    function = output.function if isinstance(output, Window) else output
    if isinstance(function, BaseAggregation):
        found = function.named(key).to_query(aggregation)
    elif isinstance(function, Expression):
        found = {key: computed(aggregation, function)}
    else:
        raise TypeError(
            f"{key!r} must be an accumulator, an operator such as Func('rank'), or a window, "
            f"not {type(output).__name__}."
        )
    if bounds is None:
        return found
    return {it: {**operator, "window": bounds} for it, operator in found.items()}
