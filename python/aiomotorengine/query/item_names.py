"""What names mean in a condition on the items of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.fields.base_field import BaseField

__all__ = ["ItemNames"]


class ItemNames:
    """What names mean in a condition on items. Queries take it for a document class.

    Parameters:
        name: what items are called.
        field: the field of the items.

    Attributes:
        _fields: name -> the field.
        _db_field_map: name -> key in MongoDB.
    """

    def __init__(self, name: str, field: BaseField[Any]) -> None:
        self.name = name
        self._fields = {name: field}
        self._db_field_map = {name: name}

    def are_all_in(self, query: Mapping[str, Any]) -> bool:
        """Whether a query asks of one item only, be it of the item itself or of what is inside."""
        return query.keys() == {self.name} or all(key.startswith(f"{self.name}.") for key in query)

    def without_name(self, query: Mapping[str, Any]) -> Any:
        """The same query, as it is asked of an item that has no name.

        Example:
            >>> from aiomotorengine import IntField
            >>> names = ItemNames("points", IntField())
            >>> names.without_name({"points": {"$gt": 3}}), names.without_name({"points.x": 3})
            ({'$gt': 3}, {'x': 3})
        """
        if query.keys() == {self.name}:
            return query[self.name]
        return {key.removeprefix(f"{self.name}."): value for key, value in query.items()}
