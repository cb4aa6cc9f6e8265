"""Indexes that are created before documents are written."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    Index,
    IntField,
    StringField,
    U,
    connect,
    disconnect,
    transaction,
)
from aiomotorengine.connection import ConnectionError, IgnoredSettingsWarning
from aiomotorengine.errors import IndexConflictError, UniqueKeyViolationError
from tests.harness import Mongo
from tests.integration.commands import Commands, watch


class Order(Document):
    __auto_index__ = True
    __indexes__ = [("tenant", "-made")]
    tenant = StringField()
    number = IntField(unique=True)
    made = DateTimeField(index=True)


class Silent(Document):
    __auto_index__ = False
    number = IntField(unique=True)


class Usual(Document):
    number = IntField(unique=True)
    size = IntField(index=True)


def created(commands: Commands) -> list[list[str]]:
    return [
        [index["name"] for index in command["indexes"]] for command in commands.of("createIndexes")
    ]


async def test_all_declared_indexes_by_one_command_and_then_from_memory(mongo: Mongo) -> None:
    commands = watch(mongo)
    order = await Order(number=1).save()
    await order.save()
    await Order.objects.create(number=2)
    await Order.objects.bulk_insert([Order(number=3)])
    await Order.objects.filter(number=4).update(U.set(tenant="a"), upsert=True)
    assert created(commands) == [["number_1", "made_1", "tenant_1_made_-1"]]
    assert commands.names[:2] == ["createIndexes", "insert"]


@pytest.mark.parametrize("write", ["bulk", "upsert", "replace", "get_or_create"])
async def test_each_call_that_inserts_creates_them(mongo: Mongo, write: str) -> None:
    commands = watch(mongo)
    orders = Order.objects
    if write == "bulk":
        await orders.insert_stream([Order(number=1)])
    elif write == "upsert":
        await orders.filter(number=1).update_one(U.set(tenant="a"), upsert=True)
    elif write == "replace":
        await orders.filter(number=1).find_one_and_replace(Order(number=1), upsert=True)
    else:
        await orders.get_or_create(number=1)
    assert commands.names[0] == "createIndexes"


async def test_none_at_all(mongo: Mongo) -> None:
    commands = watch(mongo)
    await Silent(number=1).save()
    await Silent(number=1).save()
    assert commands.names == ["insert", "insert"]


async def test_a_class_that_says_nothing_creates_those_of_unique_fields(mongo: Mongo) -> None:
    commands = watch(mongo)
    await Usual(number=1).save()
    assert created(commands) == [["number_1"]]


@pytest.mark.parametrize(
    ("setting", "names"),
    [(True, [["number_1", "size_1"]]), (False, []), (None, [["number_1"]])],
    ids=repr,
)
async def test_what_connect_says_holds_for_classes_that_say_nothing(
    mongo: Mongo, setting: bool | None, names: list[list[str]]
) -> None:
    commands = Commands()
    connect(
        mongo.database.name,
        alias="auto",
        host=mongo.uri,
        auto_index=setting,
        event_listeners=[commands],
    )
    await Usual(number=1).save(alias="auto")
    assert created(commands) == names
    commands.forget()
    await Silent(number=1).save(alias="auto")
    await Order(number=1).save(alias="auto")
    assert created(commands) == [["number_1", "made_1", "tenant_1_made_-1"]]
    disconnect("auto")


async def test_what_connect_takes(mongo: Mongo) -> None:
    with pytest.raises(ConnectionError, match="auto_index must be True, False or None, not 'yes'"):
        connect("a", alias="auto", host=mongo.uri, auto_index="yes")
    connect("a", alias="auto", host=mongo.uri, auto_index=True)
    with pytest.warns(IgnoredSettingsWarning, match="auto_index is ignored"):
        connect("a", alias="auto", host=mongo.uri, auto_index=False)
    disconnect("auto")


async def test_one_that_is_there_and_different_is_not_changed(mongo: Mongo) -> None:
    class Changed(Document):
        __collection__ = "Order"
        __auto_index__ = True
        made = DateTimeField(expires=60)

    await Order(number=1).save()
    with pytest.raises(IndexConflictError, match=r"ensure_indexes\(modify=True\)"):
        await Changed().save()
    information = await Order.objects.coll().index_information()
    assert "expireAfterSeconds" not in information["made_1"]


async def test_sparse_unique_fields(mongo: Mongo) -> None:
    class Account(Document):
        mail = StringField(unique=True, sparse=True)

    await Account.ensure_index()
    information = await Account.objects.coll().index_information()
    assert (information["mail_1"]["unique"], information["mail_1"]["sparse"]) == (True, True)


async def test_documents_that_break_one_of_several(mongo: Mongo) -> None:
    await Order.objects.coll().insert_many([{"number": 1}, {"number": 1}])
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Order(number=2).save()
    assert violation.value.__notes__ == [
        "The index was not made: documents that are stored already have the same 'number'."
    ]


# -- transactions ----------------------------------------------------------------------------------


@pytest.mark.mongod_only("SecantusDB has no transactions")
async def test_before_the_first_command_they_are_created_outside(mongo: Mongo) -> None:
    await Order.objects.coll().database.create_collection("Order")
    commands = watch(mongo)
    async with transaction():
        await Order(number=1).save()
    assert commands.names[:2] == ["createIndexes", "insert"]
    (command,) = commands.of("createIndexes")
    assert "autocommit" not in command


@pytest.mark.mongod_only("SecantusDB has no transactions")
async def test_after_it_a_unique_one_has_to_be_there_and_others_may_wait(mongo: Mongo) -> None:
    await Silent(number=1).save()
    await Order.objects.coll().database.create_collection("Order")
    async with transaction():
        await Silent.objects.count()
        with pytest.raises(RuntimeError, match='The unique index of "Order" is missing'):
            await Order(number=1).save()
    await Order.objects.coll().create_index("number", unique=True)
    commands = watch(mongo)
    async with transaction():
        await Silent.objects.count()
        await Order(number=1).save()
    await Order(number=2).save()
    assert created(commands) == [["made_1", "tenant_1_made_-1"]]


# -- what is sent of others ------------------------------------------------------------------------


async def test_a_class_that_declares_nothing_sends_nothing_more(mongo: Mongo) -> None:
    class Plain(Document):
        name = StringField()

    commands = watch(mongo)
    plain = await Plain(name="a").save()
    plain.name = "b"
    await plain.save()
    await plain.delete()
    assert commands.names == ["insert", "update", "delete"]
    assert commands.of("update")[0]["updates"][0]["q"] == {"_id": plain._id}


async def test_an_index_that_is_not_asked_for_is_not_made_by_a_save(mongo: Mongo) -> None:
    class Declared(Document):
        __indexes__: Any = [Index("name", unique=True)]
        name = StringField(index=True)

    commands = watch(mongo)
    Declared.__indexes__ = ["-name"]
    await Declared(name="a").save()
    assert commands.names == ["insert"]
