"""Database: attributes of the driver's database, and collections of any name (K42)."""

from __future__ import annotations

import asyncio
import copy
import gc
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient
from pymongo.errors import InvalidOperation, OperationFailure, ServerSelectionTimeoutError

from aiomotorengine import Document, IntField, connect
from aiomotorengine.connection import cleanup, get_connection
from aiomotorengine.database import Database
from tests.harness import Mongo

AWKWARD = [
    "command",
    "name",
    "_x",
    "_",
    "connection",
    "database",
    "ping",
    "disconnect",
    "client",
    "get_collection",
    "__class__",
    "with.dot",
    "with blank",
]


async def test_ping_gives_the_servers_reply(mongo: Mongo) -> None:
    reply = await mongo.database.ping()
    assert isinstance(reply, dict)
    assert reply["ok"] == 1.0


async def test_other_attributes_come_from_the_drivers_database(mongo: Mongo) -> None:
    database = mongo.database
    assert database.name == get_connection().name
    await database.things.insert_one({"a": 1})
    assert await database["things"].count_documents({}) == 1
    assert await database.list_collection_names() == ["things"]
    assert (await database.command("ping"))["ok"] == 1.0
    with pytest.raises(OperationFailure):
        await database.command("nothing of that name")


async def test_the_client_and_the_drivers_database_are_at_hand(mongo: Mongo) -> None:
    database = mongo.database
    assert database.database == database.connection[database.name]
    assert (await database.connection.admin.command("ping"))["ok"] == 1.0


@pytest.mark.parametrize("name", AWKWARD)
def test_k42_items_are_collections_whatever_their_name(driver: str, name: str) -> None:
    database = connect("shop")
    collection = database[name]
    assert collection.name == name
    assert collection.full_name == f"shop.{name}"
    assert type(collection) is type(database["plain"])


@pytest.mark.parametrize("name", ["command", "name", "_x", "close", "admin", "list_databases"])
def test_k42_databases_may_have_any_name(driver: str, name: str) -> None:
    database = connect(name)
    assert database.name == name
    assert database["things"].full_name == f"{name}.things"
    assert get_connection(db="_other")["things"].full_name == "_other.things"


@pytest.mark.parametrize("name", ["command", "name", "_x"])
async def test_k42_documents_live_in_such_collections(mongo: Mongo, name: str) -> None:
    def model() -> Any:
        class Doc(Document):
            __collection__ = name
            n = IntField()

        return Doc

    document_class = model()
    await document_class(n=1).save()
    await document_class.objects.bulk_insert([document_class(n=2)])
    assert await document_class.objects.count() == 2
    assert [found.n for found in await document_class.objects.order_by("n").find_all()] == [1, 2]
    assert await mongo.database.list_collection_names() == [name]


# PyMongo's async client leaves the socket behind if it is closed while its monitor connects.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_wrong_host_shows_at_the_first_awaited_operation(driver: str) -> None:
    database = connect("shop", host="127.0.0.1", port=1, serverSelectionTimeoutMS=50)
    assert database.name == "shop"
    with pytest.raises(ServerSelectionTimeoutError):
        asyncio.run(database.ping())
    cleanup()
    gc.collect()


def test_a_database_can_be_made_of_a_client_of_ones_own() -> None:
    class Client:
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    client = Client()
    database = Database(client, {"users": "the collection"})
    assert database.connection is client
    assert database["users"] == "the collection"
    database.disconnect()
    assert client.is_closed


async def test_the_end_of_a_block_closes_a_client_of_ones_own(mongo: Mongo) -> None:
    for client in (AsyncMongoClient(mongo.uri), AsyncIOMotorClient(mongo.uri)):
        async with Database(client, client["shop"]) as database:
            assert (await database.ping())["ok"] == 1.0
        with pytest.raises(InvalidOperation):
            await database.ping()


def test_looking_at_a_half_made_database_does_not_recurse() -> None:
    empty = Database.__new__(Database)
    with pytest.raises(AttributeError):
        _ = empty.anything
    assert copy.copy(connect("shop")).name == "shop"
