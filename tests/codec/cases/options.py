"""The options of fields: what they refuse, and what they store otherwise."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any, NamedTuple

from bson import Int64

from aiomotorengine import (
    BaseField,
    BinaryField,
    BooleanField,
    DateTimeField,
    DecimalField,
    DictField,
    EmailField,
    FloatField,
    IntField,
    ListField,
    MapField,
    SetField,
    StringField,
    TupleField,
    UUIDField,
)
from tests.codec.case import Case, Refused


class Size(Enum):
    SMALL, LARGE = "S", "L"


class Loud(StringField):
    """Its own way of writing, and options besides."""

    def to_son(self, value: Any) -> Any:
        return value and value.upper()


class Sized(IntField):
    """An attribute of its own that has the name of an option."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.bits = 64


class Shouted(StringField):
    """The same for texts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.to_lower = True


class Listed(list[Any]):
    """A list of a class of its own."""


class Collected(set[Any]):
    """The same for a set."""


class Pair(NamedTuple):
    one: Any
    other: Any


class Sequenced(ListField[Any]):
    """A list that only Python validates."""

    def _is_container(self, value: Any) -> bool:
        return super()._is_container(value)


class Long(StringField):
    """Its own validation, and options besides."""

    def validate(self, value: Any) -> bool:
        return value != "no"


def even(value: int) -> None:
    if value % 2:
        raise ValueError("it is odd")


PARIS = timezone(timedelta(hours=1))
NOON = datetime(2020, 1, 2, 12)
CHOICES = StringField(choices=["a", "b"])

CASES = [
    Case(CHOICES, python="a", stored="a"),
    Case(CHOICES, python=None, stored=None),
    Case(Sized(), python=5, stored=5),
    Case(Shouted(), python="A", stored="A"),
    Refused(StringField(choices=["a", "b"]), python="c"),
    Refused(StringField(choices=["a", "b"]), python=""),
    Case(StringField(choices=[("a", "first"), ("b", "second")]), python="b", stored="b"),
    Case(StringField(choices=Size), python="L", stored="L"),
    Refused(StringField(choices=Size), python="LARGE"),
    Case(StringField(choices=lambda: ["x"]), python="x", stored="x"),
    Refused(StringField(choices=lambda: ["x"]), python="y"),
    Case(IntField(choices=[1, 2]), python="2", stored=2, reads=2),
    Case(IntField(choices=[1, 2]), python=1, stored=1),
    Refused(IntField(choices=[1, 2]), python=3),
    Case(IntField(choices=range(3)), python=2, stored=2),
    Refused(IntField(choices=[1.5]), python=1),
    Case(BaseField(choices=[1, "a", None]), python="a", stored="a"),
    Refused(BaseField(choices=[1, "a"]), python=[1]),
    Case(Loud(choices=["a"]), python="a", stored="A", reads="A"),
    Case(Loud(choices=["A"]), python="a", stored="A", reads="A"),
    Refused(Loud(choices=["a"]), python="b"),
    Case(Long(min_length=3), python="yes", stored="yes"),
    Refused(Long(min_length=3), python="ye"),
    Refused(Long(min_length=1), python="no"),
    Case(StringField(min_length=2, max_length=3), python="ab", stored="ab"),
    Case(StringField(min_length=2), python="äö", stored="äö"),
    Case(StringField(min_length=2), python=None, stored=None),
    Refused(StringField(min_length=2), python="a"),
    Refused(StringField(min_length=2), python=""),
    Refused(StringField(min_length=2, max_length=3), python="abcd"),
    Case(StringField(pattern="^[A-Z]+$"), python="ABC", stored="ABC"),
    Case(StringField(pattern="b"), python="abc", stored="abc"),
    Case(StringField(pattern=re.compile("B", re.IGNORECASE)), python="abc", stored="abc"),
    Refused(StringField(pattern="^[A-Z]+$"), python="Abc"),
    Case(IntField(validators=[even]), python=2, stored=2),
    Refused(IntField(validators=[even]), python=3),
    Refused(StringField(validators=[str.isdigit]), python="x"),
    Case(StringField(validators=[str.isdigit]), python="1", stored="1"),
    Case(ListField(IntField(validators=[even])), python=[2, 4, None], stored=[2, 4, None]),
    Refused(ListField(IntField(validators=[even])), python=[2, 3]),
    Refused(ListField(ListField(IntField(validators=[even]))), python=[[], [2, 3]]),
    Case(ListField(StringField(choices=["a"])), python=["a", "a"], stored=["a", "a"]),
    Refused(ListField(StringField(choices=["a"])), python=["a", "b"]),
    Case(ListField(IntField(), min_length=1, max_length=2), python=[1], stored=[1]),
    Refused(ListField(IntField(), min_length=1), python=[]),
    Refused(ListField(IntField(), min_length=1), python=None),
    Refused(SetField(IntField(), min_length=1), python=None),
    Refused(ListField(ListField(IntField(), min_length=1)), python=[[1], None]),
    Case(ListField(IntField(), min_length=0, max_length=1), python=None, stored=[], reads=[]),
    Refused(ListField(IntField(), max_length=2), python=[1, 2, 3]),
    Refused(ListField(IntField(), max_length=2), python=(1, 2, 3)),
    Refused(ListField(IntField(), max_length=2), python=[1, "x"]),
    Case(ListField(IntField(), unique_items=True), python=[1, 2], stored=[1, 2]),
    Refused(ListField(IntField(), unique_items=True), python=[1, 2, "1"]),
    Case(ListField(BaseField(), unique_items=True), python=[1, True, [1]], stored=[1, True, [1]]),
    Refused(ListField(BaseField(), unique_items=True), python=[[1], {"a": 1}, [1]]),
    Case(IntField(strict=True), python=1, stored=1),
    Case(IntField(strict=True), python=None, stored=None),
    Case(IntField(strict=True), python=Int64(1), stored=1, reads=1),
    Refused(IntField(strict=True), python=True),
    Refused(IntField(strict=True), python="1"),
    Refused(IntField(strict=True), python=1.0),
    Case(FloatField(strict=True), python=1, stored=1.0, reads=1.0),
    Case(FloatField(strict=True), python=1.5, stored=1.5),
    Refused(FloatField(strict=True), python="1.5"),
    Refused(FloatField(strict=True), python=True),
    Refused(BooleanField(strict=True), python=1),
    Case(BooleanField(strict=True), python=True, stored=True),
    Refused(BinaryField(strict=True), python=bytearray(b"a")),
    Refused(DecimalField(strict=True), python="1.00"),
    Refused(UUIDField(strict=True), python="12345678123456781234567812345678"),
    Refused(ListField(IntField(), strict=True), python=(1, 2)),
    Refused(DictField(IntField(), strict=True), python={"groß": "5"}),
    Case(DictField(IntField(), strict=True), python={"groß": 5}, stored={"groß": 5}),
    Refused(DictField(IntField(), strict=True), python=OrderedDict(a="5")),
    Refused(MapField(IntField(), keys=IntField(), strict=True), python={1: "5"}),
    Refused(DictField(DictField(IntField()), strict=True), python={"a": {"groß": "5"}}),
    Refused(ListField(IntField(), strict=True), python=Listed(["5"])),
    Case(ListField(IntField(), strict=True), python=Listed([5]), stored=[5], reads=[5]),
    Refused(SetField(IntField(), strict=True), python=Collected(["5"])),
    Refused(TupleField(IntField(), IntField(), strict=True), python=Pair(1, "5")),
    Refused(Sequenced(IntField(), strict=True), python=["5"]),
    Case(
        DictField(IntField(strict=False), strict=True),
        python={"ü": "5"},
        stored={"ü": 5},
        reads={"ü": 5},
    ),
    Case(StringField(required=True, allow_empty=True), python="", stored=""),
    Refused(StringField(required=True, allow_empty=True), python=None),
    Case(ListField(IntField(), required=True, allow_empty=True), python=[], stored=[]),
    Refused(ListField(IntField(), required=True, allow_empty=True), python=None),
    Case(IntField(bits=64), python=1, stored=Int64(1), reads=1),
    Case(IntField(bits=64), python="1", stored=Int64(1), reads=1),
    Case(IntField(bits=64), python=None, stored=None),
    Case(ListField(IntField(bits=64)), python=[1, 2], stored=[Int64(1), Int64(2)], reads=[1, 2]),
    Case(IntField(bits=32), python=2**31 - 1, stored=2**31 - 1),
    Case(IntField(bits=32), python=-(2**31), stored=-(2**31)),
    Refused(IntField(bits=32), python=2**31),
    Refused(IntField(bits=32), python=str(2**31)),
    Refused(IntField(bits=32, max_value=5), python=6),
    Case(BooleanField(null=True), python=None, stored=None),
    Case(BooleanField(null=True), python=False, stored=False),
    Case(BooleanField(null=True), python="yes", stored=True, reads=True),
    Refused(BooleanField(null=True, required=True), python=None),
    Case(
        ListField(BooleanField(null=True)),
        python=[None, True, 0],
        stored=[None, True, False],
        reads=[None, True, False],
    ),
    Case(
        DateTimeField(tz=UTC),
        python=NOON,
        stored=NOON.replace(tzinfo=UTC),
        reads=NOON.replace(tzinfo=UTC),
    ),
    Case(DateTimeField(tz=UTC), python=None, stored=None),
    Case(
        DateTimeField(tz=UTC),
        python=NOON.replace(tzinfo=UTC),
        stored=NOON.replace(tzinfo=UTC),
    ),
    Case(
        ListField(DateTimeField(tz=UTC)),
        python=[NOON, None],
        stored=[NOON.replace(tzinfo=UTC), None],
        reads=[NOON.replace(tzinfo=UTC), None],
    ),
    Case(
        DateTimeField(tz=PARIS),
        python=NOON,
        stored=NOON.replace(tzinfo=PARIS),
        reads=NOON.replace(tzinfo=PARIS),
    ),
    Case(DateTimeField(min_value=NOON, max_value=NOON), python=NOON, stored=NOON),
    Refused(DateTimeField(min_value=NOON), python=NOON - timedelta(seconds=1)),
    Refused(DateTimeField(max_value=NOON), python=NOON.replace(tzinfo=UTC, hour=13)),
    Refused(DateTimeField(max_value=NOON, tz=PARIS), python=NOON.replace(tzinfo=UTC)),
    Case(EmailField(choices=["a@b.de"]), python="a@b.de", stored="a@b.de"),
    Refused(EmailField(choices=["a@b.de"]), python="c@b.de"),
]
