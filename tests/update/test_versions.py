"""Versions in updates: loaded copies become stale, and ask for the version that they have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from aiomotorengine import (
    Document,
    F,
    IntField,
    PasswordField,
    Q,
    ReferenceField,
    StringField,
    U,
    transaction,
)
from aiomotorengine.errors import StaleDocumentError, StoredValueError
from aiomotorengine.fields.version_field import VersionField
from aiomotorengine.writing import replacing
from tests.harness import Mongo


class House(Document):
    state = StringField()
    photos = IntField(default=0)
    version = VersionField(db_field="v")


async def version() -> Any:
    return (await House.objects.coll().find_one())["v"]


async def test_updates_of_queries_make_copies_stale(mongo: Mongo) -> None:
    house = await House(state="new").save()
    await House.objects.update(U.inc(photos=1))
    await House.objects.update({"photos": 5})
    await House.objects.update({"$inc": {"photos": 1}})
    await House.objects.update_one(U.inc(photos=1))
    await House.objects.update(U.set(photos=F("photos") + 1))
    found = await House.objects.find_one_and_update(U.inc(photos=1))
    assert (found.version, found.photos, await version()) == (7, 9, 7)
    with pytest.raises(StaleDocumentError, match=r"\(version 1, stored 7\)"):
        await house.save()


async def test_an_update_may_name_the_version_itself(mongo: Mongo) -> None:
    await House(state="new").save()
    await House.objects.update(U.set(version=40))
    await House.objects.update({"version": 50})
    assert await version() == 50


async def test_an_upsert_inserts_the_first_version(mongo: Mongo) -> None:
    result = await House.objects.filter(state="x").update(U.inc(photos=1), upsert=True)
    assert (result.upserted_id is not None, await version()) == (True, 1)
    house, created = await House.objects.get_or_create(state="y")
    assert (created, house.version) == (True, 1)
    assert (await House.objects.get_or_create(state="y"))[0].version == 1


async def test_a_document_asks_for_its_version(mongo: Mongo) -> None:
    house = await House(state="new").save()
    other = await House.objects.get(house._id)
    assert await other.update(U.inc(photos=1)) is other
    assert (other.version, other.photos) == (2, 1)
    text = 'This "House" was changed by someone else since it was loaded (version 1, stored 2).'
    with pytest.raises(StaleDocumentError) as refusal:
        await house.update(U.inc(photos=1))
    assert (str(refusal.value), house.version, house.photos) == (text, 1, 0)
    assert await house.update(U.inc(photos=1), check_version=False) is house
    assert (house.version, house.photos) == (3, 2)
    assert await house.update(U.inc(photos=1), condition=Q(photos__gt=9)) is None
    await house.save()
    await house.delete()
    with pytest.raises(StaleDocumentError, match="was deleted by someone else"):
        await house.update(U.inc(photos=1))


async def test_one_of_many_copies_is_written(mongo: Mongo) -> None:
    house = await House(state="new").save()
    copies = [await House.objects.get(house._id) for _ in range(8)]
    found = await asyncio.gather(
        *(mine.update(U.inc(photos=1)) for mine in copies), return_exceptions=True
    )
    assert sum(isinstance(one, StaleDocumentError) for one in found) == 7
    assert (await House.objects.get(house._id)).photos == 1


async def test_updates_of_one_instance_take_turns(mongo: Mongo) -> None:
    house = await House(state="new").save()
    found = await asyncio.gather(*(house.update(U.inc(photos=1)) for _ in "abc"))
    assert found == [house] * 3
    assert (house.version, house.photos, await version()) == (4, 3, 4)
    house.state = "sold"
    await asyncio.gather(house.update(U.inc(photos=1)), house.save(), house.update(U.inc(photos=1)))
    assert (house.version, house.photos, await version()) == (7, 5, 7)
    assert (await House.objects.get(house._id)).to_son() == house.to_son()


async def test_of_updates_that_take_turns_each_is_stale_if_somebody_else_came_first(
    mongo: Mongo,
) -> None:
    house = await House(state="new").save()
    await House.objects.update(U.inc(photos=9))
    updates = (house.update(U.inc(photos=1)) for _ in "ab")
    found = await asyncio.gather(*updates, return_exceptions=True)
    assert [type(one) for one in found] == [StaleDocumentError] * 2
    assert (house.version, house.photos) == (1, 0)


async def test_a_delete_that_comes_after_an_update_is_stale(mongo: Mongo) -> None:
    house = await House(state="new").save()
    deletion = house.delete(check_version=True)
    found = await asyncio.gather(house.update(U.inc(photos=1)), deletion, return_exceptions=True)
    assert sum(isinstance(one, StaleDocumentError) for one in found) == 1


async def test_loaded_documents_replace_themselves(mongo: Mongo) -> None:
    house = await House(state="new").save()
    mine = House.objects.filter(_id=house._id)
    house.state = "sold"
    after = await mine.find_one_and_replace(house)
    assert (after.version, house.version, after.state) == (2, 2, "sold")
    await mine.update(U.inc(photos=1))
    with pytest.raises(StaleDocumentError, match=r"version 2, stored 3"):
        await mine.find_one_and_replace(house)
    assert house.version == 2
    await house.reload()
    assert await mine.filter(state="new").find_one_and_replace(house) is None
    assert (house.version, await version()) == (3, 3)
    refused = r"^House has a version: replace loaded documents, or update\.$"
    with pytest.raises(ValueError, match=refused):
        await mine.find_one_and_replace(House(state="x"))
    with pytest.raises(ValueError, match="can't be upserted"):
        await mine.find_one_and_replace(house, upsert=True)


async def test_a_document_replaces_no_other_of_the_same_version(mongo: Mongo) -> None:
    house, other = await House(state="a").save(), await House(state="b").save()
    house.state = "c"
    assert await House.objects.filter(state="b").find_one_and_replace(house) is None
    assert (house.version, (await House.objects.get(other._id)).state) == (1, "b")
    found = await House.objects.order_by("-state").find_one_and_replace(house)
    assert (found._id, house.version) == (house._id, 2)
    assert (await House.objects.get(other._id)).state == "b"


async def test_replacements_of_one_instance_take_turns(mongo: Mongo) -> None:
    house = await House(state="new").save()
    mine = House.objects.filter(_id=house._id)
    found = await asyncio.gather(*(mine.find_one_and_replace(house) for _ in range(4)))
    assert [one.version for one in found] == [2, 3, 4, 5]
    calls = [house.save(), mine.find_one_and_replace(house), house.save()]
    await asyncio.gather(*calls)
    assert (house.version, await version()) == (8, 8)


async def test_what_was_replaced_and_cannot_be_read_was_written(mongo: Mongo) -> None:
    house = await House(state="new").save()
    await House.objects.coll().update_one({"_id": house._id}, {"$set": {"photos": "many"}})
    mine = House.objects.filter(_id=house._id)
    with pytest.raises(StoredValueError):
        await mine.find_one_and_replace(house, returns="before")
    assert (house.version, await version()) == (2, 2)
    await house.save()


def losing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the answer of the next replacement be lost."""
    real = replacing.find_and_modify

    async def lost(*arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(replacing, "find_and_modify", real)
        await real(*arguments, **options)
        raise AutoReconnect("the answer was lost")

    monkeypatch.setattr(replacing, "find_and_modify", lost)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_replacement_whose_answer_was_lost_may_be_tried_again(
    mongo: Mongo, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await House(state="new").save()
    other = await House.objects.get(house._id)
    mine = House.objects.filter(state="new")
    house.state = "sold"
    for _ in range(times):
        losing(monkeypatch)
        with pytest.raises(AutoReconnect):
            await mine.find_one_and_replace(house)
        assert house.version == 1
        house.photos += 1
    found = await mine.find_one_and_replace(house)
    assert (found.state, found.photos, found.version) == ("sold", times, house.version)
    assert await version() == house.version > 1
    await house.save()
    with pytest.raises(StaleDocumentError):
        await House.objects.find_one_and_replace(other)


async def test_a_replacement_that_was_never_done_asks_its_conditions(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await House(state="new").save()
    with monkeypatch.context() as patch:

        async def lost(*_: Any, **options: Any) -> None:
            raise AutoReconnect("it did not come there")

        patch.setattr(replacing, "find_and_modify", lost)
        with pytest.raises(AutoReconnect):
            await House.objects.find_one_and_replace(house)
    assert await House.objects.filter(state="sold").find_one_and_replace(house) is None
    assert (house.version, await version()) == (1, 1)
    await House.objects.update(U.inc(photos=1))
    with pytest.raises(StaleDocumentError, match=r"version 1, stored 2"):
        await House.objects.find_one_and_replace(house)


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_what_was_saved_in_the_transaction_may_be_replaced_in_it(mongo: Mongo) -> None:
    await House(state="other").save()
    async with transaction():
        house = await House(state="new").save()
        house.state = "sold"
        found = await House.objects.filter(_id=house._id).find_one_and_replace(house)
        assert (found.state, found.version, house.version) == ("sold", 2, 2)
    assert await house.save() is house
    assert (await House.objects.get(house._id)).version == 3


@pytest.mark.parametrize("stored", [{}, {"v": None}], ids=["absent", "null"])
@pytest.mark.parametrize("check_version", [True, False])
async def test_old_documents_join_in(mongo: Mongo, stored: Any, check_version: bool) -> None:
    await House.objects.coll().insert_many([{"_id": id, "photos": 0, **stored} for id in (1, 2)])
    house, saved = await House.objects.get(1), await House.objects.get(2)
    assert await house.update(U.inc(photos=1), check_version=check_version) is house
    assert (house.version, house.photos) == (1, 1)
    saved.photos = 1
    await saved.save(check_version=check_version)
    assert saved.version == 1
    kept = await House.objects.coll().find().to_list(None)
    assert [(one["v"], one["photos"]) for one in kept] == [(1, 1), (1, 1)]


async def test_an_old_document_that_was_written_meanwhile_is_stale(mongo: Mongo) -> None:
    await House.objects.coll().insert_one({"_id": 1, "photos": 0, "v": None})
    house, other = await House.objects.get(1), await House.objects.get(1)
    await other.save()
    with pytest.raises(StaleDocumentError):
        await house.update(U.inc(photos=1))
    await house.save(check_version=False)
    assert (house.version, await version()) == (2, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda: House.objects.update_one(U.inc(photos=1)),
        lambda: House.objects.order_by("photos").update_one(U.inc(photos=1)),
        lambda: House.objects.find_one_and_update(U.inc(photos=1)),
        lambda: House.objects.filter(_id=1).update_one(U.inc(photos=1), upsert=True),
    ],
)
async def test_one_old_document_is_updated_by_a_query(mongo: Mongo, change: Any) -> None:
    await House.objects.coll().insert_one({"_id": 1, "photos": 0, "v": None})
    await change()
    assert [row async for row in House.objects.coll().find()] == [{"_id": 1, "photos": 1, "v": 1}]


OLD = [
    {"_id": id, "photos": 0, **version} for id, version in enumerate(({"v": 7}, {"v": None}, {}))
]


async def test_many_old_documents_are_updated_by_a_query(mongo: Mongo) -> None:
    await House.objects.coll().insert_many(OLD)
    result = await House.objects.update(U.set(photos=5, state="old"))
    assert result.count == 3
    rows = [row async for row in House.objects.coll().find().sort("_id")]
    assert [row["photos"] for row in rows] == [5, 5, 5]
    assert rows[0]["v"] >= 8 and min(row["v"] for row in rows) >= 1


@pytest.mark.mongod_only("SecantusDB has other words for it")
async def test_what_would_count_twice_says_how_nulls_are_removed(mongo: Mongo) -> None:
    await House.objects.coll().insert_many(OLD)
    with pytest.raises(OperationFailure) as refusal:
        await House.objects.update(U.inc(photos=1))
    assert refusal.value.__notes__ == [
        "'v' is null there: a version can be absent, and is counted up then; once, await "
        "House.objects.coll().update_many({'v': None}, {'$unset': {'v': ''}})."
    ]


class Secretive(House):
    secret = PasswordField()


async def test_one_old_document_with_a_password_is_updated_by_a_query(mongo: Mongo) -> None:
    document = await Secretive(secret="topsecret").save()
    await Secretive.objects.coll().update_one({"_id": document._id}, {"$set": {"v": None}})
    found = await Secretive.objects.find_one_and_update(U.inc(photos=1))
    assert (found.version, found.photos) == (1, 1)


class Photo(Document):
    house = ReferenceField(House, on_delete="nullify")
    version = VersionField(db_field="v")


async def test_rules_change_old_documents(mongo: Mongo) -> None:
    house = await House(state="new").save()
    await Photo.objects.coll().insert_many([{"house": house._id, "v": v} for v in (3, None, 5)])
    assert await house.delete() == 1
    rows = [row async for row in Photo.objects.coll().find()]
    assert [row["house"] for row in rows] == [None, None, None]
