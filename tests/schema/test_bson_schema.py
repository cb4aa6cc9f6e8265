"""What MongoDB is told of a class, and whether it takes what the class takes."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import pytest
from pymongo.errors import WriteError

from aiomotorengine import (
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
    JsonField,
    LineStringField,
    ListField,
    MapField,
    ObjectIdField,
    PasswordField,
    PointField,
    PolygonField,
    ReferenceField,
    SetField,
    StringField,
    TimedeltaField,
    TupleField,
    URLField,
    UUIDField,
    VectorField,
    VersionField,
)
from aiomotorengine.errors import InvalidDocumentError
from tests.harness import Mongo


class Home(Document):
    town = StringField(db_field="tw", required=True)
    zip = StringField()


class All(Document):
    """What there is.

    And more.
    """

    string = StringField()
    boolean = BooleanField()
    int_ = IntField(db_field="int")
    float_ = FloatField(db_field="float")
    decimal = DecimalField()
    date = DateTimeField()
    uuid = UUIDField()
    binary = BinaryField()
    url = URLField()
    mail = EmailField()
    password = PasswordField()
    json = JsonField()
    strings = ListField(StringField())
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    other = ReferenceField("tests.schema.test_bson_schema.All")
    point = PointField()
    line = LineStringField()
    polygon = PolygonField()
    version = VersionField()
    anything = BaseField[Any]()


def properties_of(**fields: Any) -> Any:
    return type("Model", (Document,), fields).bson_schema()["properties"]  # type: ignore[attr-defined]


def test_a_class() -> None:
    class User(Document):
        name = StringField(required=True, max_length=3)
        age = IntField(min_value=0)

    assert User.bson_schema() == {
        "bsonType": "object",
        "title": "User",
        "required": ["name"],
        "properties": {
            "name": {"bsonType": "string", "minLength": 1, "maxLength": 3},
            "age": {"bsonType": ["int", "long", "null"], "minimum": 0},
        },
    }


def test_titles_and_descriptions() -> None:
    schema = All.bson_schema()
    assert (schema["title"], schema["description"]) == ("All", "What there is.\n\nAnd more.")

    class Other(All):
        __title__ = "another"
        __description__ = "of its own"

    schema = Other.bson_schema()
    assert (schema["title"], schema["description"]) == ("another", "of its own")

    class Below(All):
        pass

    assert "description" not in Below.bson_schema()


def test_types_are_those_that_are_stored() -> None:
    types = {key: schema.get("bsonType") for key, schema in All.bson_schema()["properties"].items()}
    assert types == {
        "string": ["string", "null"],
        "boolean": ["bool", "null"],
        "int": ["int", "long", "null"],
        "float": ["double", "null"],
        "decimal": ["string", "null"],
        "date": ["date", "null"],
        "uuid": ["binData", "null"],
        "binary": ["binData", "null"],
        "url": ["string", "null"],
        "mail": ["string", "null"],
        "password": ["string", "null"],
        "json": ["string", "null"],
        "strings": ["array", "null"],
        "home": ["object", "null"],
        "homes": ["array", "null"],
        "other": None,
        "point": ["object", "null"],
        "line": ["object", "null"],
        "polygon": ["object", "null"],
        "version": ["int", "long", "null"],
        "anything": None,
    }


def test_items_and_embedded_documents_in_depth() -> None:
    properties = All.bson_schema()["properties"]
    home = {
        "bsonType": ["object", "null"],
        "required": ["tw"],
        "properties": {
            "tw": {"bsonType": "string", "minLength": 1},
            "zip": {"bsonType": ["string", "null"]},
        },
    }
    assert properties["home"] == home
    assert properties["homes"]["items"] == home


def test_a_class_inside_of_itself() -> None:
    class Branch(Document):
        name = StringField()
        branches: Any = ListField(EmbeddedDocumentField("tests.schema.test_bson_schema.branch"))

    globals()["branch"] = Branch
    inner = Branch.bson_schema()["properties"]["branches"]["items"]
    assert inner == {"bsonType": ["object", "null"]}


branch: Any = None


def test_rules_of_texts_and_lists() -> None:
    properties = properties_of(
        code=StringField(min_length=2, max_length=4, pattern="^[A-Z]+$"),
        flagged=StringField(pattern=re.compile("a", re.IGNORECASE)),
        tags=ListField(StringField(), min_length=1, max_length=3, unique_items=True),
        needed=ListField(StringField(), required=True),
        empty=StringField(required=True, allow_empty=True),
    )
    assert properties == {
        "code": {
            "bsonType": ["string", "null"],
            "minLength": 2,
            "maxLength": 4,
            "pattern": "^[A-Z]+$",
        },
        "flagged": {"bsonType": ["string", "null"]},
        "tags": {
            "bsonType": ["array", "null"],
            "items": {"bsonType": ["string", "null"]},
            "minItems": 1,
            "maxItems": 3,
            "uniqueItems": True,
        },
        "needed": {
            "bsonType": "array",
            "items": {"bsonType": ["string", "null"]},
            "minItems": 1,
        },
        "empty": {"bsonType": "string"},
    }


def test_choices_as_they_are_stored() -> None:
    properties = properties_of(
        size=StringField(choices=[("S", "small"), ("L", "large")], required=True),
        price=DecimalField(choices=["1", "2.50"]),
        late=StringField(choices=lambda: ["a"]),
    )
    assert properties["size"]["enum"] == ["S", "L"]
    assert properties["price"]["enum"] == ["1.00", "2.50", None]
    assert "enum" not in properties["late"]


def test_bits_of_numbers() -> None:
    properties = properties_of(
        small=IntField(bits=32), large=IntField(bits=64), needed=IntField(required=True)
    )
    assert properties["needed"] == {"bsonType": ["int", "long"]}
    assert properties["small"]["bsonType"] == ["int", "null"]
    assert properties["large"]["bsonType"] == ["long", "null"]


def test_fields_of_a_programs_own() -> None:
    class Upper(StringField):
        def to_son(self, value: Any) -> Any:
            return value and value.upper()

    class Said(Upper):
        def __bson_schema__(self) -> dict[str, Any]:
            return {"bsonType": "string", "pattern": "^[A-Z]*$"}

    class Strict(StringField):
        def validate(self, value: Any) -> bool:
            return value == "a"

    properties = properties_of(
        upper=Upper(), said=Said(), strict=Strict(), items=ListField(Upper())
    )
    assert properties == {
        "upper": {},
        "said": {"bsonType": "string", "pattern": "^[A-Z]*$"},
        "strict": {"bsonType": ["string", "null"]},
        "items": {"bsonType": ["array", "null"], "items": {}},
    }


@pytest.mark.mongod_only("SecantusDB has no $jsonSchema")
@pytest.mark.usefixtures("codec")
async def test_mongodb_takes_what_the_class_takes(mongo: Mongo) -> None:
    schema = {"$jsonSchema": All.bson_schema()}
    await mongo.database.database.create_collection("All", validator=schema)
    await All().save()
    other = await All(
        string="a",
        boolean=True,
        int_=2**40,
        float_=1,
        decimal="1.5",
        date=datetime(2020, 1, 1),
        uuid="0" * 32,
        binary=b"a",
        url="http://a.example",
        mail="a@b.example",
        password="a",
        json={"a": 1},
        strings=["a"],
        home=Home(town="a"),
        homes=[Home(town="a", zip="b")],
        point=[1, 2],
        line=[[1, 2], [3, 4]],
        polygon=[[[0, 0], [1, 0], [1, 1], [0, 0]]],
        anything={"a": [1]},
    ).save()
    assert other is not None
    await All(other=other).save()
    with pytest.raises(WriteError):
        await All.objects.coll().insert_one({"home": {"zip": "b"}})


def test_a_primary_key() -> None:
    properties = properties_of(sku=StringField(primary_key=True, max_length=3))
    assert properties == {"_id": {"bsonType": "string", "maxLength": 3, "minLength": 1}}


def test_stored_keys_that_are_refused_are_no_additional_properties() -> None:
    schema = type(
        "Model", (Document,), {"__unknown__": "refuse", "name": StringField()}
    ).bson_schema()  # type: ignore[attr-defined]
    assert schema["additionalProperties"] is False
    assert schema["properties"].keys() == {"_id", "name"}


def test_containers() -> None:
    class Text(Document):
        text = StringField()

    properties = properties_of(
        tags=SetField(StringField()),
        pair=TupleField(IntField(), StringField()),
        many=TupleField(FloatField(), ...),
        prices=MapField(Decimal128Field()),
        more=DictField(),
        vector=VectorField(dimensions=3),
        part=GenericEmbeddedDocumentField([Text, Home]),
        walk=GeometryCollectionField(),
        about=GenericReferenceField(),
    )
    text = {"bsonType": ["string", "null"]}
    assert properties["tags"] == {"bsonType": ["array", "null"], "items": text}
    assert properties["pair"] == {
        "bsonType": ["array", "null"],
        "items": [{"bsonType": ["int", "long", "null"]}, text],
        "additionalItems": False,
    }
    assert properties["many"]["items"] == {"bsonType": ["double", "null"]}
    assert properties["prices"] == {
        "bsonType": ["object", "null"],
        "additionalProperties": {"bsonType": ["decimal", "null"]},
    }
    assert properties["more"] == {"bsonType": ["object", "null"]}
    assert properties["vector"] == {"bsonType": ["binData", "array", "null"]}
    assert properties["walk"]["required"] == ["type", "geometries"]
    assert properties["part"] == {
        "bsonType": ["object", "null"],
        "anyOf": [
            {
                "bsonType": "object",
                "properties": {"_cls": {"enum": ["Text"]}, "text": text},
                "required": ["_cls"],
            },
            {
                "bsonType": "object",
                "properties": {
                    "_cls": {"enum": ["Home"]},
                    "tw": {"bsonType": "string", "minLength": 1},
                    "zip": text,
                },
                "required": ["_cls", "tw"],
            },
            {"bsonType": "null"},
        ],
    }


@pytest.mark.mongod_only("SecantusDB has no $jsonSchema")
async def test_mongodb_takes_containers(mongo: Mongo) -> None:
    class Held(Document):
        __collection_options__: Any = {"validator": True}
        tags = SetField(StringField())
        pair = TupleField(IntField(), StringField())
        prices = MapField(Decimal128Field())
        more = DictField()
        vector = VectorField(dimensions=3)
        part = GenericEmbeddedDocumentField([Home])
        walk = GeometryCollectionField()
        about = GenericReferenceField()
        level = EnumField(Level)
        day = DateField()
        took = TimedeltaField()
        other = ObjectIdField()

    await Held().save()
    held = await Held(
        tags={"a"},
        pair=(1, "b"),
        prices={"eur": 5},
        more={"a.b": [1]},
        vector=[1, 2, 3],
        part=Home(town="a"),
        walk=[{"type": "Point", "coordinates": [1, 2]}],
        level=Level.LOW,
        day=date(2020, 1, 1),
        took=timedelta(seconds=1),
        other="0" * 24,
    ).save()
    await Held(about=held).save()
    with pytest.raises(WriteError):
        await Held.objects.coll().insert_one({"pair": [1, 2]})


class Shelved(Document):
    __collection_options__: Any = {"validator": True}
    labels = ListField(StringField(required=True))
    homes = ListField(EmbeddedDocumentField(Home, required=True))
    sizes = SetField(StringField(choices=["S"], required=True))
    pairs = ListField(TupleField(IntField(), IntField(), required=True))
    pair = TupleField(StringField(required=True), IntField(required=True))
    numbers = TupleField(IntField(required=True), ...)
    prices = MapField(StringField(required=True))
    rows = ListField(ListField(IntField(), required=True))


SHELVES: list[dict[str, Any]] = [
    {"labels": [None, "", "a"], "homes": [None], "sizes": {None, "S"}},
    {"pairs": [None, (), (1, 2)], "pair": (None, None), "numbers": (None, 1)},
    {"prices": {"a": None, "b": ""}, "rows": [[], [None]]},
]
"""What validation takes, since ``required`` does not count for items."""


@pytest.mark.mongod_only("SecantusDB has no $jsonSchema")
@pytest.mark.usefixtures("codec")
async def test_mongodb_takes_items_that_are_required(mongo: Mongo) -> None:
    for values in SHELVES:
        await Shelved(**values).save()
    assert await Shelved.objects.count() == len(SHELVES)


def test_items_that_are_required() -> None:
    properties = Shelved.bson_schema()["properties"]
    assert properties["labels"]["items"] == {"bsonType": ["string", "null"]}
    assert properties["sizes"]["items"]["enum"] == ["S", None]
    assert "minItems" not in properties["pairs"]["items"]
    # A list among the items of another refuses it.
    assert properties["rows"]["items"]["bsonType"] == "array"
    with pytest.raises(InvalidDocumentError):
        Shelved(rows=[None]).validate()


def test_required_tuples_are_whole() -> None:
    properties = properties_of(
        pair=TupleField(IntField(), IntField(), required=True),
        some=TupleField(IntField(), ..., required=True),
        empty=TupleField(IntField(), IntField(), required=True, allow_empty=True),
    )
    assert properties["pair"]["minItems"] == 2
    assert properties["some"]["minItems"] == 1
    assert "minItems" not in properties["empty"]


class Level(Enum):
    LOW, HIGH = 1, 2
