"""JSON Schema of documents, by the names of attributes."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    BinaryField,
    DateTimeField,
    DecimalField,
    DictField,
    Document,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    IntField,
    ListField,
    MapField,
    PasswordField,
    SetField,
    StringField,
    TupleField,
    UUIDField,
    VectorField,
)


class Home(Document):
    town = StringField(db_field="tw", required=True)


class User(Document):
    """Somebody."""

    name = StringField(db_field="n", required=True, max_length=20, title="Name", examples=["Ada"])
    age = IntField(min_value=0, default=18, description="In years.", deprecated=True)
    size = StringField(choices=["S", "L"])
    home = EmbeddedDocumentField(Home, required=True)
    homes = ListField(EmbeddedDocumentField(Home))
    password = PasswordField()


def test_what_a_document_may_be_made_of() -> None:
    assert User.json_schema() == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": "User",
        "description": "Somebody.",
        "properties": {
            "id": {"title": "id"},
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 20,
                "title": "Name",
                "examples": ["Ada"],
            },
            "age": {
                "type": ["integer", "null"],
                "minimum": 0,
                "default": 18,
                "description": "In years.",
                "deprecated": True,
            },
            "size": {"type": ["string", "null"], "enum": ["S", "L", None]},
            "home": {"$ref": "#/$defs/Home"},
            "homes": {
                "type": ["array", "null"],
                "items": {"anyOf": [{"$ref": "#/$defs/Home"}, {"type": "null"}]},
            },
            "password": {"type": ["string", "null"], "format": "password", "writeOnly": True},
        },
        "required": ["name", "home"],
        "$defs": {
            "Home": {
                "type": "object",
                "title": "Home",
                "properties": {"town": {"type": "string", "minLength": 1}},
                "required": ["town"],
            }
        },
    }


def test_what_becomes_of_one() -> None:
    schema = User.json_schema("serialization")
    assert schema["required"] == ["id", "name", "age", "size", "home", "homes"]
    assert "password" not in schema["properties"]


def test_forms_of_values() -> None:
    class Forms(Document):
        at = DateTimeField()
        key = UUIDField()
        raw = BinaryField()
        price = DecimalField()

    properties = Forms.json_schema()["properties"]
    assert properties["at"] == {"type": ["string", "null"], "format": "date-time"}
    assert properties["key"] == {"type": ["string", "null"], "format": "uuid"}
    assert properties["raw"] == {"type": ["string", "null"], "contentEncoding": "base64"}
    assert properties["price"] == {"type": ["string", "null"]}


def test_classes_inside_of_themselves_and_of_the_same_name() -> None:
    class Branch(Document):
        home = EmbeddedDocumentField(Home)
        other: Any = EmbeddedDocumentField(same_name())
        branches: Any = ListField(EmbeddedDocumentField("tests.schema.test_json_schema.branch"))

    globals()["branch"] = Branch
    schema = Branch.json_schema()
    inner = schema["properties"]["branches"]["items"]
    assert inner["anyOf"][0] == {"$ref": "#/$defs/Branch"}
    assert schema["$defs"].keys() == {"Branch", "Home", "Home2"}
    assert schema["$defs"]["Branch"]["properties"]["other"]["anyOf"][0] == {"$ref": "#/$defs/Home2"}


branch: Any = None


def same_name() -> Any:
    class Home(Document):
        road = StringField()

    return Home


def test_a_field_says_it_itself() -> None:
    class Colour(StringField):
        def to_son(self, value: Any) -> Any:
            return value and value.lstrip("#")

    class Said(Colour):
        def __json_schema__(self) -> dict[str, Any]:
            return {"type": "string", "format": "color"}

    class Wall(Document):
        colour = Colour()
        said = Said()

    properties = Wall.json_schema()["properties"]
    assert (properties["colour"], properties["said"]) == ({}, {"type": "string", "format": "color"})


def test_a_mode_that_is_none() -> None:
    with pytest.raises(ValueError, match="mode must be 'validation' or 'serialization', not 'x'"):
        User.json_schema("x")  # type: ignore[arg-type]


def test_containers_and_documents_of_several_classes() -> None:
    class Text(Document):
        text = StringField(required=True, db_field="t")

    class Image(Document):
        __discriminator_value__ = "img"
        width = IntField()

    class Item(Document):
        more = DictField()
        prices = MapField(IntField(), required=True)
        pair = TupleField(IntField(), StringField())
        numbers = TupleField(IntField(), ...)
        tags = SetField(StringField())
        vector = VectorField(dimensions=3)
        head = GenericEmbeddedDocumentField([Text, Image])

    schema = Item.json_schema()
    number, text = {"type": ["integer", "null"]}, {"type": ["string", "null"]}
    properties = schema["properties"]
    integer = properties["pair"]["prefixItems"][0]
    assert integer["type"] == number["type"]
    assert {name: properties[name] for name in ("more", "prices", "pair", "numbers", "vector")} == {
        "more": {"type": ["object", "null"]},
        "prices": {"type": "object", "additionalProperties": integer, "minProperties": 1},
        "pair": {"type": ["array", "null"], "prefixItems": [integer, text], "items": False},
        "numbers": {"type": ["array", "null"], "items": integer},
        "vector": {
            "type": ["array", "null"],
            "items": {"type": "number"},
            "minItems": 3,
            "maxItems": 3,
        },
    }
    assert schema["required"] == ["prices"]
    assert properties["head"]["anyOf"][0]["anyOf"][1] == {
        "$ref": "#/$defs/Image",
        "properties": {"_cls": {"enum": ["img"]}},
        "required": ["_cls"],
    }
    stored = Item.bson_schema()["properties"]
    assert stored["head"]["bsonType"] == ["object", "null"]
    assert stored["head"]["anyOf"][0]["required"] == ["_cls", "t"]
    assert [*stored["head"]["anyOf"][1]["properties"]] == ["_cls", "width"]
    assert stored["vector"] == {"bsonType": ["binData", "array", "null"]}


def test_what_a_document_has_inside_of_itself_has_no_id() -> None:
    class Shelf(Document):
        size = IntField()
        inner = EmbeddedDocumentField("self")
        door = EmbeddedDocumentField(Home)

    for mode in "validation", "serialization":
        schema = Shelf.json_schema(mode=mode)
        assert schema["properties"].keys() == {"id", "size", "inner", "door"}
        inside = schema["$defs"]["Shelf"]
        assert inside["properties"].keys() == {"size", "inner", "door"}
        assert "id" not in inside.get("required", ())
        assert inside["properties"]["inner"] == schema["properties"]["inner"]
        assert schema["properties"]["inner"]["anyOf"][0] == {"$ref": "#/$defs/Shelf"}


def test_required_does_not_count_for_items() -> None:
    class Shelf(Document):
        labels = ListField(StringField(required=True))
        prices = MapField(StringField(required=True))
        pair = TupleField(StringField(required=True), IntField(), required=True)
        rows = ListField(ListField(IntField(), required=True))

    text = {"type": ["string", "null"]}
    properties = Shelf.json_schema()["properties"]
    assert properties["labels"]["items"] == text
    assert properties["prices"]["additionalProperties"] == text
    assert properties["pair"]["prefixItems"][0] == text
    assert properties["pair"]["minItems"] == 2
    assert properties["rows"]["items"]["type"] == "array"
    assert "minItems" not in properties["rows"]["items"]
    Shelf.from_dict({"labels": [None, ""], "prices": {"a": None}, "pair": [None, 1], "rows": [[]]})
