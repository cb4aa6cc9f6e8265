"""Versions and tracked changes of documents, and versions of rows, that are inserted in bulk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Rows,
    StringField,
    VersionField,
    before_save,
)
from aiomotorengine.errors import StaleDocumentError, UniqueKeyViolationError
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")

Way = Callable[[type[Any], Any], Awaitable[Any]]

WAYS: dict[str, Way] = {
    "bulk_insert": lambda kind, source: kind.objects.bulk_insert(source, ordered=False),
    "insert_stream": lambda kind, source: kind.objects.insert_stream(
        source, ordered=False, on_error="collect"
    ),
}

ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


class House(Document):
    name = StringField(unique=True)
    tags = ListField(StringField())
    version = VersionField(db_field="v")


class Tracked(House):
    __track_changes__ = True


class Dated(House):
    at = DateTimeField(auto_now_on_update=True)


KINDS = [House, Tracked, Dated]


async def versions_of(kind: Any) -> dict[str, Any]:
    found = kind.objects.coll().find({})
    return {stored["name"]: stored["v"] async for stored in found}


@ways
@pytest.mark.parametrize("kind", KINDS)
async def test_documents_begin_with_one(mongo: Mongo, way: Way, kind: Any) -> None:
    houses = [kind(name="a"), kind(name="b", version=7), kind(_id=5, name="c")]
    await way(kind, houses)
    assert await versions_of(kind) == {"a": 1, "b": 1, "c": 1}
    for house in houses:
        house.tags.append("x")
        await house.save()
        assert house.version == 2
    assert await versions_of(kind) == {"a": 2, "b": 2, "c": 2}
    assert await kind.objects.filter(tags="x").count() == 3


@ways
async def test_a_copy_begins_anew_and_a_document_that_is_refused_keeps_its_version(
    mongo: Mongo, way: Way
) -> None:
    house: Any = await House(name="a").save()
    await house.save()
    key = house._id
    with suppress(UniqueKeyViolationError):
        await way(House, [house])
    assert (house._id, house.version) == (key, 2)
    await house.save()
    house.name = "b"
    await way(House, [house])
    assert house._id != key
    assert house.version == 1
    assert await versions_of(House) == {"a": 3, "b": 1}


@ways
async def test_tracked_documents_know_what_they_were_inserted_as(mongo: Mongo, way: Way) -> None:
    houses: list[Any] = [Tracked(name=str(number)) for number in range(3)]
    await way(Tracked, houses)
    for house in houses:
        assert not house.is_changed()
        house.tags.append("a")
        await Tracked.objects.coll().update_one({"_id": house._id}, {"$push": {"tags": "b"}})
        await house.save()
    stored = await Tracked.objects.coll().find({}).to_list(None)
    assert [it["tags"] for it in stored] == [["b", "a"]] * 3


async def test_what_was_inserted_goes_stale(mongo: Mongo) -> None:
    house: Any = House(name="a")
    await House.objects.bulk_insert([house])
    other: Any = await House.objects.get(house._id)
    await other.save()
    with pytest.raises(StaleDocumentError, match=r"\(version 1, stored 2\)"):
        await house.save()


ROWS: list[dict[str, Any]] = [
    {"name": "a"},
    {"name": "b", "version": None},
    {"name": "c", "version": 7},
    {"name": "d", "tags": ["x"]},
    {"version": 3, "name": "e"},
    {"version": 3, "name": "f"},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"nulls": "default"}, {"parse": True}], ids=str)
async def test_rows_begin_with_one(mongo: Mongo, kind: Any, options: Any) -> None:
    report = await kind.objects.insert_stream(Rows(ROWS, **options))
    assert report.ok
    assert await versions_of(kind) == dict.fromkeys("abcdef", 1)


async def test_rows_of_columns(mongo: Mongo) -> None:
    rows = Rows([["a", 7], ["b", None]], columns=["name", "version"])
    await House.objects.insert_stream(rows)
    await House.objects.insert_stream(Rows([["c"], ["d"]], columns=["name"]))
    assert await versions_of(House) == dict.fromkeys("abcd", 1)


async def test_a_row_within_a_row_keeps_its_version(mongo: Mongo) -> None:
    class Street(Document):
        length = IntField()
        house = EmbeddedDocumentField(House)
        version = VersionField(db_field="v")

    rows = [{"house": {"name": "a", "version": 7}}, {"house": {"name": "b"}, "version": 2}]
    await Street.objects.insert_stream(Rows(rows))
    stored = await Street.objects.coll().find({}).sort("house.name").to_list(None)
    assert [(it["v"], it["house"]["v"]) for it in stored] == [(1, 7), (1, None)]


class Hooked(House):
    @before_save
    def trim(self) -> None:
        self.name = self.name.strip()


async def test_a_document_that_comes_twice_has_the_version_that_is_stored(mongo: Mongo) -> None:
    house = Hooked(name="a")
    with pytest.raises(UniqueKeyViolationError):
        await Hooked.objects.bulk_insert([house, Hooked(name="b"), house])
    assert house.version == 1
    house.name = "c"
    await house.save()
    assert house.version == 2
