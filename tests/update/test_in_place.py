"""Document.update: what is stored is changed, and the document takes what was touched."""

from __future__ import annotations

import asyncio
import copy
from datetime import datetime
from typing import Any

import pytest

from aiomotorengine import (
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    F,
    IntField,
    ListField,
    Q,
    ReferenceField,
    StringField,
    U,
)
from aiomotorengine.errors import (
    InvalidDocumentError,
    LoadReferencesRequiredError,
    StoredValueError,
    UniqueKeyViolationError,
)
from tests.harness import Mongo
from tests.integration.commands import watch


class Home(Document):
    road = StringField(db_field="r")
    city = StringField(db_field="c")


class Friend(Document):
    name = StringField()


class User(Document):
    name = StringField(db_field="n", unique=True)
    visits = IntField(default=0)
    tags = ListField(StringField())
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))
    friend = ReferenceField(Friend)
    price = DecimalField()
    seen = DateTimeField(auto_now_on_update=True)
    made = DateTimeField(auto_now_on_insert=True)


async def new(**values: Any) -> User:
    user = await User(name="ann", **values).save()
    assert user is not None
    return user


async def stored() -> dict[str, Any]:
    row: dict[str, Any] = await User.objects.coll().find_one()
    return row


async def test_w02_a_document_takes_the_new_values(mongo: Mongo) -> None:
    user = await new(visits=2)
    assert await user.update(U.inc(visits=3), condition=Q(visits__lt=9)) is user
    assert user.visits == 5
    assert await user.update(U.inc(visits=1), condition=Q(visits__gt=9)) is None
    assert await user.update({"visits": "7"}, condition={"n": "ann"}) is user
    assert (user.visits, (await stored())["visits"]) == (7, 7)


async def test_what_others_have_stored_meanwhile_counts(mongo: Mongo) -> None:
    user = await new()
    await User.objects.update(U.inc(visits=10), U.push("tags", "theirs"), U.set(name="bob"))
    await user.update(U.inc(visits=1), U.push("tags", "mine"))
    assert (user.visits, user.tags, user.name) == (11, ["theirs", "mine"], "ann")


async def test_other_changes_stay(mongo: Mongo) -> None:
    user = await new(home=Home(road="x", city="y"), tags=["a"])
    user.name, user.home.city = "eve", "Oslo"
    user.tags.append("b")
    home = user.home
    await user.update(U.inc(visits=1), U.set("home.road", "Loop"))
    assert (user.name, user.visits, user.tags) == ("eve", 1, ["a", "b"])
    assert user.home is home
    assert (home.road, home.city) == ("Loop", "Oslo")
    row = await stored()
    assert (row["n"], row["tags"], row["h"]) == ("ann", ["a"], {"r": "Loop", "c": "y"})


async def test_a_whole_is_taken_where_the_part_is_not_there(mongo: Mongo) -> None:
    user = await new(home=Home(road="x"), homes=[Home(road="1"), Home(road="2")])
    user.home = None
    await user.update(U.set("home.city", "Rome"), U.set("homes.1.road", "3"))
    assert (user.home.road, user.home.city) == ("x", "Rome")
    assert [home.road for home in user.homes] == ["1", "3"]
    await user.update(U.unset("home"), U.pop("homes"))
    assert (user.home, [home.road for home in user.homes]) == (None, ["1"])


async def test_stamps_are_taken(mongo: Mongo) -> None:
    user = await new()
    old = datetime(2000, 1, 1)
    await User.objects.update(U.set(seen=old))
    await user.update(U.inc(visits=1))
    row = await stored()
    assert user.seen == row["seen"] > old
    await user.update(U.inc(visits=1), stamps=False)
    assert (await stored())["seen"] == user.seen


async def test_values_that_no_field_declares(mongo: Mongo) -> None:
    user = await new(nick="x")
    await user.update(U.raw({"$set": {"_nick": "y", "_size": 5}}))
    assert (user.nick, user.size) == ("y", 5)
    await user.update(U.raw({"$unset": {"_nick": 1}}))
    assert not hasattr(user, "nick")
    await user.save()
    row = await stored()
    assert ("_nick" in row, row["_size"]) == (False, 5)


async def test_a_loaded_reference_stays_loaded(mongo: Mongo) -> None:
    bob, eve = await Friend(name="bob").save(), await Friend(name="eve").save()
    user = await new(friend=bob)
    await user.update(U.set(friend=bob), U.inc(visits=1))
    assert user.friend is bob
    await user.update(U.set(User.friend, eve))
    assert user.get_field_value("friend") == eve._id
    await user.load_references()
    assert user.friend.name == "eve"


async def test_expressions_and_array_filters(mongo: Mongo) -> None:
    user = await new(visits=3, tags=["a", "b"])
    await user.update(U.set(visits=F("visits") * 2))
    await user.update(U.set("tags.$[t]", "z"), array_filters={"t": Q(gte="b")})
    assert (user.visits, user.tags) == (6, ["a", "z"])


async def test_what_was_never_saved(mongo: Mongo) -> None:
    for user in (User(name="x"), User(_id=5, name="x")):
        with pytest.raises(ValueError, match=r'^This "User" was never saved\.$'):
            await user.update(U.inc(visits=1))


async def test_what_is_gone(mongo: Mongo) -> None:
    user = await new()
    await user.delete()
    assert await user.update(U.inc(visits=1)) is None
    assert (user.visits, await User.objects.count()) == (0, 0)


async def test_a_refused_update_changes_nothing(mongo: Mongo) -> None:
    await User(name="bob").save()
    user = await new()
    with pytest.raises(InvalidDocumentError, match="Field 'visits' must be valid"):
        await user.update(U.set(visits="x"))
    with pytest.raises(UniqueKeyViolationError):
        await user.update(U.set(name="bob"))
    with pytest.raises(ValueError, match="An update needs a change"):
        await user.update()
    with pytest.raises(ValueError, match="Invalid value for field 'visits'"):
        await user.update(U.inc(visits=1), condition=Q(visits={"$gt": 1}))
    assert (user.name, user.visits) == ("ann", 0)


async def test_what_is_stored_in_another_form_is_written_again(mongo: Mongo) -> None:
    user = await new()
    await User.objects.coll().update_one({}, {"$set": {"price": 2.5}})
    await user.update(U.inc(visits=1), U.raw({"$set": {"price": 1.25}}))
    await user.save()
    assert (await stored())["price"] == 1.25
    await user.update(U.set(price="3"))
    assert user.to_son()["price"] == "3.00"


async def test_what_cannot_be_read(mongo: Mongo) -> None:
    user = await new()
    with pytest.raises(StoredValueError, match="Can't read 'visits'"):
        await user.update(U.raw({"$set": {"visits": "x"}}))
    assert user.visits == 0


async def test_a_declared_field_of_the_name_wins(mongo: Mongo) -> None:
    class Notice(Document):
        update = StringField()

    notice = await Notice(update="soon").save()
    assert notice.update == "soon"
    assert (await Notice.objects.get(notice._id)).update == "soon"


async def test_a_subclass_is_updated_in_its_own_fields(mongo: Mongo) -> None:
    class Admin(User):
        __collection__ = "User"
        level = IntField(default=1)

    admin = await Admin(name="eve").save()
    await admin.update(U.inc(Admin.level, 2), U.inc(User.visits))
    assert (admin.level, admin.visits) == (3, 1)


# -- tracked changes -----------------------------------------------------------------------------


class Account(Document):
    __track_changes__ = True
    name = StringField()
    balance = IntField(default=0)
    tags = ListField(StringField())
    home = EmbeddedDocumentField(Home, db_field="h")


async def test_what_was_updated_is_no_change(mongo: Mongo) -> None:
    await Account(name="a", tags=["t"], home=Home(road="x", city="y")).save()
    one, two = [await Account.objects.first() for _ in range(2)]
    one.name, one.home.city = "b", "Oslo"
    await two.update(U.inc(balance=7), U.set("home.city", "Rome"))
    await one.update(U.inc(balance=1), U.push("tags", "u"), U.set("home.road", "Loop"))
    assert (one.balance, one.tags) == (8, ["t", "u"])
    assert one.changes() == {"name": ("a", "b"), "home.city": ("y", "Oslo")}
    one.rollback()
    assert (one.name, one.balance, one.tags, one.home.road) == ("a", 8, ["t", "u"], "Loop")
    assert not one.is_changed()
    assert copy.copy(one).changes() == {}


async def test_what_was_removed_is_no_change(mongo: Mongo) -> None:
    account = await Account(name="a", tags=["t"], nick="x").save()
    account = await Account.objects.get(account._id)
    await account.update(U.unset("tags"), U.raw({"$unset": {"_nick": 1}}), U.inc("balance"))
    assert (account.tags, account.changes()) == ([], {})


# -- races ---------------------------------------------------------------------------------------


async def test_documents_that_count_at_once_lose_nothing(mongo: Mongo) -> None:
    user = await new()
    copies = [await User.objects.get(user._id) for _ in range(4)]

    async def count(mine: User) -> None:
        for _ in range(25):
            await mine.update(U.inc(visits=1), U.push("tags", "x"))

    await asyncio.gather(*map(count, copies))
    assert max(mine.visits for mine in copies) == 100
    row = await stored()
    assert (row["visits"], len(row["tags"])) == (100, 100)


async def test_one_of_many_gets_the_last(mongo: Mongo) -> None:
    user = await new(visits=1)
    copies = [await User.objects.get(user._id) for _ in range(8)]
    taken = await asyncio.gather(
        *(mine.update(U.inc(visits=-1), condition=Q(visits__gte=1)) for mine in copies)
    )
    assert len([mine for mine in taken if mine is not None]) == 1
    assert (await stored())["visits"] == 0


# -- references ------------------------------------------------------------------------------------


class Writer(Document):
    name = StringField()
    age = IntField()


class Letter(Document):
    __lazy__ = False
    writer = ReferenceField(Writer)
    readers = ListField(ReferenceField(Writer))
    other = ReferenceField(Writer)
    pages = IntField(default=0)


async def test_references_that_an_update_sets_are_loaded_as_by_get(mongo: Mongo) -> None:
    ann, bob = [await Writer(name=name).save() for name in ("ann", "bob")]
    letter = await Letter(writer=ann).save()
    letter.other = ann._id
    changes = U.set(writer=bob._id), U.push("readers", ann._id, bob._id)
    assert await letter.update(*changes) is letter
    found = await Letter.objects.get(letter._id)
    for it in (letter, found):
        assert it.writer.name == "bob"
        assert [reader.name for reader in it.readers] == ["ann", "bob"]
    # What was not touched stays as the program has set it.
    assert letter.to_son()["other"] == ann._id
    with pytest.raises(LoadReferencesRequiredError):
        letter.other  # noqa: B018


async def test_references_that_stay_cost_no_query(mongo: Mongo) -> None:
    ann = await Writer(name="ann").save()
    letter = await Letter(writer=ann).save()
    commands = watch(mongo)
    await letter.update(U.inc(pages=1))
    await letter.update(U.set(writer=ann))
    assert commands.names == ["findAndModify", "findAndModify"]
    assert letter.writer is ann


async def test_what_is_stored_is_taken_though_its_reference_cannot_be_read(mongo: Mongo) -> None:
    letter = await Letter().save()
    id = (await Writer.objects.coll().insert_one({"age": "no number"})).inserted_id
    with pytest.raises(StoredValueError):
        await letter.update(U.inc(pages=1), U.set(writer=id))
    assert (letter.pages, letter.to_son()["writer"]) == (1, id)


@pytest.mark.parametrize("condition", [5, "visits", False, [Q(visits=1)]])
async def test_what_is_no_condition_is_refused(mongo: Mongo, condition: Any) -> None:
    user = await User(name="ann").save()
    with pytest.raises(TypeError, match="Filters are queries"):
        await user.update(U.inc(visits=1), condition=condition)
    with pytest.raises(TypeError, match="Filters are queries"):
        await user.save(condition=condition)
    assert (user.visits, (await User.objects.get(user._id)).visits) == (0, 0)
