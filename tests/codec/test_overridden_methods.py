"""Every built-in field with one or two methods of a user's: what each is given, and how often."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from bson.dbref import DBRef
from bson.objectid import ObjectId

from aiomotorengine import (
    DateTimeField,
    Document,
    FloatField,
    IntField,
    ListField,
    PasswordField,
    StringField,
    fields,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.storage.dangling import DanglingReference, ReferenceList
from tests.codec.laws import STANDARD, agree, ids_for, write
from tests.zoo.compare import outcome

pytestmark = pytest.mark.usefixtures("codec")

METHODS = ("is_empty", "get_value", "validate", "to_son", "from_son")
OVERRIDDEN = [*combinations(METHODS, 1), *combinations(METHODS, 2)]
SOME_ID = ObjectId("0123456789abcdef01234567")


class Level(Enum):
    LOW, HIGH = 5, 6


class Inner(Document):
    x = IntField()
    y = StringField()


class Target(Document):
    pass


VALUES = [
    None,
    "",
    "a",
    5,
    "5",
    1.5,
    True,
    b"x",
    datetime(2020, 1, 1),
    Decimal("1.5"),
    UUID(int=3),
    date(2020, 1, 1),
    timedelta(seconds=1.5),
    Level.HIGH,
    [1.0, 2.0],
    {"type": "Point", "coordinates": [1.0, 2.0]},
    Inner(x=1),
    SOME_ID,
    Target(_id=SOME_ID),
    DanglingReference(SOME_ID),
    ["a"],
    [5, "6"],
    {5, "6"},
    (5, "6"),
    {"a": 5, "b": "6"},
    DBRef("Target", SOME_ID),
    ReferenceList([None], [SOME_ID]),
]

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "EmbeddedDocumentField": (Inner,),
    "EnumField": (Level,),
    "GenericEmbeddedDocumentField": ([Inner],),
    "ReferenceField": (Target,),
    "ListField": (IntField(),),
    "MapField": (IntField(),),
    "SetField": (IntField(),),
    "TupleField": (IntField(), StringField()),
}


def watched(field_class: Any, methods: tuple[str, ...], called: list[tuple[str, str]]) -> Any:
    """A subclass whose methods do what they did, and note what they are called with."""

    def noting(name: str) -> Any:
        original = getattr(field_class, name)

        def method(self: Any, value: Any) -> Any:
            called.append((name, repr(value)))
            return original(self, value)

        return method

    return type(
        f"Own{field_class.__name__}", (field_class,), {name: noting(name) for name in methods}
    )


def model_with(field: Any) -> Any:
    return DocumentMetaClass("Model", (Document,), {"value": field, "__module__": __name__})


@pytest.mark.parametrize("is_item", [False, True], ids=["field", "item"])
@pytest.mark.parametrize("methods", OVERRIDDEN, ids="+".join)
@pytest.mark.parametrize("name", [it for it in fields.__all__ if it != "VersionField"])
def test_the_values_are_those_of_the_reference(
    name: str, methods: tuple[str, ...], is_item: bool
) -> None:
    called: list[tuple[str, str]] = []
    own = watched(getattr(fields, name), methods, called)
    for required in (False,) if is_item else (False, True):
        field = own(*ARGUMENTS.get(name, ()), required=required)
        model = model_with(ListField(field) if is_item else field)
        for value in VALUES:
            agree(model, [model(value=[value] if is_item else value)], STANDARD)


@pytest.mark.parametrize("methods", OVERRIDDEN, ids="+".join)
@pytest.mark.parametrize("name", ["PasswordField", "PointField", "ReferenceField"])
def test_no_method_is_called_more_often_or_with_something_else(
    name: str, methods: tuple[str, ...]
) -> None:
    called: list[tuple[str, str]] = []
    model = model_with(watched(getattr(fields, name), methods, called)(*ARGUMENTS.get(name, ())))
    codec = codec_for(model, STANDARD)
    for value in (None, "a", [1.0, 2.0], SOME_ID):
        document = model(value=value)
        ids = ids_for([document])
        expected = outcome(write, [document], ids, STANDARD)
        wanted = list(called)
        called.clear()
        assert outcome(codec.encode_many, [document], ids) == expected
        if expected[0] == "returned":  # what is refused is asked again, for its words
            assert called == wanted
        called.clear()


@pytest.mark.parametrize("is_item", [False, True], ids=["field", "item"])
@pytest.mark.parametrize("method", ["validate", "is_empty", "get_value"])
def test_a_method_of_ones_own_decides_about_values_that_its_kind_would_take(
    method: str, is_item: bool
) -> None:
    def refuse(self: Any, value: Any) -> Any:
        return {"validate": value != "no", "is_empty": value == "no", "get_value": ""}[method]

    field = type("Own", (StringField,), {method: refuse})(required=True)
    model = model_with(ListField(field, required=True) if is_item else field)
    for text in ("yes", "no"):
        agree(model, [model(value=[text, text] if is_item else text)], STANDARD)


def test_a_password_is_hashed_before_a_method_of_ones_own_sees_it() -> None:
    class Versioned(PasswordField):
        def to_son(self, value: Any) -> Any:
            return None if value is None else f"v2:{value}"

    class User(Document):
        password = Versioned()

    user = User(password="secret")
    (raw,) = codec_for(User, STANDARD).encode_many([user], ids_for([user]))
    assert b"secret" not in raw
    agree(User, [user, User()], STANDARD)


def test_what_get_value_makes_is_made_once() -> None:
    class Percent(FloatField):
        def get_value(self, value: Any) -> Any:
            return None if value is None else Decimal(value) / 100

    class Share(Document):
        part = Percent(max_value=1)
        parts = ListField(Percent())

    agree(Share, [Share(part=50, parts=[50, 25]), Share(part=500), Share()], STANDARD)


def test_an_empty_password_is_one_whose_hash_is_empty() -> None:
    class User(Document):
        password = PasswordField(crypt_func=lambda text: text.strip(), required=True)

    agree(User, [User(password="x")], STANDARD)
    agree(User, [User(password="   ")], STANDARD)
    agree(User, [User()], STANDARD)


def test_dates_that_set_themselves_with_a_method_of_ones_own() -> None:
    class Cut(DateTimeField):
        def to_son(self, value: Any) -> Any:
            return value and value.replace(microsecond=0)

    class Note(Document):
        made = Cut(auto_now_on_insert=True)
        changed = Cut(auto_now_on_update=True)

    agree(Note, [Note(), Note(made=datetime(2020, 1, 1, 1, 1, 1, 5000))], STANDARD)


@pytest.mark.parametrize("method", ["validate", "to_son", "validate_fields"])
def test_an_instances_own_method_counts_though_a_field_is_gone(method: str) -> None:
    class Pair(Document):
        a = StringField()
        b = StringField()

    def answer() -> Any:
        return {"b": "mine"} if method == "to_son" else False

    documents = [Pair(a="1", b="2") for _ in range(2)]
    for document in documents:
        with contextlib.suppress(AttributeError):
            del document.__dict__["a"]
        document.__dict__[method] = answer
    agree(Pair, documents, STANDARD)
