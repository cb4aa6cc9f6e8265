"""UUIDField: UUIDs, or their text."""

from __future__ import annotations

from uuid import UUID

from bson import Binary

from aiomotorengine import UUIDField
from tests.codec.case import Case, Refused

KEY = UUID("12345678-1234-5678-1234-567812345678")


class Key(UUID):
    """A UUID of a class of its own."""

    __slots__ = ()


CASES = [
    Case(UUIDField(), python=None, stored=None),
    Case(UUIDField(), python=KEY, stored=KEY),
    Case(UUIDField(), python=UUID(int=0), stored=UUID(int=0)),
    Case(UUIDField(), python=str(KEY), stored=KEY, reads=KEY),
    Case(UUIDField(), python=KEY.hex.upper(), stored=KEY, reads=KEY),
    Case(UUIDField(), python=f"{{{KEY}}}", stored=KEY, reads=KEY),
    Case(UUIDField(), python=Key(str(KEY)), stored=Key(str(KEY)), reads=KEY),
    Case(UUIDField(), python=Binary(KEY.bytes, 4), stored=KEY, reads=KEY),
    Case(UUIDField(required=True), python=KEY, stored=KEY),
    Refused(UUIDField(required=True), python=None),
    Refused(UUIDField(required=True), python=""),
    Refused(UUIDField(), python=""),
    Refused(UUIDField(), python="no"),
    Refused(UUIDField(), python=KEY.bytes),
    Refused(UUIDField(), python=Binary(KEY.bytes, 3)),
    Refused(UUIDField(), python=KEY.int),
    Refused(UUIDField(), python={"$ne": None}),
]
