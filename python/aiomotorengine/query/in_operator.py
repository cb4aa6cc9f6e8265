"""``__in``: one of several values."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.values import item_values

__all__ = ["InQueryOperator"]


class InQueryOperator(QueryOperator):
    """Values that are one of those given; for a list, that it has one of them.

    Example:
        >>> InQueryOperator().to_query("age", [20, 21])
        {'age': {'$in': [20, 21]}}
    """

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: {"$in": value}}

    def get_value(self, field: BaseField[Any], raw: Any) -> list[Any]:
        return item_values(field, raw)
