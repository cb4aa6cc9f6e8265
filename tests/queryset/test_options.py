"""What a query set tells the server besides its conditions."""

from __future__ import annotations

import copy
import pickle
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pymongo.collation import Collation
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference

from aiomotorengine import DESCENDING, Document, F, IntField, Q, Raw, ReferenceField, StringField, U
from aiomotorengine.queryset import QuerySet
from tests.harness import Mongo
from tests.integration.commands import Commands, watch


class Row(Document):
    n = IntField(db_field="m")
    word = StringField(db_field="w")


class Owner(Document):
    name = StringField()


class Dog(Document):
    name = StringField()
    owner = ReferenceField(Owner, on_delete="cascade")


BLIND = {"locale": "en", "strength": 2}


@pytest.fixture
async def commands(mongo: Mongo, codec: str) -> Commands:
    await Row.objects.bulk_insert([Row(n=n, word="aB"[n % 2]) for n in range(10)])
    return watch(mongo)


def blind(*arguments: Any, **filters: Any) -> QuerySet[Row]:
    return Row.objects.filter(*arguments, **filters).collation("en", strength=2)


async def all_reads(found: QuerySet[Row]) -> None:
    await found.to_list()
    await found.find_all()
    await found.first()
    await found.get(n=1)
    await found.exists()
    await found.count()
    await found.distinct("n")
    await found.in_bulk([1])
    await found.sum("n")
    await found.sample(1)
    await found.aggregate.order_by("n").fetch()
    await found.page()
    await found.partitions(2)
    [row async for row in found]
    [rows async for rows in found.batches()]


READS = ("find", "aggregate", "distinct")


def reads_of(commands: Commands) -> list[Any]:
    return [command for name, command in commands.sent if name in READS]


@pytest.mark.mongod_only("SecantusDB has no collations")
async def test_every_read_is_told(commands: Commands) -> None:
    found = blind(word="b").max_time_ms(50_000).comment("why")
    await all_reads(found)
    told = reads_of(commands)
    assert len(told) == 15
    for command in told:
        assert command["collation"]["strength"] == 2
        assert command["maxTimeMS"] == 50_000
        assert command["comment"] == "why"


@pytest.mark.mongod_only("SecantusDB has no collations")
async def test_what_is_read_and_what_is_written_are_the_same(commands: Commands) -> None:
    assert await blind(word="b").count() == 5
    assert len(await blind(word="A").to_list()) == 5
    assert await blind(word="A").exists()
    assert sorted(await blind(word="A").distinct("n")) == [0, 2, 4, 6, 8]
    assert await blind(word="A").sum("n") == 20
    assert len(await blind(word="A").aggregate.order_by("n").fetch()) == 5
    assert (await blind(word="A").update(U.inc(n=100))).count == 5
    assert (await blind(word="A").update({"n": 7})).count == 5
    assert (await blind(word="A").update_one(U.set(n=8))).count == 1
    assert (await blind(word="A").order_by("n").update_one(U.set(n=9))).count == 1
    assert await blind(word="A").find_one_and_update(U.set(n=10)) is not None
    assert await blind(word="A").find_one_and_replace(Row(n=11, word="a")) is not None
    assert await blind(word="A").find_one_and_delete() is not None
    assert await blind(word="A").delete_one() == 1
    assert await blind(word="A").order_by("n").delete_one() == 1
    assert await blind(word="A").delete() == 2
    assert await blind(word="b").remove() == 5
    row, created = await blind().get_or_create(word="x")
    assert created
    again, created = await blind().get_or_create(word="X")
    assert (again._id, created) == (row._id, False)
    for name in ("update", "delete"):
        for command in commands.of(name):
            (part,) = command[f"{name}s"]
            assert part["collation"]["strength"] == 2


@pytest.mark.mongod_only("SecantusDB has no collations")
async def test_what_refers_to_a_document_is_asked_for_without_its_options(
    mongo: Mongo, codec: str
) -> None:
    ann = await Owner(name="ann").save()
    await Dog(name="rex", owner=ann).save()
    await Owner.objects.coll().create_index("name", name="by_name")
    commands = watch(mongo)
    found = Owner.objects.filter(name="ANN").collation("en", strength=2).hint("by_name")
    assert await found.delete() == 1
    assert await Dog.objects.count() == 0
    for command in commands.of("find"):
        assert ("collation" in command) is (command["find"] == Owner.__collection__)


@pytest.mark.mongod_only("SecantusDB takes no hints")
async def test_an_index_is_named(commands: Commands) -> None:
    await Row.objects.coll().create_index([("m", 1), ("w", -1)], name="both")
    commands.forget()
    keys = {"m": 1, "w": -1}
    for index, sent in (("both", "both"), (["n", "-word"], keys), ((Row.n, ("word", -1)), keys)):
        found = Row.objects.filter(n__gt=2).hint(index)
        assert len(await found.to_list()) == 7
        assert await found.count() == 7
        assert await found.exists()
        assert len(await found.aggregate.order_by("n").fetch()) == 7
        assert (await found.update(U.set(word="c"))).count == 7
        assert (await found.explain())["queryPlanner"]["winningPlan"]
        for command in (*commands.of("find"), *commands.of("aggregate")):
            assert command["hint"] == sent
        assert [command["updates"][0]["hint"] for command in commands.of("update")] == [sent]
        commands.forget()
    with pytest.raises(ValueError, match="Invalid order by field 'nope'"):
        Row.objects.hint(["nope"])
    for index in ("", 5, [], {"n": 1}):
        with pytest.raises(TypeError, match=r"^hint\(\) takes the name of an index, or a list"):
            Row.objects.hint(index)  # type: ignore[arg-type]


@pytest.mark.mongod_only("SecantusDB has few of these options")
async def test_how_documents_come(commands: Commands) -> None:
    found = Row.objects.batch_size(3).allow_disk_use().no_cursor_timeout().order_by("n")
    assert [row.n for row in await found.to_list()] == list(range(10))
    (find,) = commands.of("find")
    assert (find["batchSize"], find["allowDiskUse"], find["noCursorTimeout"]) == (3, True, True)
    assert [command["batchSize"] for command in commands.of("getMore")] == [3, 3, 3]
    commands.forget()
    assert len(await found.aggregate.order_by("n").fetch()) == 10
    (aggregate,) = commands.of("aggregate")
    assert aggregate["cursor"] == {"batchSize": 3}
    assert aggregate["allowDiskUse"] is True
    assert {command["batchSize"] for command in commands.of("getMore")} == {3}


@pytest.mark.mongod_only("SecantusDB has no variables")
async def test_values_have_names(commands: Commands) -> None:
    found = Row.objects.filter(F("n") > Raw("$$least")).let(least=7)
    assert [row.n async for row in found.order_by("n")] == [8, 9]
    assert await found.count() == 2
    assert await found.exists()
    assert len(await found.aggregate.order_by("n").fetch()) == 2
    assert (await found.update(U.set(word="c"))).count == 2
    named = Row.objects.filter(F("word") == Raw("$$text")).let(least=1).let(text="$m")
    assert await named.count() == 0
    assert commands.of("aggregate")[-1]["let"] == {
        "least": {"$literal": 1},
        "text": {"$literal": "$m"},
    }
    assert await Row.objects.filter(F("n") > Raw("$$least")).let(least=7).delete() == 2


@pytest.mark.mongod_only("SecantusDB has no variables")
@pytest.mark.parametrize(
    "value",
    [Decimal("7.5"), timedelta(milliseconds=7), "$m", {"$gt": 7}, [7], None, date(2026, 1, 1)],
    ids=str,
)
async def test_values_of_any_kind_have_names(commands: Commands, value: Any) -> None:
    found = Row.objects.filter(F("n") < Raw("$$self")).let(self=value)
    numbers = {Decimal: 8, timedelta: 7}  # texts, lists and dates are more than any number
    assert await found.count() == (0 if value is None else numbers.get(type(value), 10))


@pytest.mark.parametrize("name", ["Least", "_x", "a-b", "a.b", "", "1a"])
def test_what_is_no_name_of_a_value(name: str) -> None:
    with pytest.raises(ValueError, match=f"begin with a small letter, .*, not '{name}'.$"):
        Row.objects.let(**{name: 1})


@pytest.mark.parametrize("value", [F("n"), Q(n=1), Row(), Row.n], ids=range(4))
def test_what_is_no_value(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^let\(least=...\) takes a value, not "):
        Row.objects.let(least=value)


async def test_calls_that_know_no_names_of_values(mongo: Mongo, codec: str) -> None:
    named = Row.objects.let(least=1)
    with pytest.raises(
        ValueError, match=r"^MongoDB's command for distinct\(\) takes no let\(\)\.$"
    ):
        await named.distinct("n")
    with pytest.raises(ValueError, match=r"for count\(\) by distance or with \$where takes no let"):
        await named.filter({"$where": "true"}).count()


async def test_options_of_collections(commands: Commands) -> None:
    found = Row.objects.read_preference("nearest").read_concern("local")
    assert await found.count() == 10
    assert len(await found.to_list()) == 10
    for command in reads_of(commands):
        assert command["readConcern"]["level"] == "local"
    assert found.coll().read_preference == ReadPreference.PRIMARY


def test_options_are_taken_back() -> None:
    found = (
        Row.objects.hint("x")
        .collation(Collation("en"))
        .comment("why")
        .max_time_ms(5)
        .batch_size(5)
        .allow_disk_use()
        .no_cursor_timeout(False)
        .read_preference(ReadPreference.SECONDARY)
        .read_concern(ReadConcern("majority"))
        .let(a=1)
    )
    assert found._options.matching == {
        "hint": "x",
        "collation": Collation("en"),
        "let": {"a": {"$literal": 1}},
    }
    assert found._options.reading == {
        "max_time_ms": 5,
        "batch_size": 5,
        "allow_disk_use": True,
        "no_cursor_timeout": False,
    }
    copied = copy.copy(found)
    found.hint(None).collation(None).comment(None).max_time_ms(None).batch_size(None)
    found.allow_disk_use(None).no_cursor_timeout(None).read_preference(None).read_concern(None)
    found.let()
    assert found._options == ({}, {}, {})
    assert found._using.comment is None
    assert copied._options.matching["hint"] == "x"
    assert copied._using.comment == "why"


def test_options_are_pickled_with_the_query():
    found = pickle.loads(pickle.dumps(Row.objects.hint("x").filter(word="a")))
    assert found._options == ({"hint": "x"}, {}, {})
    assert found.to_query() == Row.objects.filter(word="a").to_query()


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("collation", 5, TypeError),
        ("max_time_ms", 0, ValueError),
        ("max_time_ms", 1.5, TypeError),
        ("max_time_ms", True, TypeError),
        ("batch_size", -1, ValueError),
        ("batch_size", "5", TypeError),
        ("allow_disk_use", 1, TypeError),
        ("no_cursor_timeout", "yes", TypeError),
        ("read_preference", "here", ValueError),
        ("read_preference", 5, TypeError),
        ("read_concern", 5, TypeError),
        ("read_concern", "majoritty", ValueError),
        ("hint", ["$text_score"], ValueError),
    ],
)
def test_what_no_option_can_be(name: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=name):
        getattr(Row.objects, name)(value)


def test_options_of_a_collation_belong_to_a_locale() -> None:
    with pytest.raises(TypeError, match="takes a locale with options"):
        Row.objects.collation(Collation("en"), strength=2)


async def test_saves_know_nothing_of_a_querys_options(commands: Commands) -> None:
    found = Row.objects.hint("none").max_time_ms(5)
    row = await found.create(n=20)
    assert row is not None
    row.n = 21
    assert await found.save(row) is row
    await found.bulk_insert([Row(n=22)])
    assert "hint" not in str(commands.sent)


async def test_order_and_a_number(commands: Commands) -> None:
    assert [row.n for row in await Row.objects.order_by("n", DESCENDING)[:2].to_list()] == [9, 8]
    assert await Row.objects.filter(Q(n=1) | Q(n=2)).batch_size(1).count() == 2
