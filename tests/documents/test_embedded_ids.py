"""An embedded document that was stored with an ``_id`` is stored with it again."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import bson
import pytest
from bson import ObjectId

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Rows,
    StringField,
    codec,
)
from tests.codec.laws import STANDARD


class Stop(Document):
    town = StringField()
    stops = ListField(EmbeddedDocumentField("tests.documents.test_embedded_ids.Stop"))


class Guarded(Document):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)

    town = StringField()


class Route(Document):
    name = StringField()
    first = EmbeddedDocumentField(Stop)
    stops = ListField(EmbeddedDocumentField(Stop))
    rows = ListField(ListField(EmbeddedDocumentField(Stop)))
    guarded = EmbeddedDocumentField(Guarded)
    number = IntField()


PART = {"_id": ObjectId("0" * 24), "town": "Ely", "stops": []}

STORED: list[dict[str, Any]] = [
    {"first": PART},
    {"first": {**PART, "_id": 5}},
    {"first": {**PART, "_id": {"a": [1]}}},
    {"first": {**PART, "stops": [PART, {**PART, "_id": 0}]}},
    {"stops": [PART, {"town": "York", "stops": []}, {**PART, "_id": ""}]},
    {"rows": [[PART], [], [{**PART, "_id": 5}]]},
    {"guarded": {"_id": 5, "town": "Ely"}},
    {"first": {**PART, "id": 7, "__v": 3, "_cls": "Stop", "x": 1, "_y": 2, "": 0, "save": True}},
    {"stops": [{**PART, "_id": 5, "id": 5, "x": {"_id": 6, "y": [{"_id": 7}]}}]},
    {"other": {"_id": 5, "parts": [{"_id": 6}]}, "_more": [{"_id": 7}]},
]

any_stored = pytest.mark.parametrize("stored", STORED, ids=[f"{n}" for n in range(len(STORED))])


def load(stored: dict[str, Any]) -> Any:
    [route] = codec.codec_for(Route, STANDARD).decode_many(bson.encode({"_id": 1, **stored}))
    return route


def written(route: Any) -> dict[str, Any]:
    [raw] = codec.codec_for(Route, STANDARD).encode_many([route], [1], validate=True)
    assert raw == bson.encode({"_id": 1, **route.to_son()}, codec_options=STANDARD)
    return bson.decode(raw)


def kept(route: Any, stored: dict[str, Any]) -> bool:
    son = written(route)
    return {key: son[key] for key in stored} == stored


@any_stored
@pytest.mark.usefixtures("codec")
def test_it_is_kept(stored: dict[str, Any]) -> None:
    route = load(stored)
    assert kept(route, stored)
    route.name = "another"
    assert kept(route, stored)
    assert written(route)["name"] == "another"


@any_stored
@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
@pytest.mark.usefixtures("codec")
def test_it_is_kept_in_copies(stored: dict[str, Any], duplicate: Callable[[Any], Any]) -> None:
    assert kept(duplicate(load(stored)), stored)


@pytest.mark.usefixtures("codec")
def test_the_id_comes_first() -> None:
    route = load({"first": {"town": "Ely", "_id": 5}})
    assert list(written(route)["first"]) == ["_id", "town", "stops"]


@pytest.mark.usefixtures("codec")
def test_it_stays_when_the_embedded_document_changes_or_moves() -> None:
    route = load({"first": PART, "stops": [{**PART, "_id": 5}]})
    route.first.town = "York"
    route.first.note = "dynamic"
    route.stops.append(route.first)
    son = written(route)
    moved = {**PART, "town": "York", "_note": "dynamic"}
    assert (son["first"], son["stops"]) == (moved, [{**PART, "_id": 5}, moved])


@pytest.mark.usefixtures("codec")
def test_the_program_may_give_another_or_none() -> None:
    route = load({"first": PART, "stops": [PART]})
    route.first._id = 7
    route.stops[0]._id = None
    son = written(route)
    assert son["first"] == {**PART, "_id": 7}
    assert son["stops"] == [{"town": "Ely", "stops": []}]


@pytest.mark.usefixtures("codec")
def test_a_document_that_was_not_stored_in_another_has_none_there() -> None:
    [stop] = codec.codec_for(Stop, STANDARD).decode_many(bson.encode(PART))
    route = Route(first=Stop(_id=5, town="Ely"), stops=[stop])
    son = written(route)
    without = {"town": "Ely", "stops": []}
    assert (son["first"], son["stops"]) == (without, [without])


@pytest.mark.usefixtures("mongo")
async def test_save_update_filter_and_bulk_keep_it() -> None:
    await Route.objects.coll().insert_one({"_id": 1, "first": PART, "stops": [PART]})
    route = await Route.objects.get(1)
    assert route is not None
    assert await Route.objects.filter(first=route.first).count() == 1
    assert await Route.objects.filter(stops=route.first).count() == 1
    route.name = "new"
    await route.save()
    stored = await Route.objects.coll().find_one({"_id": 1})
    assert (stored["first"], stored["stops"]) == (PART, [PART])
    await Route.objects.update({Route.rows: [[route.first]]})
    stored = await Route.objects.coll().find_one({"_id": 1})
    assert stored["rows"] == [[PART]]
    await Route.objects.bulk_insert([route])
    stored = await Route.objects.coll().find_one({"_id": {"$ne": 1}})
    assert (stored["first"], stored["stops"]) == (PART, [PART])


@pytest.mark.usefixtures("mongo", "codec")
async def test_rows_that_keep_what_no_field_declares_keep_it() -> None:
    rows = [{"first": {"_id": 5, "town": "Ely"}}, {"stops": [{"_id": None}, {"_id": 6}]}]
    report = await Route.objects.insert_stream(Rows(rows, unknown="keep"))
    assert len(report.inserted) == 2
    one, two = [route async for route in Route.objects.coll().find().sort("_id", 1)]
    assert one["first"] == {"_id": 5, "town": "Ely", "stops": []}
    assert [stop.get("_id", "none") for stop in two["stops"]] == ["none", 6]
