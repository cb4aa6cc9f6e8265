"""Expression: what the server computes for each document; arithmetic and comparisons with it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from bson.decimal128 import Decimal128

from aiomotorengine.expressions.durations import (
    DATE,
    OF_DATES,
    common_unit,
    in_unit,
    is_whole_in,
    length_in,
    unit_of_field,
    unit_of_value,
)
from aiomotorengine.expressions.literal import literal
from aiomotorengine.expressions.operand import is_computed, operand
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.values import Computed
from aiomotorengine.query_builder.node import QExpression
from aiomotorengine.query_builder.value_path import value_path

__all__ = ["Arithmetic", "Comparison", "Expression", "Size", "number_operand"]


class Expression(Computed):
    """What the server computes for each document.

    ``+ - * / %`` make new ones of it; ``== != < <= > >=`` make a condition, which ``filter`` takes.
    """

    is_number: ClassVar[bool] = False
    """Whether it can give nothing but numbers, and dates."""

    def to_number(self, document_class: Any) -> Any:
        """The same, where a number is wanted."""
        return self.to_expression(document_class)

    def to_list(self, document_class: Any) -> Any:
        """The same, where a list is wanted.

        Raises:
            ValueError: it can be none.
        """
        return self.to_expression(document_class)

    def field_of(self, document_class: Any) -> Any:
        """The field whose values it gives as they are; ``None`` where something is computed.

        Raises:
            ValueError: a name leads nowhere.
        """
        return None

    def is_whole(self, document_class: Any) -> bool:
        """Whether it can give no number but a whole one, as far as the fields tell."""
        return False

    def unit(self, document_class: Any) -> str | None:
        """The unit in which it is a length of time, or ``DATE`` where it is a date; ``None`` where
        it is neither, or the fields do not tell.
        """
        return None

    def literal_beside(self, document_class: Any, value: Any) -> Any:
        """How a value stands that is computed with this: a length of time in its unit, say."""
        return literal(value)

    def literal_compared(self, document_class: Any, value: Any) -> Any:
        """How a value stands that is compared with this."""
        return self.literal_beside(document_class, value)

    def may_be_decimal(self, document_class: Any) -> bool:
        """Whether it can give one of MongoDB's decimals, as far as the fields tell."""
        return True

    def size(self) -> Size:
        """How many items the list has; 0 where there is none.

        Example:
            >>> from aiomotorengine import Document, F, ListField, StringField
            >>> class Book(Document):
            ...     tags = ListField(StringField())
            >>> (F("tags").size() > 3).to_query(Book)
            {'$expr': {'$gt': [{'$size': {'$ifNull': ['$tags', []]}}, 3]}}
        """
        return Size(self)

    def __add__(self, other: Any) -> Arithmetic:
        return Arithmetic("$add", self, other)

    def __radd__(self, other: Any) -> Arithmetic:
        return Arithmetic("$add", other, self)

    def __sub__(self, other: Any) -> Arithmetic:
        return Arithmetic("$subtract", self, other)

    def __rsub__(self, other: Any) -> Arithmetic:
        return Arithmetic("$subtract", other, self)

    def __mul__(self, other: Any) -> Arithmetic:
        return Arithmetic("$multiply", self, other)

    def __rmul__(self, other: Any) -> Arithmetic:
        return Arithmetic("$multiply", other, self)

    def __truediv__(self, other: Any) -> Arithmetic:
        return Arithmetic("$divide", self, other)

    def __rtruediv__(self, other: Any) -> Arithmetic:
        return Arithmetic("$divide", other, self)

    def __mod__(self, other: Any) -> Arithmetic:
        return Arithmetic("$mod", self, other)

    def __rmod__(self, other: Any) -> Arithmetic:
        return Arithmetic("$mod", other, self)

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]  # no truth value
        return Comparison("$eq", self, other)

    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]
        return Comparison("$ne", self, other)

    def __lt__(self, other: Any) -> Comparison:
        return Comparison("$lt", self, other)

    def __le__(self, other: Any) -> Comparison:
        return Comparison("$lte", self, other)

    def __gt__(self, other: Any) -> Comparison:
        return Comparison("$gt", self, other)

    def __ge__(self, other: Any) -> Comparison:
        return Comparison("$gte", self, other)

    __hash__ = Computed.__hash__


class Arithmetic(Expression):
    """What an operator of arithmetic makes of two operands.

    Parameters:
        operator: MongoDB's name for it.
        operands: expressions, fields and values.
    """

    is_number = True

    def __init__(self, operator: str, *operands: Any) -> None:
        self.operator = operator
        self.operands = operands

    def to_expression(self, document_class: Any) -> dict[str, Any]:
        unit = self._unit_of_lengths(document_class)
        return {
            self.operator: [
                number_in(document_class, it, unit) if is_computed(it) else value_in(it, unit)
                for it in self.operands
            ]
        }

    def _unit_of_lengths(self, document_class: Any) -> str:
        """The unit in which lengths of time stand among the operands."""
        return common_unit(unit_of(document_class, it) for it in self.operands)

    def unit(self, document_class: Any) -> str | None:
        units = [unit_of(document_class, it) for it in self.operands]
        if DATE in units:
            if self.operator not in ("$add", "$subtract"):
                return None
            return OF_DATES if units == [DATE, DATE] else DATE
        of_lengths = [
            unit is not None or isinstance(it, timedelta)
            for unit, it in zip(units, self.operands, strict=True)
        ]
        is_ratio = self.operator == "$divide" and all(of_lengths)
        return common_unit(units) if any(of_lengths) and not is_ratio else None

    def literal_beside(self, document_class: Any, value: Any) -> Any:
        unit = self.unit(document_class)
        return value_in(value, OF_DATES if unit is None or unit == DATE else unit)

    def is_whole(self, document_class: Any) -> bool:
        unit = self._unit_of_lengths(document_class)
        return self.operator != "$divide" and all(
            it.is_whole(document_class) and is_whole_in(it.unit(document_class), unit)
            if isinstance(it, Expression)
            else isinstance(it, int | timedelta)
            for it in self.operands
        )

    def may_be_decimal(self, document_class: Any) -> bool:
        return any(
            it.may_be_decimal(document_class)
            if isinstance(it, Expression)
            else isinstance(it, Decimal | Decimal128 | BaseField)
            for it in self.operands
        )

    def __repr__(self) -> str:
        one, other = self.operands
        return f"({one!r} {SIGNS[self.operator]} {other!r})"


class Size(Expression):
    """How many items a list has; see ``Expression.size``."""

    is_number = True

    def __init__(self, of: Expression) -> None:
        self.of = of

    def to_expression(self, document_class: Any) -> dict[str, Any]:
        # Without a list the server would refuse the whole query.
        return {"$size": {"$ifNull": [self.of.to_list(document_class), []]}}

    def is_whole(self, document_class: Any) -> bool:
        return True

    def may_be_decimal(self, document_class: Any) -> bool:
        return False

    def __repr__(self) -> str:
        return f"{self.of!r}.size()"


class Comparison(QExpression):
    """A condition that compares two operands, of which at least one is an expression.

    MongoDB compares values of all types: what is missing is less than null, that is less than any
    number, numbers are less than texts.

    Parameters:
        operator: MongoDB's name for it.
        one: the operand on the left.
        other: that on the right.
    """

    def __init__(self, operator: str, one: Expression, other: Any) -> None:
        self.operator = operator
        self.one = one
        self.other = other

    def to_expression(self, document_class: Any) -> dict[str, Any]:
        one, other = self.one, self.other
        if not is_computed(other):
            # A value is brought into the unit of what it is compared with.
            compared = one.literal_compared(document_class, other)
            return {self.operator: [one.to_number(document_class), compared]}
        unit = common_unit(unit_of(document_class, it) for it in (one, other))
        return {self.operator: [number_in(document_class, it, unit) for it in (one, other)]}

    def __repr__(self) -> str:
        return f"({self.one!r} {SIGNS[self.operator]} {self.other!r})"


SIGNS = {
    "$add": "+",
    "$subtract": "-",
    "$multiply": "*",
    "$divide": "/",
    "$mod": "%",
    "$eq": "==",
    "$ne": "!=",
    "$lt": "<",
    "$lte": "<=",
    "$gt": ">",
    "$gte": ">=",
}


def unit_of(document_class: Any, value: Any) -> str | None:
    """As ``Expression.unit``, of any operand."""
    if isinstance(value, Expression):
        return value.unit(document_class)
    if isinstance(value, BaseField):
        return unit_of_field(value)
    return unit_of_value(value)


def number_in(document_class: Any, value: Any, unit: str) -> Any:
    """As ``number_operand``; lengths of time are numbers of this unit."""
    return in_unit(number_operand(document_class, value), unit_of(document_class, value), unit)


def value_in(value: Any, unit: str) -> Any:
    """As ``literal``; lengths of time are numbers of this unit."""
    return length_in(value, unit) if isinstance(value, timedelta) else literal(value)


def number_operand(document_class: Any, value: Any) -> Any:
    """As ``operand``; decimals that are stored as text are numbers."""
    if isinstance(value, Expression):
        return value.to_number(document_class)
    if isinstance(value, BaseField):
        return value_path(document_class, value, "Invalid field '{}'").number
    return operand(document_class, value)
