"""factory(): documents that are valid, whatever their fields ask for."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import pytest
from bson.objectid import ObjectId

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
    Field,
    FloatField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    GeometryCollectionField,
    Index,
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
    Reference,
    ReferenceField,
    SequenceField,
    SetField,
    StringField,
    TimedeltaField,
    TimeField,
    TupleField,
    TypedDocument,
    URLField,
    UUIDField,
    VectorField,
    VersionField,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField
from aiomotorengine.testing import Factory, factory
from aiomotorengine.testing.numbers import restart_numbers
from aiomotorengine.testing.values import valid_value
from tests.harness import Mongo


@pytest.fixture(autouse=True)
def numbers_from_one() -> None:
    restart_numbers()


class Level(Enum):
    LOW, MIDDLE, HIGH = 1, 2, 3


class Home(EmbeddedDocument):
    town = StringField(required=True)
    street = StringField()


class Author(Document):
    name = StringField(required=True)


class Text(EmbeddedDocument):
    text = StringField(required=True)


FIELDS: dict[str, Any] = {
    "AnyField": lambda **o: AnyField(**o),
    "BaseField": lambda **o: BaseField(**o),
    "BinaryField": lambda **o: BinaryField(max_bytes=4, **o),
    "BooleanField": lambda **o: BooleanField(**o),
    "DateField": lambda **o: DateField(min_value=date(2030, 1, 1), **o),
    "DateField, early": lambda **o: DateField(max_value=date(1990, 1, 1), **o),
    "DateField, late": lambda **o: DateField(max_value=date(2040, 1, 1), **o),
    "DateTimeField": lambda **o: DateTimeField(**o),
    "DateTimeField, bounded": lambda **o: DateTimeField(
        tz=UTC,
        min_value=datetime(2030, 1, 1, tzinfo=UTC),
        max_value=datetime(2030, 1, 2, tzinfo=UTC),
        **o,
    ),
    "DateTimeField, early": lambda **o: DateTimeField(max_value=datetime(1990, 1, 1), **o),
    "Decimal128Field": lambda **o: Decimal128Field(**o),
    "Decimal128Field, bounded": lambda **o: Decimal128Field(
        min_value="0.05", max_value="0.5", precision=2, **o
    ),
    "DecimalField": lambda **o: DecimalField(**o),
    "DecimalField, bounded": lambda **o: DecimalField(min_value=-1, max_value=0, precision=3, **o),
    "DictField": lambda **o: DictField(**o),
    "DictField, of numbers": lambda **o: DictField(IntField(), **o),
    "EmailField": lambda **o: EmailField(**o),
    "EmbeddedDocumentField": lambda **o: EmbeddedDocumentField(Home, **o),
    "EnumField": lambda **o: EnumField(Level, **o),
    "EnumField, by name": lambda **o: EnumField(Level, by_name=True, **o),
    "FloatField": lambda **o: FloatField(**o),
    "FloatField, bounded": lambda **o: FloatField(min_value=0, max_value=0.1, **o),
    "FloatField, negative": lambda **o: FloatField(max_value=-0.5, **o),
    "GenericEmbeddedDocumentField": lambda **o: GenericEmbeddedDocumentField([Text, Home], **o),
    "GenericReferenceField": lambda **o: GenericReferenceField([Author], **o),
    "GeometryCollectionField": lambda **o: GeometryCollectionField(**o),
    "IPAddressField": lambda **o: IPAddressField(**o),
    "IPAddressField, 6": lambda **o: IPAddressField(version=6, **o),
    "IntField": lambda **o: IntField(**o),
    "IntField, bounded": lambda **o: IntField(min_value=10, max_value=20, **o),
    "IntField, negative": lambda **o: IntField(max_value=-7, **o),
    "IntField, strict": lambda **o: IntField(strict=True, bits=32, **o),
    "JsonField": lambda **o: JsonField(**o),
    "LineStringField": lambda **o: LineStringField(**o),
    "ListField": lambda **o: ListField(StringField(max_length=3), min_length=2, **o),
    "ListField, of lists": lambda **o: ListField(ListField(IntField()), **o),
    "ListField, of documents": lambda **o: ListField(EmbeddedDocumentField(Home), **o),
    "ListField, of references": lambda **o: ListField(ReferenceField(Author), **o),
    "ListField, different": lambda **o: ListField(IntField(), min_length=3, unique_items=True, **o),
    "MapField": lambda **o: MapField(FloatField(), **o),
    "MapField, with keys": lambda **o: MapField(FloatField(), keys=IntField(), **o),
    "MapField, with texts": lambda **o: MapField(FloatField(), keys=StringField(), **o),
    "MultiLineStringField": lambda **o: MultiLineStringField(**o),
    "MultiPointField": lambda **o: MultiPointField(**o),
    "MultiPolygonField": lambda **o: MultiPolygonField(**o),
    "ObjectIdField": lambda **o: ObjectIdField(**o),
    "PasswordField": lambda **o: PasswordField(**o),
    "PointField": lambda **o: PointField(**o),
    "PolygonField": lambda **o: PolygonField(**o),
    "ReferenceField": lambda **o: ReferenceField(Author, **o),
    "SetField": lambda **o: SetField(IntField(), min_length=2, **o),
    "SetField, frozen": lambda **o: SetField(StringField(), frozen=True, **o),
    "StringField": lambda **o: StringField(**o),
    "StringField, short": lambda **o: StringField(max_length=2, **o),
    "StringField, long": lambda **o: StringField(min_length=20, max_length=20, **o),
    "StringField, choices": lambda **o: StringField(
        choices=[("S", "small"), ("M", "medium"), ("L", "large")], **o
    ),
    "StringField, strict": lambda **o: StringField(strict=True, **o),
    "TimeField": lambda **o: TimeField(**o),
    "TimedeltaField": lambda **o: TimedeltaField(**o),
    "TupleField": lambda **o: TupleField(StringField(), FloatField(), **o),
    "TupleField, of any length": lambda **o: TupleField(IntField(), ..., **o),
    "URLField": lambda **o: URLField(**o),
    "UUIDField": lambda **o: UUIDField(**o),
    "VectorField": lambda **o: VectorField(**o),
    "VectorField, int8": lambda **o: VectorField(dimensions=4, dtype="int8", **o),
    "VectorField, bits": lambda **o: VectorField(dimensions=11, dtype="packed_bit", **o),
}

LATER = {"SequenceField", "VersionField"}
"""Those to which the library gives values."""


def field_names() -> set[str]:
    public = (getattr(aiomotorengine, name) for name in aiomotorengine.__all__)
    return {
        found.__name__
        for found in public
        if isinstance(found, type) and issubclass(found, BaseField)
    }


def test_a_value_is_known_for_every_field() -> None:
    tried = {name.partition(",")[0] for name in FIELDS} | LATER
    assert field_names() == tried
    abstract = {BaseField, GeoJsonBaseField}
    known = {found.__name__ for found in valid_value.registry if found not in (object, *abstract)}
    assert field_names() - LATER - {"BaseField"} == known


@pytest.mark.parametrize("kind", FIELDS)
async def test_a_required_field_gets_a_valid_value(mongo: Mongo, codec: str, kind: str) -> None:
    class Thing(Document):
        value = FIELDS[kind](required=True)

    built = factory(Thing).batch(3)
    assert all(thing.validate() for thing in built)
    created = await factory(Thing).create()
    await factory(Thing).create_batch(2)
    assert created._is_persisted
    things = await Thing.objects.find_all()
    assert len(things) == 3
    assert all(thing.get_field_value("value") is not None for thing in things)


NO_DBREFS = pytest.mark.mongod_only("SecantusDB fails on a unique index of DBRefs")
UNIQUE = [
    pytest.param(kind, marks=NO_DBREFS) if kind == "GenericReferenceField" else kind
    for kind in sorted(FIELDS)
    # An index goes by each item of a list, and by whole documents.
    if not kind.startswith(("BooleanField", "VectorField", "Multi", "Geometry", "Line", "Poly"))
]


@pytest.mark.parametrize("kind", UNIQUE)
async def test_a_unique_field_gets_a_value_of_its_own(mongo: Mongo, kind: str) -> None:
    class Thing(Document):
        value = FIELDS[kind](unique=True)

    things = factory(Thing)
    await things.create()
    await things.create_batch(1)
    await factory(Thing).create()
    assert await Thing.objects.count() == 3


@pytest.mark.parametrize("kind", ["IntField", "StringField", "UUIDField", "DateField", "TimeField"])
async def test_a_primary_key_is_one_of_its_own(mongo: Mongo, kind: str) -> None:
    class Thing(Document):
        key = FIELDS[kind](primary_key=True)

    class Holder(Document):
        thing = ReferenceField(Thing, required=True)

    await factory(Thing).create()
    await factory(Thing).create_batch(2)
    assert len({thing.key for thing in await Thing.objects.find_all()}) == 3
    assert factory(Holder).build().validate()
    given = await Thing.objects.first()
    assert factory(Thing, id=given.key).build().key == given.key


# -- what is left alone --------------------------------------------------------------------------


def test_optional_fields_and_defaults_are_left_alone() -> None:
    class Thing(Document):
        optional = StringField()
        tags = ListField(StringField())
        given = StringField(required=True, default="mine")
        made = ListField(IntField(), required=True, default=lambda: [7])
        empty = StringField(required=True, allow_empty=True, default="")

    thing = factory(Thing).build()
    assert (thing.optional, thing.tags, thing.given, thing.made, thing.empty) == (
        None,
        [],
        "mine",
        [7],
        "",
    )


def test_a_unique_field_keeps_a_function_that_makes_its_values() -> None:
    class Thing(Document):
        token = UUIDField(unique=True, default=lambda: UUID(int=7))
        code = StringField(unique=True, default="the same")
        tags = ListField(StringField(), unique=True)

    thing = factory(Thing).build()
    assert (thing.token, thing.code, thing.tags) == (UUID(int=7), "code1", ["tags1"])


async def test_what_a_save_makes_is_left_to_it(mongo: Mongo) -> None:
    class Thing(Document):
        number = SequenceField(unique=True)
        version = VersionField()
        made = DateTimeField(auto_now_on_insert=True, required=True)
        slug = StringField(on_save=lambda document, creating: "made")

    thing = factory(Thing).build()
    assert (thing.number, thing.slug) == (None, None)
    thing = await factory(Thing).create()
    assert (thing.number, thing.version, thing.slug) == (1, 1, "made")


async def test_what_is_required_before_a_function_of_the_program_is_asked(mongo: Mongo) -> None:
    class Thing(Document):
        slug = StringField(required=True, on_save=lambda document, creating: "made")

    assert (await factory(Thing).create()).slug == "made"


# -- values that are given -----------------------------------------------------------------------


def test_values_and_functions_of_the_number() -> None:
    authors: Factory[Author] = factory(Author, name=lambda number: f"author {number}", age=5)
    assert [author.name for author in authors.batch(2)] == ["author 1", "author 2"]
    assert authors.build(name="Ada").name == "Ada"
    (last,) = authors.batch(1, name=lambda number: str(number), age=6)
    assert (last.name, last.age) == ("4", 6)
    assert factory(Author, kind=Level).build().kind is Level  # a class is no function of a number


def test_numbers_are_one_run_for_all_factories_of_a_class() -> None:
    assert [factory(Author).build().name for _ in range(2)] == ["name1", "name2"]
    assert factory(Home).build().town == "town1"


def test_a_value_that_is_not_valid_is_for_the_save_to_refuse() -> None:
    author = factory(Author, name="").build()
    with pytest.raises(InvalidDocumentError):
        author.validate()


def test_arguments_may_have_any_name() -> None:
    class Thing(Document):
        count = IntField()
        document_class = StringField()
        self = IntField()

    thing = factory(Thing, document_class="x", self=1).batch(1, count=2)[0]
    assert (thing.count, thing.document_class) == (2, "x")


# -- documents in documents, and beside them -----------------------------------------------------


async def test_documents_that_are_referred_to_are_saved_first(mongo: Mongo) -> None:
    class Publisher(Document):
        name = StringField(required=True)

    class Book(Document):
        author = ReferenceField(Author, required=True)
        publisher = ReferenceField(Publisher, required=True)

    class Review(Document):
        book = ReferenceField(Book, required=True)

    await factory(Review).create_batch(2)
    review = (await Review.objects.find_all())[0]
    await review.load_references()
    await review.book.load_references()
    assert (review.book.author.name, review.book.publisher.name) == ("name1", "name1")
    assert await Book.objects.count() == await Author.objects.count() == 2
    ada = await factory(Author).create(name="Ada")
    book = await factory(Book).create(author=ada)
    assert book.author is ada
    assert await Author.objects.count() == 3


def test_built_documents_refer_to_others_that_have_an_id() -> None:
    class Book(Document):
        author = ReferenceField(Author, required=True)

    book = factory(Book).build()
    assert book.author.name == "name1"
    assert isinstance(book.author._id, ObjectId)
    assert not book.author._is_persisted
    assert book.validate()


async def test_several_classes_in_one_collection(mongo: Mongo) -> None:
    class Animal(Document):
        __discriminator__ = "_cls"
        name = StringField(required=True)

    class Dog(Animal):
        tricks = IntField(required=True)

    await factory(Animal).create()
    await factory(Dog).create_batch(2)
    names = [type(found).__name__ for found in await Animal.objects.find_all()]
    assert sorted(names) == ["Animal", "Dog", "Dog"]


# -- unique in other ways ------------------------------------------------------------------------


async def test_unique_indexes_of_any_kind(mongo: Mongo) -> None:
    class Parcel(Document):
        __indexes__ = (Index("a", "b", unique=True), Index("c", unique=True))
        a = StringField()
        b = IntField(required=True)
        c = StringField(db_field="see")
        tenant = StringField(default="acme")
        number = IntField(unique_with="tenant")

    await Parcel.ensure_indexes()
    parcel = factory(Parcel).build()
    assert (parcel.a, parcel.b, parcel.c) == (None, 1, "c1")
    assert (parcel.number, parcel.tenant) == (1, "acme")
    await factory(Parcel).create_batch(3)
    await factory(Parcel, tenant="other", b=7).create_batch(3)
    assert await Parcel.objects.count() == 6


# -- what nobody can guess -----------------------------------------------------------------------


class Odd(BaseField[Any]):
    def validate(self, value: Any) -> bool:
        return value == "odd"


class Shout(StringField):
    def validate(self, value: Any) -> bool:
        return value is None or (super().validate(value) and value.isupper())


class Nested(EmbeddedDocument):
    code = StringField(pattern="^[A-Z]$", required=True)


UNKNOWN: dict[str, tuple[Any, str]] = {
    "a pattern": (lambda: StringField(pattern="^[A-Z]+$", required=True), "code"),
    "validators": (lambda: IntField(validators=[operator.truth], unique=True), "code"),
    "a field of the program's": (lambda: Odd(required=True), "code"),
    "one that refuses more": (lambda: Shout(required=True), "code"),
    "items": (lambda: ListField(StringField(pattern="A"), required=True), "code"),
    "in depth": (lambda: EmbeddedDocumentField(Nested, required=True), "code.code"),
    "any reference": (lambda: GenericReferenceField(required=True), "code"),
    "no choices": (lambda: StringField(choices=lambda: [], required=True), "code"),
}


@pytest.mark.parametrize("kind", UNKNOWN)
async def test_what_only_the_program_knows(kind: str) -> None:
    field, path = UNKNOWN[kind]

    class User(Document):
        code = field()

    with pytest.raises(ValueError, match="factory") as refusal:
        factory(User).build()
    assert str(refusal.value) == (
        f"factory(User): give a value for '{path}', whose rules only you know."
    )
    with pytest.raises(ValueError, match="give a value for"):
        await factory(User).create_batch(1)
    assert factory(User, code=lambda number: number).build().get_field_value("code") == 3


def test_rules_of_fields_that_need_no_value_are_no_matter() -> None:
    class User(Document):
        code = StringField(pattern="^[A-Z]+$")
        size = StringField(choices=["S"], validators=[str.isupper], required=True)

    assert factory(User).build().to_son() == {"code": None, "size": "S"}


TOO_FEW: dict[str, tuple[Any, int, str]] = {
    "choices": (lambda: StringField(choices=["S", "L"], unique=True), 2, "only 2 different ones"),
    "an enum": (lambda: EnumField(Level, unique=True), 3, "only 3 different ones"),
    "bounds": (lambda: IntField(1, 4, unique=True), 4, "only 4 different ones"),
    "truth": (lambda: BooleanField(unique=True), 2, "only 2 different ones"),
    "length": (lambda: StringField(1, unique=True), 9, "too short for a running number"),
}


@pytest.mark.parametrize("kind", TOO_FEW)
def test_too_few_values_for_a_unique_field(kind: str) -> None:
    field, count, reason = TOO_FEW[kind]

    class Size(Document):
        name = field()

    sizes = factory(Size)
    assert len({size.name for size in sizes.batch(count)}) == count
    with pytest.raises(ValueError, match=rf"factory\(Size\): give a value for 'name', .*{reason}"):
        sizes.build()


def test_documents_that_need_each_other_without_end() -> None:
    class Person(Document):
        friend = ReferenceField("self", required=True)

    with pytest.raises(
        ValueError, match="give a value for 'friend', which would need another Person, and so"
    ):
        factory(Person).build()
    assert factory(Person, friend=ObjectId()).build().validate()


def test_it_shows_its_class() -> None:
    assert repr(factory(Author)) == "factory(Author)"


def values_of(things: list[Any]) -> Iterator[Any]:
    return (thing.value for thing in things)


def test_values_that_are_not_unique_repeat_where_they_have_to() -> None:
    class Thing(Document):
        value = IntField(min_value=1, max_value=2, required=True)
        level = EnumField(Level, required=True)
        took = TimedeltaField(required=True)
        cost = Decimal128Field(min_value=1, max_value=1, required=True)

    things = factory(Thing).batch(3)
    assert list(values_of(things)) == [1, 2, 1]
    assert {thing.level for thing in things} == {Level.LOW}
    assert [thing.took for thing in things] == [timedelta(seconds=n) for n in (1, 2, 3)]
    assert {thing.cost for thing in things} == {Decimal(1)}


# -- typed documents -----------------------------------------------------------------------------


class Address(TypedDocument):
    street: str
    number: int = 1


class Person(TypedDocument):
    name: str
    mail: str = Field(unique=True)
    level: Level
    home: Address
    size: Literal["S", "L"]
    tags: list[str] = Field(default_factory=list)
    born: date | None = None
    employer: Reference[Author]


async def test_typed_documents(mongo: Mongo) -> None:
    people = factory(Person, born=date(2000, 1, 1))
    person = people.build()
    assert (person.name, person.mail, person.level, person.size) == (
        "name1",
        "mail1",
        Level.LOW,
        "S",
    )
    assert (person.home.street, person.home.number) == ("street1", 1)
    assert (person.tags, person.born) == ([], date(2000, 1, 1))
    assert person.validate()
    await people.create_batch(2)
    assert await Person.objects.count() == await Author.objects.count() == 2
