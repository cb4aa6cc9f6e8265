"""UUIDField: universally unique identifiers."""

from __future__ import annotations

from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bson.binary import OLD_UUID_SUBTYPE, UUID_SUBTYPE, Binary

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["UUIDField"]

UUID_LENGTH = 16


@native_kind("uuid")
class UUIDField(BaseField[UUID]):
    """A ``UUID``, or its text, which is converted when it is stored.

    So is a ``Binary`` of subtype 4, as which ``bson.json_util`` reads UUIDs by default.

    Example:
        >>> from aiomotorengine import Document, UUIDField
        >>> class Job(Document):
        ...     key = UUIDField()
        >>> Job(key="12345678123456781234567812345678").to_son()
        {'key': UUID('12345678-1234-5678-1234-567812345678')}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (UUID,)
    _made_for_json = MappingProxyType({UUID: str})

    def is_empty(self, value: Any) -> bool:
        return value is None or str(value) == ""

    @accepts(lambda field: frozenset({UUID, NoneType}))
    def validate(self, value: Any) -> bool:
        if value is None or isinstance(value, UUID) or is_uuid(value):
            return True
        if not isinstance(value, str):
            return False
        try:
            UUID(value)
        except ValueError:
            return False
        return True

    @unchanged(UUID, NoneType)
    def to_son(self, value: Any) -> Any:
        if isinstance(value, str):
            return UUID(value)
        return UUID(bytes=bytes(value)) if is_uuid(value) else value

    @unchanged(UUID, NoneType)
    def from_son(self, value: Any) -> Any:
        # Drivers of 2017 wrote subtype 3, which a client of today hands over undecoded (K51).
        is_known = is_uuid(value, OLD_UUID_SUBTYPE, UUID_SUBTYPE)
        return UUID(bytes=bytes(value)) if is_known else value

    def parse(self, text: str) -> UUID:
        return UUID(text)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "binData"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, UUID)

    def _wanted(self, value: Any) -> str:
        return "a UUID or its text"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        # A text is read as it is, and would be written as the UUID that it says.
        return stored is not loaded or (isinstance(stored, str) and self.validate(stored))

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: UUID | str | Binary | None) -> None: ...


def is_uuid(value: Any, *subtypes: int) -> bool:
    """Whether a value is the binary form of a UUID, by default of the standard representation."""
    return (
        isinstance(value, Binary)
        and value.subtype in (subtypes or (UUID_SUBTYPE,))
        and len(value) == UUID_LENGTH
    )
