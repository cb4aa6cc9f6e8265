"""Accumulators that are one operator on the values of a group."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.accumulator import FieldAccumulator
from aiomotorengine.aggregation.computed import path_or_expression
from aiomotorengine.aggregation.names import Naming

__all__ = ["CountAggregation", "OperatorAggregation"]


OF_NUMBERS = frozenset({"$max", "$min", "$stdDevPop", "$stdDevSamp"})


class OperatorAggregation(FieldAccumulator):
    """What one operator makes of a field's values; ``Aggregation.min`` and its like make it.

    Parameters:
        operator: MongoDB's name for it.
        field: a field; a text, which is an attribute's name, a path of such, a key in MongoDB, or
            an alias of an earlier group; or an expression.
        alias: the result's key; by default the field's key in MongoDB, of a path the last one.

    Example:
        >>> from aiomotorengine import Aggregation, Document, F, IntField
        >>> class City(Document):
        ...     people = IntField(db_field="p")
        >>> City.objects.aggregate.group_by(most=Aggregation.max(F("people") * 2)).to_query()
        [{'$group': {'_id': {}, 'most': {'$max': {'$multiply': ['$p', 2]}}}}]
    """

    def __init__(self, operator: str, field: Any, alias: str | None = None) -> None:
        super().__init__(field, alias)
        self.operator = operator
        self.is_number = operator in OF_NUMBERS

    def operand(self, aggregation: Naming) -> Any:
        return path_or_expression(aggregation, self.field, as_number=self.is_number)


class CountAggregation(FieldAccumulator):
    """How many documents a group has; ``Aggregation.count`` makes it.

    Parameters:
        alias: the result's key.
    """

    operator = "$sum"

    def __init__(self, alias: str = "count") -> None:
        super().__init__("_id", alias)

    def operand(self, aggregation: Naming) -> int:
        return 1
