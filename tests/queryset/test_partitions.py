"""Parts of what a query finds, for several workers."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId
from bson.datetime_ms import DatetimeMS

from aiomotorengine import Document, IntField
from aiomotorengine.ids import id_key
from aiomotorengine.queryset import QuerySet
from aiomotorengine.reading.page_tokens import PLAIN
from aiomotorengine.reading.partitions import bounds, ranges
from tests.harness import Mongo
from tests.integration.commands import watch


class Row(Document):
    n = IntField()


# -- conditions ----------------------------------------------------------------------------------


def test_conditions_of_parts() -> None:
    assert ranges([]) == [{}]
    assert ranges([5]) == [{"_id": {"$not": {"$gte": 5}}}, {"_id": {"$gte": 5}}]
    assert ranges([5, 7, 9])[1:3] == [
        {"_id": {"$gte": 5, "$lt": 7}},
        {"_id": {"$gte": 7, "$lt": 9}},
    ]


@pytest.mark.parametrize(
    ("ids", "count", "expected"),
    [
        ([], 4, []),
        ([1], 4, []),
        ([*range(100)], 1, []),
        ([*range(100)], 4, [25, 50, 75]),
        ([1, 2], 4, [2]),
        ([1, 1, 1, 2, 2, 2], 3, [1, 2]),
        ([float("nan"), Decimal128("NaN"), 1, 2.0, Int64(3), Decimal128("4")], 2, [3]),
        ([1, 2, "a", "b", "c", "d"], 2, ["c"]),
        ([False, True, 0, 1, 2], 3, [1, 2]),
        ([{"a": 1}, {"a": 2}, "x"], 2, [{"a": 2}]),
    ],
    ids=str,
)
def test_bounds_divide_ids_of_the_commonest_type(
    ids: list[Any], count: int, expected: list[Any]
) -> None:
    assert bounds(ids, count) == expected


# -- at work -------------------------------------------------------------------------------------

IDS: dict[str, list[Any]] = {
    "ObjectId": [ObjectId() for _ in range(300)],
    "text": [f"{n}" for n in range(300)],
    "numbers": [[n, n + 0.5, Decimal128(f"{n}.25")][n % 3] for n in range(300)] + [float("nan")],
    "mappings": [{"a": n % 7, "b": n} for n in range(300)],
    "far dates": [DatetimeMS(10**15 + n) for n in range(50)],
    "mixed": [[n, f"{n}", {"n": n}, ObjectId()][n % 4] for n in range(300)] + [None],
    "few": [1, 2],
    "none": [],
}


FAR = pytest.mark.mongod_only("SecantusDB takes no dates that Python does not have")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[FAR] if kind == "far dates" else []) for kind in IDS]
)
@pytest.mark.parametrize("count", [1, 2, 5])
async def test_each_document_is_in_one_part(
    mongo: Mongo, codec: str, kind: str, count: int
) -> None:
    ids = IDS[kind]
    if ids:
        await Row.objects.coll().insert_many([{"_id": id, "n": n} for n, id in enumerate(ids)])
    query_set = Row.objects.filter(n__gte=10)
    parts = await query_set.partitions(count)
    assert 1 <= len(parts) <= count
    keys = [str(id_key(it["_id"])) for part in parts for it in await stored(part)]
    assert len(set(keys)) == len(keys)
    assert sorted(keys) == sorted(str(id_key(id)) for id in ids[10:])
    assert sum([await part.count() for part in parts]) == len(ids[10:])


async def stored(part: QuerySet[Any]) -> list[Any]:
    collection = part.coll().with_options(codec_options=PLAIN)
    found: list[Any] = await collection.find(part.to_query()).to_list(None)
    return found


async def test_parts_are_of_about_one_size(mongo: Mongo, codec: str) -> None:
    await Row.objects.bulk_insert([Row(n=n) for n in range(250)])
    parts = await Row.objects.partitions(4)  # a sample of 256 has all of them
    counts = [await part.count() for part in parts]
    assert len(counts) == 4
    assert max(counts) - min(counts) <= 1


async def test_parts_are_ordinary_query_sets(mongo: Mongo, codec: str) -> None:
    await Row.objects.bulk_insert([Row(n=n) for n in range(20)])
    query_set = Row.objects.filter(n__lt=10).order_by("-n")
    before = repr(query_set)
    parts = pickle.loads(pickle.dumps(await query_set.partitions(2)))
    assert repr(query_set) == before
    found = [[row.n for row in await part.to_list()] for part in parts]
    assert [sorted(some, reverse=True) for some in found] == found
    assert sorted(n for some in found for n in some) == [*range(10)]
    assert await parts[0].delete() == len(found[0])
    assert await query_set.count() == len(found[1])


@pytest.mark.mongod_only("SecantusDB has no collations")
async def test_texts_are_compared_as_the_query_set_says(mongo: Mongo, codec: str) -> None:
    ids = [f"{letter}{n}" for n in range(20) for letter in "aBcD"]
    await Row.objects.coll().insert_many([{"_id": id} for id in ids])
    parts = await Row.objects.collation("en", strength=2).partitions(5)
    found = [row._id for part in parts for row in await part.to_list()]
    assert (len(parts), sorted(found)) == (5, sorted(ids))


async def test_the_whole_collection_is_sampled_and_nothing_else_is_asked(
    mongo: Mongo, codec: str
) -> None:
    commands = watch(mongo)
    await Row.objects.filter(n=1).hint("_id_").partitions(3)
    (sent,) = commands.of("aggregate")
    assert commands.names == ["aggregate"]
    assert sent["pipeline"][0] == {"$sample": {"size": 192}}
    assert "hint" not in sent
    commands.forget()
    assert await Row.objects.none().partitions(3) == []
    assert commands.names == []


async def test_what_does_not_fit(mongo: Mongo, codec: str) -> None:
    for query_set in (Row.objects.skip(1), Row.objects.limit(1)):
        with pytest.raises(ValueError, match=r"^partitions\(\) can't be used with skip or limit.$"):
            await query_set.partitions(2)
    with pytest.raises(ValueError, match="count must be 1 or more"):
        await Row.objects.partitions(0)
