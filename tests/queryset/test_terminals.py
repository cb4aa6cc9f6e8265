"""One document, numbers and values of what a query finds."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from bson import Decimal128, ObjectId

from aiomotorengine import (
    DateTimeField,
    Decimal128Field,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    ListField,
    PointField,
    Q,
    ReferenceField,
    StringField,
    TimedeltaField,
    UUIDField,
)
from aiomotorengine.errors import DoesNotExist, MultipleObjectsReturned
from tests.harness import Mongo
from tests.integration.commands import watch


class Line(Document):
    amount = IntField(db_field="a")
    words = ListField(StringField())


class Order(Document):
    kind = StringField(db_field="k")
    price = DecimalField(db_field="p")
    exact = Decimal128Field()
    pieces = IntField()
    weight = FloatField()
    takes = TimedeltaField()
    at = DateTimeField()
    key = UUIDField()
    tags = ListField(StringField())
    marks = ListField(IntField(), db_field="m")
    lines = ListField(EmbeddedDocumentField(Line), db_field="l")
    first = EmbeddedDocumentField(Line)
    place = PointField()
    other = ReferenceField(Line)


class Urgent(Order):
    pass


LINE = ObjectId("0123456789abcdef01234567")


@pytest.fixture
async def orders(mongo: Mongo, codec: str) -> list[Any]:
    return await Order.objects.bulk_insert(
        [
            Order(
                kind="a",
                price="1.50",
                exact="0.1",
                pieces=1,
                weight=0.5,
                takes=timedelta(hours=1),
                at=datetime(2020, 1, 1),
                key=UUID(int=5),
                tags=["x", "y"],
                marks=[1, 2],
                lines=[Line(amount=5, words=["u", "v"]), Line(amount=7)],
                first=Line(amount=1),
                other=LINE,
            ),
            Order(
                kind="a",
                price="10.25",
                exact="0.2",
                pieces=4,
                weight=1,
                takes=timedelta(hours=2),
                at=datetime(2021, 1, 1),
                tags=["x"],
                marks=[4],
                lines=[Line(amount=1, words=["u"])],
            ),
            Order(kind="b"),
        ]
    )


# -- one -----------------------------------------------------------------------------------------


async def test_exactly_one(orders: list[Any]) -> None:
    assert (await Order.objects.get_one(kind="b"))._id == orders[2]._id
    assert (await Order.objects.get_one(orders[0]._id)).price == Decimal("1.50")
    assert (await Order.objects.filter(kind="b").get_one())._id == orders[2]._id
    assert (await Order.objects.get_one(str(orders[0]._id))).pieces == 1
    assert await Order.objects.get_or_none(kind="z") is None
    assert (await Order.objects.get_or_none(orders[0]._id)).pieces == 1


async def test_filters_hold_beside_an_id(orders: list[Any]) -> None:
    of_another, own = orders[2]._id, orders[0]._id
    for mine, filters in ((Order.objects.filter(kind="a"), {}), (Order.objects, {"kind": "a"})):
        with pytest.raises(Order.DoesNotExist):
            await mine.get_one(of_another, **filters)
        assert await mine.get_or_none(of_another, **filters) is None
        assert (await mine.get_one(own, **filters))._id == own
        assert (await mine.get_or_none(str(own), **filters))._id == own
    assert (await Order.objects.filter(kind="a").get(of_another))._id == of_another  # as in 2017
    with pytest.raises(RuntimeError, match="^Either an id or a filter must be provided to get_or"):
        await Order.objects.get_or_none()


async def test_none_or_more_than_one(orders: list[Any]) -> None:
    with pytest.raises(Order.DoesNotExist, match="^Order matching query does not exist.$") as none:
        await Order.objects.get_one(kind="z")
    with pytest.raises(
        Order.MultipleObjectsReturned, match=r"^get_one\(\) found more than one Order.$"
    ) as more:
        await Order.objects.get_one(kind="a")
    assert isinstance(none.value, DoesNotExist)
    assert isinstance(more.value, MultipleObjectsReturned)
    assert isinstance(more.value, LookupError)
    assert type(pickle.loads(pickle.dumps(more.value))) is Order.MultipleObjectsReturned
    for get in (Order.objects.get_one, Order.objects.order_by("kind").get_one):
        with pytest.raises(RuntimeError, match="^Either an id or a filter must be provided to get"):
            await get()
    with pytest.raises(TypeError):
        await Order.objects.get_one(Q(kind="a"))


def test_each_class_has_an_error_of_its_own() -> None:
    assert issubclass(Urgent.MultipleObjectsReturned, Order.MultipleObjectsReturned)
    assert not issubclass(Order.MultipleObjectsReturned, Urgent.MultipleObjectsReturned)
    assert not issubclass(Line.MultipleObjectsReturned, Order.MultipleObjectsReturned)
    assert Order.MultipleObjectsReturned is Order.MultipleObjectsReturned
    assert Order.MultipleObjectsReturned.__qualname__ == "Order.MultipleObjectsReturned"


async def test_one_is_looked_for_with_a_limit(orders: list[Any], mongo: Mongo) -> None:
    commands = watch(mongo)
    await Order.objects.get_one(kind="b")
    assert [command["limit"] for command in commands.of("find")] == [2]


# -- whether and how many ------------------------------------------------------------------------


async def test_whether_there_is_any(orders: list[Any], mongo: Mongo) -> None:
    some = Order.objects.filter(kind="a")
    commands = watch(mongo)
    assert await some.exists() is True
    assert [(command["limit"], command["projection"]) for command in commands.of("find")] == [
        (1, {"_id": True})
    ]
    assert await Order.objects.filter(kind="z").exists() is False
    assert await some.clone().skip(1).exists() is True
    assert await some.clone().skip(2).exists() is False
    assert await some.clone().limit(0).exists() is False
    with pytest.raises(ValueError, match="must not be negative"):
        await some.clone().skip(-1).exists()
    with pytest.raises(ValueError, match="Invalid value for field 'kind'"):
        await Order.objects.filter(kind=object()).exists()


async def test_how_many_in_a_window(orders: list[Any]) -> None:
    some = Order.objects.filter(kind="a").limit(1)
    assert await some.count() == 2
    assert await some.count(with_limit_and_skip=True) == 1
    assert await some.skip(2).count(with_limit_and_skip=True) == 0
    assert await Order.objects.limit(0).count(with_limit_and_skip=True) == 0
    assert await Order.objects.skip(1).count(with_limit_and_skip=True) == 2
    assert await Order.objects[1:9].count(with_limit_and_skip=True) == 2


@pytest.mark.mongod_only("SecantusDB has no clustered collections")
async def test_all_are_counted_by_the_index_of_their_ids(orders: list[Any], mongo: Mongo) -> None:
    class Clustered(Document):
        __collection_options__: ClassVar = {
            "clusteredIndex": {"key": {"_id": 1}, "unique": True, "name": "other"}
        }
        n = IntField()

    await Clustered.ensure_collection()
    await Clustered(n=1).save()
    commands = watch(mongo)
    assert await Order.objects.count() == 3
    assert await Order.objects.filter(kind="a").count() == 2
    assert await Order.objects.hint(["id"]).count() == 3
    assert [command.get("hint") for command in commands.of("aggregate")] == [
        "_id_",
        None,
        {"_id": 1},
    ]
    commands.forget()
    assert await Clustered.objects.count() == 1
    assert await Clustered.objects.count() == 1
    assert [command.get("hint") for command in commands.of("aggregate")] == ["_id_", None, None]


async def test_how_many_as_the_server_remembers(orders: list[Any]) -> None:
    assert await Order.objects.estimated_count() == 3
    assert await Order.objects.none().estimated_count() == 0
    with pytest.raises(ValueError, match=r"^estimated_count\(\) knows no filters; use count\(\)"):
        await Order.objects.filter(kind="a").estimated_count()


async def test_a_class_that_is_stored_with_others_has_no_estimated_count(mongo: Mongo) -> None:
    class Animal(Document):
        __discriminator__ = "_cls"

    class Dog(Animal):
        pass

    assert await Animal.objects.estimated_count() == 0
    with pytest.raises(ValueError, match="knows no filters"):
        await Dog.objects.estimated_count()


# -- values --------------------------------------------------------------------------------------


async def test_each_value_once(orders: list[Any]) -> None:
    assert sorted(await Order.objects.distinct(Order.kind)) == ["a", "b"]
    assert sorted(await Order.objects.distinct("tags")) == ["x", "y"]
    assert sorted(await Order.objects.filter(kind="a").distinct("price")) == [
        Decimal("1.50"),
        Decimal("10.25"),
    ]
    assert await Order.objects.filter(key__is_null=False).distinct("key") == [UUID(int=5)]
    assert await Order.objects.filter(other__is_null=False).distinct("other") == [LINE]
    assert sorted(await Order.objects.distinct("id")) == sorted(order._id for order in orders)
    (line,) = await Order.objects.filter(first__is_null=False).distinct("first")
    assert type(line) is Line
    assert line.amount == 1
    with pytest.raises(
        ValueError, match=r"^Invalid distinct\(\) field 'nope': Field not found in 'Order'.$"
    ):
        await Order.objects.distinct("nope")
    with pytest.raises(ValueError, match="is no field of Order, but of Line"):
        await Order.objects.distinct(Line.amount)
    with pytest.raises(TypeError, match="^A field of Order or its name is wanted, not int.$"):
        await Order.objects.distinct(5)  # type: ignore[call-overload]


@pytest.mark.mongod_only("SecantusDB does not look into documents in lists")
async def test_each_value_in_embedded_documents_once(orders: list[Any]) -> None:
    assert sorted(await Order.objects.distinct("lines.amount")) == [1, 5, 7]
    assert sorted(await Order.objects.distinct("lines__words")) == ["u", "v"]


async def test_how_often_each_value_occurs(orders: list[Any]) -> None:
    assert list((await Order.objects.item_frequencies("kind")).items()) == [("a", 2), ("b", 1)]
    assert list((await Order.objects.item_frequencies(Order.tags)).items()) == [("x", 2), ("y", 1)]
    assert await Order.objects.item_frequencies("lines.words") == {"u": 2, "v": 1}
    shares = await Order.objects.item_frequencies("tags", normalize=True)
    assert shares == {"x": pytest.approx(2 / 3), "y": pytest.approx(1 / 3)}
    assert await Order.objects.filter(kind="z").item_frequencies("kind") == {}


async def test_documents_by_their_ids(orders: list[Any]) -> None:
    ids = [orders[0]._id, str(orders[1]._id), ObjectId(), orders[0]._id]
    found = await Order.objects.in_bulk(ids)
    assert set(found) == {orders[0]._id, orders[1]._id}
    assert found[orders[0]._id].pieces == 1
    assert set(await Order.objects.filter(pieces=1).in_bulk(iter(ids))) == {orders[0]._id}
    with pytest.raises(TypeError):
        await Order.objects.in_bulk([{"$ne": None}])
    for no_ids in ("abc", b"abc", {"a": 1}, 5):
        with pytest.raises(TypeError, match=r"^in_bulk\(\) takes a list of ids, not "):
            await Order.objects.in_bulk(no_ids)  # type: ignore[arg-type]


async def test_no_ids_ask_nobody(mongo: Mongo, codec: str) -> None:
    commands = watch(mongo)
    assert await Order.objects.in_bulk([]) == {}
    assert commands.sent == []


async def test_many_ids_are_asked_for_in_parts(mongo: Mongo, codec: str) -> None:
    await Order(_id=1).save()
    await Order(_id=10_500).save()
    commands = watch(mongo)
    found = await Order.objects.in_bulk(range(20_000))
    assert set(found) == {1, 10_500}
    assert [len(command["filter"]["_id"]["$in"]) for command in commands.of("find")] == [
        10_000,
        10_000,
    ]


async def test_documents_by_a_key_of_their_class(mongo: Mongo, codec: str) -> None:
    class Product(Document):
        sku = UUIDField(primary_key=True)

    await Product(sku=UUID(int=5)).save()
    assert set(await Product.objects.in_bulk([str(UUID(int=5)), UUID(int=6)])) == {UUID(int=5)}


# -- numbers -------------------------------------------------------------------------------------


@pytest.mark.mongod_only("SecantusDB computes only some expressions")
@pytest.mark.parametrize(
    ("name", "total", "average", "least", "most"),
    [
        ("pieces", 5, 2.5, 1, 4),
        ("weight", 1.5, 0.75, 0.5, 1.0),
        ("price", Decimal("11.75"), Decimal("5.875"), Decimal("1.50"), Decimal("10.25")),
        ("exact", Decimal("0.3"), Decimal("0.15"), Decimal("0.1"), Decimal("0.2")),
        ("takes", timedelta(hours=3), timedelta(hours=1.5), timedelta(hours=1), timedelta(hours=2)),
        ("marks", 7, 7 / 3, 1, 4),
        ("lines.amount", 13, 13 / 3, 1, 7),
    ],
)
async def test_numbers_of_a_field(
    orders: list[Any], name: str, total: Any, average: Any, least: Any, most: Any
) -> None:
    found = Order.objects
    assert await found.sum(name) == total
    near = {"abs": timedelta(0)} if isinstance(average, timedelta) else {}
    assert await found.avg(name) == pytest.approx(average, **near)
    assert await found.min(name) == least
    assert await found.max(name) == most
    for number in (await found.sum(name), await found.max(name)):
        assert not isinstance(number, Decimal128)
    nothing = Order.objects.filter(kind="b")
    assert await nothing.sum(name) == total * 0
    assert await Order.objects.filter(kind="z").sum(name) == total * 0
    assert [await nothing.avg(name), await nothing.min(name), await nothing.max(name)] == [None] * 3


async def test_numbers_of_what_a_query_finds(orders: list[Any]) -> None:
    assert await Order.objects.sum(Order.pieces) == 5
    assert await Order.objects.filter(pieces__gt=1).sum(Order.pieces) == 4
    assert await Order.objects.filter(kind="z").sum(Order.pieces) == 0
    assert await Order.objects.min("at") == datetime(2020, 1, 1)
    assert await Order.objects.max(Order.at) == datetime(2021, 1, 1)


@pytest.mark.parametrize(
    ("name", "field", "text"),
    [
        ("sum", "kind", r"sum\(\) is for numbers, and 'kind' is a StringField\."),
        ("avg", "tags", r"avg\(\) is for numbers, and 'tags' is a ListField of StringField\."),
        ("sum", "at", r"sum\(\) is for numbers, and 'at' is a DateTimeField\."),
        ("min", "kind", r"min\(\) is for numbers and dates, and 'kind' is a StringField\."),
        (
            "max",
            "lines.words",
            r"max\(\) is for numbers and dates, and 'lines.words' is a ListField",
        ),
        ("max", "nope", r"Invalid max\(\) field 'nope': Field not found in 'Order'\."),
    ],
)
async def test_fields_of_which_nothing_is_computed(name: str, field: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}"):
        await getattr(Order.objects, name)(field)


async def test_nothing_is_computed_by_distance(mongo: Mongo) -> None:
    near = Order.objects.filter(place__near=[0, 0])
    with pytest.raises(ValueError, match="An aggregation takes no 'near'"):
        await near.sum("pieces")
    with pytest.raises(ValueError, match="An aggregation takes no 'near'"):
        await near.sample(3)
    with pytest.raises(ValueError, match="An aggregation takes no 'near'"):
        await near.item_frequencies("kind")


# -- by chance, and how --------------------------------------------------------------------------


@pytest.mark.mongod_only("SecantusDB has no $sample")
async def test_a_sample_has_documents_of_the_query(orders: list[Any]) -> None:
    found = await Order.objects.filter(kind="a").sample(5)
    assert {order._id for order in found} == {order._id for order in orders[:2]}
    assert {type(order) for order in found} == {Order}
    assert len(await Order.objects.sample(1)) == 1
    for size, error in ((0, ValueError), (1.5, TypeError)):
        with pytest.raises(error, match="size must be"):
            await Order.objects.sample(size)  # type: ignore[arg-type]


@pytest.mark.mongod_only("SecantusDB explains no query")
async def test_how_a_query_would_be_answered(orders: list[Any]) -> None:
    found = Order.objects.filter(kind="a").order_by("-pieces")[1:2]
    plan = await found.explain()
    assert plan["queryPlanner"]["parsedQuery"] == {"k": {"$eq": "a"}}
    assert "executionStats" not in plan
    ran = await found.explain("executionStats")
    assert ran["executionStats"]["nReturned"] == 1
    with pytest.raises(ValueError, match="^verbosity must be one of queryPlanner, executionStats"):
        await found.explain("everything")


async def test_nothing_is_said_of_a_query_that_is_not_sent(mongo: Mongo, codec: str) -> None:
    commands = watch(mongo)
    assert await Order.objects.limit(0).explain() == {}
    assert commands.sent == []
