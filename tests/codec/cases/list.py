"""ListField: collections of what the base field takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateTimeField,
    DecimalField,
    IntField,
    JsonField,
    ListField,
    PasswordField,
    PointField,
    StringField,
    UUIDField,
)
from aiomotorengine.fields.password_field import PasswordType, sha256
from tests.codec.case import Case, Refused

KEY = UUID("12345678-1234-5678-1234-567812345678")
MOMENT = datetime(2020, 1, 2)
POINT = {"type": "Point", "coordinates": [1, 2]}


class Twice:
    """Neither a list nor a collection, but it can be walked as often as anyone likes."""

    def __iter__(self) -> Iterator[int]:
        return iter((1, 2))


CASES = [
    Case(ListField(StringField()), python=None, stored=[], reads=[]),
    Case(ListField(StringField()), python=[], stored=[]),
    Case(ListField(StringField()), python=["a", "", None], stored=["a", "", None]),
    Case(ListField(StringField()), python=("a", "b"), stored=["a", "b"], reads=["a", "b"]),
    Case(ListField(StringField()), python={"a"}, stored=["a"], reads=["a"]),
    Case(ListField(StringField()), python=frozenset("a"), stored=["a"], reads=["a"]),
    Case(ListField(IntField()), python=deque([1, "2"]), stored=[1, 2], reads=[1, 2]),
    Case(ListField(IntField()), python=range(3), stored=[0, 1, 2], reads=[0, 1, 2]),
    Case(ListField(IntField()), python={1: "a"}.keys(), stored=[1], reads=[1]),
    Case(ListField(IntField()), python=Twice(), stored=[1, 2], reads=[1, 2]),
    Case(ListField(IntField()), python=[None, "1", 2.9], stored=[None, 1, 2], reads=[None, 1, 2]),
    Case(ListField(IntField()), python=list(range(1200)), stored=list(range(1200))),
    Case(ListField(BooleanField()), python=[None, 1], stored=[False, True], reads=[False, True]),
    Case(ListField(DateTimeField()), python=[MOMENT], stored=[MOMENT]),
    Case(
        ListField(DateTimeField(auto_now_on_insert=True, auto_now_on_update=True)),
        python=[MOMENT, None],
        stored=[MOMENT, None],
    ),
    Case(ListField(DecimalField()), python=["1.5"], stored=["1.50"], reads=[Decimal("1.50")]),
    Case(ListField(UUIDField()), python=[str(KEY), KEY], stored=[KEY, KEY], reads=[KEY, KEY]),
    Case(ListField(JsonField()), python=[[1], {"a": 2}], stored=["[1]", '{"a": 2}']),
    Case(ListField(BaseField()), python=[1, "a", [2]], stored=[1, "a", [2]]),
    Case(ListField(PointField()), python=[[1, 2], POINT], stored=[POINT, POINT], reads=[POINT] * 2),
    Case(
        ListField(PasswordField()),
        python=["x", PasswordType("y"), None],
        stored=[sha256("x"), sha256("y"), None],
        reads=[PasswordType("x"), PasswordType("y"), None],
    ),
    Case(ListField(ListField(IntField())), python=[[1], [], [2, 3]], stored=[[1], [], [2, 3]]),
    Case(
        ListField(ListField(IntField())), python=[("1",), None], stored=[[1], []], reads=[[1], []]
    ),
    Case(ListField(ListField(ListField(StringField()))), python=[[["a"]]], stored=[[["a"]]]),
    Case(ListField(StringField(required=True)), python=[""], stored=[""]),
    Case(ListField(StringField(max_length=1)), python=["a", "b"], stored=["a", "b"]),
    Case(ListField(StringField(), required=True), python=["a"], stored=["a"]),
    Refused(ListField(StringField(), required=True), python=None),
    Refused(ListField(StringField(), required=True), python=[]),
    Refused(ListField(StringField(), required=True), python=()),
    Refused(ListField(StringField()), python="abc"),
    Refused(ListField(StringField()), python=""),
    Refused(ListField(StringField()), python={"a": 1}),
    Refused(ListField(StringField()), python=5),
    Refused(ListField(IntField()), python=b"abc"),
    Refused(ListField(IntField()), python=bytearray(b"abc")),
    Refused(ListField(IntField()), python=memoryview(b"abc")),
    Refused(ListField(IntField()), python=iter([1, 2])),
    Refused(ListField(IntField()), python=(number for number in (1, 2))),
    Refused(ListField(BaseField()), python="abc"),
    Refused(ListField(StringField()), python=["a", 5]),
    Refused(ListField(StringField(max_length=1)), python=["a", "bb"]),
    Refused(ListField(IntField()), python=[1, 2**63]),
    Refused(ListField(PointField()), python=[[1, 2], [1, 2, 3]]),
    Refused(ListField(ListField(IntField())), python=[[1], 2]),
    Refused(ListField(ListField(IntField())), python=[[1], ["x"]]),
    Refused(ListField(ListField(StringField())), python=["abc"]),
]
