"""Valid values of the built-in kinds are encoded and decoded without running a line of Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv6Address
from types import FrameType
from typing import Any
from uuid import UUID

import pytest
from bson import ObjectId
from bson.dbref import DBRef

from aiomotorengine import (
    AnyField,
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
    Rows,
    SequenceField,
    SetField,
    StringField,
    TimedeltaField,
    TimeField,
    TupleField,
    URLField,
    UUIDField,
    VectorField,
    VersionField,
    codec,
    fields,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.rows.plan import row_plan
from tests.codec.laws import STANDARD
from tests.codec.test_routes import model_of

pytestmark = pytest.mark.skipif(
    "native" not in codec.available(), reason="there is no native codec here"
)

RING = [[0, 0], [0, 1.5], [1, 1], [0, 0]]


class Level(Enum):
    LOW, HIGH = 1, 2**40


class Color(Enum):
    RED, GREEN = "red", "grün"


class Weight(IntEnum):
    LIGHT, HEAVY = 1, 2


class Inner(Document):
    name = StringField(required=True)
    price = DecimalField()


class Other(Document):
    size = IntField()


VALUES: tuple[tuple[Any, list[Any]], ...] = (
    (StringField(max_length=9, required=True), ["a", "ä" * 9]),
    (BooleanField(), [True, False]),
    (IntField(min_value=0, max_value=2**40), [0, 2**40]),
    (VersionField(), [1, 2**40]),
    (SequenceField(), [1, 2**40]),
    (FloatField(min_value=0.0), [0.5, 1e300]),
    (DecimalField(), [Decimal("1.50"), Decimal(-3), Decimal("0.1")]),
    (DecimalField(0, "99.99"), [Decimal("99.99"), Decimal("0.00")]),
    (DateTimeField(), [datetime(2024, 2, 29), datetime(1960, 1, 1, tzinfo=UTC)]),
    (DateField(required=True), [date(2024, 2, 29), date.min, date.max]),
    (DateField(date(1970, 1, 1), "2024-12-31"), [date(2024, 2, 29)]),
    (TimeField(), [time(8, 30), time.min, time.max, "08:30", "08:30:15.250"]),
    (TimeField(required=True, strict=True), [time(8, 30)]),
    (TimedeltaField(), [timedelta(seconds=1.5), timedelta(days=-3), timedelta.max]),
    (TimedeltaField("microseconds"), [timedelta(microseconds=-1), timedelta(days=10**8)]),
    (TimedeltaField("seconds", required=True), [timedelta(seconds=0.1), timedelta(days=-400)]),
    (Decimal128Field(), [Decimal("1.50"), Decimal("-1E-6176"), Decimal("9" * 34)]),
    (Decimal128Field(0, "99.99", 2), [Decimal("99.99"), Decimal("0.00")]),
    (EnumField(Level), [*Level, 1]),
    (EnumField(Color, required=True), [*Color, "red"]),
    (EnumField(Weight, by_name=True), [*Weight, "HEAVY"]),
    (ObjectIdField(required=True), [ObjectId("65df1f000000000000000001")]),
    (ListField(DateField()), [[date(2024, 2, 29), date(1960, 1, 1)]]),
    (IPAddressField(), [IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1"), "192.0.2.1", "::"]),
    (IPAddressField(version=4, required=True), [IPv4Address(0), IPv4Address(2**32 - 1)]),
    (IPAddressField(version=6, strict=True), [IPv6Address(0), IPv6Address(2**128 - 1)]),
    (ListField(IPAddressField()), [[IPv4Address(5), "2001:DB8::1"]]),
    (UUIDField(required=True), [UUID(int=5)]),
    (BinaryField(max_bytes=3), [b"", b"abc"]),
    (URLField(), ["https://u:p@a_b.example.com:8080/x?y#z", "http://10.0.0.1", "http://[::1]/"]),
    (EmailField(), ["ada.lovelace+tag@example.co.uk", '"q\\"x"@example.com']),
    (PasswordField(), ["secret"]),
    (PasswordField(required=True), ["secret"]),
    (JsonField(), [None, [1, 1.5, "ü\n", None, {"a": [True, {}]}], "text", {}]),
    (ListField(EmailField()), [[], ["a@example.com", "b@example.com"]]),
    (ListField(ListField(DecimalField(min_value=0))), [[[Decimal("1.00")], []]]),
    (EmbeddedDocumentField(Inner), [Inner(name="a", price=Decimal("1.00"))]),
    (ReferenceField(Inner), [ObjectId("65df1f000000000000000001")]),
    (GenericReferenceField(), [DBRef("links", 3), DBRef("Ссылки", "key"), None]),
    (GenericReferenceField([Inner, Other]), [DBRef("Other", ObjectId("65df1f000000000000000001"))]),
    (PointField(), [{"type": "Point", "coordinates": [1.5, 2]}, [1, 2.5]]),
    (LineStringField(required=True), [{"type": "LineString", "coordinates": RING}, RING]),
    (PolygonField(), [{"type": "Polygon", "coordinates": [RING, RING]}, [RING]]),
    (MultiPointField(), [{"type": "MultiPoint", "coordinates": RING}, RING]),
    (MultiLineStringField(), [{"type": "MultiLineString", "coordinates": [RING]}, [RING, RING]]),
    (MultiPolygonField(), [{"type": "MultiPolygon", "coordinates": [[RING]]}, [[RING]]]),
    (GeometryCollectionField(), [[{"type": "Point", "coordinates": [1, 2]}]]),
    (AnyField(), [5, "a", [1, {"a.b": None}], None]),
    (DictField(), [{"a": [1, {"b.c": 2.5}]}, {}, {"": 1}]),
    (DictField(EmbeddedDocumentField(Inner)), [{"a": Inner(name="a")}, {}]),
    (MapField(ListField(DecimalField())), [{"eur": [Decimal("1.00")], "a.b": []}]),
    (SetField(StringField()), [{"a"}, frozenset("c"), ["d", "e"]]),
    (SetField(IntField(), frozen=True, required=True), [{5}]),
    (TupleField(FloatField(), StringField()), [(1.5, "a"), [2.5, "b"], ()]),
    (TupleField(MapField(IntField()), ...), [({"a": 1}, {}), ()]),
    (VectorField(dimensions=3), [[1.0, 0.5, 2], (0.1, 0.2, 0.3)]),
    (VectorField(dtype="int8"), [[1, -128, 127], []]),
    (VectorField(dimensions=12, dtype="packed_bit"), [[255, 16]]),
    (GenericEmbeddedDocumentField([Inner, Other]), [Inner(name="a"), Other(size=1)]),
)


def test_every_kind_is_among_them() -> None:
    kinds = {name for name in fields.__all__ if getattr(fields, name).__native_kind__}
    assert {type(field).__name__ for field, _ in VALUES} == kinds


def calls_in(work: Callable[[], Any]) -> list[str]:
    """The Python functions that are called meanwhile."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            called.append(frame.f_code.co_qualname)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return called


def test_calls_are_seen() -> None:
    assert calls_in(lambda: calls_in(lambda: None))[0].endswith("<lambda>")


@pytest.mark.parametrize(("field", "values"), VALUES, ids=lambda row: repr(row)[:20])
def test_no_python_is_run(field: Any, values: list[Any]) -> None:
    model = model_of(field)
    documents = [model(before="x", value=value, after=7) for value in (*values, values[0])]
    ids = list(range(len(documents)))
    with codec.use("native"):
        side = codec_for(model, STANDARD)
    batch = b"".join(side.encode_many(documents, ids, validate=True))  # the first time may look up
    side.validate_many(documents)

    def both_ways() -> None:
        side.validate_many(documents)
        side.encode_many(documents, ids)
        side.encode_many(documents, ids, validate=True)
        side.decode_many(batch)

    calls = calls_in(both_ways)
    assert calls.pop(0).endswith("both_ways")
    assert calls == []
    assert side.stepped_back == 0


def test_no_python_is_run_for_arrays_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    for dtype, kind in (("float32", "f4"), ("float32", "f8"), ("int8", "i1"), ("packed_bit", "u1")):
        test_no_python_is_run(VectorField(dtype=dtype), [numpy.arange(9).astype(kind)])


class Line(Document):
    number = IntField(min_value=0)
    share = FloatField()
    price = DecimalField()
    sold = BooleanField()
    at = DateTimeField()
    key = UUIDField()
    day = DateField()
    opens = TimeField()
    host = IPAddressField()
    amount = Decimal128Field()
    owner = ObjectIdField()
    inner = EmbeddedDocumentField(Inner)
    made = DateTimeField(auto_now_on_insert=True)
    changed = DateTimeField(auto_now_on_update=True)


AS_TEXTS = {
    "number": " 7",
    "share": "1.5",
    "price": "1.50",
    "sold": "Yes",
    "at": "2024-02-29T12:00:00Z",
    "key": str(UUID(int=5)),
    "day": "2024-02-29",
    "opens": "08:30",
    "host": "2001:db8::1",
    "amount": "1.50",
    "owner": "65df1f000000000000000001",
}
AS_VALUES = {
    "number": 7,
    "share": 1.5,
    "price": Decimal("1.50"),
    "sold": True,
    "at": datetime(2024, 2, 29),
    "key": UUID(int=5),
    "day": date(2024, 2, 29),
    "opens": time(8, 30),
    "host": IPv4Address("192.0.2.1"),
    "amount": Decimal("1.50"),
    "owner": ObjectId("65df1f000000000000000001"),
    "inner": {"name": "a"},
}


@pytest.mark.parametrize(("row", "parse"), [(AS_VALUES, False), (AS_TEXTS, True)])
def test_for_rows_only_the_clock_is_asked(row: dict[str, Any], parse: bool) -> None:
    rows = Rows([], parse=parse, nulls="default")
    with codec.use("native"):
        side = codec_for(Line, STANDARD).compile_rows(row_plan(rows.reader(Line)))
    given = [dict(row), {**row, "at": None}, dict(row)]
    side.encode_many(given)
    _, *calls = calls_in(lambda: side.encode_many(given))
    assert calls == ["now"]
    assert side.stepped_back == 0
