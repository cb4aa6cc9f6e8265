"""The ``$jsonSchema`` by which MongoDB itself checks the documents of a class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.schema.describing import (
    Needs,
    described,
    is_described,
    refuse_empty,
    stored_choices,
)
from aiomotorengine.storage.discriminators import Discriminator

__all__ = ["bson_schema", "bson_types"]


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
        """The schema of documents that are read as those of a class, which may derive from it.

        Inside of itself it is any mapping, since MongoDB's schemas can't refer to one another. So
        are documents of classes that are not known, as those of a newer program.
        """
        discriminator: Discriminator | None = document_class._discriminator
        if discriminator is None or document_class in self._under_way:
            return self.of_very_class(document_class)
        is_embedded = bool(self._under_way)
        schema = outline(document_class, is_embedded=is_embedded)
        key, own = discriminator.key, discriminator.value
        below = discriminator.classes_below(document_class)
        self._under_way.append(document_class)
        try:
            kinds = []
            if own is not None:
                kinds.append(self._keys_of(document_class, is_embedded=is_embedded))
            # Not in the order in which their modules were imported, which differs by program.
            for _, kind in sorted(below.items()):
                if kind is not document_class:
                    keys = self._keys_of(kind, is_embedded=is_embedded)
                    required = [key, *keys.get("required", ())]
                    kinds.append({**keys, "required": required})
        finally:
            self._under_way.pop()
        known = sorted({*below, *([] if own is None else [own])})
        unknown: dict[str, Any] = {"properties": {key: {"not": {"enum": known}}}}
        if own is not None:
            unknown["required"] = [key]  # what has no such key is read as one of this class
        return {**schema, "anyOf": [*kinds, unknown]}

    def of_very_class(self, document_class: Any) -> dict[str, Any]:
        """The schema of documents of a class, and of none that derives from it."""
        if document_class in self._under_way:
            return {"bsonType": "object"}
        is_embedded = bool(self._under_way)
        schema = outline(document_class, is_embedded=is_embedded)
        return schema | self._keys_of(document_class, is_embedded=is_embedded)

    def _keys_of(self, document_class: Any, *, is_embedded: bool) -> dict[str, Any]:
        fields = document_class._fields.values()
        self._under_way.append(document_class)
        try:
            properties = dict(self._special(document_class, is_embedded=is_embedded))
            properties |= {field.db_field: self.of(field) for field in fields}
        finally:
            self._under_way.pop()
        # A key that is absent is read as the default, as documents from before the field are.
        required = [field.db_field for field in fields if field._must_be_given]
        schema: dict[str, Any] = {"required": required} if required else {}
        schema["properties"] = properties
        if document_class.__unknown__ != "keep":
            schema["additionalProperties"] = False
        return schema

    def of(self, field: BaseField[Any]) -> dict[str, Any]:
        """The schema of what a field stores."""
        return self._of(field, Needs.of(field))

    def of_item(self, field: BaseField[Any]) -> dict[str, Any]:
        """The schema of what it stores for an item of a list, or under a key."""
        return self._of(field, Needs.of_item(field))

    def _of(self, field: BaseField[Any], needs: Needs) -> dict[str, Any]:
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
        if needs.takes_none:
            nullable(schema)
        if not needs.takes_empty:
            refuse_empty(schema, "bsonType", field)
        return schema

    def _special(
        self, document_class: Any, *, is_embedded: bool
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Keys that are no field's but the primary key's, as far as they have to be named."""
        discriminator = document_class._discriminator
        if discriminator is not None:
            yield discriminator.key, {"enum": [discriminator.value]}
        for key in document_class._declared_key:
            yield "_id", self.of(key)
            return
        if not is_embedded and document_class.__unknown__ != "keep":
            yield "_id", {}


def outline(document_class: Any, *, is_embedded: bool) -> dict[str, Any]:
    """What is said of documents of a class before their keys."""
    return {"bsonType": "object", **({} if is_embedded else described(document_class))}


def nullable(schema: dict[str, Any]) -> None:
    """Let null be valid, too."""
    types = schema.get("bsonType")
    if types is not None:
        schema["bsonType"] = [*([types] if isinstance(types, str) else types), "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if "anyOf" in schema:
        schema["anyOf"] = [*schema["anyOf"], {"bsonType": "null"}]
