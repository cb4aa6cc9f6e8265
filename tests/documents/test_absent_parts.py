"""Documents that were loaded in part: what a query has asked for and not found is not written."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import Document, EmbeddedDocument, EmbeddedDocumentField, StringField

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Inner(EmbeddedDocument):
    road = StringField()


class Home(EmbeddedDocument):
    road = StringField()
    town = StringField()
    inner = EmbeddedDocumentField(Inner)


class User(Document):
    name = StringField(db_field="n")
    nick = StringField()
    home = EmbeddedDocumentField(Home, db_field="h")


class Tracked(User):
    __track_changes__ = True


class Bare(Document):
    __omit_none__ = True
    name = StringField(db_field="n")
    nick = StringField()
    home = EmbeddedDocumentField(Home, db_field="h")


KINDS = [User, Tracked, Bare]


async def stored(kind: Any) -> Any:
    return await kind.objects.coll().find_one({})


async def loaded(kind: Any, there: dict[str, Any], *names: str) -> Any:
    await kind.objects.coll().insert_one({"_id": 1, **there})
    return await kind.objects.only(*names).first()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("there", [{"_nick": "Al"}, {"h": "n/a"}, {"h": {"inner": 5}}])
async def test_what_the_projection_did_not_bring_stays(kind: Any, there: dict[str, Any]) -> None:
    user = await loaded(kind, {"n": "a", **there}, "name", "nick", "home.road", "home.inner.road")
    user.name = "b"
    await user.save(only_changed=False)
    assert await stored(kind) == {"_id": 1, "n": "b", **there}
    user.name = "c"
    await user.save(only_changed=False)
    assert await stored(kind) == {"_id": 1, "n": "c", **there}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ask", [("only", "home.road", "name"), ("exclude", "home.town")])
async def test_what_others_store_meanwhile_stays(kind: Any, ask: tuple[str, ...]) -> None:
    method, *names = ask
    await kind.objects.coll().insert_one({"_id": 1, "n": "a"})
    user = await getattr(kind.objects, method)(*names).first()
    meanwhile = {"h": {"road": "R", "town": "T"}}
    await kind.objects.coll().update_one({}, {"$set": meanwhile})
    user.name = "b"
    await user.save(only_changed=False)
    assert (await stored(kind))["h"] == meanwhile["h"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [None, False, True])
async def test_none_is_written_over_what_was_assigned(kind: Any, first: bool | None) -> None:
    user = await loaded(kind, {"n": "a", "h": {"road": "R"}}, "name", "nick", "home.town")
    user.nick = user.home.town = "x"
    if first is None:
        await user.update({kind.nick: "x", "home.town": "x"})
    else:
        await user.save(only_changed=first if kind is Tracked else None)
    assert (await stored(kind))["nick"] == "x"
    user.nick = user.home.town = None
    await user.save(only_changed=False)
    found = await stored(kind)
    assert (found.get("nick"), found["h"].get("town")) == (None, None)


@pytest.mark.parametrize("kind", KINDS)
async def test_none_is_written_over_what_was_loaded(kind: Any) -> None:
    user = await loaded(kind, {"n": "a", "h": {"road": "R"}}, "name", "home.road")
    user.name = user.home = None
    await user.save(only_changed=False)
    found = await stored(kind)
    assert (found.get("n"), found.get("h")) == (None, None)


async def test_which_fields_are_loaded() -> None:
    user = await loaded(User, {"h": {"road": "R"}}, "home.road")
    assert user.loaded_fields() == {"home.road"}
    user.home = None
    assert user.loaded_fields() == {"home"}
    await User.objects.coll().update_one({}, {"$unset": {"h": ""}})
    user = await User.objects.only("home.road").first()
    assert user.loaded_fields() == {"home.road"}
    await user.save()
    assert user.loaded_fields() == {"home.road"}
