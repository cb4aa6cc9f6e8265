"""Results of which no instance can be made: what becomes of them is said by the query set."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import Aggregation, Document, IntField, ReferenceField, StringField
from aiomotorengine.errors import AggregationError, StoredValueError
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")


class Spring(Document):
    name = StringField()
    depth = IntField()


class River(Document):
    name = StringField()
    length = IntField()
    spring = ReferenceField(Spring)


class Sum(Document):
    name = StringField()
    most = IntField()


@pytest.fixture
async def rivers(mongo: Mongo) -> None:
    dry = (await Spring.objects.coll().insert_one({"depth": "unknown"})).inserted_id
    stored: list[dict[str, Any]] = [
        {"name": "a", "length": 7, "spring": dry},
        {"name": "b", "length": "long"},
        {"name": "c", "length": 9},
    ]
    await River.objects.coll().insert_many(stored)


@pytest.mark.usefixtures("rivers")
async def test_documents_that_are_chosen() -> None:
    broken: list[StoredValueError] = []
    found = River.objects.on_unreadable(broken).aggregate.order_by("name").into(River)
    assert [river.name async for river in found] == ["a", "c"]
    assert [error.path for error in broken] == ["length"]
    assert len(await River.objects.on_unreadable("skip").aggregate.into(River).to_list()) == 2
    with pytest.raises(AggregationError, match="'long' is stored there"):
        await River.objects.aggregate.into(River).to_list()


@pytest.mark.usefixtures("rivers")
async def test_results_that_are_computed() -> None:
    told: list[tuple[str, Any]] = []
    rivers = River.objects.on_unreadable(lambda error, stored: told.append((error.path, stored)))
    sums = rivers.aggregate.group_by("name", most=Aggregation.max("length")).order_by("name")
    assert [it.name async for it in sums.into(Sum)] == ["a", "c"]
    assert [(path, stored["most"]) for path, stored in told] == [("most", "long")]


@pytest.mark.usefixtures("rivers")
async def test_references_that_are_loaded_with_them() -> None:
    broken: list[StoredValueError] = []
    rivers = River.objects.on_unreadable(broken).prefetch("spring").filter(name="a")
    [river] = await rivers.aggregate.into(River).to_list()
    assert river.spring is None
    assert [error.path for error in broken] == ["depth"]


@pytest.mark.usefixtures("rivers")
async def test_the_first_one_always_raises() -> None:
    first = River.objects.on_unreadable("skip").aggregate.order_by("-name").match(name="b")
    with pytest.raises(AggregationError):
        await first.into(River).first()
