"""What dicts and JSON have for the values of every field, and what is read of that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv6Address
from math import isfinite
from typing import Any
from uuid import UUID

import bson
import pytest
from bson import DBRef, Decimal128, Int64, ObjectId
from bson.binary import Binary, BinaryVectorDtype

import aiomotorengine
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
    EmbeddedDocument,
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
    VersionField,
)
from aiomotorengine.storage.dangling import DanglingReference
from tests.codec.case import Case, tables
from tests.fields.support import OPTIONS, holder
from tests.zoo.compare import snapshot

ID = ObjectId("0123456789abcdef01234567")
HEX = str(ID)
AT = datetime(2020, 2, 29, 12, 30, 15, 250_000)
EAST = timezone(timedelta(hours=2))


class Level(Enum):
    LOW, HIGH = 1, 2


class Since(Enum):
    EVER, NOW = date(2000, 1, 1), (1, 2)


class Size(IntEnum):
    SMALL = 1


class Home(EmbeddedDocument):
    town = StringField(db_field="t")
    built = DateField()


class Image(EmbeddedDocument):
    width = IntField()


class Author(Document):
    name = StringField()


class Ware(Document):
    key = UUIDField(primary_key=True)


class Day(Document):
    day = DateField(primary_key=True)


@dataclass
class Row:
    """A value, and what JSON has for it; ``read`` is what that is read as, if it is another."""

    field: BaseField[Any]
    value: Any
    form: Any
    read: Any = ...

    def __post_init__(self) -> None:
        self.read = self.value if self.read is ... else self.read


def shape(kind: str, coordinates: Any) -> tuple[Any, Any, Any]:
    """A value of a GeoJSON field, its form, and what that is read as."""
    whole = {"type": kind, "coordinates": coordinates}
    return coordinates, whole, whole


VECTOR = Binary.from_vector([1.0, 0.5], BinaryVectorDtype.FLOAT32)
POINT = {"type": "Point", "coordinates": [1.5, 2]}

ROWS = [
    Row(AnyField(), {"a": [1, None, "x"]}, {"a": [1, None, "x"]}),
    Row(AnyField(), {"id": [ID]}, {"id": [HEX]}, {"id": [HEX]}),
    Row(BaseField(), (1, Decimal("1.50")), [1, "1.50"], [1, "1.50"]),
    Row(BinaryField(), b"\x00\xff", "AP8="),
    Row(BinaryField(), bytearray(b"a"), "YQ==", b"a"),
    Row(BooleanField(), True, True),
    Row(BooleanField(), "no", False, False),
    Row(DateField(), date(2020, 2, 29), "2020-02-29"),
    Row(DateField(), "2020-02-29", "2020-02-29", date(2020, 2, 29)),
    Row(DateTimeField(), AT, "2020-02-29T12:30:15.250000"),
    Row(DateTimeField(), AT.replace(tzinfo=EAST), "2020-02-29T12:30:15.250000+02:00"),
    Row(DateTimeField(tz=UTC), AT, "2020-02-29T12:30:15.250000+00:00", AT.replace(tzinfo=UTC)),
    Row(Decimal128Field(), Decimal("0.10"), "0.10"),
    Row(Decimal128Field(), Decimal128("1E+2"), "1E+2", Decimal("1E+2")),
    Row(DecimalField(), Decimal("10.50"), "10.50"),
    Row(DecimalField(), 3, "3.00", Decimal("3.00")),
    Row(DictField(), {"a.b": [1]}, {"a.b": [1]}),
    Row(DictField(DateField()), {"x": date(2020, 1, 2)}, {"x": "2020-01-02"}),
    Row(EmailField(), "ada@example.com", "ada@example.com"),
    Row(
        EmbeddedDocumentField(Home),
        Home(town="Ur", built=date(2020, 1, 2)),
        {"town": "Ur", "built": "2020-01-02"},
    ),
    Row(EnumField(Level), Level.HIGH, 2),
    Row(EnumField(Level), 2, 2, Level.HIGH),
    Row(EnumField(Level, by_name=True), Level.HIGH, "HIGH"),
    Row(EnumField(Since), Since.EVER, "2000-01-01"),
    Row(EnumField(Since), Since.NOW, [1, 2]),
    Row(FloatField(), 1.5, 1.5),
    Row(FloatField(), "2", 2.0, 2.0),
    Row(FloatField(), float("nan"), None, None),
    Row(GenericEmbeddedDocumentField([Home, Image]), Image(width=2), {"_cls": "Image", "width": 2}),
    Row(GenericReferenceField(), DBRef("Author", ID), {"$ref": "Author", "$id": HEX}),
    Row(
        GenericReferenceField([Author]),
        Author(_id=ID, name="Jane"),
        {"$ref": "Author", "id": HEX, "name": "Jane"},
        DBRef("Author", ID),
    ),
    Row(
        GeometryCollectionField(),
        [POINT],
        {"type": "GeometryCollection", "geometries": [POINT]},
        {"type": "GeometryCollection", "geometries": [POINT]},
    ),
    Row(IntField(), 3, 3),
    Row(IntField(), "36", 36, 36),
    Row(IntField(bits=64), Int64(2**40), 2**40, 2**40),
    Row(IntField(), Size.SMALL, 1, 1),
    Row(IPAddressField(), IPv4Address("10.0.0.1"), "10.0.0.1"),
    Row(IPAddressField(), "2001:db8:0::1", "2001:db8::1", IPv6Address("2001:db8::1")),
    Row(JsonField(), {"size": 3, "on": True}, {"size": 3, "on": True}),
    Row(LineStringField(), *shape("LineString", [[0, 0], [1, 1]])),
    Row(ListField(IntField()), [1, 2], [1, 2]),
    Row(ListField(IntField()), (1, "2"), [1, 2], [1, 2]),
    Row(ListField(ListField(DateField())), [[date(2020, 1, 2)], []], [["2020-01-02"], []]),
    Row(ListField(PointField()), [(1.5, 2)], [POINT], [POINT]),
    Row(MapField(Decimal128Field()), {"eur": Decimal("5.0")}, {"eur": "5.0"}),
    Row(MapField(IntField(), keys=IntField()), {2020: 7}, {"2020": 7}),
    Row(MultiLineStringField(), *shape("MultiLineString", [[[0, 0], [1, 1]]])),
    Row(MultiPointField(), *shape("MultiPoint", [[0, 0], [1, 1]])),
    Row(MultiPolygonField(), *shape("MultiPolygon", [[[[0, 0], [1, 1], [0, 0]]]])),
    Row(ObjectIdField(), ID, HEX),
    Row(ObjectIdField(), HEX, HEX, ID),
    Row(PointField(), (1.5, 2), POINT, POINT),
    Row(PolygonField(), *shape("Polygon", [[[0, 0], [1, 1], [0, 0]]])),
    Row(ReferenceField(Author), ID, HEX),
    Row(ReferenceField(Author), Author(_id=ID, name="Jane"), {"id": HEX, "name": "Jane"}, ID),
    Row(ReferenceField(Author), 5, 5),
    Row(ReferenceField(Author), {"row": 1}, {"row": 1}),
    Row(ReferenceField(Author), DanglingReference(ID), HEX, ID),
    Row(ReferenceField(Ware), UUID(int=5), str(UUID(int=5))),
    Row(ReferenceField(Ware), Ware(key=UUID(int=5)), {"key": str(UUID(int=5))}, UUID(int=5)),
    Row(ReferenceField(Day), date(2020, 1, 2), "2020-01-02"),
    Row(SequenceField(), 7, 7),
    Row(SetField(DateField()), {date(2020, 1, 2)}, ["2020-01-02"]),
    Row(SetField(IntField(), frozen=True), frozenset({1}), [1]),
    Row(StringField(), "Ada", "Ada"),
    Row(TimedeltaField(), timedelta(days=1, seconds=1.5), "P1DT1.5S"),
    Row(TimedeltaField(), -timedelta(days=400, hours=3), "-P1Y35DT3H"),
    Row(TimeField(), time(12, 30), "12:30:00"),
    Row(TupleField(FloatField(), DateField()), (1.0, date(2020, 1, 2)), [1.0, "2020-01-02"]),
    Row(TupleField(IntField(), ...), (1, 2, 3), [1, 2, 3]),
    Row(URLField(), "https://example.com/a", "https://example.com/a"),
    Row(UUIDField(), UUID(int=7), str(UUID(int=7))),
    Row(UUIDField(), UUID(int=7).hex, str(UUID(int=7)), UUID(int=7)),
    Row(VectorField(), [1.0, 0.5], [1.0, 0.5]),
    Row(VectorField(), VECTOR, [1.0, 0.5], [1.0, 0.5]),
    Row(VersionField(), 3, 3),
]

each_row = pytest.mark.parametrize(
    "row", ROWS, ids=[f"{type(row.field).__name__}-{n}" for n, row in enumerate(ROWS)]
)


def test_every_field_has_a_row() -> None:
    named = {type(row.field).__name__ for row in ROWS} | {"PasswordField"}
    assert {name for name in aiomotorengine.__all__ if name.endswith("Field")} <= named


@each_row
def test_what_json_has(row: Row) -> None:
    document = holder(row.field)(value=row.value)
    form = document.to_dict(mode="json")["value"]
    assert snapshot(form) == snapshot(row.form)
    assert json.loads(document.to_json())["value"] == json.loads(json.dumps(row.form))


@each_row
def test_what_is_read_of_it(row: Row) -> None:
    kind = holder(row.field)
    for form in row.form, json.loads(json.dumps(row.form)):
        document = kind.from_dict({"value": form})
        assert snapshot(document.get_field_value("value")) == snapshot(row.read)


@each_row
def test_what_a_dict_has_is_read_as_well(row: Row) -> None:
    document = holder(row.field)(value=row.value)
    again = type(document).from_dict(document.to_dict())
    assert again.to_son() == document.to_son() or row.value != row.value
    assert not again._is_persisted


def has_lost_types(case: Case) -> bool:
    """Whether JSON does not say of what type a value was, and no field does."""
    leaves = [type(leaf) for leaf in case.field._leaves]
    anything = {AnyField, BaseField, DictField, JsonField, PasswordField}
    return not anything.isdisjoint(leaves) or is_of_odd_id(case) or is_lossy(case)


def is_of_odd_id(case: Case) -> bool:
    """Whether a reference is of an id of which JSON has a text, to a class that does not say so."""
    references = (ReferenceField, GenericReferenceField)
    stored = getattr(case.stored, "id", case.stored)
    has_text = not isinstance(stored, ObjectId | int | float | str | None)
    return isinstance(case.field, references) and has_text


def is_lossy(case: Case) -> bool:
    """Whether JSON has less of a value: no NaN, no subtypes of bytes, no order of sets, nothing
    of a ``DBRef`` but where it leads; nor where a dynamic value came from.
    """
    is_odd = isinstance(case.stored, float) and not isfinite(case.stored)
    is_of_subtype = isinstance(case.stored, Binary) and isinstance(case.field, BinaryField)
    is_set = isinstance(case.field, SetField) and len(case.stored) > 1
    has_more = isinstance(case.stored, DBRef) and not case.stored.as_doc().keys() <= DBREF_KEYS
    return is_odd or is_of_subtype or is_set or has_more or "pools" in repr(case.stored)


DBREF_KEYS = {"$ref", "$id", "$db"}


CASES = {name: case for name, case in tables() if isinstance(case, Case)}


@pytest.mark.parametrize("name", [it for it in CASES if not has_lost_types(CASES[it])])
def test_what_the_codecs_are_tested_with_comes_back_from_json(name: str) -> None:
    case = CASES[name]
    kind = holder(case.field)
    document = kind(value=case.python)
    again = kind.from_json(document.to_json(allow_nan=False), validate=False)
    assert encoded(again) == encoded(document)


def encoded(document: Document) -> bytes:
    return bson.encode(document.to_son(), codec_options=OPTIONS)


class Hex(BaseField[int]):
    """A number that is stored as text."""

    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, int)

    def to_son(self, value: Any) -> Any:
        return value if value is None else hex(value)

    def from_son(self, value: Any) -> Any:
        return value if value is None else int(value, 16)


class Money(BaseField[Decimal]):
    """A value that is stored as a mapping."""

    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, Decimal)

    def to_son(self, value: Any) -> Any:
        return None if value is None else {"cents": int(value * 100)}

    def from_son(self, value: Any) -> Any:
        return None if value is None else Decimal(value["cents"]) / 100


class Spoken(Money):
    """One that says itself what JSON has for it."""

    def __to_json__(self, value: Decimal) -> str:
        return f"{value} EUR"

    def __from_json__(self, form: Any) -> Decimal:
        if not isinstance(form, str):
            raise ValueError("a text is wanted.")
        return Decimal(form.removesuffix(" EUR"))


@pytest.mark.parametrize(
    ("field", "value", "form"),
    [
        (Hex(), 255, 255),
        (Money(), Decimal(5), {"cents": 500}),
        (Spoken(), Decimal(5), "5 EUR"),
        (ListField(Spoken()), [Decimal(5)], ["5 EUR"]),
    ],
)
def test_fields_of_a_program(field: BaseField[Any], value: Any, form: Any) -> None:
    document = holder(field)(value=value)
    assert document.to_dict()["value"] == value
    assert document.to_dict(mode="json")["value"] == form
    assert type(document).from_dict({"value": form}).value == value


def test_json_schemas_say_nothing_of_forms_that_a_program_makes() -> None:
    class Odd(IntField):
        def __to_json__(self, value: int) -> str:
            return f"#{value}"

    assert holder(Odd()).json_schema()["properties"]["value"] == {}


def test_what_a_field_of_a_program_refuses_to_read() -> None:
    with pytest.raises(
        ValueError, match=r"Field 'value' must be valid: a text is wanted\."
    ) as caught:
        holder(ListField(Spoken())).from_dict({"value": ["1 EUR", 7]})
    assert [(it.path, it.value) for it in caught.value.errors] == [("value.1", 7)]  # type: ignore[attr-defined]


def test_a_hash_of_a_program_never_becomes_json() -> None:
    class Salted(PasswordField):
        def to_son(self, value: Any) -> Any:
            return f"salt-{value.value}"

    for field in PasswordField(exclude=False), Salted(exclude=False):
        assert holder(field)(value="secret").to_dict(mode="json")["value"] == "***"


def test_a_password_that_was_masked_is_not_taken() -> None:
    kind = holder(PasswordField(exclude=False))
    assert kind.from_dict({"value": "secret"}).value == "secret"
    for validate in True, False:
        with pytest.raises(ValueError, match="Field 'value' must be valid: it is what is shown of"):
            kind.from_dict({"value": "***"}, validate=validate)


def test_what_json_has_no_form_for_says_where_it_is() -> None:
    document = holder(ListField(AnyField()))(value=[1, {"a": object}])
    with pytest.raises(TypeError, match="JSON has no form for ") as caught:
        document.to_dict(mode="json")
    assert caught.value.__notes__ == ["At value[1]."]


def test_values_that_are_not_valid_are_shown_as_they_are() -> None:
    assert holder(IntField())(value="many").to_dict(mode="json")["value"] == "many"
    assert holder(DateField())(value=AT).to_dict(mode="json")["value"] == AT.isoformat()
    assert holder(ListField(IntField()))(value="many").to_dict(mode="json")["value"] == "many"


def test_a_dict_is_a_copy() -> None:
    document = holder(AnyField())(value={"a": [1]})
    document.to_dict()["value"]["a"].append(2)
    assert document.value == {"a": [1]}
