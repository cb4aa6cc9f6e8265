"""What the type of items has no ``None`` for has none among them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from bson import ObjectId
from pydantic import TypeAdapter

from aiomotorengine import (
    Document,
    Field,
    IntField,
    ListField,
    MapField,
    Reference,
    Rows,
    StringField,
    TypedDocument,
    U,
)
from aiomotorengine.errors import InvalidDocumentError
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")


class Part(TypedDocument):
    label: str = ""


class Piece(TypedDocument):
    size: int = 0


class Shout(StringField):
    """A field of the program's own."""

    def to_son(self, value: Any) -> Any:
        return value and value.upper()

    def validate(self, value: Any) -> bool:
        return bool(super().validate(value))

    def get_value(self, value: Any) -> Any:
        return value


class Full(TypedDocument):
    __collection__ = "full_of_values"
    texts: list[str] = []
    numbers: list[int] = []
    truths: list[bool] = []
    short: list[Annotated[str, StringField(max_length=3)]] = []
    trimmed: list[Annotated[str, StringField(strip_whitespace=True)]] = []
    chosen: list[Literal["a", "b"]] = []
    own: list[Annotated[str, Shout()]] = []
    rows: list[list[int]] = []
    parts: list[Part] = []
    either: list[Part | Piece] = []
    links: list[Reference[Part]] = []
    marks: set[str] = set()
    fixed: frozenset[int] = frozenset()
    sizes: dict[str, int] = Field(default_factory=dict)
    by_number: dict[int, str] = Field(default_factory=dict)
    named_parts: dict[str, Part] = Field(default_factory=dict)
    place: tuple[float, str] = (1.0, "")
    any_length: tuple[int, ...] = ()


class Sparse(TypedDocument):
    __collection__ = "full_of_values"
    texts: list[str | None] = []
    chosen: list[Literal["a", None]] = []
    anything: list[Any] = []
    parts: list[Part | None] = []
    sizes: dict[str, int | None] = Field(default_factory=dict)
    place: tuple[float | None, str] = (1.0, "")
    given: Annotated[list[str], ListField(StringField())] = []
    plain = ListField(StringField())


WITH_NONE: dict[str, tuple[Any, str]] = {
    "texts": (["a", None], "texts.1"),
    "numbers": ([1, 2, None], "numbers.2"),
    "truths": ([None, True], "truths.0"),
    "short": (["a", None], "short.1"),
    "trimmed": (["a", None], "trimmed.1"),
    "chosen": (["a", None], "chosen.1"),
    "own": (["a", None], "own.1"),
    "rows": ([[1], [2, None]], "rows.1.1"),
    "parts": ([Part(), None], "parts.1"),
    "either": ([Piece(), None], "either.1"),
    "links": ([ObjectId(), None], "links.1"),
    "marks": ({None}, "marks.0"),
    "fixed": (frozenset({None}), "fixed.0"),
    "sizes": ({"s": 1, "l": None}, "sizes.l"),
    "by_number": ({7: None}, "by_number.7"),
    "named_parts": ({"a": None}, "named_parts.a"),
    "place": ((1.0, None), "place.1"),
    "any_length": ((1, None), "any_length.1"),
}


async def stored() -> list[dict[str, Any]]:
    return [it async for it in Full.objects.coll().find({}, {"_id": 0})]


def test_all_are_tried() -> None:
    assert WITH_NONE.keys() == Full._fields.keys()


@pytest.mark.parametrize("name", WITH_NONE)
async def test_none_is_refused(name: str, mongo: Mongo) -> None:
    value, path = WITH_NONE[name]
    values: dict[str, Any] = {name: value}
    document = Full(**values)
    [error] = document.validation_errors()
    assert (error.path, error.code, error.value) == (path, "invalid", None)
    message = f"^Field '{name}' must be valid"
    with pytest.raises(InvalidDocumentError, match=message) as raised:
        document.validate()
    assert (raised.value.path, raised.value.value) == (path, None)
    with pytest.raises(InvalidDocumentError, match=message) as raised:
        await document.save()
    assert raised.value.path == path
    for source in ([Full(), document], Rows([{"texts": ["a"]}, values])):
        with pytest.raises(ValueError, match=f"document 1 .*Field '{name}' must be valid"):
            await Full.objects.bulk_insert(source)
    with pytest.raises(InvalidDocumentError, match=message):
        await Full.objects.update(U.set(**values))
    assert await stored() == []


def test_values_are_taken() -> None:
    texts: dict[str, Any] = {"texts": ["", "a"], "numbers": [0, 2**40], "short": ["", "abc"]}
    full = Full(
        **texts,
        trimmed=[" a "],
        own=["a"],
        rows=[[], [1]],
        parts=[Part()],
        either=[Part(), Piece()],
        sizes={"s": 1},
        place=(1.0, "a"),
        any_length=(1, 2),
    )
    assert full.validate()
    assert full.validation_errors() == []


def test_where_none_is_a_value_of_the_type() -> None:
    nothing: dict[str, Any] = {"given": [None], "plain": [None]}  # fields that the class gives
    sparse = Sparse(
        texts=[None, "a"],
        chosen=[None, "a"],
        anything=[None],
        parts=[None, Part()],
        sizes={"s": None},
        place=(None, "a"),
        **nothing,
    )
    assert sparse.validate()
    assert sparse.to_son()["texts"] == [None, "a"]
    assert Sparse.from_dict(sparse.to_dict()).to_son() == sparse.to_son()


def test_items_of_a_document_take_none() -> None:
    class Lists(Document):
        texts = ListField(StringField(required=True))
        sizes = MapField(IntField())

    assert Lists(texts=[None], sizes={"s": None}).validate()


async def test_updates_of_items(mongo: Mongo) -> None:
    await Full(texts=["a"], sizes={"s": 1}, place=(1.0, "a")).save()
    nothing: Any = None
    for update in (
        U.push(texts=nothing),
        U.push("texts", "b", nothing),
        U.add_to_set(texts=nothing),
        U.set(texts__0=nothing),
        U.set(sizes__s=nothing),
        U.set(place__1=nothing),
        U.set_on_insert(texts=[nothing]),
    ):
        with pytest.raises(InvalidDocumentError, match="must be valid"):
            await Full.objects.update(update)
    await Full.objects.update(U.pull(texts=nothing))  # which may be stored all the same
    [found] = await stored()
    assert (found["texts"], found["sizes"], found["place"]) == (["a"], {"s": 1}, [1.0, "a"])
    assert await Full.objects.filter(texts=nothing).count() == 0


async def test_a_null_that_is_stored_is_read_and_not_saved_again(mongo: Mongo) -> None:
    await Full.objects.coll().insert_one({"texts": ["a", None]})
    full = await Full.objects.get(texts="a")
    assert full is not None
    assert full.texts == ["a", None]
    with pytest.raises(InvalidDocumentError, match="'texts' must be valid"):
        await full.save()
    full.texts = ["a"]
    assert await full.save() is full


async def test_references_whose_targets_are_gone_are_saved_again(mongo: Mongo) -> None:
    part = await Part(label="a").save()
    gone = ObjectId()
    full = await Full(links=[part, gone, ObjectId()], texts=["a"]).save()
    links = [it["links"] for it in await stored()]
    await full.load_references()
    assert full.links[1:] == [None, None]
    assert full.validation_errors() == []
    await full.save()
    assert [it["links"] for it in await stored()] == links
    full.links[1] = None
    full.links.append(None)  # type: ignore[arg-type]
    assert [it.path for it in full.validation_errors()] == ["links.1", "links.2", "links.3"]


def test_what_is_not_converted() -> None:
    class Exact(TypedDocument):
        __strict__ = True
        numbers: list[int]

    assert Exact(numbers=[1]).validate()
    [error] = Exact(numbers=[None]).validation_errors()  # type: ignore[list-item]
    assert (error.path, error.code) == ("numbers.0", "invalid")


def test_schemas() -> None:
    schema = Full.bson_schema()["properties"]
    assert schema["texts"]["items"] == {"bsonType": "string"}
    assert schema["chosen"]["items"] == {"bsonType": "string", "enum": ["a", "b"]}
    assert schema["sizes"]["additionalProperties"] == {"bsonType": ["int", "long"]}
    assert schema["rows"]["items"]["bsonType"] == "array"
    assert schema["rows"]["items"]["items"] == {"bsonType": ["int", "long"]}
    assert schema["parts"]["items"]["bsonType"] == "object"
    sparse = Sparse.bson_schema()["properties"]
    assert sparse["texts"]["items"] == {"bsonType": ["string", "null"]}
    assert sparse["chosen"]["items"] == {"bsonType": ["string", "null"], "enum": ["a", None]}
    assert sparse["plain"]["items"] == {"bsonType": ["string", "null"]}
    for made in (Full.json_schema(), TypeAdapter(Full).json_schema()):
        properties = made["properties"]
        assert properties["texts"]["items"] == {"type": "string"}
        assert properties["sizes"]["additionalProperties"] == {"type": "integer"}
        assert [it["type"] for it in properties["place"]["prefixItems"]] == ["number", "string"]
    made = Sparse.json_schema()["properties"]
    assert made["texts"]["items"] == {"type": ["string", "null"]}


def test_json_and_models_of_pydantic() -> None:
    with pytest.raises(InvalidDocumentError, match="'texts' must be valid") as raised:
        Full.from_json('{"texts": ["a", null], "sizes": {"s": null}}')
    assert [it.path for it in raised.value.errors] == ["texts.1", "sizes.s"]
    form: Any = Full.pydantic_model("FullForm")
    assert form(texts=["a"]).texts == ["a"]
    with pytest.raises(ValueError, match="texts") as refusal:
        form(texts=["a", None])
    refused: Any = refusal.value
    assert [it["loc"] for it in refused.errors()] == [("texts", 1)]
