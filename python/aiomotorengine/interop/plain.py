"""What JSON has for a value by its type, where no field says it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from re import Pattern
from types import NoneType
from typing import Any
from uuid import UUID

from bson.binary import UUID_SUBTYPE, VECTOR_SUBTYPE, Binary, BinaryVector
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.timestamp import Timestamp

from aiomotorengine.fields.binary_field import encoded
from aiomotorengine.fields.json_texts import duration, finite
from aiomotorengine.fields.password_field import SECRET, PasswordType
from aiomotorengine.locations import described
from aiomotorengine.storage.dangling import DanglingReference

__all__ = ["SAME", "SEQUENCES", "json_form"]

SEQUENCES = (list, tuple, set, frozenset, deque)
"""What JSON has lists for."""

FORMS: dict[type, Callable[[Any], Any]] = {
    float: lambda value: finite(float(value)),
    int: int,
    str: str.__str__,
    ObjectId: str,
    UUID: str,
    Decimal: str,
    Decimal128: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: duration,
    IPv4Address: str,
    IPv6Address: str,
    PasswordType: lambda value: SECRET,
    DatetimeMS: lambda value: value.as_datetime().isoformat(),
    Timestamp: lambda value: value.as_datetime().isoformat(),
    Regex: lambda value: value.pattern,
    Pattern: lambda value: value.pattern,
}
"""By type, what makes the form of values that are no others' containers."""

SAME = frozenset({str, int, bool, NoneType})
"""The types of values that are the same in JSON."""


def json_form(value: Any, inner: Callable[[Any], Any]) -> Any:
    """What JSON has for a value.

    Parameters:
        value: the value.
        inner: gives the forms of what is inside of it.

    Raises:
        TypeError: JSON has none.
    """
    if type(value) in SAME:
        return value
    if isinstance(value, Enum):
        return inner(value.value)
    if isinstance(value, bytes | bytearray | memoryview):
        return of_bytes(value, inner)
    for kind in type(value).__mro__:
        if kind in FORMS:
            return FORMS[kind](value)
    if isinstance(value, Mapping):
        return {key_of(key, inner): inner(item) for key, item in value.items()}
    if isinstance(value, SEQUENCES):
        return [inner(item) for item in value]
    if isinstance(value, BinaryVector):
        return [inner(item) for item in value.data]
    if isinstance(value, DBRef):
        return {key: inner(item) for key, item in value.as_doc().items()}
    if isinstance(value, DanglingReference):
        return inner(value.id)
    raise TypeError(f"JSON has no form for {described(value)}.")


def of_bytes(value: bytes | bytearray | memoryview, inner: Callable[[Any], Any]) -> Any:
    if isinstance(value, Binary) and value.subtype == VECTOR_SUBTYPE:
        return inner(value.as_vector())
    if isinstance(value, Binary) and value.subtype == UUID_SUBTYPE:
        return str(value.as_uuid())
    return encoded(value)


def key_of(key: Any, inner: Callable[[Any], Any]) -> str:
    return key if type(key) is str else str(inner(key))
