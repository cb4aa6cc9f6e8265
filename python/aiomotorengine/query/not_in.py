"""``__nin``: none of several values."""

from __future__ import annotations

from typing import Any

from aiomotorengine.query.in_operator import InQueryOperator

__all__ = ["NotInQueryOperator"]


class NotInQueryOperator(InQueryOperator):
    """Values that are none of those given, also where there is no value; for a list, that it has
    none of them.

    Example:
        >>> NotInQueryOperator().to_query("age", [20, 21])
        {'age': {'$nin': [20, 21]}}
    """

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: {"$nin": value}}
