"""Accumulators of a group's median and percentiles (servers from 7.0)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.aggregation.accumulator import FieldAccumulator
from aiomotorengine.aggregation.computed import path_or_expression
from aiomotorengine.aggregation.names import Naming
from aiomotorengine.utils import several

__all__ = ["MedianAggregation", "PercentileAggregation"]


class MedianAggregation(FieldAccumulator):
    """The median of a group's values; ``Aggregation.median`` makes it."""

    operator = "$median"
    is_number = True

    def operand(self, aggregation: Naming) -> dict[str, Any]:
        source = path_or_expression(aggregation, self.field, as_number=True)
        return {"input": source, "method": "approximate"}


class PercentileAggregation(FieldAccumulator):
    """Percentiles of a group's values; ``Aggregation.percentile`` makes it.

    Parameters:
        field: a field, a text, or an expression, as for ``Aggregation.sum``.
        p: which, as numbers from 0 to 1.
        alias: the result's key; by default the field's key in MongoDB.

    Raises:
        TypeError: they are no list of numbers.
        ValueError: there is none, or one is below 0 or above 1.
    """

    operator = "$percentile"

    def __init__(self, field: Any, p: Iterable[float], alias: str | None = None) -> None:
        super().__init__(field, alias)
        self.p = list(several("p", p, "a list of numbers from 0 to 1"))
        for number in self.p:
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise TypeError(f"p must be a list of numbers from 0 to 1, not {p!r}.")
        if not self.p or not all(0 <= number <= 1 for number in self.p):
            raise ValueError(f"p must be numbers from 0 to 1, at least one, not {self.p!r}.")

    def operand(self, aggregation: Naming) -> dict[str, Any]:
        source = path_or_expression(aggregation, self.field, as_number=True)
        return {"input": source, "p": list(self.p), "method": "approximate"}
