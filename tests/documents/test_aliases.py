"""Fields that are read from other keys than their own, and changed."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import Document, EmbeddedDocumentField, F, IntField, StringField, U
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")


class Home(Document):
    town = StringField(db_field="t", aliases=["place"], omit_none=True)
    road = StringField()


class City(Document):
    __collection__ = "alias_cities"
    __track_changes__ = True

    name = StringField(aliases=["nm", "title"])
    label = StringField(aliases=["lbl"], omit_none=True)
    size = IntField(default=5)
    home = EmbeddedDocumentField(Home)


class StrictCity(City):
    __collection__ = "alias_strict_cities"
    __unknown__ = "refuse"


STORED = {"nm": "Ulm", "lbl": "old", "home": {"place": "x", "road": "r"}}


@pytest.mark.parametrize("kind", [City, StrictCity])
@pytest.mark.parametrize(
    ("name", "value", "now"),
    [
        ("name", None, {"lbl": "old", "home": STORED["home"], "name": None}),
        ("name", "Bonn", {"lbl": "old", "home": STORED["home"], "name": "Bonn"}),
        ("label", None, {"nm": "Ulm", "home": STORED["home"]}),
        ("label", "new", {"nm": "Ulm", "home": STORED["home"], "label": "new"}),
        ("size", None, {**STORED, "size": None}),
        ("home.town", None, {"nm": "Ulm", "lbl": "old", "home": {"road": "r"}}),
        ("home.town", "y", {"nm": "Ulm", "lbl": "old", "home": {"road": "r", "t": "y"}}),
    ],
)
async def test_what_has_changed_takes_the_place_of_the_other_key(
    mongo: Mongo, kind: Any, name: str, value: Any, now: Any
) -> None:
    await kind.objects.coll().insert_one({"_id": 1, **STORED})
    city = await kind.objects.get(1)
    assert not city.is_changed()
    holder = city.home if name.startswith("home.") else city
    last = name.rpartition(".")[2]
    before = getattr(holder, last)
    setattr(holder, last, value)
    assert city.is_changed()
    assert city.changes() == {name: (before, value)}
    await city.save()
    assert not city.is_changed()
    assert await kind.objects.coll().find_one({}, {"_id": 0}) == now
    again = await kind.objects.get(1)
    assert getattr(again.home if name.startswith("home.") else again, last) == value


@pytest.mark.parametrize("kind", [City, StrictCity])
@pytest.mark.parametrize(
    ("change", "now"),
    [
        (U.set(name=None), {"lbl": "old", "home": STORED["home"], "name": None}),
        (U.unset("name"), {"lbl": "old", "home": STORED["home"]}),
        (U.set(label="new"), {"nm": "Ulm", "home": STORED["home"], "label": "new"}),
        (U.set(label=None), {"nm": "Ulm", "home": STORED["home"]}),
        (U.set(label=F("name")), {"nm": "Ulm", "home": STORED["home"]}),
        ({City.label: None}, {"nm": "Ulm", "home": STORED["home"]}),
        ({"label": "new"}, {"nm": "Ulm", "home": STORED["home"], "label": "new"}),
        (U.set(home__town="y"), {"nm": "Ulm", "lbl": "old", "home": {"road": "r", "t": "y"}}),
        (U.set(home__town=None), {"nm": "Ulm", "lbl": "old", "home": {"road": "r"}}),
    ],
    ids=repr,
)
async def test_updates_remove_aliases(mongo: Mongo, kind: Any, change: Any, now: Any) -> None:
    await kind.objects.coll().insert_many([{"_id": 1, **STORED}, {"_id": 2, **STORED}])
    if isinstance(change, dict) and City.label in change and kind is not City:
        change = {kind.label: None}
    await kind.objects.filter(_id=1).update(change)
    assert await kind.objects.coll().find_one({"_id": 1}, {"_id": 0}) == now
    city, loaded = await kind.objects.get(1), await kind.objects.get(2)
    await loaded.update(change)
    assert await kind.objects.coll().find_one({"_id": 2}, {"_id": 0}) == now
    assert not loaded.is_changed()
    assert not {"nm", "lbl"} & loaded.__dict__.keys()
    assert (loaded.name, loaded.label, loaded.home.town) == (city.name, city.label, city.home.town)


async def test_an_upsert_has_no_aliases(mongo: Mongo) -> None:
    await City.objects.filter(name="x").update(U.set(label="new"), upsert=True)
    assert await City.objects.coll().find_one({}, {"_id": 0}) == {
        "name": "x",
        "label": "new",
        "size": 5,
        "home": None,
    }


async def test_a_key_of_an_older_model_is_replaced(mongo: Mongo) -> None:
    await City.objects.coll().insert_one({"_id": 1, "_name": "Ulm", "more": 1})
    city: Any = await City.objects.get(1)
    city.name = None
    await city.save()
    assert await City.objects.coll().find_one() == {"_id": 1, "name": None, "more": 1}
    assert not city.is_changed()


@pytest.mark.parametrize("kind", [City, StrictCity])
async def test_what_else_is_stored_under_an_alias_is_no_attribute(mongo: Mongo, kind: Any) -> None:
    stored = {"_id": 1, "name": "Ulm", "nm": "Bonn", "title": "Rome", "size": 1, "home": None}
    await kind.objects.coll().insert_one(stored)
    for city in await kind.objects.get(1), await kind.objects.find_all(), kind.from_son(stored):
        [city] = city if isinstance(city, list) else [city]
        assert not {"nm", "title"} & {*vars(city), *city.to_dict()}
        assert city.to_son().items() >= {"nm": "Bonn", "title": "Rome"}.items()
