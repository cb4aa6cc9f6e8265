"""Typed documents beside those of a class that says the same by fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import bson
import pytest
from bson.objectid import ObjectId

from aiomotorengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmailField,
    Field,
    FloatField,
    IntField,
    ListField,
    StringField,
    TypedDocument,
    UUIDField,
)
from benches.codecs import AGAIN, STANDARD, again, decoding, encoding, watch
from tests.zoo.shapes import S1

COUNT = 100
ROUNDS = {"native": 25, "python": 20}
TIMES = {"native": AGAIN, "python": AGAIN // 10}
SAME = 1.03


class Untyped(Document):
    __dynamic__ = False
    __omit_none__ = True
    name = StringField(required=True, allow_empty=True, max_length=64)
    mail = EmailField()
    age = IntField(min_value=0, max_value=150)
    score = FloatField(required=True, allow_empty=True)
    active = BooleanField(default=False)
    joined = DateTimeField(tz=UTC)
    token = UUIDField()
    tags = ListField(StringField(max_length=32))


class Typed(TypedDocument):
    name: str = Field(max_length=64)
    mail: Annotated[str | None, EmailField()] = None
    age: int | None = Field(default=None, min_value=0, max_value=150)
    score: float
    active: bool = False
    joined: datetime | None = None
    token: UUID | None = None
    tags: list[Annotated[str, Field(max_length=32)]] = Field(default_factory=list)


Works = Callable[[str, Any], Callable[[], Any]]


def constructing(codec: str, document_class: Any) -> Callable[[], list[Any]]:
    values = S1.values(COUNT)
    return lambda: [document_class(**row) for row in values]


def writing(codec: str, document_class: Any) -> Callable[[], Any]:
    return encoding(codec, [document_class(**row) for row in S1.values(COUNT)])


def reading(codec: str, document_class: Any) -> Callable[[], Any]:
    rows = ({"_id": ObjectId(), **row} for row in S1.rows(COUNT))
    return decoding(
        codec,
        document_class,
        b"".join(bson.encode(row, codec_options=STANDARD) for row in rows),
    )


@pytest.mark.parametrize(
    ("what", "works"), [("construct", constructing), ("encode", writing), ("decode", reading)]
)
@pytest.mark.usefixtures("without_collector")
def test_typed(what: str, works: Works, codec: str, compare: Callable[..., float]) -> None:
    times = AGAIN if works is constructing else TIMES[codec]  # which no codec does
    compare(
        again(works(codec, Typed), times),
        again(works(codec, Untyped), times),
        table=f"typed: {COUNT} documents of a `TypedDocument`, vs a `Document` of the same fields",
        row=codec,
        column=what,
        target=SAME,
        rounds=ROUNDS[codec],
        clock=watch,
    )
