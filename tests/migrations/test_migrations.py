"""Migrations: batches, what is sent, stopped and resumed, documents that change meanwhile."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from bson.int64 import Int64
from bson.objectid import ObjectId

from aiomotorengine import (
    AnyField,
    Decimal128Field,
    DecimalField,
    Document,
    IntField,
    Q,
    StringField,
    VersionField,
    migration,
    transaction,
)
from aiomotorengine.errors import InvalidDocumentError, MigrationError
from aiomotorengine.migrations import DELETE, FailedDocument, MigrationReport, sending
from aiomotorengine.migrations import running as running_module
from aiomotorengine.migrations.checkpoint import Checkpoint
from aiomotorengine.mixins import Timestamps
from aiomotorengine.pacing import SECONDS_PER_SLICE
from tests.harness import Mongo
from tests.integration.commands import watch


class OldUser(Document):
    __collection__ = "users"
    name = StringField()
    age = IntField()


class User(Document):
    __collection__ = "users"
    first = StringField(required=True)
    age = IntField()


KEPT = "aiomotorengine_migrations"


async def insert(count: int, **more: Any) -> None:
    await OldUser.objects.bulk_insert([OldUser(name=f"A{n}", **more) for n in range(count)])


async def stored() -> list[dict[str, Any]]:
    coll = User.objects.coll()
    return [it async for it in coll.find({}, {"_id": 0}).sort("_id")]


def split(old: OldUser) -> Any:
    return User(first=old.name, age=old.age)


async def test_all_documents_are_converted_and_keep_their_ids(mongo: Mongo, codec: str) -> None:
    await insert(7, age=3)
    ids = await User.objects.coll().distinct("_id")
    told: list[tuple[int, int]] = []
    renamed = migration(OldUser, User, name="rename", batch_size=3)(split)
    report = await renamed.run(progress=lambda so_far: told.append((so_far.read, so_far.total)))
    assert report == MigrationReport("rename", total=7, read=7, changed=7, done=True)
    assert told == [(3, 7), (6, 7), (7, 7)]
    assert await stored() == [{"age": 3, "first": f"A{n}"} for n in range(7)]
    assert await User.objects.coll().distinct("_id") == ids


async def test_what_is_done_is_not_done_again(mongo: Mongo) -> None:
    await insert(2)
    calls: list[Any] = []

    @migration(OldUser, User, name="once")
    def once(old: OldUser) -> Any:
        calls.append(old.name)
        return None

    first = await once.run()
    again = await once.run()
    assert (first.left, first.resumed, first.done) == (2, False, True)
    assert (again.left, again.resumed, again.done) == (2, True, True)
    assert calls == ["A0", "A1"]
    await once.run(restart=True)
    assert calls == ["A0", "A1"] * 2


async def test_it_stops_and_goes_on_where_it_was(mongo: Mongo, codec: str) -> None:
    broken = ["A12"]

    @migration(OldUser, User, name="stops", filter=Q(name__exists=True), batch_size=10)
    async def stops(old: OldUser) -> Any:
        await asyncio.sleep(0)
        if old.name in broken:
            raise ValueError("not this one")
        return split(old)

    await insert(25)
    with pytest.raises(
        MigrationError, match=r"Migration 'stops' stopped at ObjectId\('\w+'\): not"
    ):
        await stops.run()
    assert await User.objects.coll().count_documents({"first": {"$exists": True}}) == 10
    broken.clear()
    report = await stops.run()
    assert (report.changed, report.total, report.resumed, report.done) == (25, 25, True, True)
    assert sorted(one["first"] for one in await stored()) == sorted(f"A{n}" for n in range(25))
    assert not any("_migration" in one for one in await stored())


async def test_only_what_differs_is_sent(mongo: Mongo) -> None:
    coll = OldUser.objects.coll()
    await coll.insert_one({"name": "A", "age": 1, "other": [1, 2]})
    commands = watch(mongo)

    @migration("users", OldUser, name="older")
    def older(old: dict[str, Any]) -> Any:
        return OldUser.from_son({**old, "age": old["age"] + 1})

    await older.run()
    (update,) = (it for it in commands.of("update") if it["update"] == "users")
    sent = update["updates"][0]
    assert {*sent["q"]} == {"_id", "age"}
    assert {*sent["u"]["$set"]} - {"_migration"} == {"age"}
    assert await stored() == [{"name": "A", "age": 2, "other": [1, 2]}]


async def test_the_function_may_leave_documents_and_remove_them(mongo: Mongo) -> None:
    await insert(4)

    @migration(OldUser, User, name="some", batch_size=2)
    def some(old: OldUser) -> Any:
        return {"A0": None, "A1": DELETE}.get(str(old.name), User(first=old.name))

    report = await some.run()
    assert (report.left, report.deleted, report.changed) == (1, 1, 2)
    assert [one.get("first", one.get("name")) for one in await stored()] == ["A0", "A2", "A3"]
    assert some(OldUser(name="A0")) is None  # it is the function still


async def test_a_dry_run_writes_nothing(mongo: Mongo) -> None:
    await insert(3)
    before = await stored()
    renamed = migration(OldUser, User, name="dry", batch_size=2)(split)
    report = await renamed.run(dry_run=True)
    assert (report.changed, report.done, report.resumed) == (3, True, False)
    assert await stored() == before
    assert KEPT not in await mongo.database.list_collection_names()
    assert (await renamed.run()).changed == 3


async def test_documents_that_can_not_be_converted_may_be_listed(mongo: Mongo) -> None:
    await insert(4)

    @migration(OldUser, User, name="listing", batch_size=3, on_error="collect")
    def listing(old: OldUser) -> Any:
        if old.name == "A1":
            raise KeyError("gone")
        return User(first=None if old.name == "A2" else old.name)

    report = await listing.run()
    assert (report.read, report.changed, report.done, report.ok) == (4, 2, True, False)
    assert [one.message for one in report.failed] == [
        "KeyError: 'gone'",
        "InvalidDocumentError: Field 'first' is required.",
    ]
    assert isinstance(report.failed[0].id, ObjectId)
    assert str(report).startswith(
        "listing: done, 4 read, 2 changed, 0 left, 0 deleted, 0 conflicts"
    )
    again = await listing.run()
    assert again.failed == report.failed
    assert all(isinstance(one, FailedDocument) for one in again.failed)


async def test_of_very_many_failed_documents_the_first_are_listed(mongo: Mongo) -> None:
    await insert(1010)

    @migration(OldUser, User, name="very many", batch_size=500, on_error="collect")
    def failing(old: OldUser) -> Any:
        raise ValueError("x" * 1000)

    report = await failing.run()
    assert (len(report.failed), report.failures, report.ok) == (1000, 1010, False)
    again = await failing.run()
    assert (again.failed, again.failures) == (report.failed, 1010)
    assert str(again).endswith("x\nfailed  and 10 more")


async def test_what_the_server_refuses_stops_it_or_is_listed(mongo: Mongo, codec: str) -> None:
    await insert(4)
    await User.objects.coll().create_index("first", unique=True, sparse=True)

    def same(old: OldUser) -> Any:
        return User(first="same" if old.name in ("A1", "A2") else old.name)

    with pytest.raises(MigrationError, match="Migration 'unique' stopped at .*duplicate key"):
        await migration(OldUser, User, name="unique")(same).run()
    report = await migration(OldUser, User, name="unique", on_error="collect")(same).run()
    assert (report.changed, len(report.failed), report.done) == (3, 1, True)
    assert "duplicate key" in report.failed[0].message
    assert not any("_migration" in one for one in await stored())


@pytest.mark.parametrize(
    "wrong", [OldUser(name="x"), 5, {"first": "x"}], ids=["class", "int", "dict"]
)
async def test_what_is_no_document_of_the_target_stops_it(mongo: Mongo, wrong: Any) -> None:
    await insert(1)
    with pytest.raises(MigrationError, match="must return a User, None or DELETE") as caught:
        await migration(OldUser, User, name="wrong")(lambda old: wrong).run()
    assert isinstance(caught.value.__cause__, TypeError)
    assert (caught.value.report.read, caught.value.report.total) == (0, 1)


async def test_the_id_stays_what_it_is(mongo: Mongo) -> None:
    await insert(1)
    with pytest.raises(MigrationError, match="A migration keeps the _id") as caught:
        await migration(OldUser, User, name="id")(lambda old: User(_id=5, first="x")).run()
    assert isinstance(caught.value.__cause__, InvalidDocumentError)


async def test_ids_of_all_types_are_read_once(mongo: Mongo) -> None:
    ids: list[Any] = [
        1,
        2.5,
        "a",
        "b",
        ObjectId(),
        datetime(2020, 1, 1),
        {"a": 1},
        {"a": 2},
        True,
        None,
    ]
    coll = OldUser.objects.coll()
    await coll.insert_many([{"_id": one, "name": str(one)} for one in ids])
    seen: list[Any] = []

    @migration("users", User, name="ids", batch_size=1)
    def by_id(old: dict[str, Any]) -> Any:
        seen.append(old["_id"])
        return User(first=old["name"])

    report = await by_id.run()
    assert (report.read, report.changed, len(seen)) == (10, 10, 10)
    assert sorted(map(str, seen)) == sorted(map(str, ids))


async def test_dates_and_versions_of_saves_stay(mongo: Mongo) -> None:
    class Note(Timestamps, Document):
        __collection__ = "notes"
        text = StringField()
        version = VersionField()

    note = await Note(text="a").save()
    before = await Note.objects.coll().find_one({})
    loud = migration("notes", Note, name="loud")(lambda old: Note(text=old["text"].upper()))
    await loud.run()
    assert await Note.objects.coll().find_one({}) == {**before, "text": "A"}
    assert note.version == (await Note.objects.get(note._id)).version


async def test_values_are_compared_by_type(mongo: Mongo, codec: str) -> None:
    class Old(Document):
        __collection__ = "wares"
        price = DecimalField()

    class New(Document):
        __collection__ = "wares"
        price = Decimal128Field()

    await Old(price=Decimal("1.5")).save()
    report = await migration(Old, New, name="price")(lambda old: New(price=old.price)).run()
    assert report.changed == 1
    assert (await New.objects.first()).price == Decimal("1.50")


async def test_documents_are_read_from_the_primary(mongo: Mongo) -> None:
    await insert(1)
    commands = watch(mongo, readPreference="secondaryPreferred")
    await migration(OldUser, User, name="primary")(split).run()
    finds = [it for it in commands.of("find") if it["find"] == "users"]
    assert finds
    assert all(it.get("$readPreference", {"mode": "primary"})["mode"] == "primary" for it in finds)


# -- documents that change meanwhile -----------------------------------------------------------


async def test_what_changes_meanwhile_is_converted_again(mongo: Mongo, codec: str) -> None:
    await insert(3, age=1)
    seen: list[Any] = []

    @migration(OldUser, User, name="again")
    async def again(old: OldUser) -> Any:
        seen.append(old.name)
        if old.name == "A1":
            change = {"$set": {"name": "B1", "age": 2}}
            await OldUser.objects.coll().update_one({"name": "A1"}, change)
        if old.name == "A2":
            # What is sent does not touch the age, so that this is no reason to begin again.
            await OldUser.objects.coll().update_one({"name": "A2"}, {"$set": {"age": 3}})
        return split(old)

    report = await again.run()
    assert (report.changed, report.conflicts) == (3, 0)
    assert seen == ["A0", "A1", "A2", "B1", "A2"]
    assert await stored() == [
        {"age": 1, "first": "A0"},
        {"age": 2, "first": "B1"},
        {"age": 3, "first": "A2"},
    ]


async def test_what_changes_again_and_again_is_left(mongo: Mongo) -> None:
    await insert(3, age=1)

    @migration(OldUser, User, name="conflict")
    async def conflict(old: OldUser) -> Any:
        if old.name not in ("A0", "A2"):
            change = {"$set": {"name": f"{old.name}x"}}
            await OldUser.objects.coll().update_one({"name": old.name}, change)
        return split(old)

    report = await conflict.run()
    assert (report.changed, report.conflicts, report.done, report.ok) == (2, 1, True, False)
    assert sum("name" in one for one in await stored()) == 1


async def test_what_is_removed_meanwhile_is_let_go(mongo: Mongo) -> None:
    await insert(2)

    @migration(OldUser, User, name="removed")
    async def removed(old: OldUser) -> Any:
        if old.name == "A0":
            await OldUser.objects.coll().delete_one({"name": "A0"})
        return split(old)

    report = await removed.run()
    assert (report.changed, report.left, report.done) == (1, 1, True)
    assert [one["first"] for one in await stored()] == ["A1"]


# -- who runs it -------------------------------------------------------------------------------


async def test_one_run_at_a_time(mongo: Mongo) -> None:
    await insert(2)
    goes_on = asyncio.Event()
    begun = asyncio.Event()

    @migration(OldUser, User, name="slow")
    async def slow(old: OldUser) -> Any:
        begun.set()
        await goes_on.wait()
        return split(old)

    first = asyncio.create_task(slow.run())
    await begun.wait()
    with pytest.raises(
        MigrationError, match=r"Migration 'slow' is being run by \S+:\d+ \(seen \d+ s"
    ):
        await slow.run()
    goes_on.set()
    assert (await first).changed == 2
    assert (await slow.run()).resumed


async def test_a_run_that_died_is_gone_on_with(mongo: Mongo) -> None:
    await insert(2)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    await mongo.database[KEPT].insert_one(
        {"_id": "dead", "owner": {"name": "elsewhere:1", "run": ObjectId()}, "seen": long_ago}
    )
    assert (await migration(OldUser, User, name="dead")(split).run()).changed == 2


async def test_a_long_batch_gives_signs_of_life(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "SECONDS_BETWEEN_SIGNS", 0.01)
    await insert(1)
    kept = mongo.database[KEPT]

    @migration(OldUser, User, name="long")
    async def long(old: OldUser) -> Any:
        first = await kept.find_one({"_id": "long"})
        await changes(kept, first)
        return split(old)

    assert (await asyncio.wait_for(long.run(), 20)).changed == 1


async def test_a_function_that_is_not_async_leaves_room_for_signs_of_life(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs: list[Any] = []
    seen: list[int] = []

    async def sign(self: Checkpoint) -> None:
        signs.append(None)

    monkeypatch.setattr(running_module, "SECONDS_BETWEEN_SIGNS", 0)
    monkeypatch.setattr(Checkpoint, "give_sign_of_life", sign)
    await insert(20)

    @migration(OldUser, User, name="slow")
    def slow(old: OldUser) -> Any:
        time.sleep(2 * SECONDS_PER_SLICE)
        seen.append(len(signs))
        return None

    await slow.run()
    assert seen[-1] >= seen[0] + 10


async def test_who_was_taken_for_dead_keeps_nothing(mongo: Mongo) -> None:
    await insert(2)

    @migration(OldUser, User, name="late", batch_size=1)
    async def late(old: OldUser) -> Any:
        await mongo.database[KEPT].update_one(
            {"_id": "late"}, {"$set": {"owner": {"name": "another:1", "run": ObjectId()}}}
        )
        return split(old)

    with pytest.raises(MigrationError, match="Migration 'late' is being run by another:1"):
        await late.run()


async def changes(collection: Any, before: Any) -> None:
    """Wait until a document is another than it was."""
    while await collection.find_one({"_id": before["_id"]}) == before:
        pass


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_it_is_not_for_the_inside_of_a_transaction(mongo: Mongo) -> None:
    async with transaction():
        with pytest.raises(RuntimeError, match="run it outside"):
            await migration(OldUser, User, name="inside")(split).run()


# -- without transactions ----------------------------------------------------------------------


async def test_without_transactions_what_is_done_is_marked(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run ends between a batch and what is kept of it; the next knows what is done."""
    monkeypatch.setattr(sending, "has_transactions", lambda hello: False)
    await insert(4)
    calls: list[Any] = []

    @migration(OldUser, User, name="marked", filter={"name": {"$exists": True}}, batch_size=2)
    def marked(old: OldUser) -> Any:
        calls.append(old.name)
        return split(old)

    keep = Checkpoint.keep

    async def keep_no_batch(self: Checkpoint, report: MigrationReport, last: list[Any]) -> None:
        if last:
            raise ConnectionResetError
        await keep(self, report, last)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "keep", keep_no_batch)
        with pytest.raises(ConnectionResetError):
            await marked.run()
    coll = User.objects.coll()
    assert await coll.count_documents({"_migration": "marked"}) == 2
    report = await marked.run()
    assert (report.changed, report.read, report.done) == (4, 4, True)
    assert calls == ["A0", "A1", "A2", "A3"]
    assert await coll.count_documents({"_migration": {"$exists": True}}) == 0


async def test_what_an_abandoned_run_has_marked_is_no_part_of_the_document(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, codec: str
) -> None:
    monkeypatch.setattr(sending, "has_transactions", lambda hello: False)
    given: list[Any] = []
    coll = User.objects.coll()
    whole = {"at": datetime(2026, 1, 1), "n": Int64(3), "of": {"a": [Int64(1), 2]}}
    await coll.insert_one({"name": "A", "_migration": ["abandoned"], **whole})
    await coll.insert_one({"name": "B", "_migration": ["abandoned", "next"]})

    class Kept(Document):
        __collection__ = "users"
        __dynamic__ = False
        first = StringField()

    class Strict(Kept):
        __collection__ = "users"
        __unknown__ = "refuse"
        name = StringField()
        at, n, of = AnyField(), AnyField(), AnyField()

    @migration(Strict, Kept, name="next")
    def following(old: Strict) -> Any:
        given.append(old.name)
        return Kept(first=old.name)

    report = await following.run()
    assert (report.read, report.changed, given) == (2, 2, ["A"])
    assert await stored() == [
        {"_migration": ["abandoned"], "first": "A"},
        {"name": "B", "_migration": ["abandoned"]},
    ]

    @migration("users", User, name="with dicts")
    def as_they_are(old: dict[str, Any]) -> Any:
        given.append(old)
        return User.from_son({**old, "age": 3})

    given.clear()
    await coll.delete_many({})
    await coll.insert_one({"_id": 1, "first": "A", "_migration": ["abandoned"], **whole})
    await as_they_are.run()
    assert given == [{"_id": 1, "first": "A", **whole}]
    assert await stored() == [{"first": "A", "_migration": ["abandoned"], **whole, "age": 3}]


async def test_without_transactions_a_restart_begins_again(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "has_transactions", lambda hello: False)
    await User.objects.coll().insert_one({"name": "A", "_migration": ["again"]})
    calls: list[Any] = []

    @migration(OldUser, User, name="again")
    def again(old: OldUser) -> Any:
        calls.append(old.name)
        return split(old)

    await again.run(restart=True)
    assert calls == ["A"]
    assert await stored() == [{"first": "A", "age": None}]


async def test_a_name_is_that_of_one_collection(mongo: Mongo) -> None:
    class Order(Document):
        __collection__ = "orders"
        name = StringField()

    await insert(1)
    await Order(name="a").save()
    await migration(OldUser, User, name="v2")(split).run()
    of_orders = migration(Order, Order, name="v2")(lambda order: None)
    says = r"'v2' is one of collection 'users', and not of 'orders': give each a name of its own\."
    for options in {}, {"restart": True}:
        with pytest.raises(MigrationError, match=says):
            await of_orders.run(**options)


# -- what is declared --------------------------------------------------------------------------


def test_source_and_target_are_in_one_collection() -> None:
    class Elsewhere(Document):
        pass

    with pytest.raises(ValueError, match="'users' is not that of Elsewhere, 'Elsewhere'"):
        migration(OldUser, Elsewhere, name="x")
    with pytest.raises(ValueError, match="'people' is not that of User, 'users'"):
        migration("people", User, name="x")


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"on_error": "ignore"}, ValueError, "on_error must be 'raise' or 'collect'"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number, 1 or more, not 0"),
        ({"filter": Q(name="a")}, TypeError, "not by a Q"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_wrong_arguments(options: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        migration("users", User, name="x", **options)


def test_a_migration_has_the_name_and_the_text_of_its_function() -> None:
    def convert(old: Any) -> Any:
        """Make it new."""

    made = migration(OldUser, User, name="named")(convert)
    assert (made.__doc__, made.__name__, made.name) == ("Make it new.", "convert", "named")
    assert repr(made) == "<Migration named>"
