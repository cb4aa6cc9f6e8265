"""A stored value that its field cannot read: which document, where in it, what, and why."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import datetime
from typing import Any

import bson
import pytest
from bson import Decimal128, Int64, ObjectId

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    codec,
)
from aiomotorengine.bson_types import bson_type_of
from aiomotorengine.errors import StoredValueError
from tests.codec import laws
from tests.codec.laws import STANDARD

ID = ObjectId("0123456789abcdef01234567")


class Picky(BaseField[Any]):
    def from_son(self, value: Any) -> Any:
        raise LookupError("not today")


class Secret(Picky):
    def _is_secret(self, value: Any) -> bool:
        return True


class Home(Document):
    zip = IntField(db_field="z")
    picky = Picky()
    secret = Secret()


class Place(Document):
    town = IntField()


class Order(Document):
    count = IntField()
    sizes = ListField(IntField())
    since = DateTimeField()
    home = EmbeddedDocumentField(Home)
    place = EmbeddedDocumentField(Place)
    homes = ListField(EmbeddedDocumentField(Home), db_field="hs")


class Own(Document):
    count = IntField()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


def read_one(document_class: type[Any], stored: dict[str, Any]) -> Any:
    [document] = laws.read_one(codec.codec_for(document_class, STANDARD), bson.encode(stored))
    return document


@pytest.mark.parametrize(
    ("stored", "path", "text"),
    [
        ({"count": "n/a"}, "count", "'n/a' is stored there (string), and IntField can't read it."),
        (
            {"sizes": [1, "two"]},
            "sizes.1",
            "'two' is stored there (string), and IntField can't read it.",
        ),
        ({"since": 5}, "since", "5 is stored there (int), and DateTimeField can't read it."),
        (
            {"place": [1]},
            "place",
            "[1] is stored there (array), and EmbeddedDocumentField can't read it.",
        ),
        (
            {"hs": [{}, {"z": "n/a"}]},
            "homes.1.zip",
            "'n/a' is stored there (string), and IntField can't read it.",
        ),
        (
            {"home": {"picky": 1.5}},
            "home.picky",
            "1.5 is stored there (double), and Picky can't read it.",
        ),
        (
            {"_count": "n/a"},
            "count",
            "'n/a' is stored there (string), and IntField can't read it.",
        ),
    ],
)
@pytest.mark.usefixtures("codec")
def test_the_error_says_where_and_what(stored: dict[str, Any], path: str, text: str) -> None:
    for read in (lambda: read_one(Order, {"_id": ID, **stored}), lambda: Order.from_son(stored)):
        with pytest.raises(StoredValueError) as raised:
            read()
        error = raised.value
        assert error.path == path
        assert error.document_class is Order
        assert error.__cause__ is not None
        of = f"the Order with _id {ID!r}" if error.id == ID else "an Order without _id"
        assert str(error) == f"Can't read '{path}' of {of}: {text}"


@pytest.mark.usefixtures("codec")
def test_what_the_field_raised_is_the_cause() -> None:
    with pytest.raises(StoredValueError) as raised:
        read_one(Home, {"picky": 1})
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value.__cause__, LookupError)
    assert raised.value.value == 1


@pytest.mark.usefixtures("codec")
def test_a_class_that_is_called_says_the_same() -> None:
    with pytest.raises(StoredValueError, match="Can't read 'count' of the Own with _id 1: 'x' is"):
        read_one(Own, {"_id": 1, "count": "x"})


def test_a_secret_is_not_shown() -> None:
    with pytest.raises(StoredValueError) as raised:
        Order.from_son({"home": {"secret": "hunter2"}})
    assert "hunter2" not in str(raised.value) + repr(raised.value)
    assert raised.value.value == "***"


@pytest.mark.parametrize("duplicate", [copy.copy, lambda it: pickle.loads(pickle.dumps(it))])
def test_it_is_kept_in_copies(duplicate: Callable[[Any], Any]) -> None:
    with pytest.raises(StoredValueError) as raised:
        Order.from_son({"_id": ID, "hs": [{"z": "n/a"}]})
    again = duplicate(raised.value)
    assert str(again) == str(raised.value)
    assert (again.path, again.value, again.id, again.document_class) == (
        "homes.0.zip",
        "n/a",
        ID,
        Order,
    )


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "bool"),
        (1, "int"),
        (Int64(1), "long"),
        (1.5, "double"),
        ("a", "string"),
        (b"a", "binData"),
        (datetime(2020, 1, 1), "date"),
        (ID, "objectId"),
        (Decimal128("1"), "decimal"),
        ({}, "object"),
        ([], "array"),
    ],
)
def test_types_have_the_names_that_mongodb_gives_them(value: Any, name: str) -> None:
    assert bson_type_of(value) == name
