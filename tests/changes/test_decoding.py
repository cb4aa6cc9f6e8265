"""What a server tells becomes a change, without a server: its bytes are written down here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import bson
import pytest
from bson import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.timestamp import Timestamp

from aiomotorengine import (
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
    connect,
    disconnect,
)
from aiomotorengine.changes.decoding import ChangeDecoder
from aiomotorengine.errors import StoredValueError
from aiomotorengine.sessions.target import target_of
from aiomotorengine.wire.changes import ChangeEvent

NOWHERE = "nowhere"


class Item(Document):
    price = DecimalField(db_field="p")
    n = IntField()


class Order(Document):
    items = ListField(EmbeddedDocumentField(Item), db_field="i")
    at = DateTimeField()
    n = IntField()


class Renamed(Document):
    name = StringField(aliases=["nm"])
    n = IntField()


class Animal(Document):
    __discriminator__: ClassVar = "kind"
    name = StringField()


class Bird(Animal):
    wings = IntField(db_field="w")


@pytest.fixture(autouse=True)
def connected() -> Iterator[None]:
    """A client that never asks anything."""
    connect("shop", alias=NOWHERE, driver="pymongo", host="localhost", port=1)
    yield
    disconnect(NOWHERE)


ID = ObjectId()


def decoder(*classes: Any, on_unreadable: Any = None) -> ChangeDecoder:
    targets = {it.__collection__: target_of(it, NOWHERE) for it in classes}
    return ChangeDecoder(targets, on_unreadable)


def told(operation: str, of: Any = Order, **more: Any) -> ChangeEvent:
    event = {
        "_id": {"_data": "82"},
        "operationType": operation,
        "clusterTime": Timestamp(5, 1),
        "ns": {"db": "shop", "coll": of.__collection__},
        "documentKey": {"_id": ID},
        **more,
    }
    return ChangeEvent(RawBSONDocument(bson.encode(event)))


def update(of: Any = Order, **description: Any) -> ChangeEvent:
    return told("update", of, updateDescription=description)


async def test_an_insert(codec: str) -> None:
    change: Any = decoder(Order).decode(
        told("insert", fullDocument={"_id": ID, "i": [{"p": "1.50"}], "n": 3})
    )
    assert (change.operation, change.id, change.document_class) == ("insert", ID, Order)
    assert (change.document._id, change.document.n) == (ID, 3)
    assert str(change.document.items[0].price) == "1.50"
    assert (change.token, change.cluster_time) == ({"_data": "82"}, Timestamp(5, 1))
    assert (change.wall_time, change.before) == (None, None)
    assert (change.updated, change.removed, change.truncated) == ({}, [], {})
    assert change.raw["fullDocument"] == {"_id": ID, "i": [{"p": "1.50"}], "n": 3}


async def test_an_update_without_its_document() -> None:
    change: Any = decoder(Order).decode(
        update(
            updatedFields={"i.0.p": "2.50", "n": 4, "_nick": "x", "i.3": {"n": 1}},
            removedFields=["i.1.p", "z"],
            truncatedArrays=[{"field": "i", "newSize": 2}],
        )
    )
    item = change.updated.pop("items.3")
    assert (type(item), item.n) == (Item, 1)
    assert {name: str(value) for name, value in change.updated.items()} == {
        "items.0.price": "2.50",
        "n": "4",
        "_nick": "x",
    }
    assert change.removed == ["items.1.price", "z"]
    assert change.truncated == {"items": 2}
    assert change.document is None


async def test_what_is_stored_under_an_alias() -> None:
    decode = decoder(Renamed).decode
    old: Any = decode(update(Renamed, updatedFields={"nm": "a"}))
    assert old.updated == {"name": "a"}
    # Whichever comes first, the field reads its own key.
    both: Any = decode(update(Renamed, updatedFields={"nm": "old", "name": "new", "n": 1}))
    assert both.updated == {"name": "new", "n": 1}
    both = decode(update(Renamed, updatedFields={"name": "new", "nm": "old"}))
    assert both.updated == {"name": "new"}
    gone: Any = decode(update(Renamed, removedFields=["nm"]))
    assert gone.removed == ["name"]
    moved: Any = decode(update(Renamed, updatedFields={"name": "a"}, removedFields=["nm", "n"]))
    assert (moved.updated, moved.removed) == ({"name": "a"}, ["n"])


async def test_a_document_that_was_not_found_is_null() -> None:
    event = told("update", fullDocument=None, updateDescription={"updatedFields": {"n": 1}})
    change: Any = decoder(Order).decode(event)
    assert (change.document, change.updated) == (None, {"n": 1})


async def test_a_delete_with_what_was_before() -> None:
    event = told("delete", fullDocumentBeforeChange={"_id": ID, "n": 8})
    change: Any = decoder(Order).decode(event)
    assert (change.before.n, change.document, change.id) == (8, None, ID)


async def test_each_document_is_of_its_class() -> None:
    event = told("insert", Animal, fullDocument={"_id": ID, "kind": "Animal.Bird", "w": 2})
    change: Any = decoder(Animal).decode(event)
    assert (type(change.document), change.document_class) == (Bird, Bird)


async def test_several_collections() -> None:
    several = decoder(Order, Animal)
    assert several.decode(told("delete", Animal)).document_class is Animal  # type: ignore[union-attr]
    assert several.decode(told("delete", Order)).document_class is Order  # type: ignore[union-attr]
    whole: Any = several.decode(told("dropDatabase", ns={"db": "shop"}))
    assert whole.document_class is None
    assert repr(whole) == "<Change: dropDatabase>"


async def test_what_is_about_no_document() -> None:
    event = ChangeEvent(
        RawBSONDocument(bson.encode({"_id": {"_data": "1"}, "operationType": "invalidate"}))
    )
    change: Any = decoder(Order).decode(event)
    assert (change.id, change.document_class) == (None, Order)


@pytest.mark.parametrize(
    ("event", "path", "value"),
    [
        (told("insert", fullDocument={"_id": ID, "n": "n/a"}), "n", "n/a"),
        (told("insert", fullDocument={"_id": ID, "i": [{"n": "x"}]}), "items.0.n", "x"),
        (update(updatedFields={"n": "n/a"}), "n", "n/a"),
        (update(updatedFields={"i.2.n": "n/a"}), "items.2.n", "n/a"),
        (update(updatedFields={"i": [{"n": "n/a"}]}), "items.0.n", "n/a"),
    ],
)
async def test_what_cannot_be_read(event: ChangeEvent, path: str, value: Any) -> None:
    with pytest.raises(StoredValueError) as unread:
        decoder(Order).decode(event)
    found = unread.value
    assert (found.path, found.value, found.id) == (path, value, ID)
    assert f"of the Order with _id {ID!r}" in str(found)


async def test_what_cannot_be_read_is_handed_over() -> None:
    seen: list[Any] = []
    decode = decoder(Order, on_unreadable=lambda error, stored: seen.append(stored)).decode
    assert decode(told("insert", fullDocument={"_id": ID, "n": "n/a"})) is None
    assert decode(update(updatedFields={"n": "n/a"})) is None
    assert seen == [{"_id": ID, "n": "n/a"}, {"_id": ID}]


async def test_a_date_that_python_does_not_have() -> None:
    far = bson.datetime_ms.DatetimeMS(2**55)
    for event in (
        told("insert", fullDocument={"_id": ID, "at": far}),
        update(updatedFields={"at": far}),
    ):
        with pytest.raises(StoredValueError, match="Can't read 'at' of the Order"):
            decoder(Order).decode(event)
