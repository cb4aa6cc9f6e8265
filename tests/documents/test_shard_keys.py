"""Writes of one document name its shard key beside its id."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    Q,
    ReferenceField,
    StringField,
    U,
    VersionField,
    transaction,
)
from aiomotorengine.errors import ImmutableFieldError, InvalidDocumentError
from aiomotorengine.storage import identity_query
from tests.harness import Mongo
from tests.integration.commands import Commands, watch


class Home(Document):
    zip = StringField(db_field="z")


class Order(Document):
    __shard_key__ = ("tenant", "home.zip")
    tenant = StringField(db_field="t")
    home = EmbeddedDocumentField(Home, db_field="h")
    total = IntField()


class Dated(Document):
    __shard_key__: ClassVar[Any] = {"day": 1, "_id": "hashed"}
    day = DateTimeField()


class Versioned(Order):
    version = VersionField()


def order(document_class: type[Any] = Order) -> Any:
    return document_class(tenant="a", home=Home(zip="1"), total=1)


def queries(commands: Commands) -> list[Any]:
    """The filters of all writes, in the order in which they were sent."""
    found = []
    for name, command in commands.sent:
        if name == "update":
            found.append(command["updates"][0]["q"])
        elif name == "delete":
            found.append(command["deletes"][0]["q"])
        elif name == "findAndModify":
            found.append(command["query"])
    return found


async def test_saves_updates_and_deletes(mongo: Mongo) -> None:
    placed = await order().save()
    commands = watch(mongo)
    placed.total = 2
    await placed.save()
    await placed.update(U.inc(total=1))
    await placed.delete()
    key = {"_id": placed._id, "t": "a", "h.z": "1"}
    assert queries(commands) == [key, key, key]
    assert identity_query(placed) == key
    assert [list(query) for query in queries(commands)] == [["_id", "t", "h.z"]] * 3


async def test_changes_and_new_documents_with_an_id(mongo: Mongo) -> None:
    commands = watch(mongo)
    placed = order()
    placed._id = 5
    await placed.save()
    placed.track_changes()
    placed.total = 7
    await placed.save()
    assert queries(commands) == [{"_id": 5, "t": "a", "h.z": "1"}] * 2
    assert (await Order.objects.get(5)).total == 7


async def test_beside_a_version_and_a_condition(mongo: Mongo) -> None:
    placed = await order(Versioned).save()
    commands = watch(mongo)
    key = {"_id": placed._id, "t": "a", "h.z": "1"}
    await placed.save()
    await placed.save(condition=Q(total=1))
    await placed.update(U.inc(total=1))
    await placed.delete(check_version=True)
    assert queries(commands) == [
        {**key, "version": 1},
        {**key, "version": 2, "$and": [{"total": 1}]},
        {**key, "version": 3},
        {**key, "version": 4},
    ]


async def test_a_shard_key_with_the_id_and_values_as_they_are_stored(mongo: Mongo) -> None:
    dated = await Dated(day=None).save()
    assert identity_query(dated) == {"_id": dated._id, "day": None}
    without_home = Order(tenant="a")
    assert identity_query(without_home) == {"_id": None, "t": "a", "h.z": None}


async def test_a_name_that_leads_nowhere() -> None:
    class Lost(Document):
        __shard_key__ = ("home.twon",)
        home = EmbeddedDocumentField(Home)

    with pytest.raises(InvalidDocumentError, match="Lost.__shard_key__: Lost has no field 'home.t"):
        identity_query(Lost())


async def test_its_fields_stay_as_they_are_in_a_stored_document(mongo: Mongo) -> None:
    placed = order()
    placed.tenant = "b"
    await placed.save()
    placed.tenant = "b"
    with pytest.raises(ImmutableFieldError, match="Field 'tenant' can't be changed once"):
        placed.tenant = "c"
    for change in U.set(tenant="c"), U.set(home__zip="2"), U.set(home=Home()), U.unset("home"):
        with pytest.raises(ImmutableFieldError, match="can't be changed once"):
            await placed.update(change)
    with pytest.raises(ImmutableFieldError, match=r"Field 'home\.zip' can't be changed once"):
        await Order.objects.update({"h.z": "3"})
    await Order.objects.filter(tenant="d").update_one(U.set_on_insert(home=Home()), upsert=True)


async def test_of_a_base_only_subclasses_with_the_shard_key_are_bound(mongo: Mongo) -> None:
    class Free(Document):
        tenant = StringField()

    class Bound(Free):
        __shard_key__ = ("tenant",)

    free, bound = await Free(tenant="a").save(), await Bound(tenant="a").save()
    free.tenant = "b"
    with pytest.raises(ImmutableFieldError):
        bound.tenant = "b"


async def test_beside_a_primary_key(mongo: Mongo) -> None:
    class Ware(Document):
        __shard_key__ = ("sku", "shop")
        sku = StringField(primary_key=True)
        shop = StringField()

    assert identity_query(Ware(sku="a", shop="b")) == {"_id": "a", "shop": "b"}


class Placed(Order):
    """One of a collection of its own, to which others refer."""


class Item(Document):
    order = ReferenceField(Placed, on_delete="cascade")


@pytest.mark.parametrize(
    "change",
    [
        lambda placed: setattr(placed.home, "zip", "2"),
        lambda placed: setattr(placed, "home", Home(zip="2")),
        lambda placed: setattr(placed, "home", None),
    ],
)
@pytest.mark.parametrize("document_class", [Placed, Versioned])
async def test_another_value_below_the_top_is_refused(
    mongo: Mongo, document_class: type[Any], change: Any
) -> None:
    placed = await order(document_class).save()
    change(placed)
    placed.total = 7
    refusals = [
        placed.save,
        partial(placed.save, must_exist=True),
        partial(placed.save, condition=Q(total=1)),
        partial(placed.update, U.inc(total=1)),
        placed.reload,
        placed.delete,
    ]
    for refused in refusals:
        with pytest.raises(ImmutableFieldError, match=r"Field 'home\.zip' can't be changed once"):
            await refused()
    stored = await document_class.objects.get(placed._id)
    assert (stored.home.zip, stored.total) == ("1", 1)


async def test_another_value_is_refused_where_changes_are_tracked(mongo: Mongo) -> None:
    placed = await order().save()
    placed.track_changes()
    placed.home.zip = "2"
    with pytest.raises(ImmutableFieldError, match=r"Field 'home\.zip' can't"):
        await placed.save()
    assert placed.is_changed("home")


async def test_nothing_that_refers_to_it_is_deleted_either(mongo: Mongo) -> None:
    placed = await order(Placed).save()
    await Item(order=placed).save()
    placed.home.zip = "2"
    with pytest.raises(ImmutableFieldError):
        await placed.delete()
    assert await Item.objects.count() == 1
    placed.home.zip = "1"
    assert await placed.delete() == 1
    assert await Item.objects.count() == 0


async def test_a_document_that_is_gone_is_no_fault(mongo: Mongo) -> None:
    placed = await order().save()
    await Order.objects.delete()
    placed.home.zip = "2"
    await placed.save()
    assert await placed.delete() == 0
    with pytest.raises(Order.DoesNotExist):
        await placed.reload()


class Street(Document):
    name = StringField(default="Main", db_field="n")


class Dwelling(Document):
    __shard_key__ = ("tenant", "street.name")
    tenant = StringField(default="main", db_field="t")
    street = EmbeddedDocumentField(Street, db_field="s")
    rooms = IntField()
    version = VersionField()


class Tracked(Dwelling):
    __track_changes__ = True


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("document_class", [Dwelling, Tracked])
@pytest.mark.parametrize("stored", [{}, {"s": {}}, {"s": None}, {"t": "main"}, {"t": None}])
async def test_a_default_where_nothing_is_stored(
    mongo: Mongo, document_class: Any, stored: Any
) -> None:
    await document_class.objects.coll().insert_one({"_id": 1, **stored})
    commands = watch(mongo)
    dwelling = await document_class.objects.get(1)
    is_absent = {"t": stored.get("t"), "s.n": None}
    assert identity_query(dwelling) == {"_id": 1, **is_absent}
    dwelling.rooms = 3
    await dwelling.save()
    assert (await document_class.objects.get(1)).rooms == 3
    await dwelling.update(U.inc(rooms=1))
    await dwelling.reload()
    assert dwelling.rooms == 4
    dwelling.rooms = 5
    await dwelling.save()
    again = await document_class.objects.get(1)
    assert (again.rooms, again.tenant) == (5, dwelling.tenant)
    assert await again.delete() == 1
    first, *others = queries(commands)
    assert is_absent.items() <= first.items()
    is_whole = document_class is Dwelling
    tenant = dwelling.tenant if is_whole else is_absent["t"]
    street = "Main" if is_whole and stored.get("s") is not None else None
    assert [(it["t"], it["s.n"]) for it in others] == [(tenant, street)] * 3


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_what_was_absent_is_so_again_where_a_transaction_is_aborted(mongo: Mongo) -> None:
    await Dwelling.objects.coll().insert_one({"_id": 1, "s": {}})
    dwelling = await Dwelling.objects.get(1)

    async def save_and_raise() -> None:
        async with transaction():
            await dwelling.save()
            assert identity_query(dwelling)["t"] == "main"
            raise KeyError

    with pytest.raises(KeyError):
        await save_and_raise()
    assert identity_query(dwelling)["t"] is None
    await dwelling.save()
    assert (await Dwelling.objects.coll().find_one())["t"] == "main"


async def test_a_value_that_is_stored_in_another_form(mongo: Mongo) -> None:
    class Room(Document):
        __shard_key__ = ("floor",)
        floor = IntField()
        beds = IntField()

    await Room.objects.coll().insert_one({"_id": 1, "floor": "5"})
    room = await Room.objects.get(1)
    room.beds = 2
    await room.save()
    assert await Room.objects.coll().find_one({}) == {"_id": 1, "floor": "5", "beds": 2}
    assert await room.delete() == 1
