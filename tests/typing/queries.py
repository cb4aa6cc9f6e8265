"""What a query set gives: documents of its own class, one or many, and plain numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, assert_type

from bson import ObjectId

from aiomotorengine import (
    DESCENDING,
    Aggregation,
    BulkReport,
    Document,
    EmbeddedDocumentField,
    F,
    FloatField,
    Func,
    IntField,
    ListField,
    Near,
    Page,
    Q,
    QNot,
    QuerySet,
    Raw,
    ReferenceField,
    RowSet,
    StringField,
    U,
    connect,
    disconnect,
)
from aiomotorengine.aggregation.instances import AggregationOf
from aiomotorengine.aggregation.of_values import CountAggregation, OperatorAggregation
from aiomotorengine.aggregation.result import AggregationResult
from aiomotorengine.database import Database
from aiomotorengine.expressions.expression import Arithmetic, Comparison, Size
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.queryset import UpdateResult
from aiomotorengine.update.update_operator import UpdateOperator


class Home(Document):
    road = StringField()


class User(Document):
    name = StringField()
    age = IntField()
    tags = ListField(StringField())
    height = FloatField()
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    visited = ListField(ReferenceField(Home))


class Admin(User):
    level = IntField()


async def users_later() -> AsyncIterator[User]:
    yield User(age=1)


def connecting() -> None:
    assert_type(connect("shop", host="localhost", driver="pymongo"), Database)
    assert_type(disconnect(), None)


def building() -> None:
    assert_type(User.objects, QuerySet[User])
    assert_type(Admin.objects, QuerySet[Admin])
    assert_type(User(name="Ada").objects, QuerySet[User])
    query = User.objects.filter(age__gte=18).filter_not(name="Ada").filter(Q(age=1) | Q(age=2))
    assert_type(query, QuerySet[User])
    assert_type(query.filter({"raw": {"$exists": True}}), QuerySet[User])
    assert_type(query.all_filters_cleared(), QuerySet[User])
    assert_type(query.to_query(), dict[str, Any])
    assert_type(query.limit(10).skip(5).limit(None), QuerySet[User])
    assert_type(query.order_by(User.age, DESCENDING).order_by("-name"), QuerySet[User])


def branching() -> None:
    query = User.objects.filter(age=1)
    assert_type(query.clone(), QuerySet[User])
    assert_type(query.all()[5:10], QuerySet[User])
    assert_type(query.order_by("-age", User.name, ("name", DESCENDING)), QuerySet[User])
    assert_type(query.order_by().reverse().none().no_dereference(), QuerySet[User])
    assert_type(query.search_text("a", case_sensitive=True), QuerySet[User])
    assert_type(Admin.objects.all(), QuerySet[Admin])
    assert_type(query.hint("x").hint(["-age", (User.name, DESCENDING)]), QuerySet[User])
    assert_type(query.collation("en", strength=2).let(least=3).comment("why"), QuerySet[User])
    assert_type(query.max_time_ms(5).batch_size(5).allow_disk_use(), QuerySet[User])
    assert_type(query.read_preference("nearest").read_concern("majority"), QuerySet[User])


async def parts_and_rows() -> None:
    query = User.objects
    assert_type(query.only("name", User.age).exclude("age").slice("tags", 1), QuerySet[User])
    assert_type(query.all_fields(), QuerySet[User])
    assert_type(query.values("name"), RowSet[dict[str, Any]])
    assert_type(query.values_list("name", User.age), RowSet[tuple[Any, ...]])
    assert_type(query.values_list(User.age, flat=True), RowSet[int | None])
    assert_type(query.values_list(User.tags, flat=True), RowSet[list[str]])
    assert_type(query.values_list("age", flat=True), RowSet[Any])
    assert_type(query.scalar(User.name), RowSet[str | None])
    assert_type(query.scalar(User.name).filter(age=3)[:5], RowSet[str | None])
    assert_type(query.raw({"_id": 0}), RowSet[dict[str, Any]])
    assert_type(await query.values("name").to_list(), list[dict[str, Any]])
    assert_type(await query.scalar(User.age).first(), int | None)
    assert_type(await query.values_list("name").get_one(age=3), tuple[Any, ...])
    assert_type([row async for row in query.as_pymongo()], list[dict[str, Any]])
    assert_type(User(name="Ada").is_partial(), bool)
    assert_type(User(name="Ada").loaded_fields(), frozenset[str] | None)


def combining() -> None:
    assert_type(Q(age=1), Q)
    assert_type(Q(age=1) & Q({"name": "Ada"}), QNode)
    assert_type(Q(age=1) | ~Q(name="Ada"), QNode)
    assert_type(QNot(Q(age=1)).to_query(User), dict[str, Any])
    assert_type(Q().empty, bool)


def comparing() -> None:
    assert_type(F("age") > 18, Comparison)
    assert_type(F(User.age) == None, Comparison)  # noqa: E711
    assert_type(3 < F(User.age), Comparison)  # noqa: SIM300
    assert_type(F("age") + 1, Arithmetic)
    assert_type(2 * F("age") - User.age, Arithmetic)
    assert_type(F("tags").size(), Size)
    assert_type((F("tags").size() != 3) & Q(name="Ada"), QNode)
    assert_type(~(F("age") < F("height")), QNode)
    assert_type(Func("concat", F("name"), " ") == "x", Comparison)
    assert_type(Func("dateTrunc", date=Raw("$$NOW"), unit="month") < 5, Comparison)
    assert_type(Raw({"$rand": {}}) < 0.5, Comparison)
    assert_type(User.objects.filter(F("age") > 3, name__contains="a"), QuerySet[User])
    assert_type(Near([3, 50], max_distance=10), Near)
    assert_type(Near((3, 50)).max_distance, float | None)


async def reading() -> None:
    assert_type(await User.objects.find_all(), list[User])
    assert_type(await User.objects.find_all(lazy=False, alias="other"), list[User])
    assert_type(await Admin.objects.filter(level=1).find_all(), list[Admin])
    assert_type(await User.objects.get(ObjectId()), User | None)
    assert_type(await User.objects.get("0123456789abcdef01234567"), User | None)
    assert_type(await User.objects.get(name="Ada"), User | None)
    assert_type(await User.objects.filter(age=3).first(), User | None)
    assert_type(await User.objects.count(), int)
    assert_type(await User.objects.to_list(), list[User])
    assert_type(await Admin.objects.last(), Admin | None)
    assert_type(await User.objects.get_or_none(name="Ada"), User | None)
    assert_type(await User.objects.get_one(name="Ada"), User)
    assert_type(await User.objects.exists(), bool)
    assert_type(await User.objects.count(with_limit_and_skip=True), int)
    assert_type(await User.objects.estimated_count(), int)
    assert_type(await User.objects.distinct(User.name), list[str])
    assert_type(await User.objects.distinct(User.tags), list[str])
    assert_type(await User.objects.distinct("name"), list[Any])
    assert_type(await User.objects.in_bulk([ObjectId()]), dict[Any, User])
    assert_type(await User.objects.min(User.age), int | None)
    assert_type(await User.objects.max(User.height), float | None)
    assert_type(await User.objects.sample(3), list[User])
    assert_type([users async for users in User.objects.batches(5)], list[list[User]])
    friendly = User.objects.prefetch("friend", queryset=User.objects.filter(age__gt=3))
    assert_type(friendly, QuerySet[User])
    page = await User.objects.order_by("name").page(20, after=None)
    assert_type(page, Page[User])
    assert_type((page.items, page.next, page.previous), tuple[list[User], str | None, str | None])
    assert_type([user for user in page], list[User])  # noqa: C416
    assert_type(await Admin.objects.partitions(4), list[QuerySet[Admin]])
    assert_type(await User.objects.explain(), dict[str, Any])
    async for user in User.objects.filter(age__gt=3):
        assert_type(user, User)
        assert_type(user.name, str | None)
    assert_type([user async for user in Admin.objects], list[Admin])
    assert_type([user async for user in Admin.objects.tail(max_await_time_ms=5)], list[Admin])


async def writing(user: User) -> None:
    assert_type(await User.objects.create(name="Ada", age=36), User | None)
    assert_type(await User.objects.save(user), User | None)
    assert_type(await user.save(), User | None)
    assert_type(await user.save(alias="other", upsert=True), User | None)
    assert_type(await Admin(name="Ada").save(), Admin | None)
    assert_type(await user.delete(), int)
    assert_type(await User.objects.filter(age=3).delete(), int)
    assert_type(await User.objects.remove(user), int)
    assert_type(await User.objects.bulk_insert([user]), list[User] | None)
    assert_type(await User.objects.bulk_insert(User(age=n) for n in range(3)), list[User] | None)
    assert_type(await Admin.objects.bulk_insert([Admin()]), list[Admin] | None)
    report = await User.objects.insert_stream((User(age=n) for n in range(3)), on_error="collect")
    assert_type(report, BulkReport)
    assert_type(await User.objects.insert_stream(users_later(), report=report), BulkReport)
    assert_type(list(report.inserted), list[int])
    assert_type(report.rejected[0].number, int)
    result = await User.objects.update({User.age: 5, "name": "Ada"})
    assert_type(result, UpdateResult)
    assert_type(result.count, int)
    assert_type(result.updated_existing, bool)
    changed = await User.objects.update(U.inc(User.age), {"name": "Ada"}, upsert=True)
    assert_type(changed, UpdateResult)
    assert_type(changed.modified, int | None)
    items = {"t": Q(gt="a")}
    assert_type(
        await User.objects.update_one(U.unset("tags.$[t]"), array_filters=items), UpdateResult
    )
    assert_type(await Admin.objects.find_one_and_update(U.inc(User.age)), Admin | None)
    assert_type(await User.objects.find_one_and_replace(user, returns="before"), User | None)
    assert_type(await Admin.objects.find_one_and_delete(), Admin | None)
    assert_type(await User.objects.get_or_create(name="Ada"), tuple[User | None, bool])
    assert_type(await user.update(U.inc(User.age), condition=Q(age__lt=9)), User | None)
    assert_type(await User.ensure_index(), int)
    assert_type(await User.objects.ensure_index(), int)


def changing() -> None:
    assert_type(U.set(User.name, "Ada"), UpdateOperator)
    assert_type(U.set(User.name, None), UpdateOperator)
    assert_type(U.set(User.age, F(User.age) * 2), UpdateOperator)
    assert_type(U.set("home.road", 5), UpdateOperator)
    assert_type(U.set(User.home, Home(road="Loop")), UpdateOperator)
    assert_type(U.set(User.home, {"road": "Loop"}), UpdateOperator)
    assert_type(U.set(User.home, None), UpdateOperator)
    assert_type(U.set(User.homes, [Home(), {"road": "Loop"}]), UpdateOperator)
    assert_type(U.set_on_insert(User.home, {"road": "Loop"}), UpdateOperator)
    assert_type(U.push(User.homes, Home(), {"road": "Loop"}, sort={"road": 1}), UpdateOperator)
    assert_type(U.add_to_set(User.homes, {"road": "Loop"}), UpdateOperator)
    assert_type(U.pull(User.homes, {"road": "Loop"}), UpdateOperator)
    assert_type(U.pull(User.homes, road="Loop"), UpdateOperator)
    assert_type(U.push(User.visited, Home(), ObjectId()), UpdateOperator)
    assert_type(U.set(User.visited, [Home(), ObjectId()]), UpdateOperator)
    assert_type(U.set(User.tags, ["a"]), UpdateOperator)
    assert_type(U.set(name="Ada", home__road="Loop"), UpdateOperator)
    assert_type(U.inc(User.age, 1), UpdateOperator)
    assert_type(U.inc(User.age), UpdateOperator)
    assert_type(U.inc(User.height, 0.5), UpdateOperator)
    assert_type(U.inc("age", 1), UpdateOperator)
    assert_type(U.mul(User.height, 2), UpdateOperator)
    assert_type(U.max(User.age, 5), UpdateOperator)
    assert_type(U.push(User.tags, "a", "b", position=0, slice=-5, sort=1), UpdateOperator)
    assert_type(U.push("tags", "a"), UpdateOperator)
    assert_type(U.push(tags="a"), UpdateOperator)
    assert_type(U.add_to_set(User.tags, "a"), UpdateOperator)
    assert_type(U.pull(User.tags, "a"), UpdateOperator)
    assert_type(U.pull(User.tags, gt="a"), UpdateOperator)
    assert_type(U.pull(User.tags, Q(gt="a")), UpdateOperator)
    assert_type(U.pop(User.tags, False), UpdateOperator)
    assert_type(U.unset(User.age, "name"), UpdateOperator)
    assert_type(U.bit(User.age, or_=1), UpdateOperator)
    assert_type(U.rename("old", User.name), UpdateOperator)
    assert_type(U.raw({"$set": {"x": 1}}), UpdateOperator)
    assert_type(U.compile(User, U.inc(User.age)), dict[str, Any] | list[dict[str, Any]])


async def references(user: User) -> None:
    assert_type(await user.load_references(["owner"]), dict[str, Any])


async def aggregating() -> None:
    aggregation = User.objects.aggregate
    assert_type(aggregation, Aggregation[User])
    query = (
        aggregation.match(age__gt=3)
        .unwind(User.tags)
        .group_by(User.tags, "state", Aggregation.sum(User.age), Aggregation.avg("age", alias="a"))
        .order_by(User.age, DESCENDING)
    )
    assert_type(query, Aggregation[User])
    assert_type(query.to_query(), list[Any])
    results = await query.fetch()
    assert_type(results, list[AggregationResult])
    for result in results:
        result.tags.upper()  # an entry may be anything
        assert_type(query.get_instance(result), User)
    assert_type(await query.to_list(), list[AggregationResult])
    assert_type(await query.first(), AggregationResult | None)
    assert_type(query.count("n"), Aggregation[Any])
    assert_type(Aggregation.count("n"), CountAggregation)
    assert_type(Aggregation.first(User.age), OperatorAggregation)
    async for result in query:
        assert_type(result, AggregationResult)
    instances = query.limit(3).into(User)
    assert_type(instances, AggregationOf[User])
    assert_type(await instances.to_list(), list[User])
    assert_type(await instances.first(), User | None)
    async for user in instances:
        assert_type(user, User)
    assert_type(await query.explain(), dict[str, Any])
    assert_type(await instances.explain(), dict[str, Any])


def stages() -> None:
    """Each stage gives the same aggregation."""
    start = User.objects.aggregate
    for query in (
        start.project("name", User.age, twice=F("age") * 2),
        start.add_fields(twice=F("age") * 2, name="a text"),
        start.unset("id", User.tags),
        start.unwind("tags", preserve_empty=True, index="place"),
        start.order_by("-age", User.name, ("height", DESCENDING)),
        start.skip(1).limit(2).sample(3),
        start.sort_by_count(User.age).sort_by_count(F("age") / 10),
        start.lookup(User.visited).lookup("home", into="homes", pipeline=User.objects.aggregate),
        start.graph_lookup("visited", "all", max_depth=2, depth="level"),
        start.replace_root(User.home).replace_root(Func("mergeObjects", F("home"))),
        start.facet(a=User.objects.aggregate.limit(1), b=lambda given: given.limit(2)),
        start.bucket("age", [0, 18, 99], default="more", n=Aggregation.count()),
        start.bucket_auto(User.age, 4, granularity="R5", mean=Aggregation.avg("height")),
        start.union_with(Admin).union_with(Admin.objects.aggregate),
        start.geo_near([1.0, 2.0], "place", max_distance=5),
        start.densify("age", 1, bounds=(0, 9), partition_by=["name", User.height]),
        start.fill(order_by="age", height="linear", name="nobody"),
        start.set_window_fields(
            "name",
            ["age"],
            place=Func("rank"),
            total=Aggregation.window(Aggregation.sum("age"), documents=("unbounded", 0)),
        ),
        start.search({"text": {}}).vector_search({"limit": 1}),
        start.stage({"$redact": "$$KEEP"}),
        start.merge(Admin, on=["name", User.age], when_matched="replace").out("users"),
        start.group_by(
            "name",
            Aggregation.min("age"),
            Aggregation.push(User.tags, alias="tags"),
            decade=F("age") / 10,
            best=Aggregation.top(["name", User.age], "-age"),
            some=Aggregation.first_n("age", 3),
            half=Aggregation.median("age"),
            parts=Aggregation.percentile("age", [0.5, 0.9]),
        ),
    ):
        assert_type(query, Aggregation[User])
