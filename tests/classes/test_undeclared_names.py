"""Classes whose documents have no values but those of fields, and what they do with stored ones."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from functools import cached_property
from typing import Any

import bson
import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    Rows,
    StringField,
    U,
)
from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.errors import (
    InvalidDocumentError,
    StoredValueError,
    UnknownFieldError,
    UnknownStoredKeyError,
)
from aiomotorengine.metaclasses import DocumentMetaClass
from tests.codec.laws import STANDARD, agree
from tests.harness import Mongo
from tests.integration.commands import watch


class Home(EmbeddedDocument):
    __dynamic__ = False
    road = StringField()


class User(Document):
    __dynamic__ = False
    colour = "red"
    name = StringField(db_field="n")
    age = IntField()
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))

    @property
    def shown(self) -> Any:
        return self.name

    @shown.setter
    def shown(self, value: Any) -> None:
        self.name = value

    @cached_property
    def computed(self) -> int:
        return 7


MEANT = "User has no field 'nmae'. Did you mean 'name'?"
HOME = "Home has no field 'raod'. Did you mean 'road'?"


def assign(name: str) -> None:
    setattr(User(), name, "x")


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (lambda: User(nmae="x"), MEANT),
        (lambda: assign("nmae"), MEANT),
        (lambda: User.objects.filter(nmae="x"), f"Invalid filter 'nmae': {MEANT}"),
        (lambda: User.objects.filter(nmae__in=["x"]), f"Invalid filter 'nmae__in': {MEANT}"),
        (lambda: User.objects.filter_not(nmae="x"), f"Invalid filter 'nmae': {MEANT}"),
        (lambda: User.objects.filter(home__raod="x"), f"Invalid filter 'home__raod': {HOME}"),
        (lambda: User.objects.filter(homes__0__raod=1), f"Invalid filter 'homes__0__raod': {HOME}"),
        (lambda: User.objects.order_by("-nmae"), MEANT),
        (lambda: User(n="x"), "User has no field 'n'. Did you mean 'name'?"),
        (lambda: User(zzz=1), "User has no field 'zzz'."),
        (lambda: User(home=Home(raod="x")), HOME),
    ],
)
def test_an_undeclared_name_is_refused(use: Callable[[], Any], told: str) -> None:
    with pytest.raises(UnknownFieldError) as refused:
        use()
    assert str(refused.value) == told
    assert isinstance(refused.value, InvalidDocumentError)
    assert isinstance(refused.value, AttributeError)
    assert refused.value.code == "unknown"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (U.set(nmae="x"), MEANT),
        ({"nmae": "x"}, MEANT),
        (U.set(home__raod="x"), HOME),
        (U.set("home.raod", "x"), HOME),
        ({"zzz.raod": "x"}, "User has no field 'zzz.raod'."),
    ],
)
async def test_an_undeclared_name_is_refused_in_updates(
    mongo: Mongo, change: Any, told: str
) -> None:
    with pytest.raises(UnknownFieldError) as refused:
        await User.objects.update(change)
    assert str(refused.value) == told


async def test_what_is_declared_is_taken_everywhere(mongo: Mongo) -> None:
    user = await User(name="a", age=3, home=Home(road="Loop")).save()
    assert user is not None
    found = User.objects.filter(name="a", home__road="Loop", _id=user._id).order_by("-age")
    assert await found.count() == 1
    assert await User.objects.filter(id=user._id).order_by("id").count() == 1
    assert (await User.objects.update({"n": "b", "home.road": "c"})).count == 1
    assert (await User.objects.update(U.set(age=4))).count == 1
    loaded: Any = await User.objects.get(user._id)
    assert (loaded.name, loaded.age, loaded.home.road) == ("b", 4, "c")


def test_what_is_pythons_own_stays_so() -> None:
    user: Any = User(name="a")
    user._note = 1
    user.colour = "blue"  # an attribute of the class, which is no field and is not stored
    user.shown = "b"
    assert (user.computed, user.computed) == (7, 7)
    user.to_son = user.to_son
    assert (user._note, user.colour, user.name) == (1, "blue", "b")
    assert set(User(name="a").to_son()) == {"n", "age", "home", "homes"}
    assert user.to_son() == {"n": "b", "age": None, "home": None, "homes": []}
    with pytest.raises(AttributeError, match="nmae"):
        _ = user.nmae


def test_deleting_and_copying() -> None:
    user: Any = User(name="a")
    user._note = 1
    del user.name
    with pytest.raises(AttributeError):
        del user.nmae
    for copied in copy.copy(user), copy.deepcopy(user), pickle.loads(pickle.dumps(user)):
        with pytest.raises(UnknownFieldError):
            copied.nmae = 1
        assert copied._note == 1


def test_a_setting_of_a_base_holds_until_a_class_has_another() -> None:
    class Strict(User):
        pass

    class Loose(Strict):
        __dynamic__ = True

    class Again(Loose):
        __dynamic__ = False

    strict: tuple[Any, ...] = Strict(), Again()
    for document in strict:
        with pytest.raises(UnknownFieldError):
            document.nmae = 1
    loose: Any = Loose(extra=1)
    loose.nmae = 2
    assert loose.to_son() == {
        "n": None,
        "age": None,
        "home": None,
        "homes": [],
        "_extra": 1,
        "_nmae": 2,
    }


def test_it_may_be_set_later_and_reaches_classes_below() -> None:
    class Base(Document):
        name = StringField()

    class Below(Base):
        pass

    below: Any = Below()
    Base.__dynamic__ = False
    with pytest.raises(UnknownFieldError):
        below.nmae = 1
    with pytest.raises(UnknownFieldError):
        Below(nmae=1)
    Base.__dynamic__ = True
    below = Below(nmae=1)
    below.other = 2
    assert below.to_son() == {"name": None, "_nmae": 1, "_other": 2}


def test_a_setattr_of_the_programs_decides_for_itself() -> None:
    class Own(User):
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)

    own: Any = Own()
    own.nmae = 1
    assert own.nmae == 1
    assert "_nmae" not in own.to_son()


def test_an_init_of_the_programs() -> None:
    class Own(Document):
        __dynamic__ = False
        name = StringField()

        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            self._seen = True

    assert Own(name="a").name == "a"
    with pytest.raises(UnknownFieldError, match="Own has no field 'nmae'"):
        Own(nmae="a")
    loaded = Own.from_son({"name": "a", "extra": 1})
    assert loaded.to_son() == {"name": "a", "extra": 1}
    Own.__unknown__ = "refuse"
    with pytest.raises(UnknownFieldError, match="Stored key 'extra' of Own is no field"):
        Own.from_son({"name": "a", "extra": 1})


async def test_rows(mongo: Mongo) -> None:
    with pytest.raises(ValueError, match=r"User has no field 'nmae'\. Did you mean 'name'\?"):
        await User.objects.insert_stream(Rows([{"nmae": "x"}]))
    with pytest.raises(ValueError, match=r"User has no field 'nmae'\. Did you mean 'name'\?"):
        await User.objects.insert_stream(Rows([{"nmae": "x"}], unknown="keep"))
    report = await User.objects.insert_stream(Rows([{"name": "a"}]))
    assert len(report.inserted) == 1


async def test_get_or_create(mongo: Mongo) -> None:
    with pytest.raises(UnknownFieldError):
        await User.objects.get_or_create(nmae="x")
    with pytest.raises(UnknownFieldError):
        await User.objects.get_or_create(name="x", defaults={"nmae": 1})
    found, created = await User.objects.get_or_create(name="x", defaults={"age": 1})
    assert created
    assert found is not None
    assert found.age == 1


# -- stored keys -----------------------------------------------------------------------------------

STORED = {"n": "a", "age": 1, "home": None, "homes": [], "extra": {"b": [1]}, "_x": 2}


def kind_of(dynamic: bool, unknown: str) -> Any:
    return DocumentMetaClass("Kind", (User,), {"__dynamic__": dynamic, "__unknown__": unknown})


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("dynamic", [True, False])
@pytest.mark.parametrize("unknown", ["keep", "drop", "refuse"])
def test_stored_keys_that_are_no_fields(dynamic: bool, unknown: str) -> None:
    kind = kind_of(dynamic, unknown)
    raw = bson.encode({"_id": 1, **STORED})
    if unknown == "refuse":
        with pytest.raises(DocumentError) as refused:
            codec_for(kind, STANDARD).decode_many(raw)
        reason = refused.value.__cause__
        assert isinstance(reason, UnknownFieldError)
        assert str(reason) == "Stored key 'extra' of Kind is no field."
        return
    [document] = codec_for(kind, STANDARD).decode_many(raw)
    assert hasattr(document, "extra") == (dynamic and unknown == "keep")
    kept = {"extra": {"b": [1]}, "_x": 2} if unknown == "keep" else {}
    assert document.to_son() == {"n": "a", "age": 1, "home": None, "homes": [], **kept}
    agree(kind, [document, kind(name="b")], STANDARD)


@pytest.mark.usefixtures("codec")
def test_a_field_that_was_stored_before_it_was_declared_is_no_unknown_key() -> None:
    for unknown in "keep", "drop", "refuse":
        kind = kind_of(False, unknown)
        [document] = codec_for(kind, STANDARD).decode_many(bson.encode({"_id": 1, "_age": 3}))
        assert document.age == 3
        assert document.to_son() == {"n": None, "age": 3, "home": None, "homes": []}


@pytest.mark.usefixtures("codec")
def test_embedded_documents_have_a_setting_of_their_own() -> None:
    class Inner(EmbeddedDocument):
        __unknown__ = "refuse"
        road = StringField()

    class Outer(Document):
        __unknown__ = "drop"
        inner = EmbeddedDocumentField(Inner, db_field="i")
        many = ListField(EmbeddedDocumentField(Inner))

    codec = codec_for(Outer, STANDARD)
    raw = bson.encode({"_id": 1, "i": {"road": "a"}, "extra": 1})
    assert codec.decode_many(raw)[0].to_son() == {"i": {"road": "a"}, "many": []}
    for stored, path in (({"i": {"x": 1}}, "inner"), ({"many": [{"x": 1}]}, "many.0")):
        with pytest.raises(DocumentError) as refused:
            codec.decode_many(bson.encode({"_id": 1, **stored}))
        reason = refused.value.__cause__
        assert isinstance(reason, UnknownFieldError)
        assert (str(reason), reason.path) == ("Stored key 'x' of Inner is no field.", path)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("own_init", [False, True])
def test_the_key_of_an_alias_is_no_unknown_key(own_init: bool) -> None:
    class Named(Document):
        __unknown__ = "refuse"
        name = StringField(aliases=["nm", "title"])

    class Made(Named):
        def __init__(self, name: Any = None, **values: Any) -> None:
            super().__init__(name=name, **values)

    kind = Made if own_init else Named
    codec = codec_for(kind, STANDARD)
    for stored, name in (
        ({"name": "a", "nm": "b"}, "a"),
        ({"title": "c", "nm": "b"}, "b"),
        ({"nm": "b", "name": "a", "title": "c"}, "a"),
    ):
        [document] = codec.decode_many(bson.encode({"_id": 1, **stored}))
        assert document.name == name
        kept = {key: value for key, value in stored.items() if value != name}
        assert document.to_son() == {"name": name, **kept}
        agree(kind, [document], STANDARD)
    with pytest.raises(DocumentError):
        codec.decode_many(bson.encode({"_id": 1, "nm": "b", "other": 1}))


async def test_what_is_refused_may_be_skipped(mongo: Mongo) -> None:
    kind = kind_of(False, "refuse")
    await kind.objects.coll().insert_many(
        [{"_id": 1, "n": "a"}, {"_id": 2, "extra": 5}, {"_id": 3, "n": "c"}]
    )
    found = kind.objects.order_by("id")
    assert [it._id for it in await found.on_unreadable("skip").find_all()] == [1, 3]
    broken: list[StoredValueError] = []
    assert [it._id async for it in found.on_unreadable(broken)] == [1, 3]
    [error] = broken
    assert isinstance(error, UnknownStoredKeyError)
    assert str(error) == "Stored key 'extra' of Kind is no field."
    assert (error.document_class, error.id, error.path) == (kind, 2, "")
    assert (error.key, error.value, error.code) == ("extra", 5, "unknown")
    copied = pickle.loads(pickle.dumps(UnknownStoredKeyError(User, "x", 1, 2)))
    assert (str(copied), copied.id) == ("Stored key 'x' of User is no field.", 2)
    with pytest.raises(UnknownFieldError):
        await kind.objects.find_all()


async def test_a_tracked_document_drops_them_with_its_next_change(mongo: Mongo) -> None:
    class Inner(EmbeddedDocument):
        __unknown__ = "drop"
        road = StringField()
        town = StringField(aliases=["tw"])

    class Outer(Document):
        __collection__ = "tracked drops"
        __track_changes__ = True
        __unknown__ = "drop"
        name = StringField(aliases=["nm"])
        size = IntField()
        inner = EmbeddedDocumentField(Inner)

    inner = {"road": "r", "more": 1, "tw": "t"}
    stored: Any = {"nm": "a", "_size": 5, "inner": inner, "extra": {"b": 1}, "_x": 2}
    await Outer.objects.coll().insert_one({"_id": 1, **stored})
    outer = await Outer.objects.get(1)
    assert not outer.is_changed()
    commands = watch(mongo)
    await outer.save()
    assert commands.names == []
    outer.inner.road = "s"
    assert outer.changes() == {"inner.road": ("r", "s")}
    await outer.save()
    stored = await Outer.objects.coll().find_one()
    # What a field is read from stays.
    assert stored == {"_id": 1, "nm": "a", "_size": 5, "inner": {"road": "s", "tw": "t"}}
    assert not outer.is_changed()
    commands.forget()
    await outer.save()
    assert commands.names == []


@pytest.mark.usefixtures("codec")
def test_what_is_dropped_must_be_bson_all_the_same() -> None:
    kind = kind_of(False, "drop")
    for part, byte in (b"text\0", 4), (b"extra", 1):  # the NUL that ends it, and no UTF-8
        raw = bytearray(bson.encode({"_id": 1, "extra": "text"}))
        raw[raw.index(part) + byte] = 0xFE
        with pytest.raises(DocumentError):
            codec_for(kind, STANDARD).decode_many(bytes(raw))


async def test_what_a_save_does_with_them(mongo: Mongo) -> None:
    for unknown, kept in (("keep", {"extra": 1}), ("drop", {})):
        kind = kind_of(False, unknown)
        coll = kind.objects.coll()
        await coll.insert_one({"n": "a", "extra": 1})
        [document] = await kind.objects.find_all()
        document.age = 5
        await document.save()
        stored = await coll.find_one({}, {"_id": 0})
        assert stored == {"n": "a", "age": 5, "home": None, "homes": [], **kept}
        assert await kind.objects.delete() == 1


async def test_reloading_and_updates_keep_them(mongo: Mongo) -> None:
    kind = kind_of(False, "keep")
    coll = kind.objects.coll()
    document = await kind(name="a").save()
    await coll.update_one({}, {"$set": {"extra": 1}})
    await document.reload()
    assert document.to_son()["extra"] == 1
    await document.update(U.raw({"$set": {"extra": 2, "age": 3}}))
    assert (document.to_son()["extra"], document.age) == (2, 3)
    await document.update(U.raw({"$unset": {"extra": ""}}))
    assert "extra" not in document.to_son()


def test_a_password_is_in_no_suggestion() -> None:
    class Account(Document):
        __dynamic__ = False
        password = PasswordField()

    with pytest.raises(UnknownFieldError) as refused:
        Account(pasword="secret")
    assert str(refused.value) == "Account has no field 'pasword'. Did you mean 'password'?"
