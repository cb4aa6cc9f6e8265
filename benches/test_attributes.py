"""Attributes of a document, in ns and beside those of a class without a library."""

from __future__ import annotations

from collections.abc import Callable
from timeit import Timer
from typing import Any

import pytest
from bson.objectid import ObjectId

from aiomotorengine import Document, PasswordField, ReferenceField, StringField
from benches.tables import put

TABLE = "attributes, in ns and in multiples of those of a class without a library"


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
    friend = ReferenceField("benches.test_attributes.Described")


READS = 20_000
COLUMNS = {
    "name": "a plain attribute",
    "described": "one by a Python descriptor",
    "_id": "a plain attribute",
    "save": "a method",
    "name = 'Eva'": "a plain attribute",
}


@pytest.mark.parametrize(
    ("ours", "theirs", "target", "nanoseconds"),
    [
        ("document.name", "ordinary.name", None, 22),
        ("document.name", "ordinary.described", 0.34, None),
        ("document.secret", "ordinary.name", None, None),
        ("document.secret", "ordinary.described", None, None),
        ("document.friend", "ordinary.name", None, None),
        ("document.friend", "ordinary.described", None, None),
        ("document._id", "ordinary._id", 1.3, None),
        ("document.save", "ordinary.save", 1.3, None),
        ("document.name = 'Eva'", "ordinary.name = 'Eva'", None, 25),
    ],
)
def test_attributes(
    ours: str,
    theirs: str,
    target: float | None,
    nanoseconds: float | None,
    compare: Callable[..., float],
) -> None:
    friend = Described(_id=ObjectId())
    document = Described(name="Ada", secret="hush", friend=friend)
    names = {"document": document, "ordinary": Ordinary()}
    seconds = compare(
        Timer(ours, globals=names).timeit,
        Timer(theirs, globals=names).timeit,
        table=TABLE,
        row=f"`{ours}`",
        column=COLUMNS[theirs.partition(".")[2]],
        target=target,
        before_work=lambda: (READS,),
        before_yardstick=lambda: (READS,),
    )
    put(TABLE, f"`{ours}`", "ns", round(seconds / READS * 1e9, 1), nanoseconds)
