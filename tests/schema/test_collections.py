"""Collections that are created with options, and brought in line with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pymongo.errors import WriteError

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    GenericEmbeddedDocumentField,
    StringField,
    U,
    ensure_all,
    registry,
    transaction,
)
from aiomotorengine.connection import get_connection
from aiomotorengine.errors import CollectionOptionsError
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.mongod_only("SecantusDB's collections have no options")


class User(Document):
    __collection_options__ = {"validator": True, "validationLevel": "moderate"}
    name = StringField(required=True, max_length=3)


class Log(Document):
    __collection_options__ = {"capped": True, "size": 5000}
    text = StringField()


class Sample(Document):
    __collection_options__ = {
        "timeseries": {"timeField": "at", "metaField": "sensor"},
        "expireAfterSeconds": 10**9,  # so that nothing expires meanwhile
    }
    at = DateTimeField(db_field="t")
    sensor = StringField(db_field="s")
    value = FloatField()


async def options_of(name: str) -> Any:
    reply = await get_connection().command("listCollections", filter={"name": name})
    (found,) = reply["cursor"]["firstBatch"]
    return found["options"]


async def test_a_collection_is_created_with_its_options(mongo: Mongo) -> None:
    report = await User.ensure_collection()
    assert (report.collection, report.created, report.modified, report.impossible) == (
        "User",
        True,
        {},
        {},
    )
    options = await options_of("User")
    assert options["validator"] == {"$jsonSchema": User.bson_schema()}
    with pytest.raises(WriteError):
        await User.objects.coll().insert_one({"name": "long"})
    again = await User.ensure_collection()
    assert (again.created, again.ok, str(again)) == (False, True, "User: as declared")


async def test_what_servers_change_is_changed(mongo: Mongo) -> None:
    await mongo.database.database.create_collection("User", validator={"a": 1})
    report = await User.ensure_collection(dry_run=True)
    assert report.modified.keys() == {"validator", "validationLevel"}
    assert report.modified["validationLevel"] == ("strict", "moderate")
    assert (await options_of("User"))["validator"] == {"a": 1}
    report = await User.ensure_collection()
    assert report.modified.keys() == {"validator", "validationLevel"}
    options = await options_of("User")
    assert options["validator"] == {"$jsonSchema": User.bson_schema()}
    assert (await User.ensure_collection()).modified == {}


async def test_what_they_do_not_change_is_refused(mongo: Mongo) -> None:
    await Log.objects.coll().insert_one({})
    report = await Log.ensure_collection(dry_run=True)
    assert report.impossible == {"capped": (False, True), "size": (None, 5000)}
    assert str(report) == (
        "Log:\nimpossible  capped: False -> True\nimpossible  size: None -> 5000"
    )
    with pytest.raises(CollectionOptionsError) as refusal:
        await Log.ensure_collection()
    assert str(refusal.value) == (
        "Collection 'Log' can't be changed: capped is False, should be True, size is None, should "
        "be 5000."
    )
    assert refusal.value.report.impossible == report.impossible


@pytest.mark.parametrize(
    "options",
    [
        {"capped": True, "size": 5000, "max": 10},
        {"collation": {"locale": "de", "strength": 2}},
        {"clusteredIndex": {"key": {"_id": 1}, "unique": True}},
        {"changeStreamPreAndPostImages": {"enabled": True}},
        {"validator": {"name": {"$type": "string"}}, "validationAction": "warn"},
        {"timeseries": {"timeField": "at", "granularity": "minutes"}, "expireAfterSeconds": 99},
        {"viewOn": "User", "pipeline": [{"$match": {"a": 1}}]},
    ],
    ids=repr,
)
async def test_what_was_created_is_as_declared(mongo: Mongo, options: dict[str, Any]) -> None:
    class Made(Document):
        __collection_options__ = options
        at = DateTimeField()

    assert (await Made.ensure_collection()).created
    assert str(await Made.ensure_collection()) == "Made: as declared"


async def test_images_and_granularity_are_changed(mongo: Mongo) -> None:
    def made(**options: Any) -> Any:
        class Made(Document):
            __collection_options__ = options
            at = DateTimeField()

        return Made

    series = {"timeField": "at", "granularity": "seconds"}
    await made(timeseries=series).ensure_collection()
    finer = made(timeseries={**series, "granularity": "minutes"}, expireAfterSeconds=60)
    report = await finer.ensure_collection()
    assert report.modified == {
        "timeseries.granularity": ("seconds", "minutes"),
        "expireAfterSeconds": ("off", 60),
    }
    assert (await finer.ensure_collection()).modified == {}
    other = made(timeseries={"timeField": "made"})
    with pytest.raises(
        CollectionOptionsError, match=r"timeseries\.timeField is 'at', should be 'm"
    ):
        await other.ensure_collection()


# -- before the first write ------------------------------------------------------------------------


async def test_it_is_created_before_the_first_write_and_never_changed(mongo: Mongo) -> None:
    commands = watch(mongo)
    await User(name="a").save()
    await User(name="b").save()
    await User.objects.bulk_insert([User(name="c")])
    assert commands.names == ["create", "insert", "insert", "insert"]
    assert (await options_of("User"))["validationLevel"] == "moderate"


async def test_one_that_is_there_stays_as_it_is(mongo: Mongo) -> None:
    await User.objects.coll().insert_one({})
    commands = watch(mongo)
    await User(name="a").save()
    assert commands.names == ["create", "insert"]
    assert await options_of("User") == {}


@pytest.mark.parametrize("write", ["bulk", "upsert", "replace", "get_or_create"])
async def test_each_call_that_inserts_creates_it(mongo: Mongo, write: str) -> None:
    commands = watch(mongo)
    users = User.objects
    if write == "bulk":
        await users.insert_stream([User(name="a")])
    elif write == "upsert":
        await users.filter(name="a").update_one(U.set(name="a"), upsert=True)
    elif write == "replace":
        await users.filter(name="a").find_one_and_replace(User(name="a"), upsert=True)
    else:
        await users.get_or_create(name="a")
    assert commands.names[0] == "create"


async def test_a_collection_that_was_dropped_is_created_again(mongo: Mongo) -> None:
    await User(name="a").save()
    await User.objects.drop_collection()
    await User(name="a").save()
    assert (await options_of("User"))["validationLevel"] == "moderate"


async def test_in_a_transaction(mongo: Mongo) -> None:
    commands = watch(mongo)
    async with transaction():
        await User(name="a").save()
    assert commands.names[:2] == ["create", "insert"]
    await User.objects.drop_collection()
    await Log(text="a").save()
    async with transaction():
        await Log.objects.count()
        with pytest.raises(RuntimeError, match='The collection of "User" is missing'):
            await User(name="a").save()
    async with transaction():
        with pytest.raises(RuntimeError, match="No collection is made inside a transaction"):
            await User.ensure_collection()


async def test_ensure_all_makes_collections_first(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Indexed(Document):
        __collection_options__ = {"collation": {"locale": "de"}}
        name = StringField(index=True)

    monkeypatch.setattr(registry, "documents", lambda: [Indexed])
    (report,) = await ensure_all(dry_run=True)
    assert [index.name for index in report.missing] == ["name_1"]
    (report,) = await ensure_all()
    assert report.created == ["name_1"]
    assert (await options_of("Indexed"))["collation"]["locale"] == "de"


# -- time series -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("codec")
async def test_documents_of_a_time_series(mongo: Mongo) -> None:
    sample = await Sample(_id=1, at=datetime(2020, 1, 1), sensor="x", value=1.5).save()
    assert sample is not None
    options = await options_of("Sample")
    assert options["timeseries"]["timeField"] == "t"
    assert options["timeseries"]["metaField"] == "s"
    found = await Sample.objects.filter(sensor="x").first()
    assert found is not None
    assert (found._id, found.sensor, found.value, found.at) == (1, "x", 1.5, datetime(2020, 1, 1))
    (stored,) = [one async for one in Sample.objects.coll().find()]
    assert next(iter(stored)) != "_id"
    await Sample(_id=1, at=datetime(2020, 1, 1), sensor="y").save()  # ids are not unique there
    assert await Sample.objects.count() == 2


async def test_saves_of_a_time_series_insert(mongo: Mongo) -> None:
    await Sample.ensure_collection()
    commands = watch(mongo)
    await Sample(at=datetime(2020, 1, 1)).save()
    await Sample(_id=7, at=datetime(2020, 1, 1)).save()
    await Sample.objects.create(at=datetime(2020, 1, 1))
    assert commands.names == ["create", "insert", "insert", "insert"]


async def test_indexes_of_a_time_series(mongo: Mongo) -> None:
    class Measured(Sample):
        __collection__ = "measured"
        __indexes__ = [("sensor", "-at")]

    await Measured.ensure_collection()
    report = await Measured.ensure_indexes(drop_stale=True)
    assert report.created == ["s_1_t_-1"]
    report = await Measured.index_report()
    assert (report.ok, [index.name for index in report.same]) == (True, ["s_1_t_-1"])


@pytest.mark.parametrize("unknown", ["keep", "drop", "refuse"])
async def test_classes_of_one_collection_have_one_validator(mongo: Mongo, unknown: str) -> None:
    class Shape(Document):
        __discriminator__ = "_cls"
        colour = StringField()

    class Square(Shape):
        side = FloatField(required=True)

    class Animal(Document):
        __discriminator__ = "_cls"
        __collection_options__ = {"validator": True}
        __unknown__ = unknown
        name = StringField()
        shape = EmbeddedDocumentField(Shape)
        other = GenericEmbeddedDocumentField([Shape, Square])

    class Dog(Animal):
        __unknown__ = unknown
        tricks = FloatField(required=True)
        friend = EmbeddedDocumentField(Animal)

    dog = await Dog(tricks=1, shape=Square(side=1), other=Square(side=2)).save()
    await Dog(tricks=2, friend=dog).save()
    await Animal(name="a", shape=Shape(colour="red"), other=Shape()).save()
    coll = Animal.objects.coll()
    await coll.insert_one({"name": "without the key"})
    await coll.insert_one({"_cls": "Animal.Cat", "lives": 9, "tricks": "of a newer program"})
    await coll.insert_one({"_cls": "Animal.Dog", "tricks": 1.0, "shape": {"_cls": "New", "x": 1}})
    for refused in (
        {"_cls": "Animal.Dog"},
        {"_cls": "Animal.Dog", "tricks": "none"},
        {"_cls": "Animal", "name": 5},
        {"name": 5},
        {"shape": {"_cls": "Shape.Square", "side": "wide"}},
        {"shape": {"_cls": "Shape.Square"}},
    ):
        with pytest.raises(WriteError):
            await coll.insert_one(refused)
    for one in Animal, Dog, Animal:
        assert str(await one.ensure_collection()) == "Animal: as declared"
