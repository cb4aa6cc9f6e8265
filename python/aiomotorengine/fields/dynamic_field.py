"""DynamicField: what a name that no field declares means in a query."""

from __future__ import annotations

from typing import Any, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.utils import is_collection

__all__ = ["DynamicField"]


class DynamicField(BaseField[Any]):
    """A value of a key that the document class does not declare.

    ``name`` is the key without its leading underscores.

    Example:
        >>> from aiomotorengine.fields.dynamic_field import DynamicField
        >>> DynamicField(db_field="_sizes").to_query([1, 2])
        {'$all': [1, 2]}
    """

    def __init__(self, *args: Any, **options: Unpack[FieldOptions]) -> None:
        super().__init__(*args, **options)
        if self.db_field is not None:
            self.name = self.db_field.lstrip("_")

    def to_query(self, value: Any) -> Any:
        if not is_collection(value):
            return value
        items = list(value)
        return {"$all": items} if items else items  # no items at all is a value to be equal to
