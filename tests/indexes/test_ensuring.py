"""Indexes that are declared, compared with those that are there, and brought in line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    Index,
    IntField,
    PointField,
    Q,
    StringField,
    connect,
    ensure_all,
    register_connection,
    registry,
    transaction,
)
from aiomotorengine.connection import cleanup, database_of
from aiomotorengine.errors import IndexConflictError, UniqueKeyViolationError
from tests.harness import Mongo
from tests.integration.commands import watch


def event(*items: Any, hours: float = 1) -> Any:
    class Event(Document):
        __collection__ = "events"
        __indexes__ = items
        kind = StringField(db_field="k", index=True)
        name = StringField()
        at = DateTimeField(expires=timedelta(hours=hours))

    return Event


async def names_in(document_class: Any) -> set[str]:
    return set(await document_class.objects.coll().index_information()) - {"_id_"}


async def test_what_is_missing_is_created_by_one_command(mongo: Mongo) -> None:
    commands = watch(mongo)
    Event = event(("kind", "-at"), Index("name", unique=True, partial=Q(kind="boot")))
    report = await Event.ensure_indexes()
    assert (report.collection, report.ok) == ("events", True)
    assert report.created == ["k_1", "at_1", "k_1_at_-1", "name_1"]
    assert commands.names == ["listIndexes", "createIndexes"]
    information = await Event.objects.coll().index_information()
    assert information["name_1"]["partialFilterExpression"] == {"k": "boot"}
    commands.forget()
    again = await Event.ensure_indexes()
    assert (again.created, len(again.same), commands.names) == ([], 4, ["listIndexes"])


async def test_a_report_changes_nothing(mongo: Mongo) -> None:
    commands = watch(mongo)
    Event = event()
    report = await Event.index_report()
    assert commands.names == ["listIndexes"]
    assert not report.ok
    assert str(report) == (
        "events: 2 missing, 0 different, 0 extra, 0 same\n"
        "missing  k_1   {'k': 1}\n"
        "missing  at_1  {'at': 1}, expireAfterSeconds: 3600"
    )
    (first, _) = report.missing
    assert (first.name, first.keys, first.options, first.changes) == ("k_1", {"k": 1}, {}, {})


async def test_different_ones_and_others_stay_unless_it_is_asked_for(mongo: Mongo) -> None:
    Event = event()
    await Event.ensure_indexes()
    coll = Event.objects.coll()
    await coll.create_index("old")
    Event = event("name", hours=2)
    report = await Event.index_report()
    assert str(report) == (
        "events: 1 missing, 1 different, 1 extra, 1 same\n"
        "missing    name_1  {'name': 1}\n"
        "different  at_1    expireAfterSeconds: 3600 -> 7200\n"
        "extra      old_1   {'old': 1}"
    )
    with pytest.raises(IndexConflictError) as conflict:
        await Event.ensure_indexes()
    assert str(conflict.value) == (
        "Index 'at_1' of 'events' differs: expireAfterSeconds is 3600, should be 7200; see "
        "index_report(), or ensure_indexes(modify=True)."
    )
    assert isinstance(conflict.value, OperationFailure)
    assert conflict.value.report.created == ["name_1"]
    information = await coll.index_information()
    assert information.keys() == {"_id_", "k_1", "at_1", "old_1", "name_1"}
    assert information["at_1"]["expireAfterSeconds"] == 3600

    report = await Event.ensure_indexes(modify=True)
    assert (report.modified, report.dropped, report.ok) == (["at_1"], [], True)
    assert [index.name for index in report.extra] == ["old_1"]
    report = await Event.ensure_indexes(drop_stale=True)
    assert (report.dropped, report.extra) == (["old_1"], [])
    information = await coll.index_information()
    assert information.keys() == {"_id_", "k_1", "at_1", "name_1"}
    assert information["at_1"]["expireAfterSeconds"] == 7200


async def test_what_can_only_be_changed_by_creating_it_anew(mongo: Mongo) -> None:
    await event("name").ensure_indexes()
    Event = event(Index("name", unique=True))
    report = await Event.index_report()
    (different,) = report.different
    assert different.changes == {"unique": (False, True)}
    report = await Event.ensure_indexes(modify=True)
    assert report.modified == ["name_1"]
    information = await Event.objects.coll().index_information()
    assert information["name_1"]["unique"] is True


async def test_an_index_that_cannot_be_as_declared_stays_as_it_was(mongo: Mongo) -> None:
    await event("name").ensure_indexes()
    Event = event(Index("name", unique=True))
    await Event.objects.coll().insert_many([{"name": "a"}, {"name": "a"}])
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Event.ensure_indexes(modify=True)
    assert violation.value.__notes__ == [
        "The index was not made: documents that are stored already have the same 'name'."
    ]
    information = await Event.objects.coll().index_information()
    assert "name_1" in information
    assert "unique" not in information["name_1"]


async def test_keys_of_the_same_name_differ(mongo: Mongo) -> None:
    await event(Index("name", name="mine")).ensure_indexes()
    (different,) = (await event(Index("-name", name="mine")).index_report()).different
    assert different.changes == {"key": ({"name": 1}, {"name": -1})}


async def test_names_of_the_same_keys(mongo: Mongo) -> None:
    await event(Index("name", name="mine")).ensure_indexes()
    assert (await event("name").index_report()).ok  # the name was not given
    (different,) = (await event(Index("name", name="ours")).index_report()).different
    assert different.changes == {"name": ("mine", "ours")}
    report = await event(Index("name", name="ours")).ensure_indexes(modify=True)
    assert report.modified == ["ours"]
    assert "mine" not in await names_in(event())


async def test_declared_is_what_all_classes_of_the_collection_declare(mongo: Mongo) -> None:
    Event = event()

    class Loud(Document):
        __collection__ = "events"
        volume = IntField(index=True)

    report = await Event.ensure_indexes(drop_stale=True)
    assert report.created == ["k_1", "at_1", "volume_1"]
    report = await Loud.ensure_indexes(drop_stale=True)
    assert (report.created, report.dropped) == ([], [])


async def test_the_indexes_of_the_id_and_of_the_shard_key_stay(mongo: Mongo) -> None:
    class Order(Document):
        __collection__ = "orders in shards"
        __shard_key__ = ("tenant",)
        tenant = StringField(db_field="t")

    await Order.objects.coll().create_index([("t", 1), ("n", 1)])
    await Order.objects.coll().create_index("n")
    report = await Order.ensure_indexes(drop_stale=True)
    assert report.dropped == ["n_1"]
    assert await names_in(Order) == {"t_1_n_1"}


async def test_what_another_class_of_the_collection_needs_stays(mongo: Mongo) -> None:
    class Plain(Document):
        __collection__ = "orders of two classes"

    class Placed(Document):
        __collection__ = "orders of two classes"
        __shard_key__ = ("tenant",)
        tenant = StringField(db_field="t")

    await Plain.objects.coll().create_index([("t", 1), ("n", 1)])
    report = await Plain.ensure_indexes(drop_stale=True)
    assert (report.dropped, report.extra) == ([], [])
    assert await names_in(Placed) == {"t_1_n_1"}


def two_aliases(mongo: Mongo, database: str | None = None) -> tuple[Any, Any]:
    """Two classes, one of which has an alias that leads to the same database or to another one."""
    connect(database or mongo.database.name, alias="other", host=mongo.uri)

    class Plain(Document):
        __collection__ = "of two aliases"
        name = StringField(index=True)

    class Other(Document):
        __collection__ = "of two aliases"
        __alias__ = "other"
        size = IntField(index=True)

    return Plain, Other


async def test_two_aliases_may_lead_to_one_collection(mongo: Mongo) -> None:
    Plain, Other = two_aliases(mongo)
    await Plain.ensure_indexes()
    report = await Other.ensure_indexes(drop_stale=True)
    assert (report.created, report.dropped) == ([], [])
    assert (await Plain.ensure_indexes(drop_stale=True)).dropped == []
    assert await names_in(Plain) == {"name_1", "size_1"}


async def test_a_class_without_an_alias_is_where_a_call_says(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    Plain, Other = two_aliases(mongo, f"{mongo.database.name}_b")
    monkeypatch.setattr(registry, "documents", lambda: [Plain, Other])
    [report] = await ensure_all("other", drop_stale=True)
    assert sorted(report.created) == ["name_1", "size_1"]
    assert (await Other.ensure_indexes(drop_stale=True)).dropped == ["name_1"]
    [report] = await ensure_all("other", drop_stale=True)
    assert (report.created, report.dropped) == (["name_1"], [])
    await mongo.database.connection.drop_database(f"{mongo.database.name}_b")


async def test_ensure_all_knows_one_collection_by_two_aliases(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    Plain, Other = two_aliases(mongo)
    monkeypatch.setattr(registry, "documents", lambda: [Plain, Other])
    [report] = await ensure_all(drop_stale=True)
    assert sorted(report.created) == ["name_1", "size_1"]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"host": "localhost"}, {}, True),
        ({"host": "127.0.0.1", "port": 27017}, {"host": "mongodb://localhost"}, True),
        ({"host": "a:1, b:2"}, {"host": ["b:2", "a:1"]}, True),
        ({"host": "mongodb://u:p@a:1/?authSource=admin"}, {"host": "a", "port": 1}, True),
        ({"host": "a:1"}, {"host": "a:2"}, False),
        ({"host": "a"}, {"host": "b"}, False),
    ],
)
def test_by_what_an_alias_is_known(one: Any, other: Any, is_same: bool) -> None:
    register_connection("x", "one", **one)
    register_connection("x", "other", **other)
    register_connection("y", "third", **one)
    try:
        assert (database_of("one") == database_of("other")) == is_same
        assert database_of("one") != database_of("third")
        assert database_of("nobody") == "nobody"
    finally:
        cleanup()


# -- as servers complete them ----------------------------------------------------------------------


class Everything(Document):
    name = StringField()
    text = StringField()
    at = DateTimeField()
    place = PointField()
    data = BaseField[Any]()


FORMS = {
    "ascending": Index("name"),
    "two dimensions": Index(("data.at", "2d")),
    "two dimensions, said": Index(("data.at", "2d"), bits=26, min=-180.0, max=180.0),
    "sphere": Index("*place"),
    "unique, sparse": Index("name", unique=True, sparse=True),
    "expires": Index("at", expires=3600.0),
    "hidden": Index("name", hidden=True),
    "partial": Index("name", partial={"data.n": {"$gt": 1}, "at": {"$exists": True}}),
    "a date": Index("name", partial=Q(at="2020-01-01 00:00:00")),
}
MONGOD_FORMS = {
    "hashed": Index("#name"),
    "text": Index("$name"),
    "two texts": Index("-at", "$name", "$text", "data"),
    "weights": Index("$name", "$text", weights={"text": 3}, default_language="german"),
    "another weight": Index("$name", weights={"data.n": 3}),
    "all texts": Index(("$**", "text")),
    "wildcard": Index("$**"),
    "wildcard below": Index("data.$**"),
    "projection": Index("$**", wildcard_projection={"data.x": 1, "name": True}),
    "left out": Index("$**", wildcard_projection={"data.x": 0}),
    "collation": Index("name", collation="en"),
    "strength": Index("name", collation={"locale": "de", "strength": 1}),
    "canadian": Index("name", collation="fr_CA"),
    "danish": Index("name", collation="da"),
    "thai": Index("name", collation="th"),
    "for search": Index("name", collation="da@collation=search"),
    "simple": Index("name", collation="simple"),
}


def with_index(index: Index) -> Any:
    class Indexed(Everything):
        __collection__ = "everything"
        __indexes__ = [index]

    return Indexed


@pytest.mark.parametrize("form", FORMS)
async def test_an_index_that_was_created_is_the_same(mongo: Mongo, form: str) -> None:
    Indexed = with_index(FORMS[form])
    await Indexed.ensure_indexes()
    assert str(await Indexed.index_report()) == (
        "everything: 0 missing, 0 different, 0 extra, 1 same"
    )


@pytest.mark.mongod_only("SecantusDB has no text, hashed or wildcard index and no collation")
@pytest.mark.parametrize("form", MONGOD_FORMS)
async def test_an_index_that_servers_complete_is_the_same(mongo: Mongo, form: str) -> None:
    Indexed = with_index(MONGOD_FORMS[form])
    await Indexed.ensure_indexes()
    assert str(await Indexed.index_report()) == (
        "everything: 0 missing, 0 different, 0 extra, 1 same"
    )


CHANGES = {
    "weights": (Index("$name"), Index("$name", weights={"name": 2}), {"weights"}),
    "another key": (Index("$name"), Index("$name", "$text"), {"weights"}),
    "language": (Index("$name"), Index("$name", default_language="none"), {"default_language"}),
    "strength": (
        Index("name", collation={"locale": "en", "strength": 2}),
        Index("name", collation="en"),
        {"collation"},
    ),
    "no collation": (Index("name", collation="en"), Index("name"), {"collation"}),
    "partial": (
        Index("name", partial={"a": True}),
        Index("name", partial={"a": 1}),
        {"partialFilterExpression"},
    ),
    "never expires": (Index("at", expires=5), Index("at"), {"expireAfterSeconds"}),
    "expires": (Index("at"), Index("at", expires=5), {"expireAfterSeconds"}),
    "hidden": (Index("name", hidden=True), Index("name"), {"hidden"}),
    "projection": (
        Index("$**", wildcard_projection={"name": 1}),
        Index("$**"),
        {"wildcardProjection"},
    ),
}


@pytest.mark.mongod_only("SecantusDB has no text, wildcard or collation")
@pytest.mark.parametrize("change", CHANGES)
async def test_what_differs_is_seen_and_brought_in_line(mongo: Mongo, change: str) -> None:
    before, after, options = CHANGES[change]
    await with_index(before).ensure_indexes()
    Indexed = with_index(after)
    report = await Indexed.index_report()
    (different,) = report.different
    assert different.changes.keys() == options
    assert (await Indexed.ensure_indexes(modify=True)).ok
    assert len((await Indexed.index_report()).same) == 1


@pytest.mark.mongod_only("SecantusDB has no collation")
async def test_the_collation_of_the_collection_holds_for_indexes_without_one(
    mongo: Mongo,
) -> None:
    await mongo.database.database.create_collection("everything", collation={"locale": "de"})
    Indexed = with_index(Index("name"))
    await Indexed.ensure_indexes()
    assert len((await Indexed.index_report()).same) == 1
    Indexed = with_index(Index("name", collation="simple"))
    (different,) = (await Indexed.index_report()).different
    assert different.changes == {"collation": ({"locale": "de"}, {"locale": "simple"})}


# -- all classes -----------------------------------------------------------------------------------


async def test_ensure_all(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    class Part(Document):
        name = StringField(index=True)

    class Whole(Document):
        __collection__ = "wholes"
        part = EmbeddedDocumentField(Part)

    Event = event()
    monkeypatch.setattr(registry, "documents", lambda: [Part, Whole, Event])
    reports = await ensure_all(dry_run=True)
    assert [(report.collection, len(report.missing)) for report in reports] == [
        ("wholes", 1),
        ("events", 2),
    ]
    assert await names_in(Event) == set()
    reports = await ensure_all()
    assert [report.created for report in reports] == [["part.name_1"], ["k_1", "at_1"]]


async def test_ensure_all_goes_on_to_other_collections(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Last(Document):
        name = StringField(index=True)

    await event().ensure_indexes()
    Event = event(hours=3)
    monkeypatch.setattr(registry, "documents", lambda: [Event, Last])
    with pytest.raises(IndexConflictError, match="Index 'at_1' of 'events' differs"):
        await ensure_all()
    assert await names_in(Last) == {"name_1"}
    first, last = await ensure_all(modify=True)
    assert (first.modified, last.created) == (["at_1"], [])


@pytest.mark.mongod_only("SecantusDB has no transactions")
async def test_nothing_is_looked_at_or_made_inside_a_transaction(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    Event = event()
    monkeypatch.setattr(registry, "documents", lambda: [Event])
    for call in Event.index_report, Event.ensure_indexes, ensure_all:
        async with transaction():
            with pytest.raises(RuntimeError, match="inside a transaction; await"):
                await call()
