"""A document that is BSON already, as the driver takes it."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine.codec.elements import elements

__all__ = ["RAW_BSON_MARKER", "EncodedDocument", "id_of", "wrap_many"]

RAW_BSON_MARKER = 101
"""What PyMongo looks for in a type whose instances it copies, or makes, from bytes."""

OBJECT_ID = b"\x07_id\0"
"""How a document begins, behind its length, whose ``_id`` is an ``ObjectId``."""


class EncodedDocument(MutableMapping[str, Any]):
    """BSON bytes; to everyone but PyMongo's encoder, a mapping.

    Parameters:
        raw: the bytes.
    """

    __slots__ = ("raw",)

    _type_marker = RAW_BSON_MARKER

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __getitem__(self, key: str) -> Any:
        return bson.decode(self.raw)[key]

    def __contains__(self, key: object) -> bool:
        # The driver may ask for this one, for each document.
        return key == "_id" or key in bson.decode(self.raw)

    def __iter__(self) -> Iterator[str]:
        return iter(bson.decode(self.raw))

    def __len__(self) -> int:
        return len(bson.decode(self.raw))

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("an encoded document cannot be changed")

    def __delitem__(self, key: str) -> None:
        raise TypeError("an encoded document cannot be changed")

    def __repr__(self) -> str:
        # The driver puts this into the text of an error, for each document that was refused.
        return f"<{len(self.raw)} bytes of BSON, _id {self['_id']!r}>"


def wrap_many(encoded: Sequence[bytes]) -> list[MutableMapping[str, Any]]:
    """Wrap encoded documents for the driver."""
    return [EncodedDocument(raw) for raw in encoded]


def id_of(raw: bytes, codec_options: CodecOptions[Any]) -> Any:
    """The ``_id`` of an encoded document, which comes first.

    Example:
        >>> import bson
        >>> from bson.codec_options import DEFAULT_CODEC_OPTIONS
        >>> id_of(bson.encode({"_id": 7, "n": 1}), DEFAULT_CODEC_OPTIONS)
        7
    """
    if raw.startswith(OBJECT_ID, 4):
        start = 4 + len(OBJECT_ID)
        return ObjectId(raw[start : start + 12])
    end = next(elements(raw, 0, len(raw))).end
    size = end + 1
    return bson.decode(size.to_bytes(4, "little") + raw[4:end] + b"\0", codec_options)["_id"]
