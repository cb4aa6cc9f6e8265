"""BaseField: everything that BSON holds, as it is."""

from __future__ import annotations

from datetime import datetime

from bson import SON, Binary, Decimal128, Int64, MinKey, ObjectId, Timestamp

from aiomotorengine import BaseField
from tests.codec.case import Case, Refused

ID = ObjectId("0123456789abcdef01234567")

CASES = [
    Case(BaseField(), python=None, stored=None),
    Case(BaseField(), python="text", stored="text"),
    Case(BaseField(), python="", stored=""),
    Case(BaseField(), python=5, stored=5),
    Case(BaseField(), python=2**40, stored=2**40, reads=Int64(2**40)),
    Case(BaseField(), python=Int64(5), stored=Int64(5)),
    Case(BaseField(), python=1.5, stored=1.5),
    Case(BaseField(), python=True, stored=True),
    Case(BaseField(), python=b"\x00\xff", stored=b"\x00\xff"),
    Case(BaseField(), python=Binary(b"x", 128), stored=Binary(b"x", 128)),
    Case(BaseField(), python=ID, stored=ID),
    Case(BaseField(), python=datetime(2020, 1, 2), stored=datetime(2020, 1, 2)),
    Case(BaseField(), python=Decimal128("1.50"), stored=Decimal128("1.50")),
    Case(BaseField(), python=Timestamp(5, 1), stored=Timestamp(5, 1)),
    Case(BaseField(), python=MinKey(), stored=MinKey()),
    Case(BaseField(), python=[], stored=[]),
    Case(BaseField(), python=[1, [2, {"a": None}]], stored=[1, [2, {"a": None}]]),
    Case(BaseField(), python=(1, 2), stored=(1, 2), reads=[1, 2]),
    Case(BaseField(), python={"b": 1, "a": {"c": []}}, stored={"b": 1, "a": {"c": []}}),
    Case(BaseField(), python=SON(b=1, a=2), stored=SON(b=1, a=2), reads={"b": 1, "a": 2}),
    Case(BaseField(required=True), python="", stored=""),
    Case(BaseField("key"), python="renamed", stored="renamed"),
    Refused(BaseField(required=True), python=None),
]
