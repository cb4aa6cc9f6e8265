"""A save that sends only what has changed, or asks something of what is stored."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any

import bson
import pytest
from bson.objectid import ObjectId
from pymongo.errors import AutoReconnect, OperationFailure

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Q,
    ReferenceField,
    StringField,
    U,
    VersionField,
)
from aiomotorengine.errors import (
    ChangesNotTrackedError,
    InvalidDocumentError,
    StaleDocumentError,
    UniqueKeyViolationError,
)
from aiomotorengine.storage.snapshots import Snapshot
from aiomotorengine.wire import requests
from aiomotorengine.writing import in_place, replacing
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")

LONG_AGO = datetime(2000, 1, 1)


class Home(Document):
    road = StringField(db_field="r")
    city = StringField(db_field="c")
    tags = ListField(StringField())


class Account(Document):
    __track_changes__ = True
    name = StringField(db_field="n")
    balance = IntField(default=0)
    any = BaseField[Any]()
    tags = ListField(StringField())
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))


class Counted(Account):
    version = VersionField()


class Spelled(Account):
    initial = StringField(on_save=lambda document, creating: (document.name or "?")[0])


class Plain(Document):
    name = StringField()
    size = IntField()


class Keyed(Document):
    number = IntField(primary_key=True)
    name = StringField()


STORED: dict[str, Any] = {
    "n": "Ada",
    "balance": 5,
    "any": {"a": 1},
    "tags": ["a"],
    "h": {"r": "Loop", "c": "Oslo", "tags": []},
    "homes": [{"r": "Loop", "c": "Oslo", "tags": []}],
}


async def loaded(stored: dict[str, Any], kind: Any = Account) -> Any:
    key = ObjectId()
    await kind.objects.coll().insert_one({"_id": key, **stored})
    return await kind.objects.get(key)


async def stored_for(document: Any) -> Any:
    return await type(document).objects.coll().find_one({"_id": document._id}, {"_id": 0})


async def test_nobodys_changes_are_lost(mongo: Mongo) -> None:  # W04
    one = await loaded({"name": "a", **STORED})
    two: Any = await Account.objects.get(one._id)
    one.name, one.home.city, two.balance, two.home.road = "b", "Bergen", 6, "Street"
    one.tags.append("u")
    two.tags.append("v")
    await one.save()
    await two.save()
    stored = await stored_for(one)
    assert (stored["n"], stored["balance"], stored["tags"]) == ("b", 6, ["a", "u", "v"])
    assert stored["h"] == {"r": "Street", "c": "Bergen", "tags": []}
    assert not one.is_changed()
    assert (await one.reload()).balance == 6


def set_name(account: Any) -> None:
    account.name = "Eve"


def set_city(account: Any) -> None:
    account.home.city, account.home.road = "Bergen", None


def put_another_home(account: Any) -> None:
    account.home = Home(road="Loop", city="Rome")


def take_home(account: Any) -> None:
    account.home = None


def add_tags(account: Any) -> None:
    account.tags += ["b", "c"]
    account.home.tags.append("d")


def put_tag_first(account: Any) -> None:
    account.tags.insert(0, "b")


def add_home(account: Any) -> None:
    account.homes.append(Home(city="Rome"))


def change_home_in_list(account: Any) -> None:
    account.homes[0].city = "Rome"


def change_any(account: Any) -> None:
    account.any["a"] = 2


def dynamic(account: Any) -> None:
    account.extra, account.home.more = 1, 2


SENT: list[tuple[Callable[[Any], None], dict[str, Any]]] = [
    (set_name, {"$set": {"n": "Eve"}}),
    (set_city, {"$set": {"h.c": "Bergen", "h.r": None}}),
    (put_another_home, {"$set": {"h.c": "Rome"}}),
    (take_home, {"$set": {"h": None}}),
    (add_tags, {"$push": {"tags": {"$each": ["b", "c"]}, "h.tags": {"$each": ["d"]}}}),
    (put_tag_first, {"$set": {"tags": ["b", "a"]}}),
    (add_home, {"$push": {"homes": {"$each": [{"r": None, "c": "Rome", "tags": []}]}}}),
    (change_home_in_list, {"$set": {"homes": [{"r": "Loop", "c": "Rome", "tags": []}]}}),
    (change_any, {"$set": {"any": {"a": 2}}}),
    (dynamic, {"$set": {"_extra": 1, "h._more": 2}}),
]


@pytest.mark.parametrize(("change", "update"), SENT, ids=[it.__name__ for it, _ in SENT])
async def test_what_is_sent(
    mongo: Mongo, change: Callable[[Any], None], update: dict[str, Any]
) -> None:
    account = await loaded(STORED)
    change(account)
    commands = watch(mongo)
    assert await account.save() is account
    assert commands.names == ["update"]
    [only] = commands.of("update")[0]["updates"]
    assert only["q"] == {"_id": account._id}
    assert bson.decode(bson.encode(only["u"])) == update
    assert not account.is_changed()
    again: Any = await Account.objects.get(account._id)
    assert again.to_son() == account.to_son()


async def test_changes_after_changes(mongo: Mongo) -> None:
    account = await loaded({"n": "Ada", "tags": None})
    account.tags.append("a")
    account.name = "Eve"
    await account.save()
    account.tags.append("b")
    account.home = Home(city="Rome")
    await account.save()
    account.home.tags.append("c")
    account.home.city = None
    await account.save()
    stored = await stored_for(account)
    assert stored == {
        "n": "Eve",
        "tags": ["a", "b"],
        "h": {"r": None, "c": None, "tags": ["c"]},
    }


async def test_an_empty_list_that_is_stored_as_null_is_not_pushed_to(mongo: Mongo) -> None:
    account = await loaded({"n": "Ada", "tags": None, "h": {"tags": None}})
    account.name = "Eve"
    await account.save()  # which leaves the nulls
    account.tags.append("a")
    account.home.tags.append("b")
    await account.save()
    assert await stored_for(account) == {"n": "Eve", "tags": ["a"], "h": {"tags": ["b"]}}


async def test_a_removed_dynamic_value_is_unset(mongo: Mongo) -> None:
    account = await loaded({"_colour": "red", "size": 1, "h": {"_more": 1}})
    del account._values["colour"]
    del account._values["size"]
    del account.home._values["more"]
    await account.save()
    assert await stored_for(account) == {"h": {}}


async def test_stored_forms_stay_as_they_are(mongo: Mongo) -> None:
    stored = {"balance": "5", "_n": "old", "tags": None, "own": 2}
    account = await loaded(stored)
    account.any = 1
    await account.save()
    assert await stored_for(account) == {**stored, "any": 1}


async def test_without_a_difference_nothing_is_sent(mongo: Mongo) -> None:
    class Dated(Document):
        __track_changes__ = True
        name = StringField(unique=True)
        changed = DateTimeField(auto_now_on_update=True, required=True)
        lines = ListField(EmbeddedDocumentField("tests.documents.test_saving_changes.Line"))

    document = await loaded({"name": "a", "changed": LONG_AGO, "lines": [{"at": LONG_AGO}]}, Dated)
    commands = watch(mongo)
    assert await document.save() is document
    assert commands.sent == []
    assert (document.changed, document.lines[0].at) == (LONG_AGO, LONG_AGO)
    document.name = "b"
    await document.save()
    assert document.changed > LONG_AGO
    stored = await stored_for(document)
    assert (stored["name"], stored["changed"]) == ("b", document.changed)


class Line(Document):
    at = DateTimeField(auto_now_on_update=True)


async def test_on_save_comes_first(mongo: Mongo) -> None:
    seen = []

    def shout(document: Any, creating: bool) -> str:
        seen.append(creating)
        return str(document.name).upper()

    class Loud(Document):
        __track_changes__ = True
        name = StringField()
        loud = StringField(on_save=shout)
        at = DateTimeField(auto_now_on_update=True)

    document = await loaded({"name": "a", "loud": "A", "at": LONG_AGO}, Loud)
    await document.save()
    assert (seen, document.at) == ([False], LONG_AGO)
    await Loud.objects.coll().update_one({}, {"$set": {"loud": "?"}})
    await document.reload()
    await document.save()
    stored = await stored_for(document)
    assert (stored["loud"], stored["at"] > LONG_AGO) == ("A", True)


async def test_the_whole_document_is_validated(mongo: Mongo) -> None:
    account = await loaded({"n": 5})
    account.balance = 6
    with pytest.raises(InvalidDocumentError, match="'name' must be valid"):
        await account.save()
    await account.save(validate=False)
    assert await stored_for(account) == {"n": 5, "balance": 6}


async def test_what_can_not_be_encoded_is_named(mongo: Mongo) -> None:
    account = await loaded(STORED)
    account.any = object()
    with pytest.raises(InvalidDocumentError, match="'any'"):
        await account.save()


@pytest.mark.parametrize("options", [{"only_changed": False}, {"upsert": True}], ids=str)
async def test_a_tracked_document_may_be_replaced(mongo: Mongo, options: Any) -> None:
    account = await loaded({"n": "Ada", "tags": None})
    await Account.objects.coll().update_one({}, {"$set": {"other": 1}})
    account.name = "Eve"
    await account.save(**options)
    assert await stored_for(account) == {
        "n": "Eve",
        "balance": 0,
        "any": None,
        "tags": None,
        "h": None,
        "homes": [],
    }
    assert not account.is_changed()


async def test_an_untracked_document_may_send_changes(mongo: Mongo) -> None:
    document = await loaded({"name": "a", "size": 1}, Plain)
    with pytest.raises(ChangesNotTrackedError):
        await document.save(only_changed=True)
    document.track_changes()
    await Plain.objects.coll().update_one({}, {"$set": {"size": 2}})
    document.name = "b"
    await document.save(only_changed=True)
    assert await stored_for(document) == {"name": "b", "size": 2}
    document.name = "c"
    await document.save()
    assert await stored_for(document) == {"name": "c", "size": 1}
    assert not document.is_changed()


async def test_new_documents_are_inserted_whole(mongo: Mongo) -> None:
    account: Any = Account(name="Ada")
    await account.save(only_changed=True)
    assert not account.is_changed()
    account.tags.append("a")
    await account.save()
    preset: Any = await Account(_id=5, name="Eve").save()
    assert not preset.is_changed()
    preset.name = "Bob"
    await preset.save()
    assert (await stored_for(account))["tags"] == ["a"]
    assert (await stored_for(preset))["n"] == "Bob"


@pytest.mark.parametrize("key", ["a.b", "$a"])
async def test_a_key_that_is_no_path(mongo: Mongo, key: str) -> None:
    class Odd(Document):
        __track_changes__ = True
        name = StringField()

    odd: Any = Odd.from_son({"_id": 1, "name": "a", key: 1})
    odd.track_changes()
    setattr(odd, key, 2)
    with pytest.raises(ValueError, match=r"can't be changed by itself; save the whole document"):
        await odd.save()


class OddHome(Document):
    road = StringField()


@pytest.mark.mongod_only("SecantusDB refuses keys with dots")
async def test_an_embedded_document_with_such_a_key_is_sent_whole(mongo: Mongo) -> None:
    class Holder(Document):
        __track_changes__ = True
        home = EmbeddedDocumentField(OddHome)

    home = OddHome.from_son({"c.d": "Oslo", "road": "Loop"})
    holder: Any = await Holder(home=home).save()
    setattr(holder.home, "c.d", "Rome")
    await holder.save()
    assert await stored_for(holder) == {"home": {"road": "Loop", "c.d": "Rome"}}


async def test_a_loaded_reference_is_no_change(mongo: Mongo) -> None:
    class Book(Document):
        __track_changes__ = True
        title = StringField()
        author = ReferenceField(Plain)

    author: Any = await Plain(name="Ada").save()
    await Book(title="a", author=author).save()
    book: Any = await Book.objects.first()
    await book.load_references()
    commands = watch(mongo)
    await book.save()
    assert commands.sent == []
    assert (await book.reload()).author.name == "Ada"


async def test_many_tasks_change_one_document(mongo: Mongo) -> None:
    account = await loaded({"n": "Ada", "balance": 0, "tags": []})
    for number in range(50):
        copies = [await Account.objects.get(account._id) for _ in range(2)]
        for place, copied in enumerate(copies):
            copied.tags.append(f"{number}.{place}")  # type: ignore[union-attr]
            copied.balance = number  # type: ignore[union-attr]
            await copied.save()  # type: ignore[union-attr]
    stored = await stored_for(account)
    assert stored["tags"] == [f"{number}.{place}" for number in range(50) for place in range(2)]


# -- several calls at the same time ---------------------------------------------------------------


@pytest.mark.parametrize("kind", [Account, Counted])
async def test_saves_of_one_document_at_the_same_time(mongo: Mongo, kind: Any) -> None:
    account = await loaded(STORED, kind)
    for tag in "bcdef":
        account.tags.append(tag)
        await asyncio.gather(*(account.save() for _ in range(5)))
    assert (await stored_for(account))["tags"] == account.tags == list("abcdef")
    assert not account.is_changed()
    if kind is Counted:
        assert (account.version, (await stored_for(account))["version"]) == (5, 5)


@pytest.mark.parametrize("order", [1, -1])
async def test_a_save_beside_an_update_and_a_reload(mongo: Mongo, order: int) -> None:
    account = await loaded(STORED)
    for tag in "bcdef":
        account.name = tag
        calls = [account.save(), account.update(U.push(Account.tags, tag))]
        await asyncio.gather(*calls[::order])
        assert (account.tags[-1], account.is_changed()) == (tag, False)
        calls = [account.save(), account.reload()]
        account.balance += 1
        await asyncio.gather(*calls[::order])
        assert not account.is_changed()
        assert account.to_son() == await stored_for(account)
    assert account.tags == list("abcdef")


@pytest.mark.parametrize("returns", ["after", "before"])
async def test_a_document_that_took_its_own_place_is_unchanged(mongo: Mongo, returns: Any) -> None:
    account = await loaded(STORED)
    account.tags.append("b")
    mine = Account.objects.filter(_id=account._id)
    calls = [mine.find_one_and_replace(account, returns=returns), account.save()]
    await asyncio.gather(*calls)
    assert not account.is_changed()
    account.tags.append("c")
    await account.save()
    assert (await stored_for(account))["tags"] == account.tags == ["a", "b", "c"]
    other = await loaded({})
    account.name = "Eve"
    await Account.objects.filter(_id=other._id).find_one_and_replace(account, returns=returns)
    assert account.is_changed("name")


@pytest.mark.parametrize("kind", [Account, Counted])
async def test_items_are_added_once_when_the_answer_to_a_replacement_was_lost(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await loaded(STORED, kind)
    account.tags.append("b")
    with monkeypatch.context() as patched:
        patched.setattr(replacing, "find_and_modify", losing(replacing.find_and_modify))
        with pytest.raises(AutoReconnect):
            await kind.objects.filter(_id=account._id).find_one_and_replace(account)
    assert await account.save(check_version=False) is account
    assert (await stored_for(account))["tags"] == ["a", "b"]


async def test_a_save_that_waits_for_its_turn_may_be_cancelled(mongo: Mongo) -> None:
    account = await loaded(STORED)
    account.tags.append("b")
    first, second, third = (asyncio.create_task(account.save()) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    done = await asyncio.gather(first, second, third, return_exceptions=True)
    assert [type(result) for result in done] == [Account, asyncio.CancelledError, Account]
    assert (await stored_for(account))["tags"] == ["a", "b"]


# -- answers that are lost ------------------------------------------------------------------------


async def lose_answer(document: Any, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    """Save a document; the server writes it, and its answer is lost."""
    names = ("update_one", "update_and_find", "replace_one")
    with monkeypatch.context() as patched:
        for name in names:
            patched.setattr(requests, name, losing(getattr(requests, name)))
        with pytest.raises(AutoReconnect):
            await document.save(**options)


def losing(write: Callable[..., Any]) -> Callable[..., Any]:
    async def lost(*arguments: Any, **options: Any) -> None:
        await write(*arguments, **options)
        raise AutoReconnect("the answer was lost")

    return lost


@pytest.mark.parametrize("kind", [Account, Counted])
@pytest.mark.parametrize("options", [{}, {"check_version": False}, {"only_changed": False}])
async def test_items_are_added_once_when_an_answer_was_lost(
    mongo: Mongo, kind: Any, options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await loaded(STORED, kind)
    account.tags.append("b")
    await lose_answer(account, monkeypatch, **options)
    await lose_answer(account, monkeypatch, **options)
    account.tags.append("c")
    await account.save(check_version=False)
    assert (await stored_for(account))["tags"] == account.tags == ["a", "b", "c"]
    assert not account.is_changed()
    await kind.objects.update(U.push(kind.tags, "d"))  # what others add stays, as ever
    account.tags.append("e")
    await account.save(check_version=False)
    assert (await stored_for(account))["tags"][-2:] == ["d", "e"]


@pytest.mark.mongod_only("SecantusDB may do what was cancelled after what was sent later")
async def test_items_are_added_once_when_a_save_was_cancelled(mongo: Mongo) -> None:
    for steps in range(60):
        account = await loaded(STORED)
        account.tags.append("b")
        save = asyncio.create_task(account.save())
        for _ in range(steps):
            await asyncio.sleep(0)
        save.cancel()
        await asyncio.wait([save])
        await account.save()
        assert (await stored_for(account))["tags"] == account.tags == ["a", "b"]
        assert not account.is_changed()


async def test_what_may_be_stored_is_taken_back_by_the_next_save(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await loaded(STORED)
    account.name, account.home.city, account.any = "Eve", "Rome", None
    account.nick = "e"
    await lose_answer(account, monkeypatch)
    await Account.objects.update(U.set(home__road="New", balance=6))
    account.rollback()
    assert account.is_changed("name")
    await account.save()
    assert await stored_for(account) == {
        **STORED,
        "balance": 6,
        "h": {**STORED["h"], "r": "New"},
    }


async def test_what_was_read_again_is_known_again(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await loaded(STORED)
    account.tags.append("b")
    account.home.city = "Rome"
    await lose_answer(account, monkeypatch)
    await account.reload("tags")
    assert account.changes().keys() == {"home.city"}
    account.home = None
    assert account.changes().keys() == {"home"}
    await account.reload("home")
    assert not account.is_changed()
    await lose_answer(account, monkeypatch, only_changed=False)
    await account.reload()
    assert not account.is_changed()


@pytest.mark.parametrize("kind", [Account, Counted])
async def test_items_are_added_once_when_the_answer_to_an_update_was_lost(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await loaded(STORED, kind)
    with monkeypatch.context() as patched:
        patched.setattr(in_place, "find_and_modify", losing(in_place.find_and_modify))
        with pytest.raises(AutoReconnect):
            await account.update(U.push(kind.tags, "b"), U.set("home.city", "Rome"))
    assert {"tags", "home.city"} == account.changes().keys()
    account.tags.append("b")
    account.home.city = "Rome"
    await account.save(check_version=False)
    assert (await stored_for(account))["tags"] == ["a", "b"]
    assert not account.is_changed()


async def test_what_was_updated_is_known_again(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await loaded(STORED)
    account.tags.append("b")
    account.home.city = "Rome"
    account.name = "Eve"
    await lose_answer(account, monkeypatch)
    await account.update(U.set(home__city="Oslo"), U.set(tags=["a"]))
    assert account.changes().keys() == {"name"}
    account.name = "Ada"
    await account.update(U.set(name="Ada"))
    assert not account.is_changed()


async def test_a_refused_update_is_no_lost_answer(mongo: Mongo) -> None:
    account = await loaded({**STORED, "balance": None})
    for change in (U.inc(balance=1), U.raw({"$inc": {"n": 1}})):
        with pytest.raises(OperationFailure):
            await account.update(change)
        assert not account.is_changed()


@pytest.mark.mongod_only("SecantusDB may carry out what was cancelled after the next call")
@pytest.mark.motor_only("what is cancelled ends with its connection; the server may go on with it")
@pytest.mark.parametrize("call", ["update", "find_one_and_replace"])
async def test_a_cancelled_call_is_over_when_the_next_one_begins(mongo: Mongo, call: str) -> None:
    for steps in range(40):
        account = await loaded({**STORED, "version": 1}, Counted)
        mine = Counted.objects.filter(_id=account._id)
        calls = {
            "update": lambda account=account: account.update(U.push(Counted.tags, "b")),
            "find_one_and_replace": lambda account=account, mine=mine: mine.find_one_and_replace(
                account
            ),
        }
        task = asyncio.ensure_future(calls[call]())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await account.reload()
        stored = await stored_for(account)
        assert (stored["version"], stored["tags"]) == (account.version, account.tags)
        await account.save(only_changed=False)


# -- what is stored has to meet something ---------------------------------------------------------


async def test_force_insert(mongo: Mongo) -> None:
    plain: Any = await Plain(_id=1, name="a").save(force_insert=True)
    with pytest.raises(UniqueKeyViolationError):
        await Plain(_id=1, name="b").save(force_insert=True)
    with pytest.raises(UniqueKeyViolationError):
        await plain.save(force_insert=True)
    await plain.delete()
    await plain.save(force_insert=True)
    assert await stored_for(plain) == {"name": "a", "size": None}


INSERTS = [
    (lambda: Plain(name="a"), {"force_insert": True}),
    (lambda: Plain(_id=1, name="a"), {"force_insert": True}),
    (lambda: Account(name="a"), {"force_insert": True}),
    (lambda: Counted(_id=1, name="a"), {"force_insert": True}),
    (lambda: Keyed(number=1, name="a"), {}),
]


@pytest.mark.parametrize(("make", "options"), INSERTS)
async def test_an_insert_whose_answer_was_lost_may_be_tried_again(
    mongo: Mongo, make: Any, options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make()
    with monkeypatch.context() as patched:
        patched.setattr(requests, "insert_one", losing(requests.insert_one))
        with pytest.raises(AutoReconnect):
            await document.save(**options)
    document.name = "b"
    assert await document.save(**options) is document
    kind = type(document)
    assert [found.name async for found in kind.objects] == ["b"]
    document.name = "c"
    await document.save()
    assert [found.name async for found in kind.objects] == ["c"]
    other = make()
    other._id = document._id
    with pytest.raises(UniqueKeyViolationError):
        await other.save(**options)


@pytest.mark.parametrize(("make", "options"), INSERTS)
async def test_an_insert_that_never_arrived_may_be_tried_again(
    mongo: Mongo, make: Any, options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> None:
        raise AutoReconnect("it did not come there")

    document = make()
    with monkeypatch.context() as patched:
        patched.setattr(requests, "insert_one", lost)
        with pytest.raises(AutoReconnect):
            await document.save(**options)
    assert await document.save(**options) is document
    assert await type(document).objects.count() == 1


@pytest.mark.parametrize(("make", "options"), INSERTS)
async def test_what_others_have_made_of_a_lost_insert_is_not_written_over(
    mongo: Mongo, make: Any, options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make()
    with monkeypatch.context() as patched:
        patched.setattr(requests, "insert_one", losing(requests.insert_one))
        with pytest.raises(AutoReconnect):
            await document.save(**options)
    kind = type(document)
    await kind.objects.update(U.set(name="other"))
    with pytest.raises(UniqueKeyViolationError):
        await document.save(**options)
    assert [found.name async for found in kind.objects] == ["other"]


@pytest.mark.parametrize("kind", [Plain, Account])
async def test_must_exist(mongo: Mongo, kind: Any) -> None:
    document = await loaded({"name": "a", "n": "a"}, kind)
    document.name = "b"
    await document.save(must_exist=True)
    await document.delete()
    document.name = "c"
    assert await document.save() is document  # K6
    with pytest.raises(
        kind.DoesNotExist, match=f'^This "{kind.__name__}" is not in the database'
    ) as caught:
        await document.save(must_exist=True)
    assert caught.value.document is document
    for new in (kind(), kind(_id=7)):
        with pytest.raises(kind.DoesNotExist):
            await new.save(must_exist=True)
    assert await kind.objects.count() == 0


@pytest.mark.parametrize("kind", [Plain, Account])
async def test_condition(mongo: Mongo, kind: Any) -> None:
    document = await loaded({"name": "a", "n": "a", "size": 1}, kind)
    document.name = "b"
    await document.save(condition=Q(name="a"))
    document.name = "c"
    text = (
        rf'^This "{kind.__name__}" was not written: what is stored does not meet the condition\.$'
    )
    for condition in (Q(name="a"), {"nothing": 1}):
        with pytest.raises(StaleDocumentError, match=text) as caught:
            await document.save(condition=condition)
        assert caught.value.document is document
    with pytest.raises(StaleDocumentError, match=text):
        await document.save(condition=Q(name="a"), upsert=True)
    for new in (kind(), kind(_id=7)):
        with pytest.raises(StaleDocumentError, match=text):
            await new.save(condition=Q(name="a"))
    await document.save(condition=Q(name="b"))
    await document.delete()
    document.name = "d"
    with pytest.raises(StaleDocumentError, match=text):
        await document.save(condition=Q(name="c"))
    with pytest.raises(kind.DoesNotExist):
        await document.save(condition=Q(name="c"), must_exist=True)


@pytest.mark.parametrize("kind", [Account, Spelled])
async def test_an_unchanged_document_has_to_meet_it_too(mongo: Mongo, kind: Any) -> None:
    document = await loaded({"n": "a", "initial": "a"}, kind)
    await document.save(condition=Q(name="a"), must_exist=True)
    await kind.objects.coll().update_one({}, {"$set": {"n": "b"}})
    with pytest.raises(StaleDocumentError, match="does not meet the condition"):
        await document.save(condition=Q(name="a"))
    with pytest.raises(ValueError, match="balance"):
        await document.save(condition=Q(balance="many"))
    await document.save(must_exist=True)
    await document.delete()
    with pytest.raises(kind.DoesNotExist):
        await document.save(must_exist=True)
    with pytest.raises(StaleDocumentError, match="does not meet the condition"):
        await document.save(condition=Q(name="b"))
    assert await document.save() is document
    assert await kind.objects.count() == 0


async def test_what_an_unchanged_document_has_to_meet_is_asked_without_writing(
    mongo: Mongo,
) -> None:
    document = await loaded({"n": "a", "balance": 1})
    commands = watch(mongo)
    await document.save(condition=Q(balance=1))
    await document.save(must_exist=True)
    assert commands.names == ["find", "find"]
    commands.forget()
    await document.save()
    assert commands.names == []


async def test_a_condition_that_can_not_be_sent_is_named(mongo: Mongo) -> None:
    document = await loaded({"name": "a"}, Plain)
    with pytest.raises(ValueError, match="size"):
        await document.save(condition=Q(size="many"))
    with pytest.raises(TypeError):
        await document.save(condition="name")


@pytest.mark.parametrize(
    "options",
    [
        {"force_insert": True, "upsert": True},
        {"force_insert": True, "must_exist": True},
        {"force_insert": True, "condition": Q(name="a")},
        {"force_insert": True, "only_changed": True},
        {"upsert": True, "must_exist": True},
        {"upsert": True, "only_changed": True},
    ],
    ids=lambda options: "-".join(options),
)
async def test_what_excludes_one_another(mongo: Mongo, options: Any) -> None:
    first, second = options
    with pytest.raises(ValueError, match=rf"^save\(\) takes {first} or {second}, not both\.$"):
        await Plain().save(**options)
    assert await Plain.objects.count() == 0


# -- reading anew ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Plain, Account])
async def test_reload(mongo: Mongo, kind: Any) -> None:
    document = await loaded({"name": "a", "n": "a", "_extra": 1}, kind)
    await kind.objects.coll().update_one(
        {}, {"$set": {"name": "b", "n": "b"}, "$unset": {"_extra": ""}}
    )
    document.name, document.more = "c", 1
    assert await document.reload() is document
    assert (document.name, hasattr(document, "more"), hasattr(document, "extra")) == (
        "b",
        False,
        False,
    )
    assert await document.save() is document
    await document.delete()
    with pytest.raises(kind.DoesNotExist, match="is not in the database any more"):
        await document.reload()
    with pytest.raises(ValueError, match=f'^This "{kind.__name__}" was never saved\\.$'):
        await kind().reload()


async def test_reload_of_some_fields(mongo: Mongo) -> None:
    account = await loaded({"n": "a", "balance": 1, "tags": ["a"]})
    account.name, account.balance = "b", 2
    await Account.objects.coll().update_one({}, {"$set": {"n": "x", "balance": 7, "tags": ["x"]}})
    await account.reload(Account.balance, "tags")
    assert (account.name, account.balance, account.tags) == ("b", 7, ["x"])
    assert account.changes() == {"name": ("a", "b")}
    with pytest.raises(ValueError, match="Field nmae not found in Account"):
        await account.reload("nmae")


async def test_reload_of_a_document_whose_tracking_was_asked_for(mongo: Mongo) -> None:
    plain = (await loaded({"name": "a"}, Plain)).track_changes()
    plain.name = "b"
    await plain.reload()
    assert plain.changes() == {}
    plain.name = "c"
    assert plain.changes() == {"name": ("a", "c")}


async def test_a_document_made_with_an_id_is_saved_after_it_was_read(mongo: Mongo) -> None:
    await loaded({"name": "a"}, Plain)
    stored: Any = await Plain.objects.first()
    plain = Plain(_id=stored._id)
    await plain.reload()
    assert (plain.name, bool(plain._is_persisted)) == ("a", True)


@pytest.mark.parametrize("kind", [Account, Counted, Plain])
@pytest.mark.parametrize("is_tracked", [False, True])
@pytest.mark.parametrize("arrives", [False, True])
async def test_a_copy_whose_insert_has_no_answer_is_stored_once(
    mongo: Mongo,
    kind: Any,
    is_tracked: bool,
    arrives: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = await kind(name="a").save()
    if is_tracked:
        document.track_changes()
    twin = copy.deepcopy(document)
    twin._id, twin.name = None, "b"

    async def lost(*_: Any, **options: Any) -> None:
        raise AutoReconnect("it did not come there")

    with monkeypatch.context() as patched:
        insert = losing(requests.insert_one) if arrives else lost
        patched.setattr(requests, "insert_one", insert)
        with pytest.raises(AutoReconnect):
            await twin.save()
    assert twin._id not in (None, document._id)
    if type(twin._is_persisted) is Snapshot:
        assert twin.is_changed() and twin.changes()["name"] == (None, "b")
    assert await twin.save() is twin
    assert await kind.objects.count() == 2
    found = await kind.objects.get(twin._id)
    assert (found.name, bool(twin._is_persisted)) == ("b", True)
    twin.name = "c"
    await twin.save()
    assert (await kind.objects.get(twin._id)).name == "c"
    if type(twin._is_persisted) is Snapshot:
        assert not twin.is_changed()


async def test_a_copy_that_is_refused_is_what_it_was(mongo: Mongo) -> None:
    document = await Account(name="a").save()
    document._id, document.any = None, object()
    before = document._is_persisted
    with pytest.raises(InvalidDocumentError):
        await document.save()
    assert (document._id, document._is_persisted) == (None, before)
