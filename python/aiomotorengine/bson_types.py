"""MongoDB's names for the types of values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.timestamp import Timestamp

__all__ = ["ALIASES", "CODES", "bson_type_of"]

ALIASES = frozenset(
    {
        "array",
        "binData",
        "bool",
        "date",
        "dbPointer",
        "decimal",
        "double",
        "int",
        "javascript",
        "javascriptWithScope",
        "long",
        "maxKey",
        "minKey",
        "null",
        "number",
        "object",
        "objectId",
        "regex",
        "string",
        "symbol",
        "timestamp",
        "undefined",
    }
)
"""The names that ``$type`` takes; ``number`` means those of all numbers."""

CODES = frozenset({*range(1, 20), -1, 127})
"""The numbers that it takes."""

# The first that fits counts.
NAMES: tuple[tuple[type[Any] | tuple[type[Any], ...], str], ...] = (
    (NoneType, "null"),
    (bool, "bool"),
    (Int64, "long"),
    (int, "int"),
    (float, "double"),
    (Code, "javascript"),
    (str, "string"),
    ((bytes, UUID), "binData"),
    ((datetime, DatetimeMS), "date"),
    (ObjectId, "objectId"),
    (Decimal128, "decimal"),
    (Timestamp, "timestamp"),
    ((Regex, re.Pattern), "regex"),
    (MinKey, "minKey"),
    (MaxKey, "maxKey"),
    ((Mapping, DBRef), "object"),
    (list, "array"),
)


def bson_type_of(value: Any) -> str:
    """MongoDB's name for the type of a value that came from it.

    Example:
        >>> from aiomotorengine.bson_types import bson_type_of
        >>> [bson_type_of(value) for value in ("a", True, 1.5, {}, None)]
        ['string', 'bool', 'double', 'object', 'null']
    """
    for types, name in NAMES:
        if isinstance(value, types):
            return name
    return type(value).__name__
