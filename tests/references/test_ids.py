"""References to documents whose ids are no ObjectIds: stored, loaded, saved again, asked for."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from bson.son import SON

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    ListField,
    ReferenceField,
    StringField,
)
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")

IDS: list[Any] = [
    "nord-7",
    "x" * 24,
    4711,
    2**40,
    1.5,
    True,
    b"twelve bytes",
    uuid.UUID(int=5),
    datetime(2020, 1, 1),
    Decimal128("1.5"),
    {"row": 1, "column": {"letter": "A"}},
]

ids = pytest.mark.parametrize("id", IDS, ids=repr)


class Plant(Document):
    label = StringField()


class Site(Document):
    plant = ReferenceField(Plant)


class Sensor(Document):
    plant = ReferenceField(Plant)
    spare = ListField(ReferenceField(Plant))
    sites = ListField(EmbeddedDocumentField(Site))


WAYS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "save": lambda sensor: sensor.save(),
    "bulk_insert": lambda sensor: Sensor.objects.bulk_insert([sensor]),
    "insert_stream": lambda sensor: Sensor.objects.insert_stream([sensor]),
}


async def only() -> Any:
    (sensor,) = await Sensor.objects.find_all()
    return sensor


@ids
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("by_instance", [True, False])
async def test_references_are_stored_and_loaded(id: Any, way: str, by_instance: bool) -> None:
    plant = await Plant(_id=id, label="n").save()
    target = plant if by_instance else id
    await WAYS[way](Sensor(plant=target, spare=[target], sites=[Site(plant=target)]))
    row = await Sensor.objects.coll().find_one({})
    assert (row["plant"], row["spare"], row["sites"]) == (id, [id], [{"plant": id}])

    sensor = await only()
    assert sensor.spare == [id]
    await sensor.save()  # loaded, and saved before its references are
    row["_id"] = ObjectId()
    copy = await only()
    await Sensor.objects.bulk_insert([copy])
    assert await Sensor.objects.coll().count_documents({"plant": id, "spare": [id]}) == 2
    await copy.delete()

    sensor = await only()
    assert (await sensor.load_references())["loaded_reference_count"] == 3
    assert [it.label for it in (sensor.plant, *sensor.spare, sensor.sites[0].plant)] == ["n"] * 3
    await sensor.save()
    assert (await Sensor.objects.coll().find_one({}))["plant"] == id


@ids
async def test_filters_take_the_id_and_the_instance(id: Any) -> None:
    plant = await Plant(_id=id, label="n").save()
    await Sensor(plant=plant, spare=[plant], sites=[Site(plant=plant)]).save()
    await Sensor().save()
    for target in (id, plant):
        for filters in (
            {"plant": target},
            {"plant__in": [None, target], "plant__ne": None},
            {"spare": [target]},
            {"spare__in": [target]},
            {"sites__plant": target},
        ):
            assert await Sensor.objects.filter(**filters).count() == 1, filters
        assert await Sensor.objects.filter(plant__ne=target).count() == 1
    assert await Sensor.objects.update({Sensor.plant: id}) == {"count": 2, "updated_existing": True}
    assert await Sensor.objects.filter(plant=plant).count() == 2


async def test_equal_ids_are_found_however_they_are_written(mongo: Mongo) -> None:
    moment = datetime(2020, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    stored = [7, b"x", moment, {"a": 1, "b": 2}]
    given = [Int64(7), Binary(b"x"), moment.astimezone(UTC), SON([("a", 1), ("b", 2)])]
    for aware in (False, True):
        watch(mongo, tz_aware=aware)
        for id in stored:
            await Plant(_id=id, label=repr(id)).save()
        sensor = Sensor(spare=[*given, 7.0, Decimal128("7"), "missing"])
        await sensor.load_references()
        labels = [*map(repr, stored), "7", "7"]
        assert [plant and plant.label for plant in sensor.spare] == [*labels, None]


async def test_ids_that_are_equal_in_python_only_are_told_apart() -> None:
    for id in (1, True, "1", b"1"):
        await Plant(_id=id, label=repr(id)).save()
    sensor = Sensor(spare=[True, 1, b"1", "1"])
    await sensor.load_references()
    assert [plant.label for plant in sensor.spare] == ["True", "1", "b'1'", "'1'"]


async def test_a_missing_target_keeps_its_id() -> None:
    await Sensor(plant="gone", spare=["gone", 5]).save()
    sensor = await only()
    await sensor.load_references()
    assert (sensor.plant, sensor.spare) == (None, [None, None])
    await sensor.save()
    row = await Sensor.objects.coll().find_one({})
    assert (row["plant"], row["spare"]) == ("gone", ["gone", 5])


async def test_large_ids_are_asked_for_in_chunks(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiomotorengine.ids.SIZE_PER_QUERY", 100)
    texts = [f"{n}".zfill(60) for n in range(3)]
    mappings = [{"name": f"{n}".zfill(60)} for n in range(3)]
    await Plant.objects.bulk_insert([Plant(_id=id, label="n") for id in [*texts, *mappings]])
    commands = watch(mongo)
    sensor = Sensor(spare=[*texts, 1, *mappings])
    await sensor.load_references()
    assert [plant and plant._id for plant in sensor.spare] == [*texts, None, *mappings]
    sizes = [len(command["filter"]["_id"]["$in"]) for command in commands.of("find")]
    assert sizes == [2, 3, 2]
