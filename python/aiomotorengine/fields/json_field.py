"""JsonField: any JSON value, stored as text."""

from __future__ import annotations

from json import JSONDecoder
from types import NoneType
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import accepts
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.utils import deserialize, serialize

__all__ = ["JsonField", "deserialize", "serialize"]


@native_kind("json", scan=vars(JSONDecoder())["scan_once"])
class JsonField(BaseField[Any]):
    """Any value that JSON can hold, stored as its text.

    Dates, UUIDs, ObjectIds and bytes inside it are kept as well (in the legacy form of MongoDB's
    extended JSON); dates come back aware, in UTC. A filter compares the text.

    Example:
        >>> from aiomotorengine import Document, JsonField
        >>> class Settings(Document):
        ...     data = JsonField()
        >>> Settings(data={"size": 3, "on": True}).to_son()
        {'data': '{"size": 3, "on": true}'}
    """

    @accepts(lambda field: frozenset({NoneType, bool, str}))
    def validate(self, value: Any) -> bool:
        try:
            serialize(value)
        except (ArithmeticError, RecursionError, TypeError, ValueError):
            return False
        return True

    def to_son(self, value: Any) -> str:
        return serialize(value)

    def from_son(self, value: Any) -> Any:
        return value if value is None else deserialize(value)

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        # Other programs, and 0.9 where ujson was installed, lay the same text out otherwise. And
        # instead of null, the text "null" would be written.
        return stored is None or serialize(loaded) != stored

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string"}

    def _wanted(self, value: Any) -> str:
        return "what JSON can hold"
