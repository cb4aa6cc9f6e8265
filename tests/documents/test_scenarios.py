"""Scenarios of saving, as a program would have them."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
)
from aiomotorengine.errors import ChangesNotTrackedError, UniqueKeyViolationError
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")


async def test_only_what_changed_is_saved_and_nobodys_changes_are_lost(mongo: Mongo) -> None:  # W04
    class Home(Document):
        road = StringField()
        city = StringField()

    class Account(Document):
        __track_changes__ = True
        name = StringField()
        balance = IntField(default=0)
        tags = ListField(StringField())
        home = EmbeddedDocumentField(Home)

    made: Any = Account(name="a", tags=["t"], home=Home(road="x", city="y"))
    key = (await made.save())._id
    one: Any = await Account.objects.get(key)
    two: Any = await Account.objects.get(key)
    assert not one.is_changed()
    one.name, one.home.city, two.balance, two.home.road = "b", "Oslo", 5, "Loop"
    one.tags.append("u")
    two.tags.append("v")
    assert one.changes() == {
        "name": ("a", "b"),
        "tags": (["t"], ["t", "u"]),
        "home.city": ("y", "Oslo"),
    }
    await one.save()
    await two.save()
    assert await Account.objects.coll().find_one({}, {"_id": 0}) == {
        "name": "b",
        "balance": 5,
        "tags": ["t", "u", "v"],
        "home": {"road": "Loop", "city": "Oslo"},
    }
    one.name = "c"
    assert one.rollback().name == "b"
    assert (await one.reload()).balance == 5
    with pytest.raises(ChangesNotTrackedError):
        Home().changes()
    await one.delete()
    one.name = "d"
    with pytest.raises(Account.DoesNotExist):
        await one.save(must_exist=True)


async def test_options_of_a_write_and_names_that_stay_free(mongo: Mongo) -> None:  # W12
    class Thing(Document):
        name = StringField(required=True)

    thing: Any = Thing(name="a", changes=3)
    thing.update = "x"
    await thing.save(write_concern={"w": 1, "j": True})
    stored = await Thing.objects.coll().find_one({}, {"_id": 0})
    assert stored == {"name": "a", "_changes": 3, "_update": "x"}
    found: Any = await Thing.objects.get(thing._id)
    assert found.changes == 3
    with pytest.raises(UniqueKeyViolationError):
        await Thing(_id=thing._id, name="b").save(force_insert=True)
    with pymongo.timeout(5):
        objects = Thing.objects.using(write_concern="majority", timeout=2)
        created: Any = await objects.create(name="c")
    assert created.name == "c"
    await Thing(name=None).save(validate=False)
    assert await Thing.objects.count() == 3
    await Thing.objects.drop_collection()
    assert await Thing.objects.count() == 0
