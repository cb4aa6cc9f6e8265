"""Options that make a document's bytes or its reading other: keys that are left out, other keys."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions

from aiomotorengine import (
    BooleanField,
    DateTimeField,
    DecimalField,
    DictField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
    U,
)
from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.fields.password_field import PasswordType, sha256
from aiomotorengine.update.compiling import compiled, operations_of
from aiomotorengine.update.definition import update_document
from tests.codec.laws import STANDARD, agree, ids_for
from tests.zoo.compare import snapshot

pytestmark = pytest.mark.usefixtures("codec")

AWARE: CodecOptions[Any] = STANDARD.with_options(tz_aware=True)


class Shouted(StringField):
    def to_son(self, value: Any) -> Any:
        return f"{value}!"


class Shown(StringField):
    def get_value(self, value: Any) -> Any:
        return value or None


class Home(Document):
    __omit_none__ = True

    town = StringField()
    road = StringField(omit_none=False)


class Sparse(Document):
    __omit_none__ = True

    text = StringField()
    number = IntField(default=1)
    flag = BooleanField()
    items = ListField(IntField())
    tags = ListField(StringField(), default=lambda: ["a"])
    kept = IntField(omit_none=False)
    price = DecimalField()
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    shouted = Shouted()
    shown = Shown()
    secret = PasswordField()
    other = ReferenceField("tests.codec.test_options.Home")
    at = DateTimeField(tz=UTC)
    made = DateTimeField(auto_now_on_insert=True)


def written(document: Any, options: CodecOptions[Any] = STANDARD) -> dict[str, Any]:
    [raw] = codec_for(type(document), options).encode_many([document], ids_for([document]))
    decoded: dict[str, Any] = bson.decode(raw, options)
    del decoded["_id"]
    return decoded


def test_what_is_none_is_not_stored() -> None:
    made = datetime(2020, 1, 1)
    assert written(Sparse(made=made)) == {
        "number": 1,
        "items": [],
        "tags": ["a"],
        "kept": None,
        "homes": [],
        "made": made,
    }
    document = Sparse(number=None, items=None, tags=None, home=Home(), shown="", made=made)
    assert written(document) == {
        "number": None,
        "tags": [],
        "kept": None,
        "home": {"road": None},
        "homes": [],
        "made": made,
    }


def test_both_sides_leave_out_the_same() -> None:
    full = Sparse(
        text="a",
        flag=False,
        price="1.5",
        home=Home(town="Ur"),
        homes=[Home(), Home(town="Uruk")],
        secret="x",
        at=datetime(2020, 1, 1),
        items=[None, 1],
    )
    loose: Any = Sparse()
    loose.dynamic = 5
    agree(Sparse, [Sparse(), full, Sparse(items=None, tags=None), loose], STANDARD)


def test_an_update_removes_the_key_of_what_is_none() -> None:
    def update(*changes: Any) -> Any:
        return compiled(Sparse, operations_of(Sparse, changes))

    assert update(U.set(text=None, kept=None)) == {"$unset": {"text": ""}, "$set": {"kept": None}}
    assert update(U.set(number=None)) == {"$set": {"number": None}}
    assert update(U.set(home__town=None, home__road=None)) == {
        "$unset": {"home.town": ""},
        "$set": {"home.road": None},
    }
    assert update_document(Sparse, {Sparse.text: None, "kept": 1}) == {
        "$set": {"kept": 1},
        "$unset": {"text": ""},
    }
    assert update_document(Sparse, {"text": None}) == {"$unset": {"text": ""}}


def test_a_dynamic_value_takes_no_key_of_a_field_that_is_left_out() -> None:
    document: Any = Home()
    document._hidden = {"town": "Ur", "x": 1}
    agree(Home, [document], STANDARD)
    assert written(document) == {"road": None, "x": 1}


def test_a_sparse_field_is_left_out_by_itself() -> None:
    class User(Document):
        mail = StringField(sparse=True)
        phone = StringField(sparse=True, omit_none=False)

    assert written(User()) == {"phone": None}
    assert written(User(mail="a")) == {"mail": "a", "phone": None}


# -- strict classes ------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [{"gross": "5"}, {"groß": "5"}, OrderedDict(gross="5")], ids=str)
def test_a_strict_class_is_strict_in_containers(sizes: Any) -> None:
    class Stock(Document):
        __strict__ = True
        sizes = DictField(IntField())
        many = ListField(DictField(IntField()))

    for stock in (Stock(sizes=sizes), Stock(many=[sizes])):
        agree(Stock, [stock], STANDARD)
        with pytest.raises(DocumentError) as raised:
            codec_for(Stock, STANDARD).validate_many([stock])
        assert "int is needed, not str" in str(raised.value.__cause__)


# -- aliases -------------------------------------------------------------------------------------


class Person(Document):
    name = StringField(aliases=("fullName", "nm"), db_field="n")
    age = IntField(aliases=["years"], default=lambda: 1)
    home = EmbeddedDocumentField("tests.codec.test_options.Town")
    tags = ListField(StringField(), aliases=["labels"])


class Town(Document):
    name = StringField(aliases=["town"])


STORED: list[dict[str, Any]] = [
    {"_id": 1, "n": "a"},
    {"_id": 1, "nm": "b", "fullName": "c", "years": "5", "labels": None},
    {"_id": 1, "fullName": "c", "nm": "b"},
    {"_id": 1, "n": "a", "nm": "b", "years": 5, "age": 6},
    {"_id": 1, "_n": "x", "nm": "b"},
    {"_id": 1, "nm": "b", "_n": "x"},
    {"_id": 1, "nm": 5, "other": [1], "labels": ["x"]},
    {"_id": 1, "home": {"town": "Ur"}, "years": 2},
    {"_id": 1, "nm": "b", "_nm": 5},
    {"_id": 1, "_nm": 5, "nm": "b"},
    {"_id": 1, "fullName": "b", "_nm": 5},
]


@pytest.mark.parametrize("stored", STORED, ids=str)
def test_both_sides_read_the_same_keys(stored: dict[str, Any]) -> None:
    raw = bson.encode(stored)
    codec = codec_for(Person, STANDARD)
    [loaded] = codec.decode_many(raw)
    assert snapshot(loaded) == snapshot(Person.from_son(bson.decode(raw)))
    agree(Person, [loaded], STANDARD)


def test_the_first_alias_wins_and_the_fields_own_key_before_all() -> None:
    loaded = [Person.from_son(stored) for stored in STORED]
    assert [it.name for it in loaded] == ["a", "c", "c", "a", "b", "b", 5, None, "b", "b", "b"]
    assert [it.age for it in loaded] == [1, 5, 1, 6, 1, 1, 1, 2, 1, 1, 1]
    assert loaded[7].home.name == "Ur"
    assert written(loaded[2]) == {"n": "c", "age": 1, "home": None, "tags": [], "nm": "b"}


def test_a_class_that_is_called_reads_aliases_too() -> None:
    class Made(Document):
        name = StringField(aliases=["nm"])

        def __init__(self, name: Any = None, _id: Any = None) -> None:
            super().__init__(name=name, _id=_id)

    raw = bson.encode({"_id": 1, "nm": "a"})
    [loaded] = codec_for(Made, STANDARD).decode_many(raw)
    assert loaded.name == "a"


# -- dates in a time zone ------------------------------------------------------------------------


class Zoned(Document):
    at = DateTimeField(tz=UTC)
    there = DateTimeField(tz=timezone(timedelta(hours=-3)))
    made = DateTimeField(tz=UTC, auto_now_on_insert=True)
    many = ListField(DateTimeField(tz=UTC))


@pytest.mark.parametrize("options", [STANDARD, AWARE])
def test_dates_are_aware_whatever_the_client_is(options: CodecOptions[Any]) -> None:
    noon = datetime(2020, 1, 2, 12)
    zoned = Zoned(at=noon, there=noon, made=noon, many=[noon, noon.replace(tzinfo=UTC)])
    agree(Zoned, [zoned, Zoned(made=noon)], options)
    [raw] = codec_for(Zoned, options).encode_many([zoned], ids_for([zoned]))
    assert bson.decode(raw)["there"] == noon.replace(hour=15)
    [loaded] = codec_for(Zoned, options).decode_many(raw)
    assert loaded.at == loaded.made == noon.replace(tzinfo=UTC)
    assert loaded.there == noon.replace(hour=15, tzinfo=UTC)
    assert loaded.there.utcoffset() == timedelta(hours=-3)
    assert {it.tzinfo for it in (loaded.at, loaded.made, *loaded.many)} == {UTC}


def test_a_date_that_sets_itself_is_in_its_zone() -> None:
    assert Zoned().made.tzinfo is UTC
    assert Zoned.made.get_value(None).tzinfo is UTC


def test_filters_mean_naive_dates_in_the_zone_of_the_field() -> None:
    noon = datetime(2020, 1, 2, 12)
    query = Zoned.objects.filter(there__gt=noon, at="2020-01-02T12:00").to_query()
    assert query["there"]["$gt"].utcoffset() == timedelta(hours=-3)
    assert query["at"] == noon.replace(tzinfo=UTC)


# -- hashers -------------------------------------------------------------------------------------


class Hasher:
    """As ``argon2.PasswordHasher``: each hash has a salt, and what is no match raises."""

    def __init__(self) -> None:
        self.count = 0

    def hash(self, text: str, /) -> str:
        self.count += 1
        return f"$h${self.count}${text[::-1]}"

    def verify(self, stored: Any, text: Any, /) -> bool:
        if not stored.startswith("$h$"):
            raise LookupError("no hash of this hasher")
        if stored.split("$", 3)[3] != text[::-1]:
            raise ValueError("it does not match")
        return True

    def check_needs_rehash(self, stored: Any, /) -> bool:
        if not stored.startswith("$h$"):
            raise LookupError("no hash of this hasher")
        return bool(stored.startswith("$h$1$"))


class Account(Document):
    password = PasswordField(hasher=Hasher(), required=True)


def test_a_hasher_makes_and_verifies_the_hash() -> None:
    account = Account(password="secret")
    stored = written(account)
    assert stored["password"].startswith("$h$")
    assert written(account) == stored
    agree(Account, [account, Account(password="other")], STANDARD)
    loaded = Account.from_son(stored)
    assert isinstance(loaded.password, PasswordType)
    assert loaded.password.verify("secret")
    assert loaded.password == "secret"
    assert not loaded.password.verify("Secret")
    assert loaded.password != "Secret"


def test_a_hash_of_old_is_still_verified_and_needs_a_rehash() -> None:
    old = Account.from_son({"password": sha256("secret")}).password
    assert (old.verify("secret"), old.verify("x"), old.needs_rehash) == (True, False, True)
    assert [Account(password="a").password.needs_rehash for _ in range(2)][1] is False
    assert PasswordType("a").needs_rehash is False


@pytest.mark.parametrize("value", [None, ""])
def test_no_password_is_none_with_a_hasher_too(value: Any) -> None:
    codec = codec_for(Account, STANDARD)
    with pytest.raises(DocumentError) as raised:
        codec.validate_many([Account(password=value)])
    assert str(raised.value.__cause__) == "Field 'password' is required."
    assert Account(password="a").validate()


def test_no_filter_finds_a_salted_password() -> None:
    with pytest.raises(ValueError, match="is hashed with a salt, so no filter finds a password"):
        Account.objects.filter(password="secret").to_query()


# -- what the program does in the middle ---------------------------------------------------------


def test_a_validator_that_changes_the_document_is_called_before_it_is_written() -> None:
    def change(value: Any) -> None:
        document.second = "changed"

    class Model(Document):
        first = StringField(validators=[change])
        second = StringField()

    document: Any = Model(first="a", second="b")
    [raw] = codec_for(Model, STANDARD).encode_many([document], ids_for([document]), validate=True)
    assert bson.decode(raw)["second"] == "changed"


def test_what_a_validator_raises_is_the_same_on_both_sides() -> None:
    def broken(value: Any) -> None:
        raise LookupError("not now")

    class Model(Document):
        text = StringField(validators=[broken])

    documents = [Model(), Model(text="a")]
    codec = codec_for(Model, STANDARD)
    with pytest.raises(DocumentError) as raised:
        codec.validate_many(documents)
    assert (raised.value.index, str(raised.value.__cause__)) == (1, "not now")
