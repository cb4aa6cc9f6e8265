"""The shapes that are measured: S1, S1k, S1n, S2, S3, S4, and the eleven values of the pure side.

A shape makes rows, the ready dicts that a program without the library would send, and turns them
into documents that store exactly that. All rows are random and repeatable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from bson import ObjectId

from aiomotorengine import (
    BooleanField,
    DateTimeField,
    DecimalField,
    Document,
    EmailField,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
    UUIDField,
)
from aiomotorengine.metaclasses import DocumentMetaClass

__all__ = ["EVERYDAY", "S1", "S1K", "S1N", "S2", "S3", "S4", "SHAPES", "Shape", "everyday"]

Row = dict[str, Any]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(2020, 1, 1)


@dataclass(frozen=True)
class Shape:
    """One shape of document.

    Attributes:
        name: what limits.md calls it.
        document_class: the class.
        row: makes one ready dict, without ``_id`` where the class declares no key.
        document: makes the document that stores what a row holds.
        value_of: turns a row into the values of a document, where the two are not the same.
    """

    name: str
    document_class: Any
    row: Callable[[Random], Row]
    document: Callable[[Row], Any]
    value_of: Callable[[Row], Row] = dict

    def rows(self, count: int, seed: int = 0) -> list[Row]:
        """So many rows, the same for the same seed."""
        random = Random(f"{self.name} {seed}")
        return [self.row(random) for _ in range(count)]

    def documents(self, count: int, seed: int = 0) -> list[Any]:
        """The documents of the rows of that seed."""
        return [self.document(row) for row in self.rows(count, seed)]

    def values(self, count: int, seed: int = 0) -> list[Row]:
        """Their values by name, those of embedded documents as dicts."""
        return [self.value_of(row) for row in self.rows(count, seed)]

    def __str__(self) -> str:
        return self.name


def text(random: Random, length: int) -> str:
    return "".join(random.choices(LETTERS, k=length))


def moment(random: Random) -> datetime:
    return EPOCH + timedelta(milliseconds=random.randrange(10**11))


def mail_address(random: Random) -> str:
    return f"{text(random, 8)}.{text(random, 6)}@example.com"


def object_id(random: Random) -> ObjectId:
    return ObjectId(random.randbytes(12))


# -- S1: flat ------------------------------------------------------------------------------------


class Flat(Document):
    name = StringField(required=True, max_length=64)
    mail = EmailField()
    age = IntField(min_value=0, max_value=150)
    score = FloatField()
    active = BooleanField()
    joined = DateTimeField()
    token = UUIDField()
    tags = ListField(StringField(max_length=32))


class FlatWithoutUuid(Document):
    name = StringField(required=True, max_length=64)
    mail = EmailField()
    age = IntField(min_value=0, max_value=150)
    score = FloatField()
    active = BooleanField()
    joined = DateTimeField()
    tags = ListField(StringField(max_length=32))


class FlatWithKey(Document):
    code = StringField(primary_key=True, max_length=20)
    name = StringField(required=True, max_length=64)
    mail = EmailField()
    age = IntField(min_value=0, max_value=150)
    score = FloatField()
    active = BooleanField()
    joined = DateTimeField()
    token = UUIDField()
    tags = ListField(StringField(max_length=32))


def flat_row(random: Random, *, uuid: bool = True) -> Row:
    row: Row = {
        "name": text(random, 20),
        "mail": mail_address(random),
        "age": random.randrange(100),
        "score": random.random() * 100,
        "active": random.random() < 0.5,
        "joined": moment(random),
    }
    if uuid:
        row["token"] = UUID(int=random.getrandbits(128))
    row["tags"] = [text(random, 6) for _ in range(3)]
    return row


def row_with_key(random: Random) -> Row:
    return {"_id": text(random, 16), **flat_row(random)}


def values_with_key(row: Row) -> Row:
    return {"code" if name == "_id" else name: value for name, value in row.items()}


# -- S2: a post with its comments ----------------------------------------------------------------


class Author(Document):
    name = StringField(required=True)
    mail = StringField()
    posts = IntField()


class Comment(Document):
    text = StringField(required=True)
    author = StringField()
    written = DateTimeField()
    likes = IntField(min_value=0)


class Post(Document):
    title = StringField(required=True, max_length=200)
    body = StringField()
    tags = ListField(StringField())
    price = DecimalField()
    category = ReferenceField(Author)
    author = EmbeddedDocumentField(Author)
    comments = ListField(EmbeddedDocumentField(Comment))


def comment_row(random: Random) -> Row:
    return {
        "text": text(random, 50),
        "author": text(random, 10),
        "written": moment(random),
        "likes": random.randrange(1000),
    }


def post_row(random: Random) -> Row:
    return {
        "title": text(random, 40),
        "body": text(random, 400),
        "tags": [text(random, 6) for _ in range(5)],
        "price": f"{random.randrange(1, 10000)}.{random.randrange(100):02}",
        "category": object_id(random),
        "author": {
            "name": text(random, 12),
            "mail": text(random, 16),
            "posts": random.randrange(500),
        },
        "comments": [comment_row(random) for _ in range(10)],
    }


def post_values(row: Row) -> Row:
    return row | {"price": Decimal(row["price"])}


def post(row: Row) -> Post:
    values = {
        "price": Decimal(row["price"]),
        "author": Author(**row["author"]),
        "comments": [Comment(**comment) for comment in row["comments"]],
    }
    return Post(**row | values)


# -- S3: sixty mixed fields ----------------------------------------------------------------------

MIXED: list[tuple[type[Any], int, Callable[[Random], Any]]] = [
    (StringField, 15, lambda random: text(random, 10)),
    (IntField, 15, lambda random: random.randrange(10**6)),
    (FloatField, 10, Random.random),
    (BooleanField, 8, lambda random: random.random() < 0.5),
    (DateTimeField, 8, moment),
    (ReferenceField, 2, object_id),
    (UUIDField, 2, lambda random: UUID(int=random.getrandbits(128))),
]


def mixed_fields() -> dict[str, tuple[type[Any], Callable[[Random], Any]]]:
    """Sixty names, with the kinds taking turns."""
    left: list[list[Any]] = [list(kind) for kind in MIXED]
    found: dict[str, tuple[type[Any], Callable[[Random], Any]]] = {}
    while left:
        for kind in list(left):
            found[f"{kind[0].__name__[:2].lower()}_{len(found):02}"] = (kind[0], kind[2])
            kind[1] -= 1
            if not kind[1]:
                left.remove(kind)
    return found


MIXED_FIELDS = mixed_fields()


def make_mixed_class() -> Any:
    body: dict[str, Any] = {
        name: field_class(Author) if field_class is ReferenceField else field_class()
        for name, (field_class, _) in MIXED_FIELDS.items()
    }
    return DocumentMetaClass("Mixed", (Document,), {**body, "__module__": __name__})


Mixed = make_mixed_class()


def mixed_row(random: Random) -> Row:
    return {name: make(random) for name, (_, make) in MIXED_FIELDS.items()}


# -- S4: telemetry -------------------------------------------------------------------------------

READINGS = [f"r{number:02}" for number in range(20)]


def make_telemetry_class() -> Any:
    body: dict[str, Any] = {"at": DateTimeField(), "device": ReferenceField(Author)}
    body |= {name: FloatField() for name in READINGS}
    body["wave"] = ListField(FloatField())
    return DocumentMetaClass("Telemetry", (Document,), {**body, "__module__": __name__})


Telemetry = make_telemetry_class()


def telemetry_row(random: Random) -> Row:
    row: Row = {"at": moment(random), "device": object_id(random)}
    row |= {name: random.gauss(0, 1) for name in READINGS}
    row["wave"] = [random.gauss(0, 1) for _ in range(64)]
    return row


# -- the eleven values by which the pure side is measured ----------------------------------------


class Address(Document):
    road = StringField()
    number = IntField()
    city = StringField()


class Person(Document):
    name = StringField(required=True)
    surname = StringField(max_length=80)
    nick = StringField()
    age = IntField(min_value=0)
    visits = IntField()
    level = IntField()
    score = FloatField()
    active = BooleanField()
    joined = DateTimeField()
    tags = ListField(StringField())
    address = EmbeddedDocumentField(Address)


def person_row(random: Random) -> Row:
    return {
        "name": text(random, 8),
        "surname": text(random, 12),
        "nick": text(random, 6),
        "age": random.randrange(100),
        "visits": random.randrange(10**6),
        "level": random.randrange(10),
        "score": random.random() * 100,
        "active": random.random() < 0.5,
        "joined": moment(random),
        "tags": [text(random, 6) for _ in range(3)],
        "address": {
            "road": text(random, 15),
            "number": random.randrange(300),
            "city": text(random, 10),
        },
    }


def person(row: Row) -> Person:
    return Person(**row | {"address": Address(**row["address"])})


def everyday(fields: int) -> Shape:
    """A flat shape of the everyday kinds with so many fields, to see how costs grow."""
    kinds: list[tuple[type[Any], Callable[[Random], Any]]] = [
        (StringField, lambda random: text(random, 10)),
        (IntField, lambda random: random.randrange(10**6)),
        (FloatField, Random.random),
        (BooleanField, lambda random: random.random() < 0.5),
        (DateTimeField, moment),
    ]
    chosen = {f"field_{number:02}": kinds[number % len(kinds)] for number in range(fields)}
    body: dict[str, Any] = {name: field_class() for name, (field_class, _) in chosen.items()}
    document_class: Any = DocumentMetaClass(
        f"Everyday{fields}", (Document,), {**body, "__module__": __name__}
    )
    return Shape(
        f"{fields} fields",
        document_class,
        lambda random: {name: make(random) for name, (_, make) in chosen.items()},
        lambda row: document_class(**row),
    )


S1 = Shape("S1", Flat, flat_row, lambda row: Flat(**row))
S1N = Shape(
    "S1n",
    FlatWithoutUuid,
    lambda random: flat_row(random, uuid=False),
    lambda row: FlatWithoutUuid(**row),
)
S1K = Shape(
    "S1k",
    FlatWithKey,
    row_with_key,
    lambda row: FlatWithKey(**values_with_key(row)),
    values_with_key,
)
"""S1 with a primary key that its class declares."""

S2 = Shape("S2", Post, post_row, post, post_values)
S3 = Shape("S3", Mixed, mixed_row, lambda row: Mixed(**row))
S4 = Shape("S4", Telemetry, telemetry_row, lambda row: Telemetry(**row))
EVERYDAY = Shape("11 values", Person, person_row, person)
"""Strings, ints, a float, a boolean, a date, a list of 3 strings, an embedded document of 3."""

SHAPES = (S1, S1N, S2, S3, S4)
