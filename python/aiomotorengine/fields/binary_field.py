"""BinaryField: bytes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["BinaryField", "encoded"]

ANY_BYTES: frozenset[type] = frozenset({bytes, NoneType})
COPIED = bytearray | memoryview  # what drivers of SQL databases give


def encoded(value: bytes | bytearray | memoryview) -> str:
    """Bytes as text in base64."""
    return b64encode(value).decode()


def decoded(text: str) -> bytes:
    """The bytes of a text in base64."""
    return b64decode(text, validate=True)


@native_kind("binary")
class BinaryField(BaseField[bytes]):
    """Bytes. A ``bytearray`` or ``memoryview`` is stored as the bytes that it holds then.

    Text is no valid value, but filters take it, and it is encoded as Latin-1.

    Parameters:
        max_bytes: how many bytes are valid at most; any number if ``None``.

    Example:
        >>> from aiomotorengine import BinaryField, Document
        >>> class Icon(Document):
        ...     image = BinaryField(max_bytes=1024)
        >>> Icon(image=bytes([0, 255])).to_son()
        {'image': b'\\x00\\xff'}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (bytes,)
    _made_for_json = MappingProxyType({bytes: encoded})

    def __init__(
        self, max_bytes: int | None = None, *args: Any, **options: Unpack[FieldOptions]
    ) -> None:
        super().__init__(*args, **options)
        self.max_bytes = max_bytes

    def is_empty(self, value: Any) -> bool:
        return value is None or (isinstance(value, str) and value == "")

    @accepts(lambda field: ANY_BYTES if field.max_bytes is None else NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        if isinstance(value, COPIED):
            try:
                value = bytes(value)
            except ValueError:  # a view that was released
                return False
        if not isinstance(value, bytes):
            return False
        return self.max_bytes is None or len(value) <= self.max_bytes

    @unchanged(bytes, NoneType)
    def to_son(self, value: Any) -> bytes | None:
        return self._as_bytes(value)

    @unchanged(bytes, NoneType)
    def from_son(self, value: Any) -> bytes | None:
        return self._as_bytes(value)

    def parse(self, text: str) -> bytes:
        """The bytes of a text in base64."""
        return decoded(text)

    def _as_key(self, value: Any) -> str:
        return encoded(self._as_bytes(value) or b"")

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "binData"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "contentEncoding": "base64"}

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, decoded)

    def _wanted(self, value: Any) -> str:
        return "bytes" if self.max_bytes is None else f"bytes, at most {self.max_bytes}"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return stored is not loaded

    def _as_bytes(self, value: Any) -> bytes | None:
        if value is None or isinstance(value, bytes):
            return value
        if isinstance(value, COPIED):
            return bytes(value)
        if isinstance(value, str):
            return value.encode("latin-1")
        raise TypeError(f"{self._title} takes bytes or text, not {type(value).__name__}.")

    if TYPE_CHECKING:

        def __set__(
            self, instance: DocumentStorage, value: bytes | bytearray | memoryview | None
        ) -> None: ...
