"""The ``$jsonSchema`` by which MongoDB itself checks the documents of a class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.schema.describing import described, is_described, stored_choices

__all__ = ["bson_schema", "bson_types"]

EMPTY_VALUES = {
    "string": ("", "minLength"),
    "array": ([], "minItems"),
    "object": ({}, "minProperties"),
}
"""What is empty of a type, and what says that a value is not."""


def bson_schema(document_class: Any) -> dict[str, Any]:
    """What MongoDB is told of the documents of a class, by keys in MongoDB.

    Parameters:
        document_class: the class.

    Raises:
        ImportError: the class of embedded documents is not to be found.
    """
    return BsonSchemas().of_class(document_class)


def bson_types(field: BaseField[Any]) -> list[str]:
    """As which types MongoDB has what a field stores, but for null; none where it may be any."""
    types = BsonSchemas().of(field).get("bsonType", [])
    return [one for one in ([types] if isinstance(types, str) else types) if one != "null"]


class BsonSchemas:
    """The schemas of fields, and of classes that are embedded in one another."""

    def __init__(self) -> None:
        self._under_way: list[Any] = []

    def of_class(self, document_class: Any) -> dict[str, Any]:
        """The schema of documents of a class.

        Inside of itself it is any mapping, since MongoDB's schemas can't refer to one another.
        """
        if document_class in self._under_way:
            return {"bsonType": "object"}
        self._under_way.append(document_class)
        is_embedded = len(self._under_way) > 1
        try:
            fields = document_class._fields.values()
            properties = dict(self._special(document_class, is_embedded=is_embedded))
            properties |= {field.db_field: self.of(field) for field in fields}
            required = [field.db_field for field in fields if field.required]
        finally:
            self._under_way.pop()
        schema: dict[str, Any] = {"bsonType": "object"}
        if not is_embedded:
            schema |= described(document_class)
        if required:
            schema["required"] = required
        schema["properties"] = properties
        if document_class.__unknown__ != "keep":
            schema["additionalProperties"] = False
        return schema

    def of(self, field: BaseField[Any]) -> dict[str, Any]:
        """The schema of what a field stores."""
        own = getattr(field, "__bson_schema__", None)
        if own is not None:
            given: dict[str, Any] = own()
            return given
        if not is_described(field, "_bson_schema"):
            return {}
        schema = field._bson_schema(self)
        if not schema:
            return {}
        choices = stored_choices(field)
        if choices is not None:
            schema["enum"] = choices
        if not (field.required or field._settings.primary_key):
            nullable(schema)
        elif not field._settings.allow_empty:
            not_empty(schema, field)
        return schema

    def _special(
        self, document_class: Any, *, is_embedded: bool
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Keys that are no field's but the primary key's, as far as they have to be named."""
        for key in document_class._declared_key:
            yield "_id", self.of(key)
            return
        if not is_embedded and document_class.__unknown__ != "keep":
            yield "_id", {}


def nullable(schema: dict[str, Any]) -> None:
    """Let null be valid, too."""
    types = schema.get("bsonType")
    if types is not None:
        schema["bsonType"] = [*([types] if isinstance(types, str) else types), "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if "anyOf" in schema:
        schema["anyOf"] = [*schema["anyOf"], {"bsonType": "null"}]


def not_empty(schema: dict[str, Any], field: BaseField[Any]) -> None:
    """Let what is empty be invalid, where one is required."""
    value, bound = EMPTY_VALUES.get(str(schema.get("bsonType")), (None, ""))
    if bound and field.is_empty(value):
        schema[bound] = max(1, schema.get(bound, 0))
