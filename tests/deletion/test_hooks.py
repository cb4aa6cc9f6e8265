"""``before_delete`` and ``after_delete``, of documents and of those that go with them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from aiomotorengine import (
    Document,
    IntField,
    ListField,
    ReferenceField,
    StringField,
    after_delete,
    before_delete,
)
from aiomotorengine.errors import DeleteDeniedError
from aiomotorengine.writing.deletion import deleting, following
from tests.deletion.library import count, stored
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")

told: list[tuple[str, str | None]] = []
"""Which hooks were called, of which documents."""

refused: dict[tuple[str, str | None], Exception] = {}
"""What a hook raises for a document."""


def tell(hook: str, name: str | None) -> None:
    told.append((hook, name))
    if (hook, name) in refused:
        raise refused[hook, name]


class Hooked:
    """What the classes here have in common."""

    name = StringField()

    @before_delete
    async def before(self) -> None:
        assert await type(self).objects.filter(name=self.name).count() == 1  # type: ignore[attr-defined]
        self.seen = "before"
        tell("before", self.name)

    @after_delete
    def after(self) -> None:
        assert self.seen == "before"
        tell("after", self.name)


class House(Hooked, Document):
    number = IntField()


class Flat(Hooked, Document):
    house = ReferenceField(House, on_delete="cascade")


class Room(Hooked, Document):
    flat = ReferenceField(Flat, on_delete="cascade")


class Plan(Document):
    houses = ListField(ReferenceField(House, on_delete="pull"))


class Lease(Document):
    house = ReferenceField(House, on_delete="deny")


@pytest.fixture(autouse=True)
def nothing_told() -> None:
    told.clear()
    refused.clear()


async def a_house(name: str = "h") -> Any:
    """A house with two flats, of which one has a room."""
    house = await House(name=name).save()
    flats = [await Flat(house=house, name=f"{name}{n}").save() for n in range(2)]
    await Room(flat=flats[0], name=f"{name}0r").save()
    await Plan(houses=[house]).save()
    return house


async def test_the_hooks_of_a_delete_have_one_order(mongo: Mongo) -> None:
    house = await a_house()
    commands = watch(mongo)
    assert await house.delete() == 1
    assert told[:1] == [("before", "h")]
    assert sorted(told[1:4]) == [("before", "h0"), ("before", "h0r"), ("before", "h1")]
    assert told[3:5] == [("before", "h0r"), ("after", "h0r")]
    assert sorted(told[5:7]) == [("after", "h0"), ("after", "h1")]
    assert told[7:] == [("after", "h")]
    writes = [name for name in commands.names if name in ("update", "delete")]
    assert writes == ["update", "delete", "delete", "delete"]
    assert await count(House, Flat, Room) == [0, 0, 0]


async def test_after_delete_is_called_if_something_was_deleted() -> None:
    class Once(Document):
        name = StringField()

        @before_delete
        def before(self) -> None:
            tell("before", self.name)

        @after_delete
        async def after(self) -> None:
            tell("after", self.name)

    once = await Once(name="o").save()
    assert await once.delete() == 1
    assert await once.delete() == 0
    assert told == [("before", "o"), ("after", "o"), ("before", "o")]
    assert await Once(name="unsaved").delete() == 0
    assert len(told) == 3


async def test_hooks_false_calls_none() -> None:
    house = await a_house()
    assert await house.delete(hooks=False) == 1
    assert told == []
    assert await count(House, Flat, Room) == [0, 0, 0]


async def test_no_hook_is_called_where_the_delete_is_denied() -> None:
    house = await a_house()
    lease = await Lease(house=house).save()
    with pytest.raises(DeleteDeniedError, match=r"Lease\.house refers to it"):
        await house.delete()
    assert told == []
    await lease.delete()
    assert await house.delete() == 1
    assert told[0] == ("before", "h")


async def test_what_denies_is_asked_again_after_the_hooks() -> None:
    class Shop(Document):
        @before_delete
        async def rent_out(self) -> None:
            await Contract(shop=self).save()

    class Contract(Document):
        shop = ReferenceField(Shop, on_delete="deny")

    shop = await Shop().save()
    with pytest.raises(DeleteDeniedError, match=r"Contract\.shop refers to it"):
        await shop.delete()
    assert await count(Shop, Contract) == [1, 1]


async def test_remove_of_a_document_is_its_delete() -> None:
    house = await House(name="h").save()
    assert await House.objects.remove(house) == 1
    assert told == [("before", "h"), ("after", "h")]


@pytest.mark.parametrize("who", ["h", "h1", "h0r"])
async def test_what_a_hook_before_it_raises_keeps_everything(who: str) -> None:
    house = await a_house()
    refused["before", who] = LookupError("not today")
    with pytest.raises(LookupError, match="not today"):
        await house.delete()
    assert await count(House, Flat, Room) == [1, 2, 1]
    plan = await Plan.objects.first()
    assert plan is not None
    assert plan.houses == [house._id]
    assert {hook for hook, _ in told} == {"before"}


async def test_what_a_hook_after_it_raises_leaves_it_deleted() -> None:
    house = await House(name="h").save()
    refused["after", "h"] = LookupError("too late")
    with pytest.raises(LookupError, match="too late"):
        await house.delete()
    assert await stored(house) is None


@pytest.mark.parametrize("verb", ["delete", "delete_one", "remove"])
async def test_deletes_by_query_call_the_hooks_of_what_goes_with_them(verb: str) -> None:
    await a_house()
    assert await getattr(House.objects.filter(name="h"), verb)() == 1
    assert sorted(told) == sorted(
        (hook, name) for hook in ("before", "after") for name in ("h0", "h1", "h0r")
    )


# -- delete(hooks=True) --------------------------------------------------------------------------


async def test_documents_are_loaded_batch_by_batch(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "LOADED_AT_ONCE", 2)
    for name in "abcde":
        await a_house(name)
    kept = await House(name="kept", number=1).save()
    commands = watch(mongo)
    assert await House.objects.filter(number__is_null=True).delete(hooks=True) == 5
    assert [name for hook, name in told if hook == "after" and len(name or "") == 1] == [*"abcde"]
    assert len(told) == 2 * 4 * 5
    assert await count(House, Flat, Room) == [1, 0, 0]
    assert await stored(kept) is not None
    deletes = [command for command in commands.of("delete") if command["delete"] == "House"]
    sizes = [len(command["deletes"][0]["q"]["$and"][1]["_id"]["$in"]) for command in deletes]
    assert sizes == [2, 2, 1]


async def test_deny_of_a_later_batch_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deleting, "LOADED_AT_ONCE", 1)
    houses = [await a_house(name) for name in "abc"]
    await Lease(house=houses[2]).save()
    with pytest.raises(DeleteDeniedError, match=r"Lease\.house refers to it"):
        await House.objects.delete(hooks=True)
    assert told == []
    assert await count(House, Flat, Room) == [3, 6, 3]


async def test_what_a_later_batch_deletes_does_not_deny(monkeypatch: pytest.MonkeyPatch) -> None:
    class Part(Hooked, Document):
        of = ReferenceField("tests.deletion.test_hooks.Part", on_delete="deny")

    monkeypatch.setitem(globals(), "Part", Part)
    monkeypatch.setattr(deleting, "LOADED_AT_ONCE", 1)
    whole = await Part(name="whole").save()
    for name in "ab":
        await Part(name=name, of=whole).save()
    assert await Part.objects.delete(hooks=True) == 3
    assert len(told) == 6


async def test_a_class_without_hooks_is_deleted_from_in_one_command(mongo: Mongo) -> None:
    await Plan.objects.bulk_insert([Plan() for _ in range(3)])
    commands = watch(mongo)
    assert await Plan.objects.delete(hooks=True) == 3
    assert commands.names == ["delete"]


async def test_whoever_stays_has_no_hook_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await a_house()
    release = following.release

    async def meanwhile(*step: Any) -> None:
        await Flat.objects.filter(name="h1").update({Flat.house: None})
        await Flat.objects.coll().delete_one({"name": "h0"})
        await release(*step)

    monkeypatch.setattr(following, "release", meanwhile)
    assert await house.delete() == 1
    assert await count(Flat) == [1]
    assert [name for hook, name in told if hook == "after"] == ["h0r", "h0", "h"]


async def test_many_hooks_let_others_have_their_turn() -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    seen: dict[str, set[int]] = {"before": set(), "after": set()}

    class Owner(Document):
        name = StringField()

    class Thing(Document):
        owner = ReferenceField(Owner, on_delete="cascade")

        @before_delete
        def before(self) -> None:
            time.sleep(0.002)
            seen["before"].add(turns)

        @after_delete
        def after(self) -> None:
            time.sleep(0.002)
            seen["after"].add(turns)

    owner = await Owner.objects.create(name="ann")
    await Thing.objects.bulk_insert([Thing(owner=owner) for _ in range(10)])
    others = asyncio.create_task(take_turns())
    assert await owner.delete() == 1
    others.cancel()
    # Each takes longer than a slice.
    assert {when: len(turns) for when, turns in seen.items()} == {"before": 10, "after": 10}
