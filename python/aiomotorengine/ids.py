"""What MongoDB takes as the ``_id`` of a document, and what a program may give for one.

Also which ids MongoDB takes for one, and how many are asked for at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

import bson
from bson.binary import UuidRepresentation
from bson.code import Code
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.timestamp import Timestamp

from aiomotorengine.utils import has_operators, is_unicode

__all__ = [
    "Id",
    "chunks",
    "id_key",
    "id_to_find",
    "in_one_query",
    "is_hex_id",
    "is_id",
    "refuse_other_than_ids",
    "without_hex",
]

Id = ObjectId | str | int | float | bytes | UUID | datetime | Decimal128 | Mapping[str, Any]
"""What a type checker takes for an id."""

SCALARS = (
    ObjectId,
    bytes,
    UUID,
    datetime,
    float,
    Decimal128,
    Timestamp,
    DatetimeMS,
    MinKey,
    MaxKey,
)
"""Types of ids, besides texts, whole numbers and mappings."""

# Tuples, since these are asked about each of many ids.
KEYS = (ObjectId, str, NoneType)
"""Types of ids that are hashable and equal where MongoDB takes them for one."""

NUMBERS = (int, float, Decimal)

SIZED = (str, bytes)
"""Types of keys that may be of any length."""

STANDARD: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)

IDS_PER_QUERY = 10_000
"""How many ids one ``$in`` asks for: 12-byte ids stay far below the 16 MiB of a command."""

SIZE_PER_QUERY = 2 * 1024 * 1024
"""How many characters or bytes ids of other types, such as texts, have together in one ``$in``."""

HEX_ID = re.compile(r"[0-9a-fA-F]{24}")


def is_id(value: Any) -> bool:
    """Whether MongoDB takes a value as an ``_id``: anything it stores but lists and conditions.

    Example:
        >>> from aiomotorengine.ids import is_id
        >>> [is_id(value) for value in (7, "nord-7", {"row": 1}, [1], {"$ne": 1}, None)]
        [True, True, True, False, False, False]
    """
    if isinstance(value, SCALARS):
        return True
    if isinstance(value, str):
        return not isinstance(value, Code) and is_unicode(value)
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return isinstance(value, Mapping) and not has_operators(value)


def is_hex_id(value: Any) -> bool:
    """Whether a value is the text of an ``ObjectId``: 24 hexadecimal digits."""
    return isinstance(value, str) and HEX_ID.fullmatch(value) is not None


def without_hex(value: Any) -> Any:
    """The ``ObjectId`` of a text that is one; any other value as it is."""
    return ObjectId(value) if isinstance(value, str) and is_hex_id(value) else value


def id_to_find(value: Any) -> Any:
    """The id that ``get`` looks up for what it is given.

    Parameters:
        value: any id; 24 hexadecimal digits and 12 bytes are an ``ObjectId``.

    Raises:
        TypeError: it is no id.
    """
    if type(value) is bytes and len(value) == 12:
        return ObjectId(value)
    refuse_other_than_ids(value)
    return without_hex(value)


def refuse_other_than_ids(value: Any) -> None:
    """Raise ``TypeError`` for a value that MongoDB does not take as an ``_id``."""
    if not is_id(value):
        raise TypeError(
            f"An _id is anything that MongoDB stores but a list or a condition; this is of type "
            f"{type(value).__name__}."
        )


def id_key(value: Any) -> Any:
    """Something hashable that is equal for what MongoDB takes for one id."""
    if isinstance(value, KEYS):
        return value
    if isinstance(value, Decimal128):
        value = value.to_decimal()
    if isinstance(value, NUMBERS) and not isinstance(value, bool):
        return value  # 1, 1.0 and Int64(1) are one id, also in Python
    # As bytes, dates are equal at the same moment, and mappings that have the same keys in the
    # same order.
    return bson.encode({"": value}, codec_options=STANDARD)


def chunks(ids: Mapping[Any, Any], most: int | None = None) -> Iterator[list[Any]]:
    """The ids, as many at a time as one query asks for.

    Parameters:
        ids: the ids by their keys.
        most: how many at most, where that is less.
    """
    most = min(most or IDS_PER_QUERY, IDS_PER_QUERY)
    chunk: list[Any] = []
    size = 0
    for key, id in ids.items():
        chunk.append(id)
        size += len(key) if isinstance(key, SIZED) else 0
        if len(chunk) == most or size >= SIZE_PER_QUERY:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def in_one_query(*ids: Mapping[Any, Any]) -> list[Any] | None:
    """All ids of some mappings, as for ``chunks``; ``None`` where they are too many for a query."""
    if sum(map(len, ids)) > IDS_PER_QUERY:
        return None
    found = [*chunks({key: id for some in ids for key, id in some.items()})]
    return None if len(found) > 1 else [id for chunk in found for id in chunk]
