"""A primary key that a class declares: its documents, and rows, are what Python makes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import bson
import pytest
from bson import Int64
from bson.objectid import ObjectId

from aiomotorengine import (
    BaseField,
    BinaryField,
    DateField,
    DateTimeField,
    DecimalField,
    Document,
    EmailField,
    EmbeddedDocumentField,
    EnumField,
    FloatField,
    IntField,
    ListField,
    ObjectIdField,
    PasswordField,
    SequenceField,
    StringField,
    UUIDField,
)
from aiomotorengine.codec import DocumentError, codec_for, pure
from aiomotorengine.codec.explain import python_parts
from aiomotorengine.codec.plan import plan_of
from aiomotorengine.rows import Rows
from aiomotorengine.rows.plan import row_plan
from tests.codec.laws import STANDARD, agree

pytestmark = pytest.mark.usefixtures("codec")

ID = ObjectId(b"twelve bytes")
UUID_4 = UUID("6f1f6a54-1d6e-4b5c-8a35-0f3b3a2a5a01")
DAY = datetime(2024, 5, 6, 7, 8, 9, 123000)

numbers = count()


def restart() -> None:
    """Have the defaults that are numbered begin anew."""
    global numbers
    numbers = count()


def number() -> int:
    return next(numbers)


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"


class Shouted(StringField):
    """A field with methods of its own."""

    def validate(self, value: Any) -> bool:
        return bool(super().validate(value)) and value != "quiet"

    def parse(self, text: str) -> str:
        return text.upper()


def nothing() -> None:
    """A default that makes no key."""


def not_seven(value: Any) -> None:
    if value == 7:
        raise ValueError("not seven")


NATIVE: dict[str, Callable[..., BaseField[Any]]] = {
    "text": StringField,
    "short": partial(StringField, max_length=4),
    "bounded": partial(StringField, min_length=2, max_length=6),
    "pattern": partial(StringField, pattern=r"[a-z]\d"),
    "choices": partial(StringField, choices=["a1", "a", "é"]),
    "lower": partial(StringField, to_lower=True, strip_whitespace=True),
    "email": EmailField,
    "int": IntField,
    "bounds": partial(IntField, 0, 7),
    "long": partial(IntField, bits=64),
    "strict": partial(IntField, strict=True),
    "float": FloatField,
    "uuid": UUIDField,
    "object_id": ObjectIdField,
    "required_id": partial(ObjectIdField, required=True),
    "datetime": DateTimeField,
    "binary": BinaryField,
    "default": partial(StringField, default="a1"),
    "numbered": partial(IntField, default=number),
    "refused_default": partial(IntField, 0, 1, default=number),
    "long_default": partial(IntField, bits=64, default=number),
    "lower_default": partial(StringField, to_lower=True, default=lambda: f"A{number()}"),
    "uuid_default": partial(UUIDField, default=lambda: UUID_4),
    "unmade": partial(ObjectIdField, default=nothing),
    "unmade_needed": partial(ObjectIdField, default=nothing, required=True),
    "unmade_text": partial(StringField, default=nothing),
}
"""What the native codec looks at by itself."""

OTHERS: dict[str, Callable[..., BaseField[Any]]] = {
    "decimal": DecimalField,
    "date": DateField,
    "enum": partial(EnumField, Side),
    "own": Shouted,
    "validators": partial(IntField, validators=[not_seven]),
    "sequence": SequenceField,
    "password": PasswordField,
}


def class_of(name: str, make: Callable[..., BaseField[Any]]) -> Any:
    """A class with such a key, and a default whose making can be seen."""
    body = {
        "key": make(primary_key=True),
        "size": IntField(required=True, max_value=100),
        "note": StringField(default=lambda: f"note {number()}"),
        "names": ListField(StringField()),
    }
    return type(f"Keyed{name.title().replace('_', '')}", (Document,), body)


VALUES: list[Any] = [
    *("a1", "a", "b2", "", " A1 ", "é", "longer text", "quiet", "a@b.org", "left", "7", "7.5"),
    *(0, 1, 7, 8, -1, 2**40, 2**70, True, 1.5, float("nan"), Int64(5)),
    *(UUID_4, str(UUID_4), UUID_4.bytes, ID, str(ID), DAY, DAY.date(), str(DAY.date())),
    *(b"\0\xff", Decimal("1.50"), Side.LEFT, None, [], {}, object()),
]


def row_of(random: Random) -> dict[Any, Any]:
    """A row that has some value for its key, or none, or two; and other faults."""
    row: dict[Any, Any] = {"size": random.choice((1, 2, 3, 100, 101, "5", None, "x"))}
    if random.random() < 0.3:
        del row["size"]
    for name, chance in (("key", 0.8), ("_id", 0.15), ("id", 0.02), ("other", 0.02)):
        if random.random() < chance:
            row[name] = random.choice(VALUES)
    if random.random() < 0.5:
        row["note"] = random.choice(("a", "", None, 5))
    if random.random() < 0.3:
        row["names"] = ["x"] * random.randrange(3)
    if random.random() < 0.7:
        row["size"] = 5
    pairs = list(row.items())
    random.shuffle(pairs)
    return dict(pairs)


def outcome_of(codec: Any, row: Any, id: Any) -> Any:
    """The bytes of a row, or what is said of it. Ids that are made are all the same."""
    restart()
    try:
        (raw,) = codec.encode_many([row], None if id is None else [id])
    except DocumentError as error:
        cause = error.__cause__
        return type(cause), str(cause), type(error.document)
    made = bson.decode(raw, STANDARD)["_id"]
    is_new = isinstance(made, ObjectId) and made not in (ID, id)
    return raw.replace(made.binary, ID.binary) if is_new else raw


RULES: list[dict[str, Any]] = [
    {},
    {"parse": True},
    {"nulls": "default", "unknown": "ignore"},
    {"unknown": "keep"},
    {"id": "key"},
    {"id": "key", "parse": True},
    {"rename": {"other": "key"}, "parse": True, "nulls": "default"},
]

CLASSES = {name: class_of(name, make) for name, make in (NATIVE | OTHERS).items()}


def row_codecs(document_class: Any, **rules: Any) -> tuple[Any, Any]:
    """A codec of rows, and what it has to agree with."""
    plan = row_plan(Rows([], **rules).reader(document_class))
    reference = pure.Codec(plan_of(document_class), STANDARD)
    return codec_for(document_class, STANDARD).compile_rows(plan), reference.compile_rows(plan)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("rules", RULES, ids=str)
def test_rows_are_what_their_documents_are(name: str, rules: dict[str, Any]) -> None:
    random = Random(f"{name} {rules}")
    codec, reference = row_codecs(CLASSES[name], **rules)
    for _ in range(120):
        row, id = row_of(random), random.choice((None, None, ID))
        assert outcome_of(codec, row, id) == outcome_of(reference, row, id), row


@pytest.mark.parametrize("name", CLASSES)
def test_documents_are_validated_with_their_keys(name: str) -> None:
    for value in VALUES:
        restart()
        document = CLASSES[name](key=value, size=1)
        agree(CLASSES[name], [document], STANDARD)
        agree(CLASSES[name], [CLASSES[name](_id=value, size=1)], STANDARD)
        document._id = value  # past the field, which would convert it
        agree(CLASSES[name], [document], STANDARD)


@pytest.mark.parametrize("value", ["a1", "é", "longer", "", None, 5])
def test_keys_of_documents_with_their_values_in_the_dict(value: Any) -> None:
    kind = CLASSES["short"]
    document = kind(key=value, size=1, note="a")
    assert vars(document)["size"] == 1
    document.extra = 5
    agree(kind, [document], STANDARD)
    del document._id
    with pytest.raises(DocumentError):
        codec_for(kind, STANDARD).validate_many([document])


@pytest.mark.parametrize("value", ["a1", "longer", None])
def test_keys_of_documents_that_were_read(value: Any) -> None:
    kind = CLASSES["short"]
    raw = bson.encode({"_id": value, "size": 1, "note": "a", "names": []})
    (document,) = codec_for(kind, STANDARD).decode_many(raw)
    agree(kind, [document], STANDARD)


@pytest.mark.parametrize("columns", [["key", "size", "note"], ["size", "_id", "note"]], ids=str)
@pytest.mark.parametrize("name", CLASSES)
def test_sequences_are_what_their_documents_are(name: str, columns: list[str]) -> None:
    random = Random(f"{name} {columns}")
    for rules in ({}, {"parse": True}, {"nulls": "default"}):
        codec, reference = row_codecs(CLASSES[name], columns=columns, **rules)
        for _ in range(60):
            values = {"size": random.choice((1, 101, None)), "note": random.choice(("a", None))}
            row = [values.get(column, random.choice(VALUES)) for column in columns]
            assert outcome_of(codec, row, None) == outcome_of(reference, row, None), row


@pytest.mark.parametrize("name", CLASSES)
def test_validating_and_encoding_in_one_go_looks_at_the_key(name: str) -> None:
    codec = codec_for(CLASSES[name], STANDARD)
    reference = pure.Codec(plan_of(CLASSES[name]), STANDARD)
    for value in VALUES:
        document = CLASSES[name](key=value, size=1, note="a")
        found = [encoded(it, document) for it in (codec, reference)]
        assert found[0] == found[1], value


def encoded(codec: Any, document: Any) -> Any:
    id = ID if document._id is None else document._id
    try:
        return codec.encode_many([document], [id], validate=True)
    except DocumentError as error:
        return type(error.__cause__), str(error.__cause__)


VALID: dict[str, Any] = {
    "text": "é",
    "short": "four",
    "bounded": "ab",
    "pattern": "b2",
    "choices": "é",
    "lower": " A1 ",
    "email": "a@b.org",
    "int": -3,
    "bounds": 7,
    "long": 5,
    "strict": 5,
    "float": 2.5,
    "uuid": UUID_4,
    "object_id": ID,
    "required_id": ID,
    "datetime": DAY,
    "binary": b"\0\xff",
    "default": "a",
    "numbered": 3,
    "refused_default": 1,
    "long_default": 5,
    "lower_default": "a",
    "uuid_default": UUID_4,
    "unmade": ID,
    "unmade_needed": ID,
    "unmade_text": "a",
}


@pytest.mark.parametrize("name", NATIVE)
def test_nothing_of_them_is_left_to_python(name: str) -> None:
    kind, value = CLASSES[name], VALID[name]
    assert list(python_parts(plan_of(kind))) == []
    assert "\nrows: native\n" in str(kind.explain_codec())
    codec = codec_for(kind, STANDARD)
    before = codec.stepped_back
    rows, _ = row_codecs(kind)
    assert len(rows.encode_many([{"key": value, "size": 5}] * 3)) == 3
    document = kind(key=value, size=5)
    if not name.startswith("long"):  # what is stored for it is an Int64, which Python looks at
        assert codec.validate_many([document])
        assert codec.encode_many([document], [document._id], validate=True)
    assert (codec.stepped_back, rows.stepped_back) == (before, 0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("decimal", "key is the primary key, and a DecimalField is not stored as it is read"),
        ("own", "key is the primary key, and validate overridden by Shouted"),
        (
            "validators",
            "key is the primary key, and functions of the program's say what is valid",
        ),
    ],
)
def test_what_is_left_to_python_is_told(name: str, reason: str) -> None:
    explained = str(CLASSES[name].explain_codec())
    assert f"rows: python   {reason}\n" in explained
    assert f"whole documents: validate in python, {reason}" in explained


@pytest.mark.parametrize("columns", [None, ["key", "size"]])
def test_a_missing_key_is_made_after_all_else(columns: list[str] | None) -> None:
    codec, _ = row_codecs(CLASSES["numbered"], columns=columns)
    row: dict[str, Any] = {"key": None, "size": 1}
    rows: list[Any] = [row if columns is None else list(row.values())] * 2
    restart()
    made = [bson.decode(raw) for raw in codec.encode_many(rows)]
    assert [(it["_id"], it["note"]) for it in made] == [(1, "note 0"), (3, "note 2")]
    assert codec.stepped_back == 0


@pytest.mark.parametrize(
    ("name", "keys"), [("long_default", [Int64(0), Int64(1)]), ("lower_default", ["a0", "a1"])]
)
def test_a_key_that_is_stored_in_another_form_is_made_once(name: str, keys: list[Any]) -> None:
    codec, _ = row_codecs(CLASSES[name])
    restart()
    made = [bson.decode(it)["_id"] for it in codec.encode_many([{"size": 1, "note": "a"}] * 2)]
    assert [(type(it), it) for it in made] == [(type(it), it) for it in keys]
    assert (next(numbers), codec.stepped_back) == (2, 0)


def test_where_a_default_makes_no_key_there_is_a_new_id() -> None:
    codec, _ = row_codecs(CLASSES["unmade"])
    made = {bson.decode(it)["_id"] for it in codec.encode_many([{"size": 1}, {"size": 2}])}
    assert len(made) == 2
    assert {type(it) for it in made} == {ObjectId}


def test_a_key_is_not_made_for_a_row_that_is_refused() -> None:
    codec, _ = row_codecs(CLASSES["numbered"])
    restart()
    with pytest.raises(DocumentError):
        codec.encode_many([{"size": 101, "note": "a"}])
    assert next(numbers) == 1  # for the document that is refused


class KeyedPart(Document):
    code = StringField(primary_key=True, max_length=3)
    size = IntField()


class WithKeyedParts(Document):
    parts = ListField(EmbeddedDocumentField(KeyedPart))
    first = EmbeddedDocumentField(KeyedPart)


@pytest.mark.parametrize("code", ["a", "é", "long", "", None, 5])
def test_documents_in_others_are_validated_with_their_keys(code: Any) -> None:
    part = KeyedPart(code=code, size=1)
    for document in (WithKeyedParts(first=part), WithKeyedParts(parts=[part, part])):
        agree(WithKeyedParts, [document], STANDARD)
        codec = codec_for(WithKeyedParts, STANDARD)
        reference = pure.Codec(plan_of(WithKeyedParts), STANDARD)
        assert encoded(codec, document) == encoded(reference, document)


def test_rows_in_others_have_their_keys() -> None:
    codec, reference = row_codecs(WithKeyedParts)
    for part in ({"code": "a"}, {"code": "long"}, {"size": 1}, {"_id": "a"}):
        for row in ({"_id": 1, "first": part}, {"_id": 1, "parts": [part]}):
            assert outcome_of(codec, row, None) == outcome_of(reference, row, None)


class OwnWay(Document):
    """The attribute of its key is a property in the class that derives from it."""

    code = StringField(primary_key=True)


class OwnWayBelow(OwnWay):
    note = StringField()


def set_code(document: Any, value: Any) -> None:
    document._id = f"<{value}>"


def test_a_class_that_sets_its_key_in_its_own_way_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OwnWayBelow, "code", property(lambda it: it._id, set_code))
    codec, _ = row_codecs(OwnWayBelow)
    assert bson.decode(codec.encode_many([{"code": "a"}])[0])["_id"] == "<a>"


@pytest.mark.parametrize("name", ["code", "_id"])
def test_what_replaces_an_attribute_later_is_called(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"code": "a", "note": "b"}
    codec_for(OwnWayBelow, STANDARD)  # and keeps what is compiled of the class as it is
    before = outcome_of(row_codecs(OwnWayBelow)[0], row, None)
    with monkeypatch.context() as patch:
        patch.setattr(OwnWayBelow, name, property(lambda it: "seen", lambda it, value: None))
        codec, reference = row_codecs(OwnWayBelow)
        found = outcome_of(codec, row, None)
        assert found == outcome_of(reference, row, None)
        assert found != before
    assert outcome_of(row_codecs(OwnWayBelow)[0], row, None) == before


class SetsItself(Document):
    """Its key is set like any attribute, and so is the ``_id``."""

    code = StringField(primary_key=True)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, f"<{value}>" if name == "code" else value)


def test_a_class_that_sets_attributes_in_its_own_way_is_called() -> None:
    codec, reference = row_codecs(SetsItself)
    found = outcome_of(codec, {"code": "a"}, None)
    assert found == outcome_of(reference, {"code": "a"}, None)
    assert bson.decode(found)["_id"] == "<a>"
    assert "rows: python   __setattr__ overridden by SetsItself" in str(SetsItself.explain_codec())
