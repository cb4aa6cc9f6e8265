"""Aggregations against a server: what stages do, results as instances, and how they fail."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from aiomotorengine import (
    Aggregation,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    F,
    Func,
    IntField,
    ListField,
    PointField,
    ReferenceField,
    StringField,
    U,
    pacing,
)
from aiomotorengine.aggregation.result import AggregationResult
from aiomotorengine.errors import (
    AggregationError,
    LoadReferencesRequiredError,
    PartialDocumentError,
)
from tests.event_loop import counted_turns
from tests.harness import Mongo
from tests.integration.commands import watch


class Mayor(Document):
    name = StringField(db_field="n")


class Home(Document):
    road = StringField(db_field="r")


class City(Document):
    state = StringField()
    pop = IntField(db_field="p")
    price = DecimalField()
    at = PointField()
    founded = DateTimeField(db_field="f")
    tags = ListField(StringField(), db_field="t")
    home = EmbeddedDocumentField(Home, db_field="h")
    mayor = ReferenceField(Mayor, db_field="m")
    part_of = ReferenceField("self", db_field="c")


class Bridge(Document):
    city = ReferenceField(City)
    length = IntField(db_field="l")


class Total(Document):
    state = StringField()
    total = IntField()


class Member(Document):
    __discriminator__ = "_cls"
    state = StringField()
    total = IntField()


class Chair(Member):
    rank = IntField()


class HonoraryChair(Chair):
    pass


class Tracked(Document):
    __collection__ = "City"
    __track_changes__ = True
    state = StringField()
    pop = IntField(db_field="p")


class Eager(Document):
    __collection__ = "City"
    __lazy__ = False
    pop = IntField(db_field="p")
    mayor = ReferenceField(Mayor, db_field="m")


@pytest.fixture
async def cities(mongo: Mongo, codec: str) -> list[City]:
    ann = await Mayor(name="ann").save()
    assert ann is not None
    found = await City.objects.bulk_insert(
        [
            City(
                state="a",
                pop=1,
                price="1.50",
                tags=["x", "y"],
                mayor=ann,
                at=[0, 0],
                founded=datetime(2020, 1, 1),
                home=Home(road="Loop"),
            ),
            City(state="a", pop=5, price="2", tags=[], at=[0, 1], founded=datetime(2020, 6, 1)),
            City(state="b", pop=2, at=[50, 1], founded=datetime(2021, 1, 1)),
        ]
    )
    found[1].part_of, found[2].part_of = found[0], found[1]
    for city in found[1:]:
        await city.save()
    await Bridge.objects.bulk_insert([Bridge(city=found[0], length=n) for n in (7, 9)])
    return list(found)


def totals() -> Any:
    return City.objects.aggregate.group_by(
        "state", total=Aggregation.sum(City.pop), top=Aggregation.max(F("pop") * 2)
    )


# -- terminals -----------------------------------------------------------------------------------


async def test_rows_one_by_one_all_and_the_first(cities: list[City]) -> None:
    expected = [("a", 6, 10), ("b", 2, 4)]
    by_state = totals().order_by("-total")
    assert [(row.state, row.total, row.top) async for row in by_state] == expected
    assert [(row.state, row.total, row.top) for row in await by_state.to_list()] == expected
    first = await by_state.first()
    assert (first.state, first.total) == ("a", 6)
    assert await City.objects.filter(pop=99).aggregate.first() is None
    assert await City.objects.none().aggregate.first() is None
    assert [row async for row in City.objects.none().aggregate] == []


async def test_rows_come_reply_by_reply(cities: list[City], mongo: Mongo) -> None:
    commands = watch(mongo)
    rows = aiter(City.objects.batch_size(1).aggregate.order_by("pop"))
    assert (await anext(rows)).p == 1
    await rows.aclose()
    assert commands.of("aggregate")[0]["cursor"] == {"batchSize": 1}
    assert len(commands.of("killCursors")) == 1


async def test_instances(cities: list[City]) -> None:
    found = totals().order_by("-total").into(Total)
    for rows in (await found.to_list(), await found.fetch(), [row async for row in found]):
        assert [(type(row), row.state, row.total) for row in rows] == [
            (Total, "a", 6),
            (Total, "b", 2),
        ]
    first = await found.first()
    assert first is not None
    assert first.total == 6
    assert await City.objects.filter(pop=99).aggregate.into(City).first() is None
    assert await City.objects.none().aggregate.into(City).to_list() == []


async def test_fields_read_the_values_of_instances(cities: list[City]) -> None:
    city = await City.objects.aggregate.match(pop=1).project("price", "home").into(City).first()
    assert city is not None
    assert (str(city.price), city.home.road, city.pop) == ("1.50", "Loop", None)


REFUSALS: dict[str, Any] = {
    "save": lambda total: total.save(),
    "upsert": lambda total: total.save(upsert=True),
    "replace": lambda total: Total.objects.filter(state="a").find_one_and_replace(total),
    "bulk_insert": lambda total: Total.objects.bulk_insert([total]),
    "insert_stream": lambda total: Total.objects.insert_stream([total]),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_computed_instances_are_not_stored(cities: list[City], name: str) -> None:
    (total, *_) = await totals().into(Total).to_list()
    text = r"This Total was computed by an aggregation and can't be saved\.$"
    for computed in (total, copy.copy(total), pickle.loads(pickle.dumps(total))):
        with pytest.raises(PartialDocumentError, match=text):
            await REFUSALS[name](computed)
    assert await Total.objects.count() == 0


async def test_computed_instances_are_partial(cities: list[City]) -> None:
    total = await totals().into(Total).first()
    assert total is not None
    assert total.is_partial()
    assert total.loaded_fields() == {"state", "total"}
    chosen = await City.objects.only("state").aggregate.match(pop=1).into(City).first()
    assert chosen is not None
    assert (chosen.is_partial(), chosen.loaded_fields(), chosen.pop) == (False, None, 1)


async def test_computed_instances_stay_so_until_they_are_read_anew(cities: list[City]) -> None:
    text = "was computed by an aggregation"
    city = await City.objects.aggregate.match(pop=1).project("state").into(City).first()
    assert city is not None
    await city.update(U.inc(pop=10))
    assert city.pop == 11
    with pytest.raises(PartialDocumentError, match=text):
        await city.save()
    with pytest.raises(PartialDocumentError, match=text):
        city.track_changes()
    await city.reload("tags")
    with pytest.raises(PartialDocumentError, match=text):
        await city.save()
    await city.reload()
    city.state = "z"
    await city.save()
    stored = await City.objects.get(cities[0]._id)
    assert (stored.state, stored.pop, stored.tags) == ("z", 11, ["x", "y"])


async def test_references_of_instances_are_loaded_as_those_of_documents(
    cities: list[City],
) -> None:
    chosen = Eager.objects.filter(pop=1)
    (city,) = await chosen.aggregate.project("mayor").into(Eager).to_list()
    assert city.mayor.name == "ann"
    first = await chosen.aggregate.into(Eager).first()
    assert first is not None
    assert first.mayor.name == "ann"
    (city,) = await chosen.no_dereference().aggregate.into(Eager).to_list()
    with pytest.raises(LoadReferencesRequiredError):
        city.mayor.name  # noqa: B018
    (city,) = await City.objects.filter(pop=1).prefetch("mayor").aggregate.into(City).to_list()
    assert city.mayor.name == "ann"


async def test_the_others_of_a_bulk_insert_are_stored(cities: list[City]) -> None:
    (total, *_) = await totals().into(Total).to_list()
    report = await Total.objects.insert_stream(
        [Total(state="x"), total, Total(state="y")], ordered=False, on_error="collect"
    )
    assert list(report.inserted) == [0, 2]
    assert sorted([it.state async for it in Total.objects]) == ["x", "y"]


@pytest.mark.parametrize("document_class", [City, Tracked])
async def test_whole_documents_can_be_saved(cities: list[City], document_class: Any) -> None:
    chosen = document_class.objects.filter(state="a").aggregate.match(pop__gt=1).limit(1)
    (city,) = await chosen.into(document_class).to_list()
    city.pop = 7
    await city.save()
    assert sorted([it.pop async for it in City.objects]) == [1, 2, 7]
    assert (await City.objects.get(cities[1]._id)).tags == []


async def test_failures(cities: list[City]) -> None:
    wrong = City.objects.aggregate.stage({"$nothing": 1})
    for run in (
        wrong.fetch,
        wrong.to_list,
        wrong.first,
        wrong.into(City).to_list,
        wrong.into(City).first,
    ):
        with pytest.raises(AggregationError, match=r"^Aggregation failed due to: ") as caught:
            await run()
        assert isinstance(caught.value, OperationFailure)
        assert caught.value.__cause__ is not None
    with pytest.raises(AggregationError):
        [row async for row in wrong]
    refused = City.objects.aggregate.match(pop="x")
    with pytest.raises(RuntimeError, match="field 'pop'"):
        [row async for row in refused.into(City)]
    with pytest.raises(ValueError, match=r"^verbosity must be one of"):
        await City.objects.aggregate.explain("all")


@pytest.mark.mongod_only("SecantusDB explains what it does not know")
async def test_failures_of_explain(cities: list[City]) -> None:
    wrong = City.objects.aggregate.stage({"$nothing": 1})
    for asked in (wrong, wrong.into(City)):
        with pytest.raises(AggregationError, match=r"^Aggregation failed due to: "):
            await asked.explain()


async def test_a_stored_value_that_a_field_cannot_read(cities: list[City]) -> None:
    await City.objects.coll().insert_one({"p": "n/a"})
    with pytest.raises(AggregationError, match="Can't read 'pop' of the City"):
        await City.objects.aggregate.match({"p": "n/a"}).into(City).to_list()


async def test_explain(cities: list[City]) -> None:
    explained = await City.objects.filter(pop=1).batch_size(5).aggregate.limit(1).explain()
    assert "queryPlanner" in explained or "stages" in explained
    assert "executionStats" in str(await totals().explain("executionStats"))


# -- stages --------------------------------------------------------------------------------------


async def test_lookups(cities: list[City]) -> None:
    by_mayor = City.objects.aggregate.lookup("mayor").order_by("pop")
    assert [row.get("m", {}).get("n") for row in await by_mayor.fetch()] == ["ann", None, None]
    assert len(await by_mayor.match(mayor__name="ann").fetch()) == 1
    joined = City.objects.aggregate.lookup(Bridge.city, into="bridges").order_by("pop")
    assert [len(row.bridges) for row in await joined.fetch()] == [2, 0, 0]
    mayors = Bridge.objects.aggregate.lookup("city").lookup("city.mayor")
    rows = await mayors.match(city__mayor__name="ann", city__pop=1).order_by("length").fetch()
    assert [(row.l, row.city.p, row.city.m.n) for row in rows] == [(7, 1, "ann"), (9, 1, "ann")]
    counted = joined.add_fields(n=F("bridges").size()).match(n__gt=1)
    assert [row.p for row in await counted.fetch()] == [1]


async def test_a_part_of_what_is_joined(cities: list[City]) -> None:
    long = Bridge.objects.filter(length__gt=8).aggregate
    joined = City.objects.aggregate.lookup(Bridge.city, "long", long).order_by("pop")
    assert [[it.l for it in row.long] for row in await joined.fetch()] == [[9], [], []]


async def test_what_a_reference_leads_to(cities: list[City]) -> None:
    rows = City.objects.aggregate.graph_lookup("part_of", "above", depth="level").order_by("pop")
    found = {row.p: sorted((it.p, it.level) for it in row.above) for row in await rows.fetch()}
    assert found == {1: [], 5: [(1, 0)], 2: [(1, 1), (5, 0)]}


async def test_places_by_distance(cities: list[City]) -> None:
    await City.objects.coll().create_index([("at", "2dsphere")])
    near = City.objects.filter(state="a").aggregate.geo_near([0, 1], City.at)
    assert [row.p for row in await near.fetch()] == [5, 1]
    far = near.match(distance__gt=1)
    assert [row.p for row in await far.fetch()] == [1]


async def test_several_stages(cities: list[City]) -> None:
    cut = City.objects.aggregate.order_by("-pop").skip(1).limit(1)
    assert [row.p for row in await cut.fetch()] == [2]
    assert (await City.objects.aggregate.count().first()).count == 3
    homes = City.objects.aggregate.match(pop=1).replace_root("home")
    assert [row.r for row in await homes.fetch()] == ["Loop"]
    tags = City.objects.aggregate.unwind("tags", preserve_empty=True, index="i")
    assert len(await tags.fetch()) == 4
    changed = City.objects.aggregate.add_fields(pop=F("pop") * 10).match(pop__gte=20)
    assert sorted(row.p for row in await changed.order_by("pop").fetch()) == [20, 50]


async def test_more_stages(cities: list[City]) -> None:
    counts = await City.objects.aggregate.sort_by_count("state").fetch()
    assert [(row._id, row["count"]) for row in counts] == [("a", 2), ("b", 1)]
    (facets,) = await City.objects.aggregate.facet(
        large=City.objects.filter(pop__gt=1).aggregate.order_by("pop"),
        states=City.objects.aggregate.sort_by_count("state"),
    ).fetch()
    assert ([it.p for it in facets.large], len(facets.states)) == ([2, 5], 2)
    ranges = City.objects.aggregate.bucket("pop", [0, 3, 9], n=Aggregation.count())
    assert [(row._id, row.n) for row in await ranges.fetch()] == [(0, 2), (3, 1)]
    halves = await City.objects.aggregate.bucket_auto("pop", 2).fetch()
    assert sum(row["count"] for row in halves) == 3
    both = City.objects.aggregate.union_with(Bridge).count()
    assert (await both.first())["count"] == 5
    by_year = City.objects.aggregate.group_by(
        year=Func("year", F("founded")), n=Aggregation.count()
    )
    rows = await by_year.order_by("year").fetch()
    assert [(row.year, row.n) for row in rows] == [(2020, 2), (2021, 1)]
    running = City.objects.aggregate.set_window_fields(
        order_by="pop",
        rank=Func("rank"),
        sum=Aggregation.window(Aggregation.sum(City.pop), documents=("unbounded", "current")),
    )
    assert [(row.rank, row.sum) for row in await running.order_by("pop").fetch()] == [
        (1, 1),
        (2, 3),
        (3, 8),
    ]
    whole = City.objects.aggregate.densify("pop", 1).order_by("pop")
    assert [row.p for row in await whole.fetch()] == [1, 2, 3, 4, 5]
    filled = whole.fill(order_by="pop", state="locf")
    assert [row.state for row in await filled.fetch()] == ["a", "b", "b", "b", "a"]
    best = City.objects.aggregate.group_by("state", best=Aggregation.top("pop", "-pop"))
    assert {row.state: row.best for row in await best.fetch()} == {"a": 5, "b": 2}


async def test_decimals_are_summed_up(cities: list[City]) -> None:
    await City.objects.coll().update_many({"price": None}, {"$set": {"price": "10.25"}})
    (row,) = await City.objects.aggregate.group_by(
        total=Aggregation.sum(City.price), most=Aggregation.max("price")
    ).fetch()
    assert (row.total.to_decimal(), row.most.to_decimal()) == (Decimal("13.75"), Decimal("10.25"))


async def test_ranges(cities: list[City]) -> None:
    ranges = City.objects.aggregate.bucket("pop", [0, 3], default="more", n=Aggregation.count())
    assert [(row._id, row.n) for row in await ranges.fetch()] == [(0, 2), ("more", 1)]


@pytest.mark.mongod_only("SecantusDB's $bucket takes no decimals for boundaries")
async def test_ranges_of_decimals(cities: list[City]) -> None:
    ranges = City.objects.filter(price__is_null=False).aggregate.bucket(
        "price", [0, "1.75", 100], n=Aggregation.count()
    )
    assert [row.n for row in await ranges.fetch()] == [1, 1]


async def test_results_are_stored(cities: list[City]) -> None:
    stored = totals().out(Total)
    assert await stored.fetch() == []
    assert sorted([(it.state, it.total) async for it in Total.objects]) == [("a", 6), ("b", 2)]
    with pytest.raises(RuntimeError, match=r"give no results: use fetch\(\), not first\(\)"):
        await stored.first()
    await Total.objects.coll().create_index("state", unique=True)
    more = City.objects.aggregate.match(pop=2).project("state", total=9).unset("id")
    assert await more.merge(Total, on="state").fetch() == []
    assert sorted([(it.state, it.total) async for it in Total.objects]) == [("a", 6), ("b", 9)]


async def kinds() -> dict[str | None, str]:
    """The classes of the members, by their states."""
    return {it.state: type(it).__name__ async for it in Member.objects}


async def test_results_become_documents_of_a_class_that_shares_its_collection(
    cities: list[City],
) -> None:
    await Member(state="x").save()
    results = City.objects.aggregate.group_by("state").project("state", total=1)
    assert await results.merge(Chair).fetch() == []
    assert await kinds() == {"x": "Member", "a": "Chair", "b": "Chair"}
    assert await Chair.objects.filter(total=1).count() == 2


async def test_what_results_are_merged_with_stays_of_its_class(mongo: Mongo) -> None:
    await Member.objects.bulk_insert(
        [Member(state="x"), Chair(state="y", rank=7), HonoraryChair(state="z")]
    )
    await Member.objects.coll().create_index("state", unique=True)
    sums = {"$project": {"_id": 0, "state": 1, "total": {"$add": 1}}}
    before = {"x": "Member", "y": "Chair", "z": "HonoraryChair"}
    for target in (Member, Chair):
        await Member.objects.aggregate.stage(sums).merge(target, on="state").fetch()
        assert await kinds() == before
    assert await Member.objects.filter(total=1).count() == 3
    assert (await Chair.objects.get(state="y")).rank == 7
    # Documents as they are stored are of the classes that they say.
    await Member.objects.aggregate.merge(Chair, when_matched="replace").fetch()
    assert await kinds() == {"x": "Chair", "y": "Chair", "z": "HonoraryChair"}


async def test_a_collection_of_several_classes_is_replaced_as_a_whole_or_not(
    cities: list[City],
) -> None:
    await Member.objects.bulk_insert([Member(state="x"), Chair(state="y")])
    with pytest.raises(ValueError, match=r"^Chair is stored with Member: out\(\) would replace"):
        Member.objects.aggregate.out(Chair)
    await Member.objects.aggregate.match(state="y").union_with(City).out(Member).fetch()
    assert await kinds() == {"y": "Chair", "a": "Member", "b": "Member"}


@pytest.mark.parametrize("method", ["fetch", "to_list"])
async def test_the_event_loop_has_its_turns_while_results_are_made(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    await City.objects.coll().insert_many([{"p": number} for number in range(200)])
    monkeypatch.setattr(pacing, "SECONDS_PER_SLICE", 0)  # so that each slice is a turn
    made_at: list[int] = []
    of = AggregationResult.of

    def noted(document: Any) -> AggregationResult:
        made_at.append(turns.count)
        return of(document)

    monkeypatch.setattr(AggregationResult, "of", noted)
    with counted_turns() as turns:
        assert len(await getattr(City.objects.aggregate, method)()) == 200
    assert len(set(made_at)) >= 3


async def test_partitions_by_paths_that_look_alike(mongo: Mongo) -> None:
    await City.objects.coll().insert_many(
        [
            {"h": {"r": road}, "h_r": "x", "p": number}
            for road, number in [("a", 1), ("a", 2), ("b", 4)]
        ]
    )
    sums = City.objects.aggregate.set_window_fields(["home.road", "h_r"], n=Aggregation.sum("p"))
    assert [row.n for row in await sums.order_by("p").fetch()] == [3, 3, 4]
