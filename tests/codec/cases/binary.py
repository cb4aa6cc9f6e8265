"""BinaryField: bytes."""

from __future__ import annotations

from bson import Binary

from aiomotorengine import BinaryField
from tests.codec.case import Case, Refused

CASES = [
    Case(BinaryField(), python=None, stored=None),
    Case(BinaryField(), python=b"", stored=b""),
    Case(BinaryField(), python=b"\x00\xff\x01", stored=b"\x00\xff\x01"),
    Case(BinaryField(), python=Binary(b"x", 128), stored=Binary(b"x", 128)),
    Case(BinaryField(), python=Binary(b"x", 0), stored=Binary(b"x", 0), reads=b"x"),
    Case(BinaryField(), python=bytearray(b"abc"), stored=b"abc", reads=b"abc"),
    Case(BinaryField(), python=memoryview(b"abc"), stored=b"abc", reads=b"abc"),
    Case(BinaryField(max_bytes=3), python=bytearray(b"123"), stored=b"123", reads=b"123"),
    Case(BinaryField(max_bytes=3), python=b"123", stored=b"123"),
    Case(BinaryField(max_bytes=3), python=None, stored=None),
    Case(BinaryField(required=True), python=b"", stored=b""),
    Refused(BinaryField(required=True), python=None),
    Refused(BinaryField(required=True), python=""),
    Refused(BinaryField(max_bytes=3), python=b"1234"),
    Refused(BinaryField(max_bytes=3), python=Binary(b"1234", 128)),
    Refused(BinaryField(), python=""),
    Refused(BinaryField(), python="abc"),
    Refused(BinaryField(max_bytes=3), python=bytearray(b"1234")),
    Refused(BinaryField(max_bytes=3), python=memoryview(b"1234")),
    Refused(BinaryField(), python=5),
    Refused(BinaryField(), python={"$ne": None}),
]
