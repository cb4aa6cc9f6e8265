"""values(), values_list(), scalar() and raw() as they are read from a server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aiomotorengine import DecimalField, Document, IntField, ListField, ReferenceField, StringField
from aiomotorengine.errors import StoredValueError

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class P(Document):
    name = StringField(db_field="n")
    price = DecimalField()
    tags = ListField(StringField())


class Link(Document):
    to = ReferenceField(P)


class Number(Document):
    n = IntField()


async def three() -> None:
    await P.objects.bulk_insert([P(name=c, price=i, tags=[c]) for i, c in enumerate("abc")])


async def test_rows() -> None:
    await three()
    q = P.objects.order_by("-name")
    expected = [{"name": "c", "price": Decimal("2.00")}]
    assert await q.values("name", "price")[:1].to_list() == expected
    assert await q.values_list("name", "tags").first() == ("c", ["c"])
    assert await q.scalar(P.name).to_list() == ["c", "b", "a"]
    assert [n async for n in q.values_list("name", flat=True)] == ["c", "b", "a"]
    assert await q.values_list("name").last() == ("a",)
    assert await q.scalar("name").get_one(name="b") == "b"
    assert await q.scalar("name").get(name="z") is None
    with pytest.raises(P.DoesNotExist):
        await q.scalar("name").get_one(name="z")


async def test_raw() -> None:
    await three()
    q = P.objects.order_by("-name")
    raw = await q.clone().only("price").as_pymongo().first()
    assert raw is not None
    assert (set(raw), raw["price"]) == ({"_id", "price"}, "2.00")
    assert await q.raw({"_id": 0, "n": 1}).to_list() == [{"n": "c"}, {"n": "b"}, {"n": "a"}]


async def test_rows_count_as_their_query() -> None:
    await three()
    rows = P.objects.values("name").filter(name__gt="a")
    assert (await rows.count(), await rows.exists()) == (2, True)
    assert await rows.none().to_list() == []


async def test_rows_never_load_references() -> None:
    class Eager(Link):
        __lazy__ = False
        __collection__ = "Link"

    p = await P(name="x").save()
    assert p is not None
    await Link(to=p).save()
    assert await Eager.objects.scalar("to").to_list() == [p._id]


async def test_what_cannot_be_read() -> None:
    await Number.objects.coll().insert_many([{"_id": 1, "n": 1}, {"_id": 2, "n": "x"}])
    rows = Number.objects.order_by("id").scalar(Number.n)
    with pytest.raises(StoredValueError):
        await rows.to_list()
    kept: list[Any] = []
    assert await rows.on_unreadable(kept).to_list() == [1]
    assert [error.path for error in kept] == ["n"]


async def test_rows_by_their_ids() -> None:
    await P.objects.coll().insert_many([{"_id": n, "n": str(n)} for n in range(3)])
    assert await P.objects.scalar(P.name).in_bulk([0, 2, 7]) == {0: "0", 2: "2"}
    assert await P.objects.values("name").in_bulk([1]) == {1: {"name": "1"}}
    whole = {"_id": 1, "n": "1"}
    assert await P.objects.raw().in_bulk([1]) == {1: whole}
    for projection in ({"_id": 0}, {"_id": 1, "n": 1}, {"n": 1, "_id": 0}, {}, {"t": 0, "_id": 0}):
        assert await P.objects.raw(projection).in_bulk([1]) == {1: whole}, projection
    with pytest.raises(ValueError, match=r"in_bulk\(\) is by '_id', and the projection puts"):
        await P.objects.raw({"_id": "$n"}).in_bulk([1])


@pytest.mark.mongod_only("SecantusDB explains no query")
async def test_an_index_may_be_all_that_is_looked_at() -> None:
    await three()
    await P.objects.coll().create_index([("n", 1)])
    found = await P.objects.filter(name__gt="a").scalar(P.name).explain("executionStats")
    assert found["executionStats"]["totalDocsExamined"] == 0
    assert await P.objects.filter(name__gt="a").scalar(P.name).count() == 2


async def test_pages_of_rows_have_only_what_was_asked_for() -> None:
    await three()
    rows = P.objects.order_by("-price").values_list("name", flat=True)
    first = await rows.page(2)
    assert (list(first), first.previous) == (["c", "b"], None)
    second = await rows.page(2, after=first.next)
    assert (list(second), second.next) == (["a"], None)
    assert list(await rows.page(2, before=second.previous)) == ["c", "b"]


@pytest.mark.parametrize(
    "narrow", [lambda it: it.only("name"), lambda it: it.exclude("price", "tags")]
)
async def test_pages_of_parts(narrow: Any) -> None:
    await three()
    parts = narrow(P.objects.order_by("price"))
    first = await parts.page(2)
    assert [it.name for it in first] == ["a", "b"]
    assert all(it.loaded_fields() == {"name"} for it in first)
    assert [it.name for it in await parts.page(2, after=first.next)] == ["c"]


async def test_rows_in_lists_and_in_parts() -> None:
    await three()
    rows = P.objects.order_by("name").scalar(P.name)
    assert [names async for names in rows.batches(2)] == [["a", "b"], ["c"]]
    parts = await rows.partitions(2)
    assert sorted([name for part in parts for name in await part.to_list()]) == ["a", "b", "c"]


async def test_some_rows_by_chance() -> None:
    await three()
    assert sorted(await P.objects.scalar(P.name).sample(5)) == ["a", "b", "c"]
    assert {it.loaded_fields() for it in await P.objects.only("name").sample(5)} == {
        frozenset({"name"})
    }
    with pytest.raises(ValueError, match="loads no parts of lists"):
        await P.objects.slice("tags", 1).sample(5)


class Lazy(Document):
    __lazy__ = False
    to = ReferenceField(P)
    others = ListField(ReferenceField(P))
    n = IntField()


async def test_references_of_parts() -> None:
    await three()
    a, b, _ = await P.objects.order_by("name").to_list()
    await Lazy(to=a, others=[b], n=1).save()
    part = await Lazy.objects.only("n").first()
    assert part is not None
    assert part.loaded_fields() == {"n"}
    [part] = await Lazy.objects.exclude("others").to_list()
    assert (part.to.name, part.loaded_fields()) == ("a", {"to", "n"})
    part = await Lazy.objects.only("n").no_dereference().prefetch("to").first()
    assert part is not None
    assert (part.to.name, part.loaded_fields()) == ("a", {"n", "to"})
    [part] = await Lazy.objects.prefetch("to", queryset=P.objects.only("price")).to_list()
    assert part.to.loaded_fields() == {"price"}


async def test_rows_have_ids_of_references() -> None:
    await three()
    a = await P.objects.order_by("name").first()
    await Lazy(to=a).save()
    assert a is not None
    assert await Lazy.objects.scalar(Lazy.to).to_list() == [a._id]
    rows = Lazy.objects.values("to")
    for ask in (
        lambda: rows.prefetch("to"),
        lambda: Lazy.objects.prefetch("to").values("n"),
        lambda: Lazy.objects.prefetch("to").raw(),
    ):
        with pytest.raises(ValueError, match=r"prefetch\(\) has no effect on values\(\) and raw"):
            ask()
    with pytest.raises(TypeError, match="not of rows"):
        Lazy.objects.prefetch("to", queryset=P.objects.values("name"))
    with pytest.raises(ValueError, match="Rows have the ids of references"):
        await rows.find_all(lazy=False)
