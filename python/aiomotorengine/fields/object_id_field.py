"""ObjectIdField: ids as MongoDB makes them."""

from __future__ import annotations

from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from bson.objectid import ObjectId

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.ids import is_hex_id, without_hex
from aiomotorengine.locations import shown

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["ObjectIdField"]


@native_kind("object_id")
class ObjectIdField(BaseField[ObjectId]):
    """An ``ObjectId``, or its text of 24 hexadecimal digits, which is converted when it is stored.

    For the id of a document of a known class use ``ReferenceField``, which can load it.

    Example:
        >>> from aiomotorengine import Document, ObjectIdField
        >>> class Event(Document):
        ...     subject = ObjectIdField()
        >>> Event(subject="65df1f000000000000000001").to_son()
        {'subject': ObjectId('65df1f000000000000000001')}
    """

    is_scalar = True
    takes_lists = False
    _own_types: ClassVar[tuple[type, ...]] = (ObjectId,)
    _made_for_json = MappingProxyType({ObjectId: str})
    _is_generated = True

    @accepts(lambda field: frozenset({ObjectId, NoneType}))
    def validate(self, value: Any) -> bool:
        return value is None or is_object_id(value)

    @unchanged(ObjectId, NoneType)
    def to_son(self, value: Any) -> Any:
        return without_hex(value)

    @unchanged(ObjectId, NoneType)
    def from_son(self, value: Any) -> Any:
        # What is no id is shown as it is stored, and is not valid.
        return without_hex(value)

    def to_query(self, value: Any) -> Any:
        return self.to_query_item(value)

    def to_query_item(self, value: Any) -> Any:
        if value is not None and not is_object_id(value):
            raise ValueError(f"{self._wanted(value)} is wanted, not {shown(value)}.")
        return self.to_son(value)

    def parse(self, text: str) -> Any:
        return self.to_query_item(text)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, without_hex)

    def _wanted(self, value: Any) -> str:
        return "an ObjectId or its 24 hexadecimal digits"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return stored is not loaded

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "objectId"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"}

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: ObjectId | str | None) -> None: ...


def is_object_id(value: Any) -> bool:
    """Whether a value is an ``ObjectId``, or the text of one."""
    return isinstance(value, ObjectId) or is_hex_id(value)
