"""What stands in an expression: other expressions, fields, conditions, and values beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.expressions.literal import literal
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.values import PLAIN_TYPES, Computed
from aiomotorengine.query_builder.node import (
    Q,
    QCombination,
    QExpression,
    QNode,
    QNodeVisitor,
    QNot,
)
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.utils import is_operator

__all__ = ["is_computed", "operand"]


def is_computed(value: Any) -> bool:
    """Whether a value is something that the server computes, or holds such a thing."""
    if type(value) in PLAIN_TYPES:
        return False
    if isinstance(value, list | tuple):
        return any(map(is_computed, value))
    if isinstance(value, Mapping):
        return any(map(is_computed, value.values()))
    return isinstance(value, Computed | BaseField | QNode)


def operand(document_class: Any, value: Any) -> Any:
    """What is given to an operator of an expression, as MongoDB takes it.

    Lists and mappings that hold expressions are made of what these come to; others are values.

    Parameters:
        document_class: the class whose documents it is computed for.
        value: an expression, a field, a condition with ``F``, or a value.

    Raises:
        ValueError: a name leads nowhere; or a condition is one of filter keys.
    """
    if isinstance(value, Computed):
        return value.to_expression(document_class)
    if isinstance(value, BaseField):
        return value_path(document_class, value, "Invalid field '{}'").expression
    if isinstance(value, QNode):
        return value.accept(ConditionExpression(document_class))
    if not is_computed(value):
        return literal(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str) or is_operator(key):
                raise ValueError(
                    f"{key!r} can't be a key beside an F expression; operators are written with "
                    "Func."
                )
        return {key: operand(document_class, value[key]) for key in value}
    return [operand(document_class, item) for item in value]


class ConditionExpression(QNodeVisitor[Any]):
    """A condition as an expression, which gives a truth value.

    Parameters:
        document_class: the class whose documents it is computed for.
    """

    def __init__(self, document_class: Any) -> None:
        self.document_class = document_class

    def visit_query(self, query: Q) -> Any:
        raise ValueError("An expression takes conditions with F, as in F('age') >= 18, and no Q.")

    def visit_not(self, negation: QNot) -> Any:
        return {"$not": [negation.query.accept(self)]}

    def visit_combination(self, combination: QCombination) -> Any:
        operator = "$and" if combination.operation == QNode.AND else "$or"
        return {operator: [child.accept(self) for child in combination.children]}

    def visit_expression(self, condition: QExpression) -> Any:
        return condition.to_expression(self.document_class)
