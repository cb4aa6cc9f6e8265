"""Equality, which a filter key without an operator asks for."""

from __future__ import annotations

from typing import Any

from aiomotorengine.query.base import QueryOperator

__all__ = ["DefaultOperator"]


class DefaultOperator(QueryOperator):
    """Equality: what a filter key without an operator asks for.

    Example:
        >>> DefaultOperator().to_query("age", 21)
        {'age': 21}
    """

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: value}
