"""Expression: what the server computes for each document, and arithmetic with it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, NoReturn

from bson.decimal128 import Decimal128

from aiomotorengine.expressions.literal import literal
from aiomotorengine.query.values import IN_CONDITIONS, Computed

__all__ = ["Arithmetic", "Expression"]


class Expression(Computed):
    """What the server computes for each document: ``+ - * / %`` make new ones of it."""

    def to_expression(self, document_class: Any) -> Any:
        """The expression as MongoDB takes it.

        Parameters:
            document_class: the class whose documents it is computed for.

        Raises:
            ValueError: a name leads nowhere.
        """
        raise NotImplementedError(f"{type(self).__name__} has no to_expression of its own.")

    def to_number(self, document_class: Any) -> Any:
        """The same, where a number is wanted."""
        return self.to_expression(document_class)

    def is_whole(self, document_class: Any) -> bool:
        """Whether it can give no number but a whole one, as far as the fields tell."""
        return False

    def literal_beside(self, document_class: Any, value: Any) -> Any:
        """How a value stands that is computed with this: a length of time in its unit, say."""
        return literal(value)

    def may_be_decimal(self, document_class: Any) -> bool:
        """Whether it can give one of MongoDB's decimals, as far as the fields tell."""
        return True

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

    def _refuse_comparison(self, other: Any) -> NoReturn:
        raise TypeError(IN_CONDITIONS)

    __lt__ = __le__ = __gt__ = __ge__ = _refuse_comparison


class Arithmetic(Expression):
    """What an operator of arithmetic makes of two operands.

    Parameters:
        operator: MongoDB's name for it.
        operands: expressions and values.
    """

    def __init__(self, operator: str, *operands: Any) -> None:
        self.operator = operator
        self.operands = operands

    def to_expression(self, document_class: Any) -> dict[str, Any]:
        return {
            self.operator: [
                operand.to_number(document_class)
                if isinstance(operand, Expression)
                else self.literal_beside(document_class, operand)
                for operand in self.operands
            ]
        }

    def literal_beside(self, document_class: Any, value: Any) -> Any:
        expressions = (it for it in self.operands if isinstance(it, Expression))
        first = next(expressions, None)
        if first is None:
            return super().literal_beside(document_class, value)
        return first.literal_beside(document_class, value)

    def is_whole(self, document_class: Any) -> bool:
        return self.operator != "$divide" and all(
            operand.is_whole(document_class)
            if isinstance(operand, Expression)
            else isinstance(operand, int | timedelta)
            for operand in self.operands
        )

    def may_be_decimal(self, document_class: Any) -> bool:
        return any(
            operand.may_be_decimal(document_class)
            if isinstance(operand, Expression)
            else isinstance(operand, Decimal | Decimal128)
            for operand in self.operands
        )
