"""What has changed in a document since it was loaded: ``changes``, ``is_changed``, ``rollback``."""

from __future__ import annotations

import copy
import gc
import math
import pickle
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions
from bson.int64 import Int64
from bson.objectid import ObjectId

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
    VersionField,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import ChangesNotTrackedError, InvalidDocumentError
from aiomotorengine.storage.snapshots import own_snapshot
from aiomotorengine.writing import changed, tracking
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")

OPTIONS: CodecOptions[Any] = CodecOptions(uuid_representation=4)


class Home(Document):
    road = StringField(db_field="r")
    city = StringField(db_field="c")


class Account(Document):
    __track_changes__ = True
    name = StringField(db_field="n")
    balance = IntField(default=0)
    ok = BooleanField()
    price = DecimalField()
    at = DateTimeField()
    any = BaseField[Any]()
    tags = ListField(StringField())
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))

    def greet(self) -> str:
        return "hello"

    @cached_property
    def shout(self) -> str:
        return str(self.name).upper()


class Untracked(Document):
    name = StringField()
    home = EmbeddedDocumentField(Account)


STORED = {
    "n": "Ada",
    "balance": 5,
    "ok": True,
    "price": "1.00",
    "at": datetime(2020, 1, 2),
    "any": {"a": 1},
    "tags": ["a"],
    "h": {"r": "Loop", "c": "Oslo"},
    "homes": [{"r": "Loop", "c": "Oslo"}],
}


def loaded(stored: dict[str, Any], kind: Any = Account) -> Any:
    raw = bson.encode({"_id": 1, **stored}, codec_options=OPTIONS)
    [document] = codec_for(kind, OPTIONS).decode_many(raw)
    return document


def several(kind: Any = Account, count: int = 3) -> list[Any]:
    raw = [bson.encode({"_id": number, "n": f"n{number}"}) for number in range(count)]
    return codec_for(kind, OPTIONS).decode_many(b"".join(raw))


# -- what counts as a change -------------------------------------------------------------------


def test_a_document_that_was_just_loaded_has_not_changed() -> None:
    account = loaded(STORED)
    assert not account.is_changed()
    assert account.changes() == {}


def test_is_changed_looks_no_further_than_to_the_first_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = loaded(STORED)
    account.name, account.balance, account.home.road = "Eve", 6, "Ring"
    looked_at: list[str] = []
    narrowed = changed.narrowed

    def counted(document: Any, other: Any, change: changed.Change) -> Iterable[changed.Change]:
        looked_at.append(change.path)
        return narrowed(document, other, change)

    monkeypatch.setattr(changed, "narrowed", counted)
    assert account.is_changed()
    assert looked_at == ["n"]
    assert len(account.changes()) == 3


class Amended(Document):
    __track_changes__ = True
    name = StringField()
    version = VersionField()


def test_the_version_is_no_change() -> None:
    amended = loaded({"name": "Ada", "version": 1}, Amended)
    amended.version = 7
    assert not amended.is_changed() and amended.changes() == {}
    amended.name = "Eve"
    assert amended.is_changed() and list(amended.changes()) == ["name"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Eve"),
        ("name", None),
        ("balance", 6),
        ("ok", False),
        ("price", 2),
        ("at", datetime(2020, 1, 3)),
        ("any", {"a": 2}),
        ("any", {"a": True}),
        ("any", {"a": 1.0}),
        ("any", [1]),
        ("tags", []),
        ("tags", ["a", "b"]),
        ("tags", ["b", "a"]),
    ],
    ids=repr,
)
def test_a_value_that_would_be_stored_otherwise_is_a_change(name: str, value: Any) -> None:
    account = loaded(STORED)
    before = getattr(account, name)
    setattr(account, name, value)
    assert account.changes() == {name: (before, value)}
    assert account.is_changed()
    assert account.is_changed(name)
    assert account.is_changed(getattr(Account, name))
    assert not account.is_changed("homes")
    setattr(account, name, before)
    assert not account.is_changed()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("balance", "5"),
        ("ok", 1),
        ("price", "1"),
        ("at", datetime(2020, 1, 2, 0, 0, 0, 999)),
        ("at", datetime(2020, 1, 2, tzinfo=UTC)),
        ("tags", ("a",)),
        ("home", Home(road="Loop", city="Oslo")),
        ("homes", [Home(road="Loop", city="Oslo")]),
    ],
    ids=["balance", "ok", "price", "microseconds", "aware", "tags", "home", "homes"],
)
def test_a_value_that_is_stored_as_before_is_none(name: str, value: Any) -> None:
    account = loaded(STORED)
    setattr(account, name, value)
    assert account.changes() == {}


def test_what_changes_in_place_is_seen() -> None:
    account = loaded(STORED)
    account.tags.append("b")
    account.any["a"] = 2
    account.home.city = "Bergen"
    account.homes[0].city = "Bergen"
    changes = account.changes()
    assert list(changes) == ["any", "tags", "home.city", "homes"]
    assert changes["any"] == ({"a": 1}, {"a": 2})
    assert changes["tags"] == (["a"], ["a", "b"])
    assert changes["home.city"] == ("Oslo", "Bergen")
    assert [homes[0].city for homes in changes["homes"]] == ["Oslo", "Bergen"]
    assert account.is_changed("home")
    assert account.is_changed("home.city")
    assert not account.is_changed("home.road")
    assert account.is_changed("homes.0.city")


@pytest.mark.parametrize(
    "stored",
    [
        {"balance": "5", "ok": "yes", "price": 1.5, "tags": None},
        {"balance": Int64(5), "price": 1, "h": None},
        {"_n": "old", "_extra": 1, "own": 2},
        {},
    ],
    ids=["forms", "numbers", "keys", "nothing"],
)
def test_what_is_stored_in_another_form_or_not_at_all_is_no_change(stored: dict[str, Any]) -> None:
    assert loaded(stored).changes() == {}


def test_an_absent_key_changes_by_a_value_of_its_own() -> None:
    account = loaded({})
    account.name, account.balance = "Ada", 1
    assert account.changes() == {"name": (None, "Ada"), "balance": (0, 1)}


def test_a_default_that_is_made_anew_is_to_be_saved() -> None:
    class Ticket(Document):
        __track_changes__ = True
        number = BaseField[Any](default=ObjectId)

    ticket = loaded({}, Ticket)
    assert list(ticket.changes()) == ["number"]
    assert not loaded({"number": 5}, Ticket).is_changed()


def test_dynamic_values() -> None:
    account = loaded({"_colour": "red", "size": 1, "_rest": 2})
    del account._values["colour"]
    account.size, account.extra, account.none = 2, 3, None
    assert account.changes() == {"size": (1, 2), "extra": (None, 3), "colour": ("red", None)}
    assert account.is_changed("colour")
    assert not account.is_changed("rest")


def test_nan_equals_itself() -> None:
    account = loaded({"any": math.nan})
    assert not account.is_changed()
    account.any = float("nan")
    assert not account.is_changed()


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Field nmae not found in instance of Account"):
        loaded(STORED).is_changed("nmae")


def test_an_embedded_document_that_came_new_is_whole() -> None:
    account = loaded({"n": "Ada", "h": None})
    account.home = home = Home(city="Oslo")
    assert account.changes() == {"home": (None, home)}


# -- whose changes are known -------------------------------------------------------------------


def test_a_class_that_does_not_track_says_what_to_do() -> None:
    text = (
        r'^Changes of this "Untracked" are not tracked: set __track_changes__ = True, or call '
        r"track_changes\(\) before changing it\.$"
    )
    for document in (Untracked(), loaded({"name": "a"}, Untracked)):
        for ask in (document.changes, document.is_changed, document.rollback):
            with pytest.raises(ChangesNotTrackedError, match=text):
                ask()
    assert loaded({"name": "a"}, Untracked)._is_persisted is True


def test_the_setting_is_inherited_and_may_be_changed() -> None:
    class Derived(Account):
        pass

    class Back(Account):
        __track_changes__ = False

    class Later(Document):
        pass

    assert not loaded({}, Derived).is_changed()
    with pytest.raises(ChangesNotTrackedError):
        loaded({}, Back).is_changed()
    loaded({}, Later)
    Later.__track_changes__ = True
    assert not loaded({}, Later).is_changed()


def test_documents_within_others_are_not_tracked_themselves() -> None:
    holder = loaded({"home": {"n": "Ada"}}, Untracked)
    assert holder.home._is_persisted is True
    with pytest.raises(ChangesNotTrackedError):
        holder.home.rollback()


def test_of_a_new_document_all_is_changed() -> None:
    account: Any = Account(name="Ada", extra=1)
    assert account.is_changed()
    changes = account.changes()
    assert changes == {
        "name": (None, "Ada"),
        "balance": (None, 0),
        "tags": (None, []),
        "homes": (None, []),
        "extra": (None, 1),
    }
    assert account.is_changed("name")
    assert not account.is_changed("price")
    with pytest.raises(ChangesNotTrackedError):
        account.rollback()


async def test_of_a_copy_that_gets_an_id_of_its_own_all_is_changed(mongo: Mongo) -> None:
    account = loaded({"n": "Ada", "balance": 5})
    account._id = None
    assert account.is_changed()
    assert account.is_changed("name")
    assert account.changes() == {
        "name": (None, "Ada"),
        "balance": (None, 5),
        "tags": (None, []),
        "homes": (None, []),
    }
    await account.save()
    stored = await Account.objects.coll().find_one({})
    assert (stored["_id"], stored["n"], stored["balance"]) == (account._id, "Ada", 5)
    assert not account.is_changed()


@pytest.mark.parametrize("ask", [Account.changes, Account.is_changed], ids=["what", "whether"])
async def test_a_value_that_can_not_be_stored_is_named(
    mongo: Mongo, ask: Callable[[Any], Any]
) -> None:
    class Wallet(Account):
        inner = EmbeddedDocumentField(Account)

    wallet = loaded({"inner": {"any": 1}}, Wallet)
    wallet.inner.any = Decimal("1.5")
    text = r"^Field 'any' must be valid: MongoDB has no type for Decimal\."
    with pytest.raises(InvalidDocumentError, match=text) as told:
        ask(wallet)
    with pytest.raises(InvalidDocumentError, match=text) as refused:
        await wallet.save()
    assert told.value.__notes__ == refused.value.__notes__
    assert told.value.__notes__ == ["At inner.any: Decimal('1.5') (Decimal)."]


@pytest.mark.parametrize("make", [Account, Untracked, lambda **values: loaded({}, Untracked)])
def test_tracking_begins_when_it_is_asked_for(make: Callable[..., Any]) -> None:
    document = make(name="Ada")
    saved = bool(document._is_persisted)
    assert document.track_changes() is document
    assert not document.is_changed()
    document.name = "Eve"
    assert list(document.changes()) == ["name"]
    assert document.track_changes().changes() == {}
    assert bool(document._is_persisted) is saved


def test_what_is_known_is_of_the_document_with_that_id() -> None:
    first, second, third = several()
    second._id = 7
    with pytest.raises(ChangesNotTrackedError):
        second.changes()
    third._id = 0  # that of the first
    assert third.changes() == {"name": ("n0", "n2")}
    assert not first.is_changed()


@pytest.mark.parametrize("key", [ObjectId("0123456789abcdef01234567"), {"part": 1}], ids=repr)
def test_it_is_asked_with_each_question_whether_the_document_has_that_id(key: Any) -> None:
    account = loaded({"_id": key, "n": "Ada"})
    for _ in range(2):
        assert not account.is_changed()
    account._id = ObjectId("76543210fedcba9876543210")
    with pytest.raises(ChangesNotTrackedError):
        account.is_changed()
    account._id = key
    assert not account.is_changed()


def test_an_id_that_was_changed_in_place_is_another() -> None:
    account = loaded({"_id": {"part": 1}, "n": "Ada"})
    assert not account.is_changed()
    account._id["part"] = 2
    with pytest.raises(ChangesNotTrackedError):
        account.is_changed()


# -- what is remembered ------------------------------------------------------------------------


def test_documents_of_one_reply_share_it_until_they_are_asked() -> None:
    documents = several()
    assert len({id(document._is_persisted) for document in documents}) == 1
    for document in [documents[2], documents[0], documents[1]]:
        document.name = "x"
        assert document.changes() == {"name": (f"n{document._id}", "x")}
    snapshots = [document._is_persisted for document in documents]
    assert [bson.decode(it.raw)["_id"] for it in snapshots] == [0, 1, 2]
    assert snapshots[0] is own_snapshot(documents[0])


@pytest.mark.parametrize(
    "key", [5, 2**40, 5.5, "text", b"bytes", ObjectId(), {"b": 1, "a": [2]}, None, True], ids=type
)
def test_ids_of_any_type(key: Any) -> None:
    raw = b"".join(bson.encode({"_id": it, "n": str(it)}) for it in ("first", key, "last"))
    account = codec_for(Account, OPTIONS).decode_many(raw)[1]
    assert not account.is_changed()


@pytest.mark.parametrize("ids", [range(3_000), map(str, range(3_000))], ids=["numbers", "texts"])
def test_many_are_asked_in_any_order(ids: Iterable[Any]) -> None:
    raw = b"".join(bson.encode({"_id": id, "n": str(id)}) for id in ids)
    documents = codec_for(Account, OPTIONS).decode_many(raw)
    asked = list(documents)
    Random(7).shuffle(asked)
    for document in [*reversed(documents), *asked]:
        document.name = "x"
        assert document.changes() == {"name": (str(document._id), "x")}


def test_what_has_not_changed_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counting(*arguments: Any) -> Any:
        codec = codec_for(*arguments)

        class Counting:
            def __getattr__(self, name: str) -> Any:
                calls.append(name)
                return getattr(codec, name)

        return Counting()

    account = loaded({"name": "no field", **STORED})
    account.track_changes()
    for module in (tracking, changed):
        monkeypatch.setattr(module, "codec_for", counting)
    assert not account.is_changed()
    assert calls == ["encode_many"]
    account.name = "Eve"
    assert account.is_changed()
    assert calls == ["encode_many", "encode_many", "decode_many", "encode_many"]


def test_offsets_into_a_reply() -> None:
    parts = [bson.encode({"_id": number, "n": "x"}) for number in range(3)]
    reply = b"before" + parts[0] + parts[1] + b"between" + parts[2] + b"after"
    offsets = [6, 6 + len(parts[0]), 13 + 2 * len(parts[0])]
    for document in codec_for(Account, OPTIONS).decode_many(reply, offsets):
        assert not document.is_changed()


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_copies_know_what_they_were_and_nothing_of_others(duplicate: Callable[[Any], Any]) -> None:
    secret = bson.encode({"_id": 0, "n": "another's secret"})
    raw = secret + bson.encode({"_id": 1, "n": "Ada"})
    account = codec_for(Account, OPTIONS).decode_many(raw)[1]
    account.name = "Eve"
    copied = duplicate(account)
    assert copied.changes() == {"name": ("Ada", "Eve")}
    assert b"secret" not in pickle.dumps(copied)
    assert copied._is_persisted


def test_what_is_read_with_a_method_of_the_programs_is_tracked() -> None:
    class Own(Account):
        @classmethod
        def from_son(cls, mapping: Any) -> Any:
            return super().from_son({**mapping, "balance": 7})

    own = loaded({"n": "Ada"}, Own)
    own.name = "Eve"
    assert own.changes() == {"name": ("Ada", "Eve")}


def test_a_class_with_an_init_of_its_own() -> None:
    class Own(Account):
        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            self.made = True

    own = loaded({"n": "Ada"}, Own)
    assert list(own.changes()) == []
    own.name = "Eve"
    assert list(own.changes()) == ["name"]


def test_documents_of_plain_values_are_not_more_to_the_collector() -> None:
    class Plain(Document):
        n = StringField()

    class Tracked(Document):
        __track_changes__ = True
        n = StringField()

    plain, tracked = several(Plain)[1], several(Tracked)[1]
    assert gc.is_tracked(tracked) == gc.is_tracked(plain)


# -- taking changes back -----------------------------------------------------------------------


def test_rollback_takes_all_changes_back() -> None:
    account = loaded({**STORED, "_extra": 1, "own": 2})
    account.name, account.home.city, account.new = "Eve", "Bergen", 1
    account.tags.append("b")
    del account._values["extra"]
    account.own = 3
    assert account.rollback() is account
    assert account.changes() == {}
    assert (account.name, account.home.city, account.tags) == ("Ada", "Oslo", ["a"])
    assert (account.extra, account.own, hasattr(account, "new")) == (1, 2, False)
    account.tags.append("c")
    assert account.rollback().tags == ["a"]


def test_rollback_leaves_what_is_no_value() -> None:
    account = loaded(STORED)
    account.greet = lambda: "good morning"
    account._mine = 5
    account.name = "Eve"
    assert account.shout == "EVE"
    account.rollback()
    assert (account.greet(), account._mine, account.shout) == ("good morning", 5, "ADA")


def test_rollback_keeps_stored_forms() -> None:
    account = loaded({"balance": "5", "price": 1.5})
    account.balance, account.price = 6, 2
    account.rollback()
    assert account.to_son()["balance"] == "5"
    assert account.to_son()["price"] == 1.5


async def test_rollback_keeps_references_that_are_loaded(mongo: Mongo) -> None:
    class Author(Document):
        name = StringField()

    class Book(Document):
        __track_changes__ = True
        title = StringField()
        author = ReferenceField(Author)
        other = ReferenceField(Author)
        gone = ReferenceField(Author)
        all = ListField(ReferenceField(Author))

    ada, eve = Author(name="Ada"), Author(name="Eve")
    await Author.objects.bulk_insert([ada, eve])
    lost = ObjectId()
    references: Any = [ada, lost, eve, ada]
    await Book(title="a", author=ada, other=eve, gone=lost, all=references).save()
    book: Any = await Book.objects.first()
    await book.load_references()
    author, all_of_them = book.author, list(book.all)
    assert not book.is_changed()
    book.title, book.other = "b", ada
    book.all.append(eve)
    book.rollback()
    assert book.author is author
    assert book.gone is None
    assert [one is two for one, two in zip(book.all, all_of_them, strict=True)] == [True] * 4
    assert book.to_son()["all"] == [ada._id, lost, eve._id, ada._id]
    assert book._values["other"] == eve._id


# -- documents from the database -----------------------------------------------------------------


async def test_all_ways_of_reading(mongo: Mongo) -> None:
    class Label(Document):
        __track_changes__ = True
        text = StringField()

    class Sheet(Document):
        label = ReferenceField(Label)

    label = Label(text="a")
    await label.save()
    await Sheet(label=label).save()
    await Label(text="b").save()
    found: list[Any] = [await Label.objects.get(label._id), await Label.objects.first()]
    found += await Label.objects.find_all()
    found += [document async for document in Label.objects]
    [sheet] = await Sheet.objects.find_all(lazy=False)
    found.append(sheet.label)
    assert len(found) == 7
    for document in found:
        before, document.text = document.text, "c"
        assert document.changes() == {"text": (before, "c")}


# -- names ---------------------------------------------------------------------------------------


NEW_NAMES = ["changes", "is_changed", "rollback", "track_changes", "reload", "update", "watch"]


@pytest.mark.parametrize("name", NEW_NAMES)
async def test_names_of_the_methods_stay_free(mongo: Mongo, name: str) -> None:
    class Dynamic(Document):
        __track_changes__ = True

    make: Any = type(Document)
    declared_kind = make("Declared", (Dynamic,), {name: StringField()})
    declared, by_keyword, assigned = declared_kind(**{name: "a"}), Dynamic(**{name: "a"}), Dynamic()
    setattr(assigned, name, "a")
    for document in (declared, by_keyword, assigned):
        await document.save()
        stored = await type(document).objects.coll().find_one({"_id": document._id}, {"_id": 0})
        assert stored == {name if document is declared else f"_{name}": "a"}
        again: Any = await type(document).objects.get(document._id)
        assert getattr(again, name) == "a"
        setattr(again, name, "b")
        await again.save()
        assert getattr(await type(document).objects.get(document._id), name) == "b"
