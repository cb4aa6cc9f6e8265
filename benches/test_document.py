"""What one document costs on the pure side, in multiples of ``bson.encode`` of the same as a dict.

The document has eleven values: strings, ints, a float, a boolean, a date, a list of three strings
and an embedded document of three values.
"""

from __future__ import annotations

from collections.abc import Callable
from timeit import Timer
from typing import Any

import bson
import pytest
from bson.objectid import ObjectId

from aiomotorengine import Document, PasswordField, ReferenceField, StringField
from tests.zoo.shapes import EVERYDAY, Shape, everyday, person

COUNT = 500
TARGETS = {"construct": 2.0, "validate": 1.5, "to_son": 1.5, "from_son": 2.5}

Compare = Callable[..., None]


def operations(shape: Shape, construct: Callable[[Any], Any]) -> dict[str, Callable[[], None]]:
    """What is measured, each over many documents of a shape."""
    rows, documents = shape.rows(COUNT), shape.documents(COUNT)
    document_class = shape.document_class

    def build() -> None:
        for row in rows:
            construct(row)

    def validate() -> None:
        for document in documents:
            document.validate()

    def to_son() -> None:
        for document in documents:
            document.to_son()

    def from_son() -> None:
        for row in rows:
            document_class.from_son(row)

    def encode() -> None:
        for row in rows:
            bson.encode(row)

    return {
        "construct": build,
        "validate": validate,
        "to_son": to_son,
        "from_son": from_son,
        "bson.encode": encode,
    }


@pytest.mark.parametrize("operation", TARGETS)
def test_one_document(operation: str, compare: Compare) -> None:
    found = operations(EVERYDAY, person)
    compare(
        found[operation],
        found["bson.encode"],
        table="one document of 11 values, in multiples of `bson.encode` of the same as a dict",
        row=operation,
        target=TARGETS[operation],
    )


@pytest.mark.parametrize("fields", [30, 60])
@pytest.mark.parametrize("operation", TARGETS)
def test_costs_grow_with_the_number_of_fields(
    operation: str, fields: int, compare: Compare
) -> None:
    small, large = everyday(15), everyday(fields)
    compare(
        operations(large, lambda row: large.document_class(**row))[operation],
        operations(small, lambda row: small.document_class(**row))[operation],
        table="cost per field, in multiples of what it is with 15 fields",
        row=operation,
        column=f"{fields} fields",
        scale=15 / fields,
        target=1.0 if fields == 60 else None,
    )


# -- attributes ----------------------------------------------------------------------------------


class PythonDescriptor:
    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return instance.__dict__[self.name]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = value


class Ordinary:
    """A class without a library."""

    described = PythonDescriptor()

    def __init__(self) -> None:
        self.name = "Ada"
        self._id = None
        self.described = "Ada"

    def save(self) -> None:
        pass


class Described(Document):
    """An attribute of each sort: stored as it is, converted when it is read, a reference."""

    name = StringField()
    secret = PasswordField()
    friend = ReferenceField("benches.test_document.Described")


READS = 20_000
COLUMNS = {
    "name": "a plain attribute",
    "described": "one by a Python descriptor",
    "_id": "a plain attribute",
    "save": "a method",
    "name = 'Eva'": "a plain attribute",
}


@pytest.mark.parametrize(
    ("ours", "theirs", "target"),
    [
        ("document.name", "ordinary.name", None),
        ("document.name", "ordinary.described", 0.34),
        ("document.secret", "ordinary.name", None),
        ("document.secret", "ordinary.described", None),
        ("document.friend", "ordinary.name", None),
        ("document.friend", "ordinary.described", None),
        ("document._id", "ordinary._id", 1.3),
        ("document.save", "ordinary.save", 1.3),
        ("document.name = 'Eva'", "ordinary.name = 'Eva'", None),
    ],
)
def test_attributes(ours: str, theirs: str, target: float | None, compare: Compare) -> None:
    friend = Described(_id=ObjectId())
    document = Described(name="Ada", secret="hush", friend=friend)
    names = {"document": document, "ordinary": Ordinary()}
    compare(
        Timer(ours, globals=names).timeit,
        Timer(theirs, globals=names).timeit,
        table="attributes, in multiples of those of a class without a library",
        row=f"`{ours}`",
        column=COLUMNS[theirs.partition(".")[2]],
        target=target,
        before_work=lambda: (READS,),
        before_yardstick=lambda: (READS,),
    )
