"""StringField."""

from __future__ import annotations

from typing import Any

from aiomotorengine import ListField, MapField, SetField, StringField, TupleField
from tests.codec.case import Case, Refused


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


def stripped(**options: Any) -> StringField:
    return StringField(strip_whitespace=True, **options)


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
    # Texts that are changed before all else.
    Case(stripped(), python="as it is", stored="as it is"),
    Case(stripped(), python=" \t\x1f a b \n", stored="a b", reads="a b"),
    Case(stripped(), python="\u2003größer\u3000", stored="größer", reads="größer"),
    Case(stripped(), python="   ", stored="", reads=""),
    Case(stripped(), python=None, stored=None),
    Case(stripped(), python=Text(" own "), stored="own", reads="own"),
    Case(StringField(to_lower=True), python="ADA", stored="ada", reads="ada"),
    Case(StringField(to_lower=True), python="ÄİΣ", stored="äi\u0307ς", reads="äi\u0307ς"),
    Case(StringField(to_upper=True), python="straße", stored="STRASSE", reads="STRASSE"),
    Case(StringField(to_upper=True), python="A1", stored="A1"),
    Case(stripped(max_length=3), python="  abc  ", stored="abc", reads="abc"),
    Case(stripped(min_length=3), python="abc ", stored="abc", reads="abc"),
    Case(stripped(pattern="^[a-z]+$", to_lower=True), python=" Ada ", stored="ada", reads="ada"),
    Case(stripped(choices=["S", "L"], to_upper=True), python=" s", stored="S", reads="S"),
    Case(stripped(required=True), python=" a ", stored="a", reads="a"),
    Case(
        ListField(stripped()),
        python=[" a", "b ", "c"],
        stored=["a", "b", "c"],
        reads=["a", "b", "c"],
    ),
    Case(SetField(stripped(max_length=1)), python={" a"}, stored=["a"], reads={"a"}),
    Case(MapField(stripped()), python={"k": " a"}, stored={"k": "a"}, reads={"k": "a"}),
    Case(TupleField(stripped(), ...), python=(" a", "b"), stored=["a", "b"], reads=("a", "b")),
    Refused(stripped(required=True), python="   "),
    Refused(stripped(max_length=3), python=" abcd "),
    Refused(stripped(min_length=3), python=" ab "),
    Refused(stripped(pattern="^[A-Z]+$", to_lower=True), python="ADA"),
    Refused(stripped(choices=["S", "L"]), python="M "),
    Refused(stripped(), python=5),
    Refused(stripped(), python=b" "),
    Refused(ListField(stripped(max_length=1)), python=["a ", " bc"]),
]
