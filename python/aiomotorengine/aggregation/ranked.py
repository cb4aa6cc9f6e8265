"""Accumulators that keep some of the values of a group, by an order or a number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.aggregation.accumulator import FieldAccumulator
from aiomotorengine.aggregation.computed import path_or_expression
from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.order_by import sort_keys
from aiomotorengine.arguments import positive

__all__ = ["RankedAggregation", "SeveralAggregation"]


OF_NUMBERS = frozenset({"$maxN", "$minN"})


class SeveralAggregation(FieldAccumulator):
    """A number of values of a group; ``Aggregation.first_n`` and its like make it.

    Parameters:
        operator: MongoDB's name for it.
        field: a field, a text, or an expression, as for ``Aggregation.sum``.
        n: how many at most.
        alias: the result's key; by default the field's key in MongoDB.

    Raises:
        TypeError: the number is none.
        ValueError: it is less than 1.
    """

    def __init__(self, operator: str, field: Any, n: int, alias: str | None = None) -> None:
        super().__init__(field, alias)
        self.operator = operator
        self.n = positive("n", n)

    def operand(self, aggregation: Naming) -> dict[str, Any]:
        as_number = self.operator in OF_NUMBERS
        source = path_or_expression(aggregation, self.field, as_number=as_number)
        return {"input": source, "n": self.n}


class RankedAggregation(FieldAccumulator):
    """What stands first, or last, by an order of a group's own; ``Aggregation.top`` and its like
    make it.

    Parameters:
        operator: MongoDB's name for it.
        output: what is kept of each document: a field, a text, an expression, or several of them,
            which make a list.
        order_by: keys as ``order_by`` takes them, one or several.
        n: how many at most; ``None`` for one, which is no list.
        alias: the result's key; by default the key of the output in MongoDB.

    Raises:
        TypeError: the number is none.
        ValueError: it is less than 1.

    Example:
        >>> from aiomotorengine import Aggregation, Document, IntField, StringField
        >>> class City(Document):
        ...     name = StringField()
        ...     people = IntField(db_field="p")
        >>> largest = Aggregation.top(City.name, "-people", alias="largest")
        >>> City.objects.aggregate.group_by(largest).to_query()[0]["$group"]["largest"]
        {'$top': {'sortBy': {'p': -1}, 'output': '$name'}}
    """

    def __init__(
        self,
        operator: str,
        output: Any,
        order_by: Any,
        n: int | None = None,
        alias: str | None = None,
    ) -> None:
        super().__init__(output, alias)
        self.operator = operator
        self.order_by = order_by if isinstance(order_by, list) else [order_by]
        self.n = None if n is None else positive("n", n)

    def operand(self, aggregation: Naming) -> dict[str, Any]:
        several = self.field if isinstance(self.field, Sequence) else None
        output = (
            path_or_expression(aggregation, self.field)
            if several is None or isinstance(several, str)
            else [path_or_expression(aggregation, it) for it in several]
        )
        given = {"sortBy": sort_keys(aggregation, self.order_by), "output": output}
        return given if self.n is None else {"n": self.n, **given}
