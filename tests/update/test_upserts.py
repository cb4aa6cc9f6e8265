"""Upserts whose filter names a field more than once, and those that lose a race for an id."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Q,
    StringField,
    U,
)
from aiomotorengine.errors import UniqueKeyViolationError
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")


class Home(Document):
    road = StringField(db_field="r")


class Post(Document):
    url = StringField(db_field="u")
    visits = IntField(default=0)
    tags = ListField(StringField(), db_field="t")
    places = ListField(IntField())
    home = EmbeddedDocumentField(Home)


async def inserted(*filters: Any, **named: Any) -> dict[str, Any]:
    """What three calls insert, and find again: always the same."""
    found: list[dict[str, Any]] = []
    calls: list[Any] = [
        lambda posts: posts.update(U.inc(visits=1), upsert=True),
        lambda posts: posts.update_one(U.inc(visits=1), upsert=True),
        lambda posts: posts.order_by("url").update_one(U.inc(visits=1), upsert=True),
        lambda posts: posts.find_one_and_update(U.inc(visits=1), upsert=True),
        lambda posts: posts.get_or_create(visits=1),
    ]
    for call in calls:
        await Post.objects.delete()
        for _ in range(2):
            posts = Post.objects.filter(**named)
            for condition in filters:
                posts = posts.filter(condition)
            await call(posts)
        [row] = [row async for row in Post.objects.coll().find({}, {"_id": False})]
        assert row.pop("visits") == (1 if call is calls[-1] else 2)
        found.append(row)
    assert all(row == found[0] for row in found)
    return found[0]


async def test_a_field_that_is_named_twice(mongo: Mongo) -> None:
    expected = {"u": "/a", "t": [], "places": [], "home": None}
    assert await inserted(Q(url="/a"), url="/a") == expected
    assert await inserted(Q(url="/a") & Q(url="/a", visits__gte=0)) == expected
    assert (
        await inserted(Q(url="/a"), Q(url__in=["/a"]), {"u": {"$eq": "/a", "$gt": "/"}}) == expected
    )
    assert await inserted({"$or": [{"u": "/a"}]}, url="/a") == expected
    assert await inserted(Q(url=None), url=None) == {**expected, "u": None}
    empty: dict[str, Any] = {"u": ""}
    assert await inserted(empty, url="") == {**expected, "u": ""}


@pytest.mark.mongod_only("SecantusDB takes items under $all for values that are inserted")
async def test_several_items_of_a_list(mongo: Mongo) -> None:
    both = {"u": None, "t": ["a", "b"], "places": [], "home": None}
    assert await inserted(tags=["a", "b"]) == both
    assert await inserted(Q(tags="a"), tags="b") == {**both, "t": ["b", "a"]}
    assert await inserted(Q(tags="a"), Q(tags="a"), Q(tags__in=["b"])) == both
    assert await inserted(Q(tags=["a", "b"]), Q(tags="a")) == both
    assert await inserted(places=[0, 1]) == {**both, "t": [], "places": [0, 1]}
    assert await inserted({"t": ["a", "b"]}, {"t": ["a", "b"]}) == both


async def test_an_empty_list_that_is_named_twice(mongo: Mongo) -> None:
    await Post.objects.coll().insert_many([{"_id": 1, "u": "/a"}, {"_id": 2, "u": "/b", "t": None}])
    for id, url in (1, "/a"), (2, "/b"):
        twice = Post.objects.filter(tags=None).filter({"t": {"$eq": None}})
        found, created = await twice.get_or_create(url=url, tags=None)
        assert (found and found._id, created) == (id, False)
    assert await Post.objects.count() == 2


async def test_a_field_of_an_embedded_document_that_is_named_twice(mongo: Mongo) -> None:
    row = await inserted(Q(home__road="x"), Q(home__road="x", url="/a"))
    assert (row["home"], row["u"]) == ({"r": "x"}, "/a")


async def test_two_values_of_one_field(mongo: Mongo) -> None:
    posts = Post.objects.filter(url="/a").filter(url="/b")
    text = r"^An upsert can't insert 'u': the filter asks for two values of it"
    with pytest.raises(ValueError, match=text):
        await posts.update(U.inc(visits=1), upsert=True)
    with pytest.raises(ValueError, match=text):
        await posts.get_or_create(visits=1)
    assert await posts.update(U.inc(visits=1)) == {"count": 0, "updated_existing": False}
    assert await Post.objects.count() == 0


@pytest.mark.parametrize(
    "filters",
    [
        Q(home=Home(road="x"), home__road="x"),
        Q(home__road="x") & Q({"home": {"$eq": {"r": "x"}}}),
        Q({"$and": [{"any.a.b": 1}, {"any": {"a": {"b": 1}}}]}),
    ],
    ids=["keywords", "raw", "deep"],
)
async def test_the_whole_of_a_value_and_a_part_of_it(mongo: Mongo, filters: Q) -> None:
    text = (
        r"^An upsert can't insert '(\w+)' and '\1\.[\w.]+': the filter asks for the whole and for"
    )
    posts = Post.objects.filter(filters)
    with pytest.raises(ValueError, match=text):
        await posts.update_one(U.inc(visits=1), upsert=True)
    with pytest.raises(ValueError, match=text):
        await posts.get_or_create(visits=1)
    assert await posts.update(U.inc(visits=1)) == {"count": 0, "updated_existing": False}
    assert await Post.objects.count() == 0


async def test_a_replacement_whose_filter_names_the_id_twice(mongo: Mongo) -> None:
    for number in (1, 2):
        posts = Post.objects.filter(_id=5).filter(_id=5)
        after: Any = await posts.find_one_and_replace(Post(_id=5, visits=number), upsert=True)
        assert (after._id, after.visits) == (5, number)
    assert await Post.objects.count() == 1


async def test_an_update_that_is_no_upsert_sends_the_filter_as_it_is(mongo: Mongo) -> None:
    commands = watch(mongo)
    await Post.objects.filter(tags=["a", "b"]).update(U.inc(visits=1))
    [update] = commands.of("update")
    assert update["updates"][0]["q"] == {"t": {"$all": ["a", "b"]}}


# -- embedded documents ----------------------------------------------------------------------------


class Room(Document):
    colour = StringField(default="white")
    size = IntField(db_field="s")


class Flat(Document):
    name = StringField()
    room = EmbeddedDocumentField(Room, db_field="r")
    hall = EmbeddedDocumentField(Room, default=lambda: Room(colour="grey"))
    any = BaseField[Any]()


class SavedFlat(Flat):
    made = StringField(on_save=lambda document, creating: str(creating))


@pytest.mark.parametrize("change", [U.set("hall.size", 5), U.set_on_insert("hall.size", 5)])
async def test_a_default_is_changed_where_it_is_embedded(mongo: Mongo, change: Any) -> None:
    await Flat.objects.filter(room__size=7).update_one(change, upsert=True)
    [row] = [row async for row in Flat.objects.coll().find({}, {"_id": False})]
    room, hall = {"colour": "white", "s": 7}, {"colour": "grey", "s": 5}
    assert row == {"name": None, "r": room, "hall": hall, "any": None}


@pytest.mark.parametrize("kind", [Flat, SavedFlat])
async def test_what_filters_say_of_an_embedded_document_is_made(mongo: Mongo, kind: Any) -> None:
    flats = kind.objects.filter(room__size=7, hall__size=5)
    flat, created = await flats.get_or_create(name="a")
    assert (created, flat.room.size, flat.room.colour) == (True, 7, "white")
    assert (flat.hall.size, flat.hall.colour) == (5, "grey")
    row = await kind.objects.coll().find_one()
    room, hall = {"colour": "white", "s": 7}, {"colour": "grey", "s": 5}
    assert (row["r"], row["hall"]) == (room, hall)
    again, created = await flats.get_or_create(name="a")
    assert (created, again._id) == (False, flat._id)
    whole = {"room": Room(size=8, colour="red")}
    other, created = await kind.objects.filter(room__size=8).get_or_create(defaults=whole)
    assert (created, other.room.colour, other.room.size) == (True, "red", 8)


async def test_what_filters_say_of_undeclared_keys_is_made(mongo: Mongo) -> None:
    flats = Flat.objects.filter({"any.x.y": 3})
    flat, created = await flats.get_or_create(name="a")
    assert (created, flat.any) == (True, {"x": {"y": 3}})
    assert (await flats.get_or_create(name="a"))[1] is False


# -- ids of the program's own ----------------------------------------------------------------------


class Page(Document):
    url = StringField(unique=True)
    visits = IntField(default=0)


async def test_a_chosen_id_takes_one_command(mongo: Mongo) -> None:
    await Page.ensure_index()
    commands = watch(mongo)
    for created in (True, False):
        commands.forget()
        page, is_created = await Page.objects.get_or_create(_id="p", url="/a")
        assert (is_created, page and page._id) == (created, "p")
        assert [name for name in commands.names if name != "createIndexes"] == ["findAndModify"]


@pytest.mark.mongod_only("SecantusDB may return nothing where another upsert was faster")
async def test_many_that_choose_the_same_id_get_one_document(mongo: Mongo) -> None:
    await Page.ensure_index()
    for url in "abcdefgh":
        own = ObjectId()
        made = await asyncio.gather(
            *(Page.objects.get_or_create(url=url, defaults={"_id": own}) for _ in range(10))
        )
        assert [created for _, created in made].count(True) == 1
        assert {page and page._id for page, _ in made} == {own}


@pytest.mark.mongod_only("SecantusDB may return nothing where another upsert was faster")
async def test_many_replacements_with_the_same_id(mongo: Mongo) -> None:
    await Page.ensure_index()
    for url in "abcdefgh":
        own, pages = ObjectId(), Page.objects.filter(url=url)
        made = await asyncio.gather(
            *(
                pages.find_one_and_replace(Page(_id=own, url=url, visits=number), upsert=True)
                for number in range(10)
            )
        )
        assert {page and page._id for page in made} == {own}


async def test_an_id_that_another_document_has(mongo: Mongo) -> None:
    await Page(_id="p", url="/other").save()
    with pytest.raises(UniqueKeyViolationError):
        await Page.objects.get_or_create(url="/a", defaults={"_id": "p"})
    there = Page.objects.filter(url="/a")
    with pytest.raises(UniqueKeyViolationError):
        await there.find_one_and_replace(Page(_id="p", url="/a"), upsert=True)
    assert await Page.objects.count() == 1
