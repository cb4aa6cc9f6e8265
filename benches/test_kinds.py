"""What a value of each kind of field costs, validated and encoded, and decoded.

The yardstick is PyMongo on the dict that such a document stores. Documents have twenty values of
one kind, each another one, as users have them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from random import Random
from typing import Any
from uuid import UUID

import bson
import pytest
from bson.dbref import DBRef
from bson.objectid import ObjectId

from aiomotorengine import (
    AnyField,
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    DictField,
    Document,
    EmailField,
    EmbeddedDocumentField,
    EnumField,
    FloatField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    GeometryCollectionField,
    IntField,
    IPAddressField,
    JsonField,
    LineStringField,
    ListField,
    MapField,
    MultiLineStringField,
    MultiPointField,
    MultiPolygonField,
    ObjectIdField,
    PasswordField,
    PointField,
    PolygonField,
    ReferenceField,
    SequenceField,
    SetField,
    StringField,
    TimedeltaField,
    TimeField,
    TupleField,
    URLField,
    UUIDField,
    VectorField,
    fields,
)
from aiomotorengine.fields.password_field import PasswordType
from aiomotorengine.metaclasses import DocumentMetaClass
from benches.codecs import STANDARD, again, decoding, encoding, only_native, watch
from benches.conftest import Compare
from benches.tables import put

COUNT = 300
VALUES = 20
ROUNDS = 5
TIMES = 3
TABLE = "a value of each kind of field, in ns and in multiples of `bson.encode` and `decode_all`"

pytestmark = only_native

WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "flint",
    "grove",
    "heron",
    "iris",
    "juniper",
    "kestrel",
    "linden",
]


class Line(Document):
    sku = StringField()
    count = IntField()
    price = FloatField()


class Note(Document):
    text = StringField()


class Target(Document):
    name = StringField()


class Color(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


def words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, k=count))


def position(random: Random) -> list[float]:
    return [round(random.uniform(-180, 180), 6), round(random.uniform(-90, 90), 6)]


def shape(kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": kind, "coordinates": coordinates}


def shape_of_all(*shapes: dict[str, Any]) -> dict[str, Any]:
    return {"type": "GeometryCollection", "geometries": list(shapes)}


def ring(random: Random) -> list[list[float]]:
    positions = [position(random) for _ in range(4)]
    return [*positions, list(positions[0])]


KINDS: dict[str, tuple[Callable[[], BaseField[Any]], Callable[[Random], Any]]] = {
    "StringField": (StringField, lambda r: words(r, 3)),
    "BooleanField": (BooleanField, lambda r: r.random() < 0.5),
    "IntField": (IntField, lambda r: r.randint(0, 100_000)),
    "SequenceField": (SequenceField, lambda r: r.randint(0, 100_000)),
    "FloatField": (FloatField, lambda r: r.uniform(-1000, 1000)),
    "DecimalField": (DecimalField, lambda r: Decimal(r.randint(1, 10**6)).scaleb(-2)),
    "DecimalField, bounded": (
        lambda: DecimalField(min_value=0),
        lambda r: Decimal(r.randint(1, 10**6)).scaleb(-2),
    ),
    "DateTimeField": (
        DateTimeField,
        lambda r: datetime(2020, 1, 1) + timedelta(milliseconds=r.randint(0, 10**11)),
    ),
    "DateTimeField, aware": (
        DateTimeField,
        lambda r: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(milliseconds=r.randint(0, 10**11)),
    ),
    "DateField": (DateField, lambda r: date.fromordinal(r.randint(700_000, 740_000))),
    "TimeField": (TimeField, lambda r: time(r.randint(0, 23), r.randint(0, 59))),
    "TimedeltaField": (TimedeltaField, lambda r: timedelta(milliseconds=r.randint(0, 10**9))),
    "Decimal128Field": (Decimal128Field, lambda r: Decimal(r.randint(1, 10**6)).scaleb(-2)),
    "Decimal128Field, bounded": (
        lambda: Decimal128Field(min_value=0, precision=2),
        lambda r: Decimal(r.randint(1, 10**6)).scaleb(-2),
    ),
    "EnumField": (lambda: EnumField(Color), lambda r: r.choice(list(Color))),
    "ObjectIdField": (ObjectIdField, lambda r: ObjectId(r.randbytes(12))),
    "IPAddressField": (IPAddressField, lambda r: IPv4Address(r.getrandbits(32))),
    "UUIDField": (UUIDField, lambda r: UUID(int=r.getrandbits(128), version=4)),
    "BinaryField": (BinaryField, lambda r: r.randbytes(40)),
    "URLField": (
        URLField,
        lambda r: (
            f"https://www.{r.choice(WORDS)}.example.com/{words(r, 2).replace(' ', '/')}?id="
            f"{r.randint(0, 10**6)}"
        ),
    ),
    "EmailField": (
        EmailField,
        lambda r: f"{r.choice(WORDS)}.{r.choice(WORDS)}{r.randint(0, 10**6)}@example.com",
    ),
    "PasswordField": (PasswordField, lambda r: PasswordType(words(r, 2))),
    "JsonField": (
        JsonField,
        lambda r: {"id": r.randint(0, 10**6), "tags": [words(r, 1), words(r, 1)], "on": True},
    ),
    "ListField": (
        lambda: ListField(StringField()),
        lambda r: [words(r, 1) + str(r.randint(0, 99)) for _ in range(5)],
    ),
    "SetField": (
        lambda: SetField(StringField()),
        lambda r: {words(r, 1) + str(r.randint(0, 99)) for _ in range(5)},
    ),
    "TupleField": (
        lambda: TupleField(StringField(), IntField(), FloatField()),
        lambda r: (words(r, 1), r.randint(0, 99), r.random()),
    ),
    "DictField": (
        DictField,
        lambda r: {"id": r.randint(0, 10**6), "tags": [words(r, 1), words(r, 1)], "on": True},
    ),
    "DictField, of integers": (
        lambda: DictField(IntField()),
        lambda r: {words(r, 1): r.randint(0, 99) for _ in range(5)},
    ),
    "MapField": (
        lambda: MapField(IntField()),
        lambda r: {words(r, 1): r.randint(0, 99) for _ in range(5)},
    ),
    "AnyField": (AnyField, lambda r: r.choice([words(r, 3), r.randint(0, 10**6), r.random()])),
    "VectorField": (
        lambda: VectorField(32),
        lambda r: [float(r.randint(-1000, 1000)) for _ in range(32)],
    ),
    "EmbeddedDocumentField": (
        lambda: EmbeddedDocumentField(Line),
        lambda r: Line(sku=words(r, 1), count=r.randint(0, 99), price=r.random()),
    ),
    "GenericEmbeddedDocumentField": (
        lambda: GenericEmbeddedDocumentField([Line, Note]),
        lambda r: (
            Line(sku=words(r, 1), count=r.randint(0, 99), price=r.random())
            if r.random() < 0.5
            else Note(text=words(r, 3))
        ),
    ),
    "GenericReferenceField": (
        lambda: GenericReferenceField([Target]),
        lambda r: DBRef("Target", ObjectId(r.randbytes(12))),
    ),
    "ReferenceField": (lambda: ReferenceField(Target), lambda r: ObjectId(r.randbytes(12))),
    "PointField": (PointField, lambda r: shape("Point", position(r))),
    "LineStringField": (
        LineStringField,
        lambda r: shape("LineString", [position(r) for _ in range(4)]),
    ),
    "PolygonField": (PolygonField, lambda r: shape("Polygon", [ring(r)])),
    "MultiPointField": (
        MultiPointField,
        lambda r: shape("MultiPoint", [position(r) for _ in range(4)]),
    ),
    "MultiLineStringField": (
        MultiLineStringField,
        lambda r: shape("MultiLineString", [[position(r) for _ in range(4)]]),
    ),
    "MultiPolygonField": (MultiPolygonField, lambda r: shape("MultiPolygon", [[ring(r)]])),
    "GeometryCollectionField": (
        GeometryCollectionField,
        lambda r: shape_of_all(shape("Point", position(r)), shape("Polygon", [ring(r)])),
    ),
    "BaseField": (BaseField, lambda r: words(r, 3)),
}


def documents_of(name: str) -> list[Any]:
    make_field, value_of = KINDS[name]
    source = random.Random(name)
    names = [f"value_{number}" for number in range(VALUES)]
    model: Any = DocumentMetaClass("Case", (Document,), {key: make_field() for key in names})
    return [model(**{key: value_of(source) for key in names}) for _ in range(COUNT)]


# A class has one at most, and to the codec it is an IntField.
ONE_IN_A_CLASS = {"VersionField"}


def test_every_field_has_a_row() -> None:
    assert set(fields.__all__) - ONE_IN_A_CLASS <= {name.split(",")[0] for name in KINDS}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.usefixtures("without_collector")
def test_encoding(compare: Compare, name: str) -> None:
    documents = documents_of(name)
    rows = [{"_id": ObjectId(), **document.to_son()} for document in documents]
    measure(
        compare,
        encoding("native", documents),
        lambda: [bson.encode(row, codec_options=STANDARD) for row in rows],
        name,
        "encode",
    )


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.usefixtures("without_collector")
def test_decoding(compare: Compare, name: str) -> None:
    documents = documents_of(name)
    rows = [{"_id": ObjectId(), **document.to_son()} for document in documents]
    batch = b"".join(bson.encode(row, codec_options=STANDARD) for row in rows)
    measure(
        compare,
        decoding("native", type(documents[0]), batch),
        lambda: bson.decode_all(batch, STANDARD),
        name,
        "decode",
    )


def measure(
    compare: Compare, work: Callable[[], Any], yardstick: Callable[[], Any], row: str, column: str
) -> None:
    compare(
        again(work, TIMES),
        again(yardstick, TIMES),
        table=TABLE,
        row=row,
        column=column,
        rounds=ROUNDS,
        clock=watch,
    )
    seconds = compare.benchmark.stats.stats.min
    put(TABLE, row, f"{column}, ns", round(seconds / (TIMES * COUNT * VALUES) * 1e9, 1))
