"""Encoded documents on their way to the server."""

from __future__ import annotations

from typing import Any

import bson
import pytest
from bson import ObjectId
from pymongo.collation import Collation

from aiomotorengine import (
    BaseField,
    Document,
    IntField,
    StringField,
    codec,
    connect,
    disconnect,
)
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")


class Row(Document):
    n = IntField()
    word = StringField(db_field="w")


async def test_documents_are_given_to_the_driver_as_bytes(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    wrap_many = codec.wrap_many

    def spy(encoded: list[bytes]) -> Any:
        given.extend(encoded)
        return wrap_many(encoded)

    monkeypatch.setattr(codec, "wrap_many", spy)
    rows = [Row(n=n, word="x") for n in range(3)]
    await Row.objects.bulk_insert(rows)
    assert given == [bson.encode({"_id": row._id, **row.to_son()}) for row in rows]


async def test_the_bytes_are_what_is_stored(mongo: Mongo) -> None:
    rows = [Row(n=n, word="x", extra=[1, {"a": None}]) for n in range(3)]
    await Row.objects.bulk_insert(rows)
    stored = await Row.objects.coll().find({}).to_list(None)
    assert [bson.encode(row) for row in stored] == [
        bson.encode({"_id": row._id, **row.to_son()}) for row in rows
    ]


async def test_command_monitoring_sees_the_documents(mongo: Mongo) -> None:
    commands = watch(mongo)
    rows = [Row(n=n, word="x") for n in range(2)]
    await Row.objects.bulk_insert(rows)
    (command,) = commands.of("insert")
    assert command["insert"] == "Row"
    assert [dict(document) for document in command["documents"]] == [
        {"_id": row._id, "n": row.n, "w": "x"} for row in rows
    ]
    (answer,) = commands.replies("insert")
    assert answer["n"] == 2


async def test_a_document_that_is_saved_is_given_to_the_driver_as_bytes(mongo: Mongo) -> None:
    commands = watch(mongo)
    row = Row(n=1, word="x", extra=[1, {"a": None}])
    await row.save()
    inserted = bson.encode({"_id": row._id, **row.to_son()})
    row.n = 2
    await row.save()
    (insert,), (update,) = commands.of("insert"), commands.of("update")
    assert [document.raw for document in insert["documents"]] == [inserted]
    assert [change["u"].raw for change in update["updates"]] == [bson.encode(row.to_son())]
    assert dict(insert["documents"][0])["w"] == "x"  # to a listener they are mappings


async def test_a_document_without_fields_is_saved_and_saved_again(mongo: Mongo) -> None:
    class Empty(Document):
        pass

    empty = Empty()
    for _ in range(2):
        await empty.save()
        assert await Empty.objects.coll().find({}).to_list(None) == [{"_id": empty._id}]


@pytest.mark.mongod_only("SecantusDB has no collations")
async def test_a_save_leaves_the_stored_id_that_a_collation_finds_equal(mongo: Mongo) -> None:
    class Word(Document):
        n = IntField()

    await mongo.database.create_collection("Word", collation=Collation("en", strength=2))
    await Word(_id="ada", n=1).save()
    await Word(_id="ADA", n=2).save()
    assert await Word.objects.coll().find({}).to_list(None) == [{"_id": "ada", "n": 2}]


async def test_the_options_of_the_client_are_used(mongo: Mongo) -> None:
    commands = watch(mongo, w=1, journal=False)
    await Row.objects.bulk_insert([Row(n=1)])
    (command,) = commands.of("insert")
    assert command["writeConcern"] == {"w": 1, "j": False}


async def test_inserting_without_waiting_for_an_answer(mongo: Mongo) -> None:
    name = mongo.database.name
    disconnect()
    connect(name, host=mongo.uri, w=0)
    rows = [Row(n=n) for n in range(3)]
    assert await Row.objects.bulk_insert(rows) is rows
    assert all(isinstance(row._id, ObjectId) for row in rows)


async def test_more_documents_than_one_message_takes(mongo: Mongo) -> None:
    class Tiny(Document):
        pass

    class Slow(Document):
        n = BaseField()

    documents = [Slow(n=n) for n in range(5000)]
    await Slow.objects.bulk_insert(documents)
    assert await Slow.objects.count() == 5000
    await Tiny.objects.bulk_insert([Tiny() for _ in range(10)])
    assert await Tiny.objects.count() == 10
