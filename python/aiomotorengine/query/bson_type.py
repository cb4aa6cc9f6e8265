"""``__type``: as what a value is stored."""

from __future__ import annotations

from typing import Any

from aiomotorengine.bson_types import ALIASES, CODES
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.base import ValueOperator
from aiomotorengine.query.values import is_whole_number, wrong_value

__all__ = ["TypeQueryOperator"]


class TypeQueryOperator(ValueOperator):
    """Values that are stored as one of MongoDB's types, or one of several, by name or number; for a
    list, that it has such an item.

    Example:
        >>> TypeQueryOperator().to_query("age", "string")
        {'age': {'$type': 'string'}}
    """

    operator = "$type"

    def get_value(self, field: BaseField[Any], raw: Any) -> Any:
        types = raw if isinstance(raw, list | tuple | set | frozenset) else [raw]
        if not types or not all(map(is_type, types)):
            raise wrong_value(
                field,
                "one of MongoDB's types, or a list of such, by names ('int', 'string', 'array') or "
                "numbers",
                raw,
            )
        return list(raw) if types is raw else raw


def is_type(value: Any) -> bool:
    if isinstance(value, str):
        return value in ALIASES
    return is_whole_number(value) and value in CODES
