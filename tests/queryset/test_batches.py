"""What a query finds in lists of one size."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from aiomotorengine import Document, IntField, ReferenceField, StringField
from aiomotorengine.errors import StoredValueError
from tests.harness import Mongo
from tests.integration.commands import watch


class Row(Document):
    n = IntField()


class Friend(Document):
    name = StringField()


class Eager(Document):
    __lazy__ = False
    n = IntField()
    friend = ReferenceField(Friend)


@pytest.fixture
async def rows(mongo: Mongo, codec: str) -> None:
    """More rows than come with the first answer."""
    await Row.objects.bulk_insert([Row(n=n) for n in range(250)])


@pytest.mark.parametrize("size", [1, 7, 100, 101, 125, 249, 250, 251, 10_000])
async def test_lists_have_the_size_that_was_asked_for(rows: None, size: int) -> None:
    found = [batch async for batch in Row.objects.order_by("n").batches(size)]
    assert [len(batch) for batch in found[:-1]] == [size] * (len(found) - 1)
    assert 0 < len(found[-1]) <= size
    assert [row.n for batch in found for row in batch] == [*range(250)]


async def test_all_that_the_query_set_says_counts(rows: None) -> None:
    query_set = Row.objects.filter(n__lt=100).order_by("-n").skip(5).limit(12)
    found = [[row.n for row in batch] async for batch in query_set.batches(5)]
    assert found == [[94, 93, 92, 91, 90], [89, 88, 87, 86, 85], [84, 83]]


async def test_there_may_be_nothing(rows: None, mongo: Mongo) -> None:
    assert [batch async for batch in Row.objects.filter(n=-1).batches()] == []
    commands = watch(mongo)
    assert [batch async for batch in Row.objects.none().batches()] == []
    assert [batch async for batch in Row.objects.limit(0).batches()] == []
    assert commands.names == []


async def test_what_is_changed_later_does_not_count(rows: None) -> None:
    query_set = Row.objects.order_by("n")
    batches = query_set.batches(200)
    query_set.filter(n=-1)
    assert [len(batch) async for batch in batches] == [200, 50]


async def test_the_cursor_is_closed_by_whoever_leaves(rows: None, mongo: Mongo) -> None:
    commands = watch(mongo)
    async with aclosing(Row.objects.batches(10)) as batches:
        assert len(await anext(batches)) == 10
    assert commands.names == ["find", "killCursors"]


async def test_references_are_loaded_once_for_a_list(mongo: Mongo, codec: str) -> None:
    friends = await Friend.objects.bulk_insert([Friend(name=f"{n}") for n in range(5)])
    await Eager.objects.bulk_insert([Eager(n=n, friend=it) for n, it in enumerate(friends)])
    commands = watch(mongo)
    found = [
        [it.friend.name for it in batch] async for batch in Eager.objects.order_by("n").batches(2)
    ]
    assert found == [["0", "1"], ["2", "3"], ["4"]]
    assert [sent["find"] for sent in commands.of("find")] == ["Eager", "Friend", "Friend", "Friend"]


async def test_what_was_read_before_an_error_is_handed_out(rows: None) -> None:
    await Row.objects.coll().update_one({"n": 13}, {"$set": {"n": "x"}})
    await Row.objects.coll().update_one({"n": 20}, {"$set": {"n": "y"}})
    seen: list[list[Any]] = []

    async def read() -> None:
        async for batch in Row.objects.order_by("id").batches(5):
            seen.append([row.n for row in batch])

    with pytest.raises(StoredValueError, match="'x' is stored there"):
        await read()
    assert seen == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11, 12]]
    broken: list[StoredValueError] = []
    query_set = Row.objects.order_by("id").on_unreadable(broken)
    assert [len(batch) async for batch in query_set.batches(100)] == [100, 100, 48]
    assert [error.value for error in broken] == ["x", "y"]


def test_the_size_is_checked_at_once() -> None:
    for size in (0, -1):
        with pytest.raises(ValueError, match="size must be 1 or more"):
            Row.objects.batches(size)
    with pytest.raises(TypeError, match="size must be a whole number"):
        Row.objects.batches("5")  # type: ignore[arg-type]
