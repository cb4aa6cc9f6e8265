"""Documents of all fields that there were in 2017, as programs of then declare and make them.

``stored_documents.bson`` holds the bytes that were stored for them by the last version of the
library whose fields had no options but those of 2017. Run this module to write them with the
library that is imported, for a document that is added here; what is there already must not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine import (
    BaseField,
    BinaryField,
    BooleanField,
    DateTimeField,
    DecimalField,
    Document,
    EmailField,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    JsonField,
    LineStringField,
    ListField,
    PasswordField,
    PointField,
    PolygonField,
    ReferenceField,
    StringField,
    URLField,
    UUIDField,
)

__all__ = ["FILE", "OPTIONS", "documents", "stored_by"]

FILE = Path(__file__).with_name("stored_documents.bson")

OPTIONS: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)

TOKEN = UUID("12345678-1234-5678-1234-567812345678")
AT = datetime(2017, 3, 14, 15, 9, 26, 535000)
PLACE = [12.5, -41.25]
RING = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]


class Town(Document):
    name = StringField(db_field="n", required=True)
    zip = IntField()


class Home(Town):
    street = StringField(max_length=40)
    rooms = ListField(IntField())


class Everything(Document):
    __collection__ = "fields_of_2017"
    __lazy__ = False
    base = BaseField()
    binary = BinaryField(max_bytes=100)
    boolean = BooleanField(default=True)
    other = BooleanField()
    at = DateTimeField()
    decimal = DecimalField(min_value=0, precision=3)
    mail = EmailField()
    home = EmbeddedDocumentField(Home)
    number = FloatField(min_value=-1.5)
    integer = IntField(db_field="i", default=7, max_value=10**12)
    json = JsonField()
    route = LineStringField()
    table = ListField(ListField(StringField()))
    homes = ListField(EmbeddedDocumentField(Home))
    towns = ListField(ReferenceField(Town))
    password = PasswordField()
    place = PointField()
    area = PolygonField()
    town = ReferenceField(Town, required=False)
    text = StringField(255, "t", unique=True)
    site = URLField()
    token = UUIDField()


def documents() -> Iterator[Document]:
    """The documents, each with its id."""
    town = Town(_id=id_of(99), name="Ur", zip=1)
    yield Everything(_id=id_of(1))
    yield town
    yield Home(_id=id_of(3), name="Köln", street="Straße 1", rooms=(1, 2))
    yield Everything(
        _id=id_of(4),
        base={"a": [1, None, {"b": 2.5}]},
        binary=b"\x00\xff",
        boolean="no",
        other=1,
        at=AT,
        decimal="10.5678",
        mail="ada@example.org",
        home=Home(name="a", street="s"),
        number="2.5",
        integer="42",
        json={"è": [1, None, True], "at": AT.replace(tzinfo=UTC)},
        route=[PLACE, [0.0, 1.0]],
        table=[["a", "b"], []],
        homes=[Home(name="b", rooms=[3]), Home(name="c", zip=5)],
        towns=[town, id_of(98)],
        password="secret",
        place=PLACE,
        area=[RING],
        town=town,
        text="text, größer, 日本",
        site="https://example.org/a?b=1",
        token=str(TOKEN),
    )
    yield Everything(
        _id=id_of(5),
        base=TOKEN,
        binary=bytearray(b"abc"),
        boolean=False,
        at=AT.replace(tzinfo=timezone(timedelta(hours=2))),
        decimal=Decimal("3"),
        number=2,
        integer=2**39,
        json="text",
        table=(("a",), {"b"}),
        towns=[],
        place={"type": "Point", "coordinates": PLACE},
        area={"type": "Polygon", "coordinates": [RING]},
        text="",
        town=id_of(97),
        token=TOKEN,
        undeclared=[1, {"x": None}],
        _older="kept",
    )
    yield Everything(_id="a text", integer=0, base=None, homes=[], json=None)
    stored = {"_id": id_of(7), "i": 3, "text": "under its name", "gone": 1, "_made": 2}
    old = Everything.from_son(stored)
    old._id = id_of(7)
    yield old


def id_of(number: int) -> ObjectId:
    return ObjectId(f"{number:024x}")


def stored_by(document: Any) -> bytes:
    """The bytes that a save stores, as the fields themselves say it."""
    return bson.encode({"_id": document._id, **document.to_son()}, codec_options=OPTIONS)


if __name__ == "__main__":
    FILE.write_bytes(b"".join(map(stored_by, documents())))
