"""What makes the native codec slower than the tables of shapes say: flat documents of ten values.

The yardstick is PyMongo on the dict that such a document stores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

import bson
import pytest
from bson.decimal128 import Decimal128
from bson.objectid import ObjectId

from aiomotorengine import (
    BaseField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    IntField,
    StringField,
)
from aiomotorengine.metaclasses import DocumentMetaClass
from benches.codecs import STANDARD, again, decoding, encoding, only_native, watch

COUNT = 500
ROUNDS = 5
TIMES = 3
TABLE = "what makes the native codec slow, in multiples of `bson.encode` and `bson.decode_all`"

pytestmark = only_native


class Text(str):
    __slots__ = ()


class Weight(IntEnum):
    HEAVY = 2


class Stored(StringField):
    def to_son(self, value: Any) -> Any:
        return value


class Checked(StringField):
    def validate(self, value: Any) -> bool:
        return True


class Loaded(StringField):
    def from_son(self, value: Any) -> Any:
        return value


class Counted(Document):
    """Has an ``__init__``."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


class Converted(Document):
    """Has conversions of whole documents."""

    def to_son(self) -> dict[str, Any]:
        return super().to_son()

    @classmethod
    def from_son(cls, mapping: Mapping[str, Any]) -> Any:
        return super().from_son(mapping)


def flat(
    make_field: Callable[[], Any], value: Any, base: type[Any] = Document, count: int = 10
) -> Any:
    """A document whose fields are all alike."""
    names = [f"field_{number}" for number in range(count)]
    body: dict[str, Any] = {name: make_field() for name in names}
    model: Any = DocumentMetaClass("Case", (base,), body)
    return model(**dict.fromkeys(names, value))


def with_one(field_class: type[Any]) -> Any:
    made: Iterator[Any] = iter([field_class, *[StringField] * 9])
    return flat(lambda: next(made)(), "a short text")


def undeclared() -> Any:
    document = flat(StringField, "a short text")
    document.extra = "a value that no field declares"
    return document


class Level(Document):
    number = IntField()
    next = EmbeddedDocumentField("benches.test_slow_cases.Level")


def deep(levels: int) -> Any:
    document = Level(number=levels)
    for number in range(levels - 1, 0, -1):
        document = Level(number=number, next=document)
    return document


CASES: dict[str, Callable[[], Any]] = {
    "texts, ten, for comparison": lambda: flat(StringField, "a short text"),
    "texts that are not ASCII": lambda: flat(StringField, "größer, schöner, weiter"),
    "dates": lambda: flat(DateTimeField, datetime(2024, 5, 17, 12, 30)),
    "decimals": lambda: flat(DecimalField, Decimal("12.34")),
    "texts of a subclass of `str`": lambda: flat(StringField, Text("a short text")),
    "ints that are `IntEnum`s": lambda: flat(IntField, Weight.HEAVY),
    "`Decimal128`, which PyMongo converts": lambda: flat(BaseField, Decimal128("12.34")),
    "one `to_son` overridden": lambda: with_one(Stored),
    "all `to_son` overridden": lambda: flat(Stored, "a short text"),
    "all `validate` overridden": lambda: flat(Checked, "a short text"),
    "all `from_son` overridden": lambda: flat(Loaded, "a short text"),
    "an undeclared value": undeclared,
    "a class with its own `__init__`": lambda: flat(StringField, "a short text", Counted),
    "a class with its own `to_son` and `from_son`": lambda: flat(
        StringField, "a short text", Converted
    ),
    "thirty levels": lambda: deep(30),
}


OPTIONS = dict.fromkeys(CASES, STANDARD)
CASES["dates, `tz_aware`"] = CASES["dates"]
OPTIONS["dates, `tz_aware`"] = STANDARD.with_options(tz_aware=True)


@pytest.mark.parametrize("case", CASES)
def test_encode(case: str, compare: Callable[..., None]) -> None:
    document, options = CASES[case](), OPTIONS[case]
    row = document.to_son()
    compare(
        again(encoding("native", [document] * COUNT, options), TIMES),
        again(lambda: [bson.encode(row, codec_options=options) for _ in range(COUNT)], TIMES),
        table=TABLE,
        row=case,
        column="encode, validated",
        rounds=ROUNDS,
        clock=watch,
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("without_collector")
def test_decode(case: str, compare: Callable[..., None]) -> None:
    document, options = CASES[case](), OPTIONS[case]
    raw = bson.encode({"_id": ObjectId(), **document.to_son()}, codec_options=options) * COUNT
    compare(
        again(decoding("native", type(document), raw, options), TIMES),
        again(lambda: bson.decode_all(raw, options), TIMES),
        table=TABLE,
        row=case,
        column="decode",
        rounds=ROUNDS,
        clock=watch,
    )


@pytest.mark.usefixtures("without_collector")
def test_aware_dates_cost_what_naive_ones_do(compare: Callable[..., None]) -> None:
    document = CASES["dates"]()
    raw = bson.encode({"_id": ObjectId(), **document.to_son()}, codec_options=STANDARD) * COUNT
    compare(
        again(decoding("native", type(document), raw, OPTIONS["dates, `tz_aware`"])),
        again(decoding("native", type(document), raw)),
        table="dates that are read with `tz_aware`, in multiples of those without",
        row="decode",
        column="ten dates",
        target=1.05,
        clock=watch,
    )
