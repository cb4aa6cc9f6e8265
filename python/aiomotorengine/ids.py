"""What MongoDB takes as the ``_id`` of a document, and what a program may give for one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.timestamp import Timestamp

from aiomotorengine.utils import has_operators

__all__ = ["Id", "id_to_find", "is_hex_id", "is_id", "without_hex"]

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


def is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False  # half of a surrogate pair
    return True


def is_hex_id(value: Any) -> bool:
    """Whether a value is the text of an ``ObjectId``: 24 hexadecimal digits."""
    return isinstance(value, str) and HEX_ID.fullmatch(value) is not None


def without_hex(value: Any) -> Any:
    """The ``ObjectId`` of a text that is one; any other value as it is."""
    return ObjectId(value) if is_hex_id(value) else value


def id_to_find(value: Any) -> Any:
    """The id that ``get`` looks up for what it is given.

    Parameters:
        value: any id; 24 hexadecimal digits and 12 bytes are an ``ObjectId``.

    Raises:
        TypeError: it is no id.
    """
    if type(value) is bytes and len(value) == 12:
        return ObjectId(value)
    if not is_id(value):
        raise TypeError(
            f"An _id is anything that MongoDB stores but a list or a condition; this is of type "
            f"{type(value).__name__}."
        )
    return without_hex(value)
