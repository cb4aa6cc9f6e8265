"""Raw: an expression as MongoDB takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.expressions.expression import Expression

__all__ = ["Raw"]


class Raw(Expression):
    """An expression as MongoDB takes it, with MongoDB's keys; it is sent as it is.

    Never build one of what a stranger sent.

    Parameters:
        expression: a mapping with an operator; or a text, which is a path or a variable.

    Raises:
        TypeError: it is neither.

    Example:
        >>> from aiomotorengine import DateTimeField, Document, F, Raw
        >>> class Job(Document):
        ...     due = DateTimeField()
        >>> (F("due") < Raw("$$NOW")).to_query(Job)
        {'$expr': {'$lt': ['$due', '$$NOW']}}
        >>> (Raw({"$year": "$due"}) == 2026).to_query(Job)
        {'$expr': {'$eq': [{'$year': '$due'}, 2026]}}
    """

    def __init__(self, expression: Mapping[str, Any] | str) -> None:
        if not isinstance(expression, Mapping | str):
            raise TypeError(
                f"Raw takes an expression of MongoDB's (a mapping, or a path as text), "
                f"not {type(expression).__name__}."
            )
        self.expression = expression

    def to_expression(self, document_class: Any) -> Any:
        return self.expression

    def __repr__(self) -> str:
        return f"Raw({self.expression!r})"
