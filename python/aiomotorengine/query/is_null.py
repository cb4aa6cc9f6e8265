"""``__is_null``: whether a value is missing or null."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.base import QueryOperator

__all__ = ["IsNullQueryOperator"]


class IsNullQueryOperator(QueryOperator):
    """Documents in which the value is missing or null; or, with ``False``, in which it is neither.

    Example:
        >>> IsNullQueryOperator().to_query("age", True)
        {'age': None}
        >>> IsNullQueryOperator().to_query("age", False)
        {'age': {'$exists': True, '$ne': None}}
    """

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: None if value else {"$exists": True, "$ne": None}}

    def get_value(self, field: BaseField[Any], raw: Any) -> Any:
        return raw
