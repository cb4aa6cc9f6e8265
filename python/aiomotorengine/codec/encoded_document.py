"""A document that is BSON already, as the driver takes it."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import bson

__all__ = ["RAW_BSON_MARKER", "EncodedDocument", "wrap_many"]

RAW_BSON_MARKER = 101
"""What PyMongo looks for in a type whose instances it copies, or makes, from bytes."""


class EncodedDocument(MutableMapping[str, Any]):
    """BSON bytes; to everyone but PyMongo's encoder, a mapping.

    Parameters:
        raw: the bytes.
        id: the document's ``_id``, which is in the bytes as well.
    """

    __slots__ = ("_id", "raw")

    _type_marker = RAW_BSON_MARKER

    def __init__(self, raw: bytes, id: Any) -> None:
        self.raw = raw
        self._id = id

    def __getitem__(self, key: str) -> Any:
        # The driver asks for this one, for each document.
        return self._id if key == "_id" else bson.decode(self.raw)[key]

    def __contains__(self, key: object) -> bool:
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
        return f"<{len(self.raw)} bytes of BSON, _id {self._id!r}>"


def wrap_many(encoded: Sequence[bytes], ids: Sequence[Any]) -> list[MutableMapping[str, Any]]:
    """Wrap encoded documents for the driver.

    Raises:
        ValueError: there is not one id for each.
    """
    return [EncodedDocument(raw, id) for raw, id in zip(encoded, ids, strict=True)]
