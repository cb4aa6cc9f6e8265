"""What a type has no ``None`` for takes none, be there a default or not."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import TypeAdapter

from aiomotorengine import Document, Field, IntField, Reference, StringField, TypedDocument, U
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.testing import factory
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")


class Gauge(TypedDocument):
    __collection__ = "gauges"
    name: str
    stars: int = 0
    note: str = ""
    is_on: bool = False
    level: Literal["low", "high"] = "low"
    tags: list[str] = []
    more: list[str]
    sizes: dict[str, int] = Field(default_factory=dict)
    given: Annotated[int, IntField(default=3)]
    nick: Annotated[str, StringField()] = "x"


class Loose(TypedDocument):
    stars: int | None = 0
    joined: datetime = Field(default=None, auto_now_on_insert=True)
    boss: Reference[Gauge] = Field(default=None)
    extra: Any = 1
    plain = IntField(default=0)


async def stored() -> list[dict[str, Any]]:
    return [it async for it in Gauge.objects.coll().find({})]


WITH_DEFAULTS = [name for name in Gauge._fields if name != "name"]


@pytest.mark.parametrize("name", WITH_DEFAULTS)
def test_none_is_refused(name: str) -> None:
    assert Gauge(name="a").validate()
    values: dict[str, Any] = {"name": "a", name: None}
    [error] = Gauge(**values).validation_errors()
    assert (error.path, error.code) == (name, "required")
    with pytest.raises(InvalidDocumentError, match=f"^Field '{name}' is required"):
        Gauge.from_dict(values)


def test_where_none_is_a_value() -> None:
    assert Loose(stars=None, joined=None, boss=None, extra=None, plain=None).validate()


def test_a_field_of_a_document_with_a_default_takes_none() -> None:
    class Old(Document):
        stars = IntField(default=0)

    assert Old(stars=None).validate()


async def test_none_is_not_stored(mongo: Mongo) -> None:
    with pytest.raises(InvalidDocumentError, match="'stars' is required"):
        await Gauge(name="a", stars=None).save()
    with pytest.raises(ValueError, match="'tags' is required"):
        await Gauge.objects.bulk_insert([Gauge(name="a", tags=None)])
    assert await Gauge.objects.count() == 0
    await Gauge(name="a").save()
    with pytest.raises(InvalidDocumentError, match="'note' is required"):
        await Gauge.objects.update(U.set(note=None))
    gauge = await Gauge.objects.get(name="a")
    assert gauge is not None
    assert (gauge.stars, gauge.note, gauge.tags, gauge.given) == (0, "", [], 3)


async def test_a_key_that_has_a_default_may_be_taken_away(mongo: Mongo) -> None:
    await Gauge(name="a", stars=7).save()
    await Gauge.objects.update(U.unset(Gauge.stars))
    [found] = await stored()
    assert "stars" not in found
    gauge = await Gauge.objects.get(name="a")
    assert gauge is not None
    assert gauge.stars == 0
    with pytest.raises(InvalidDocumentError, match="'name' is required"):
        await Gauge.objects.update(U.unset(Gauge.name))


async def test_a_null_that_is_stored_reads_none_and_is_not_saved_again(mongo: Mongo) -> None:
    await Gauge.objects.coll().insert_one({"name": "a", "stars": None})
    gauge = await Gauge.objects.get(name="a")
    assert gauge is not None
    assert gauge.stars is None
    with pytest.raises(InvalidDocumentError, match="'stars' is required"):
        await gauge.save()
    gauge.stars = 1
    assert await gauge.save() is gauge


async def test_upserts_store_the_defaults_empty_ones_too(mongo: Mongo) -> None:
    await Gauge.objects.filter(name="a").update_one(U.set(stars=2), upsert=True)
    [found] = await stored()
    expected = Gauge(name="a", stars=2).to_son()
    assert {key: found[key] for key in expected} == expected


def test_schemas_of_json_have_no_null_and_do_not_ask_for_what_has_a_default() -> None:
    schema = TypeAdapter(Gauge).json_schema()
    assert schema["required"] == ["name"]
    assert schema["properties"]["stars"] == {"type": "integer", "default": 0}
    assert schema["properties"]["note"] == {"type": "string", "default": ""}
    form: Any = Gauge.pydantic_model("GaugeForm")
    assert form(name="a").stars == 0
    assert form.model_json_schema()["required"] == ["name"]
    with pytest.raises(ValueError, match="stars"):
        form(name="a", stars=None)


def test_validators_of_collections_let_documents_be_that_are_older_than_a_field() -> None:
    schema = Gauge.bson_schema()
    assert schema["required"] == ["name"]
    assert schema["properties"]["stars"]["bsonType"] == ["int", "long"]


def test_a_tuple_of_some_length_is_not_empty() -> None:
    class Place(TypedDocument):
        at: tuple[float, float]
        size: tuple[int, int] = (1, 1)
        older: tuple[int, int] | None = None
        marks: tuple[int, ...]

    assert [error.path for error in Place().validation_errors()] == ["at"]
    assert [error.path for error in Place(at=(), size=()).validation_errors()] == ["at", "size"]
    assert Place(at=(1.0, 2.0)).validate()
    assert Place.json_schema()["properties"]["at"]["minItems"] == 2
    assert Place.bson_schema()["properties"]["at"]["minItems"] == 2
    assert Place.json_schema()["required"] == ["at"]


def test_required_beside_a_default_refuses_what_is_empty() -> None:
    class Ware(TypedDocument):
        category: str = Field(default="other", required=True)
        kind: str = Field(default="other", required=False)
        name: str = "a"

    ware = Ware(category="", kind=None, name="")
    assert [error.path for error in ware.validation_errors()] == ["category"]
    assert [error.path for error in Ware(category=None).validation_errors()] == ["category"]


def test_a_list_that_may_not_be_empty_has_to_be_given() -> None:
    class Basket(TypedDocument):
        lines: list[int] = Field(min_length=2)
        more: list[int] = Field(default_factory=list, min_length=1)
        made: list[int] = Field(default=[1], min_length=1)
        any_length: list[int] = []

    assert [error.path for error in Basket().validation_errors()] == ["lines", "more"]
    assert Basket.json_schema()["required"] == ["lines", "more"]
    form: Any = Basket.pydantic_model("BasketForm")
    assert form.model_json_schema()["required"] == ["lines", "more"]
    with pytest.raises(ValueError, match="2 validation errors for BasketForm"):
        form()
    basket = factory(Basket).build()
    assert basket.validate()
    assert (len(basket.lines), len(basket.more), basket.made) == (2, 1, [1])


def test_a_factory_is_for_document_classes() -> None:
    with pytest.raises(TypeError, match=r"factory\(\) takes a document class, not <class 'int'>"):
        factory(int)  # type: ignore[type-var]
