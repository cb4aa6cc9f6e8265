"""``__exists``: whether there is a value at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.base import QueryOperator
from aiomotorengine.utils import is_collection

__all__ = ["ExistsQueryOperator"]


class ExistsQueryOperator(QueryOperator):
    """Documents that have the key, be its value null; or, with ``False``, that have not.

    Example:
        >>> ExistsQueryOperator().to_query("age", True)
        {'age': {'$exists': True}}
    """

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: {"$exists": value}}

    def get_value(self, field: BaseField[Any], raw: Any) -> Any:
        if isinstance(raw, Mapping) or is_collection(raw):
            raise ValueError(f"it takes True or False, not {type(raw).__name__}.")
        return raw
