"""Embedded documents that were loaded in part: they are never stored in the place of whole ones."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    F,
    GenericEmbeddedDocumentField,
    ListField,
    MapField,
    StringField,
    TupleField,
    U,
)
from aiomotorengine.errors import FieldNotLoadedError, PartialDocumentError

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Home(Document):
    road = StringField(db_field="r")
    town = StringField()


class Flat(Document):
    home = EmbeddedDocumentField(Home, db_field="h")


class Post(Document):
    title = StringField(db_field="t")
    home = EmbeddedDocumentField(Home, db_field="h")
    flat = EmbeddedDocumentField(Flat)
    homes = ListField(EmbeddedDocumentField(Home))
    pair = TupleField(EmbeddedDocumentField(Home), ...)
    by_name = MapField(EmbeddedDocumentField(Home))
    any = GenericEmbeddedDocumentField([Home, Flat])


class Tracked(Post):
    __track_changes__ = True


KINDS = [Post, Tracked]

HOME = {"r": "Loop", "town": "Ely"}
STORED = {"_id": 1, "t": "a", "h": HOME, "homes": [HOME, {"r": "Lane", "town": "Bath"}]}
TEXT = "Only a part of the Home in '{}'{} was loaded, and it can't stand for the whole"


@pytest.fixture(params=KINDS)
async def kind(request: pytest.FixtureRequest) -> Any:
    await request.param.objects.coll().insert_one(STORED)
    return request.param


async def part(kind: Any) -> Home:
    found: Home = (await kind.objects.only("home.road").first()).home
    return found


async def stored(kind: Any) -> list[Any]:
    return [it async for it in kind.objects.coll().find({})]


PLACES = {
    "home": lambda home: {"home": home},
    "flat.home": lambda home: {"flat": Flat(home=home)},
    "homes.0": lambda home: {"homes": [home]},
    "pair.0": lambda home: {"pair": (home,)},
    "by_name.x": lambda home: {"by_name": {"x": home}},
    "any": lambda home: {"any": home},
}


@pytest.mark.parametrize("path", PLACES)
async def test_a_part_is_not_stored_in_a_whole_document(kind: Any, path: str) -> None:
    values = PLACES[path](await part(kind))
    whole = await kind.objects.first()
    for name, value in values.items():
        setattr(whole, name, value)
    with pytest.raises(PartialDocumentError) as raised:
        await whole.save()
    assert str(raised.value).startswith(TEXT.format(path, f" of this {kind.__name__}"))
    with pytest.raises(PartialDocumentError):
        await kind(title="x", **values).save()
    with pytest.raises(PartialDocumentError, match=f"document 1 .*'{path}' of this"):
        await kind.objects.bulk_insert([kind(title="y"), kind(title="x", **values)])
    assert await stored(kind) == [STORED]


@pytest.mark.parametrize("path", PLACES)
async def test_a_part_is_no_value_of_an_update_or_a_filter(kind: Any, path: str) -> None:
    [(name, value)] = PLACES[path](await part(kind)).items()
    with pytest.raises(PartialDocumentError, match=f"Only a part of the Home in '{path}'"):
        await kind.objects.update({name: value})
    with pytest.raises(PartialDocumentError, match=f"Invalid value for field '{name}' .* Only a"):
        await kind.objects.filter(**{name: value}).count()
    assert await stored(kind) == [STORED]


async def test_a_part_is_no_item_of_an_update(kind: Any) -> None:
    home = await part(kind)
    for update in (U.push(homes=home), U.add_to_set(homes=home), U.pull(homes=home)):
        with pytest.raises(PartialDocumentError, match="Only a part of the Home in 'homes'"):
            await kind.objects.update(update)
    with pytest.raises(PartialDocumentError):
        await kind.objects.update({Post.flat: {"home": home}})
    assert await stored(kind) == [STORED]


async def test_a_part_is_not_compared_by_the_server(kind: Any) -> None:
    with pytest.raises(PartialDocumentError, match=r"beside F\('home'\)"):
        (F("home") == await part(kind)).to_query(kind)


async def test_a_list_of_parts_is_not_stored_in_another_document(kind: Any) -> None:
    homes = (await kind.objects.only("homes.road").first()).homes
    for other in (await kind.objects.first(), await kind.objects.only("title").first()):
        other.homes = homes
        with pytest.raises(PartialDocumentError, match="in 'homes.0'"):
            await other.save()
    assert await stored(kind) == [STORED]


async def test_a_whole_document_in_a_part_has_no_part_itself(kind: Any) -> None:
    ada = await kind.objects.only("title").first()
    ada.flat = Flat(home=await part(kind))
    with pytest.raises(PartialDocumentError, match="in 'flat.home'"):
        await ada.save()
    assert await stored(kind) == [STORED]


@pytest.mark.parametrize("loaded", ["home", "home.town", "home.road", "title"])
async def test_a_part_in_a_part_leaves_the_rest(kind: Any, loaded: str) -> None:
    home = await part(kind)
    ada = await kind.objects.only(loaded).first()
    home.road, ada.home = "New", home
    await ada.save()
    assert await stored(kind) == [{**STORED, "h": {**HOME, "r": "New"}}]


async def test_a_part_tells_what_it_has(kind: Any) -> None:
    home = await part(kind)
    assert home.to_son() == {"r": "Loop"}
    homes = (await kind.objects.only("homes.road").first()).to_son()["homes"]
    assert homes == [{"r": "Loop"}, {"r": "Lane"}]


async def test_a_whole_one_is_taken(kind: Any) -> None:
    home = (await kind.objects.only("home").first()).home
    whole = await kind.objects.first()
    whole.homes = [home]
    await whole.save()
    [found] = await stored(kind)
    assert found["homes"] == [HOME]


class Rules(Document):
    homes = ListField(EmbeddedDocumentField(Home), unique_items=True, min_length=2)
    name = StringField()


async def test_rules_of_lists_say_nothing_of_a_part() -> None:
    homes = [{"r": "Loop", "town": "Ely"}, {"r": "Loop", "town": "Bath"}]
    await Rules.objects.coll().insert_one({"homes": homes, "name": "x"})
    for query in (Rules.objects.slice("homes", 1), Rules.objects.only("homes.road", "name")):
        found = await query.first()
        assert found is not None
        assert found.validate() and not found.validation_errors()


async def test_what_an_empty_tuple_would_have_loaded() -> None:
    await Post.objects.coll().insert_one({"pair": []})
    found = await Post.objects.only("pair.road").first()
    assert found is not None and found.loaded_fields() == {"pair.road"}


# -- what was not loaded, and how it comes ---------------------------------------------------------


async def test_the_way_out_is_one_that_the_document_has(kind: Any) -> None:
    ada = await kind.objects.only("home.road").first()
    with pytest.raises(FieldNotLoadedError, match=f"or 'await {kind.__name__.lower()}.reload"):
        ada.title  # noqa: B018
    with pytest.raises(FieldNotLoadedError, match="or reload the document that it is in"):
        ada.home.town  # noqa: B018


async def test_reload_takes_paths(kind: Any) -> None:
    ada = await kind.objects.only("home.road").first()
    ada.home.road = "Mine"
    assert await ada.reload("home.town") is ada
    assert (ada.home.road, ada.home.town) == ("Mine", "Ely")
    assert ada.loaded_fields() == {"home.road", "home.town"}
    await ada.save()
    assert await stored(kind) == [{**STORED, "h": {"r": "Mine", "town": "Ely"}}]


async def test_reload_of_a_path_loads_what_is_around_it_where_nothing_is(kind: Any) -> None:
    ada = await kind.objects.only("title").first()
    await ada.reload("home.town", "homes.road")
    assert (ada.home.road, ada.homes[1].town) == ("Loop", "Bath")
    for path in ("home.zip", "title.x", "nothing.x"):
        with pytest.raises(ValueError, match=f"not found in {kind.__name__}"):
            await ada.reload(path)


async def test_reload_of_a_path_is_no_change() -> None:
    await Tracked.objects.coll().insert_one(STORED)
    ada: Any = await Tracked.objects.first()
    ada.home.road, ada.home.town = "Mine", "Yours"
    await ada.reload("home.town")
    assert ada.changes() == {"home.road": ("Loop", "Mine")}
