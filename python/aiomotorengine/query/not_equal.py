"""``__ne``: any value but one."""

from __future__ import annotations

from typing import Any

from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.expressions import is_met

__all__ = ["NotEqualQueryOperator"]


class NotEqualQueryOperator(QueryOperator):
    """Values that are not the one given.

    Example:
        >>> NotEqualQueryOperator().to_query("age", 21)
        {'age': {'$ne': 21}}
    """

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        # What a list becomes, {"$all": [...]}, is no value to differ from (K23).
        return {db_name: {"$not" if is_met(value) else "$ne": value}}
