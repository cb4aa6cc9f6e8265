"""StringField."""

from __future__ import annotations

from aiomotorengine import StringField
from tests.codec.case import Case, Refused


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


CASES = [
    Case(StringField(), python=None, stored=None),
    Case(StringField(), python="", stored=""),
    Case(StringField(), python="plain", stored="plain"),
    Case(StringField(), python="größer, 日本語, 😀", stored="größer, 日本語, 😀"),
    Case(StringField(), python="a\x00b", stored="a\x00b"),
    Case(StringField(), python="x" * 5000, stored="x" * 5000),
    Case(StringField(), python=Text("own"), stored=Text("own"), reads="own"),
    Case(StringField(max_length=5), python="12345", stored="12345"),
    Case(StringField(max_length=3), python="😀😀😀", stored="😀😀😀"),
    Case(StringField(max_length=0), python="", stored=""),
    Case(StringField(max_length=3), python=None, stored=None),
    Case(StringField(required=True), python=" ", stored=" "),
    Refused(StringField(required=True), python=None),
    Refused(StringField(required=True), python=""),
    Refused(StringField(required=True), python=Text("")),
    Refused(StringField(max_length=5), python="123456"),
    Refused(StringField(max_length=5), python=Text("123456")),
    Refused(StringField(max_length=5), python=12345),
    Refused(StringField(), python=5),
    Refused(StringField(), python=b"bytes"),
    Refused(StringField(), python=["a"]),
    Refused(StringField(), python={"$ne": None}),
]
