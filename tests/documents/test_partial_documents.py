"""Documents that were loaded in part: a save sends what they have, and destroys nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    SequenceField,
    StringField,
    TupleField,
    VersionField,
)
from aiomotorengine.errors import (
    FieldNotLoadedError,
    PartialDocumentError,
    StaleDocumentError,
)

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Home(Document):
    road = StringField(db_field="r")
    town = StringField()
    floors = ListField(IntField())
    built = DateTimeField(auto_now_on_insert=True)


class User(Document):
    name = StringField(required=True, db_field="n")
    bio = StringField(required=True, default="new")
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))
    tags = ListField(StringField(), db_field="t")
    since = DateTimeField(auto_now_on_insert=True)
    number = SequenceField()


class Tracked(User):
    __track_changes__ = True


class Bare(Document):
    """What is ``None`` has no key."""

    __omit_none__ = True
    name = StringField(db_field="n")
    home = EmbeddedDocumentField(Home, db_field="h")


class TrackedBare(Bare):
    __track_changes__ = True


class Counted(Document):
    name = StringField()
    size = IntField()
    version = VersionField()


class Stamped(Document):
    name = StringField()
    size = IntField()
    changed = DateTimeField(auto_now_on_update=True)


KINDS = [User, Tracked]

BUILT = datetime(2020, 1, 2)

STORED = {
    "_id": 1,
    "n": "Ada",
    "bio": "long",
    "h": {"r": "Loop", "town": "Ely", "floors": [1, 2], "built": BUILT},
    "homes": [{"r": "A", "town": "B", "floors": [], "built": BUILT}],
    "t": ["a", "b", "c"],
    "since": BUILT,
    "number": 7,
    "nick": "ad",
}


async def stored(kind: Any) -> Any:
    return await kind.objects.coll().find_one({})


@pytest.fixture
def insert() -> Callable[[Any], Any]:
    async def insert(kind: Any) -> None:
        await kind.objects.coll().insert_one(dict(STORED))

    return insert


@pytest.mark.parametrize("kind", KINDS)
async def test_a_save_sends_what_there_is(kind: Any, insert: Any) -> None:
    await insert(kind)
    ada = await kind.objects.only("name", "home.road").first()
    ada.name, ada.home.road = "Eve", "Lane"
    await ada.save()
    changed = {**STORED, "n": "Eve", "h": {**STORED["h"], "r": "Lane"}}  # type: ignore[dict-item]
    assert await stored(kind) == changed
    ada.bio = "short"
    await ada.save()
    assert await stored(kind) == {**changed, "bio": "short"}


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_to_send_is_no_error(kind: Any, insert: Any) -> None:
    await insert(kind)
    ada = await kind.objects.only("id").first()
    await ada.save()
    assert await stored(kind) == STORED


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_gone_stays_gone(kind: Any, insert: Any) -> None:
    await insert(kind)
    ada = await kind.objects.only("name").first()
    await kind.objects.delete()
    ada.name = "Eve"
    await ada.save()
    assert await stored(kind) is None
    with pytest.raises(kind.DoesNotExist):
        await ada.save(must_exist=True)


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_never_inserted(kind: Any, insert: Any) -> None:
    await insert(kind)
    ada = await kind.objects.only("name").first()
    text = f'A partly loaded "{kind.__name__}" can\'t be inserted.'
    for options in ({"upsert": True}, {"force_insert": True}):
        with pytest.raises(PartialDocumentError) as raised:
            await ada.save(**options)
        assert str(raised.value) == text
    ada._id = None
    with pytest.raises(PartialDocumentError):
        await ada.save()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("ask", "path", "key"),
    [
        (lambda it: it.slice("tags", 1), "tags", "t"),
        (lambda it: it.only("homes.road"), "homes", "homes"),
        (lambda it: it.exclude("homes.road"), "homes", "homes"),
        (lambda it: it.slice("home.floors", 1), "home.floors", "floors"),
    ],
)
async def test_a_part_of_a_list_is_not_written(
    kind: Any, insert: Any, ask: Any, path: str, key: str
) -> None:
    await insert(kind)
    ada = await ask(kind.objects).first()
    holder = ada.home if path == "home.floors" else ada
    name = path.rpartition(".")[2]
    getattr(holder, name).append(getattr(holder, name)[0])
    with pytest.raises(PartialDocumentError, match=f"holds only a part of '{path}'"):
        await ada.save()
    assert await stored(kind) == STORED
    setattr(holder, name, [])
    await ada.save()
    found = await stored(kind)
    assert (found["h"] if holder is not ada else found)[key] == []


class Holder(Document):
    homes = TupleField(EmbeddedDocumentField(Home), ...)


@pytest.mark.parametrize("choose", ["only", "exclude"])
async def test_a_part_of_a_tuple_is_not_written(choose: str) -> None:
    before = [{"r": "A", "town": "B", "floors": [], "built": BUILT}]
    await Holder.objects.coll().insert_one({"homes": before})
    holder = await getattr(Holder.objects, choose)("homes.road").first()
    setattr(holder.homes[0], "road" if choose == "only" else "town", "C")
    with pytest.raises(PartialDocumentError, match="holds only a part of 'homes'"):
        await holder.save()
    assert (await Holder.objects.coll().find_one())["homes"] == before


async def test_a_tracked_one_writes_around_a_part_of_a_list(insert: Any) -> None:
    await insert(Tracked)
    ada = await Tracked.objects.slice("tags", 1).first()
    assert ada is not None
    ada.name = "Eve"
    await ada.save()
    assert await stored(Tracked) == {**STORED, "n": "Eve"}


async def test_dates_and_numbers_that_were_not_loaded_stay(insert: Any) -> None:
    await insert(User)
    ada = await User.objects.only("name", "home.road").first()
    assert ada is not None
    await ada.save()
    found = await stored(User)
    assert (found["since"], found["number"], found["h"]["built"]) == (BUILT, 7, BUILT)


async def test_dates_that_move_are_written() -> None:
    await Stamped.objects.coll().insert_one({"_id": 1, "name": "x", "changed": BUILT})
    found = await Stamped.objects.only("name").first()
    assert found is not None
    await found.save()
    assert (await stored(Stamped))["changed"] > BUILT


async def test_versions_count() -> None:
    await Counted(name="x", size=3).save()
    one, other = [await Counted.objects.only("name").first() for _ in "ab"]
    assert one is not None and other is not None
    one.name = other.name = "y"
    await one.save()
    assert (await stored(Counted))["size"] == 3
    with pytest.raises(StaleDocumentError):
        await other.save()


async def test_reload_makes_it_whole(insert: Any) -> None:
    await insert(User)
    ada = await User.objects.only("name").first()
    assert ada is not None
    assert (await ada.reload("bio")).bio == "long"
    assert ada.is_partial()
    with pytest.raises(FieldNotLoadedError):
        ada.tags  # noqa: B018
    await ada.reload()
    assert (ada.is_partial(), ada.tags) == (False, ["a", "b", "c"])


async def test_reload_of_a_list_makes_it_whole(insert: Any) -> None:
    await insert(User)
    ada = await User.objects.slice("tags", 1).first()
    assert ada is not None
    await ada.reload("tags")
    ada.tags.append("d")
    await ada.save()
    assert (await stored(User))["t"] == ["a", "b", "c", "d"]


async def test_it_is_deleted_and_updated_as_others(insert: Any) -> None:
    await insert(User)
    ada = await User.objects.only("name").first()
    assert ada is not None
    await ada.update({User.bio: "x"})
    assert (await stored(User))["bio"] == "x"
    assert await ada.delete() == 1


async def test_every_way_of_reading_loads_the_part(insert: Any) -> None:
    await insert(User)
    users = User.objects.only("name")
    found = [
        *await users.find_all(),
        *await users.to_list(),
        *[user async for user in users],
        await users.first(),
        await users.get(1),
        await users.get_one(1),
        await users.last(),
        *(await users.in_bulk([1])).values(),
    ]
    assert len(found) == 8
    assert all(user is not None and user.loaded_fields() == {"name"} for user in found)


async def test_counting_and_writing_do_not_look_at_it(insert: Any) -> None:
    await insert(User)
    users = User.objects.only("name")
    assert (await users.count(), await users.exists()) == (1, True)
    assert (await users.update({User.bio: "x"}))["count"] == 1
    assert (await stored(User))["bio"] == "x"
    assert await users.delete() == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_many_are_never_inserted(kind: Any, insert: Any) -> None:
    await insert(kind)
    ada = await kind.objects.only("name").first()
    await kind.objects.delete()
    bob = kind(_id=2, name="Bob")
    with pytest.raises(PartialDocumentError, match=r"document 1 .* can't be inserted"):
        await kind.objects.bulk_insert([bob, ada])
    assert await stored(kind) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        (lambda ada: setattr(ada, "home", None), "h", None),
        (lambda ada: setattr(ada.home, "town", None), "h", {**STORED["h"], "town": None}),  # type: ignore[dict-item]
        (
            lambda ada: setattr(ada, "home", Home(road="Loop", built=BUILT)),
            "h",
            {"r": "Loop", "town": None, "floors": [], "built": BUILT},
        ),
    ],
)
async def test_nothing_is_written_over_what_was_not_loaded(
    kind: Any, change: Any, key: str, expected: Any, insert: Any
) -> None:
    await insert(kind)
    ada = await kind.objects.only("name", "home.road").first()
    change(ada)
    await ada.save()
    assert await stored(kind) == {**STORED, key: expected}


@pytest.mark.parametrize("kind", [Bare, TrackedBare])
async def test_a_key_of_nothing_is_removed_though_it_was_not_loaded(kind: Any, insert: Any) -> None:
    await insert(kind)
    ada = await kind.objects.only("home.road").first()
    ada.name = None
    await ada.save()
    assert await stored(kind) == {key: STORED[key] for key in STORED if key != "n"}


class CountedBare(TrackedBare):
    version = VersionField()


@pytest.mark.parametrize("ask", [lambda it: it.only("home.road"), lambda it: it.exclude("name")])
async def test_a_key_of_nothing_is_removed_once(ask: Any, insert: Any) -> None:
    await insert(CountedBare)
    ada = await ask(CountedBare.objects).first()
    ada.name = None
    for _ in range(3):
        await ada.save()
    assert (await stored(CountedBare))["version"] == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_part_of_another_is_written_into_what_is_there(kind: Any, insert: Any) -> None:
    await insert(kind)
    home = (await kind.objects.only("home.road").first()).home
    ada = await kind.objects.only("name").first()
    home.road, ada.home = "Lane", home
    await ada.save()
    assert await stored(kind) == {**STORED, "h": {**STORED["h"], "r": "Lane"}}  # type: ignore[dict-item]


async def test_what_was_saved_is_no_change_any_more(insert: Any) -> None:
    await insert(Tracked)
    ada = await Tracked.objects.only("name", "home.road").first()
    ada.bio, ada.home.town = "short", "Bath"
    assert set(ada.changes()) == {"bio", "home.town"}
    await ada.save()
    assert not ada.changes()
    ada.bio = "shorter"
    assert ada.changes() == {"bio": ("short", "shorter")}
    ada.rollback()
    assert (ada.bio, ada.home.town) == ("short", "Bath")
    assert not ada.changes()


async def test_what_was_reloaded_is_no_change(insert: Any) -> None:
    await insert(Tracked)
    ada = await Tracked.objects.only("name").first()
    await ada.reload("bio", "home")
    assert not ada.changes()
    ada.home.town = "Bath"
    assert ada.changes() == {"home.town": ("Ely", "Bath")}


async def test_rollback_takes_away_what_was_not_loaded(insert: Any) -> None:
    await insert(Tracked)
    ada = await Tracked.objects.only("name").first()
    ada.bio = "short"
    ada.rollback()
    assert ada.loaded_fields() == {"name"}
    assert not ada.changes()


@pytest.mark.parametrize("kind", KINDS)
async def test_it_takes_the_place_of_no_whole_one(kind: Any, insert: Any) -> None:
    await insert(kind)
    ada = await kind.objects.only("name").first()
    text = f'A partly loaded "{kind.__name__}" can\'t take the place of a whole one'
    with pytest.raises(PartialDocumentError, match=text):
        await kind.objects.filter(name="Ada").find_one_and_replace(ada)
    assert await stored(kind) == STORED
