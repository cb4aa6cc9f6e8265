"""Documents of dicts and of JSON, and all that is refused at once."""

from __future__ import annotations

import copy
import json
import pickle
import sys
import traceback
from datetime import date, datetime
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    AnyField,
    DateField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    MapField,
    PasswordField,
    ReferenceField,
    StringField,
    UUIDField,
    VersionField,
    computed_field,
    transaction,
)
from aiomotorengine.errors import (
    InvalidDocumentError,
    StoredValueError,
    UniqueKeyViolationError,
    UnknownFieldError,
)
from tests.interop.hashing import CountingHasher

ID = ObjectId("1" * 24)


class Home(EmbeddedDocument):
    town = StringField(required=True, min_length=2)


class User(Document):
    name = StringField(db_field="n", required=True)
    age = IntField(min_value=0, default=18)
    born = DateField()
    homes = ListField(EmbeddedDocumentField(Home))
    places = MapField(EmbeddedDocumentField(Home))
    friend = ReferenceField("self")
    password = PasswordField()

    @computed_field
    def loud(self) -> str:
        return (self.name or "").upper()


class Note(Document):
    text = StringField()
    author = StringField()


class Strict(Document):
    __dynamic__ = False
    __strict__ = True
    name = StringField()
    age = IntField()
    at = DateTimeField()
    key = UUIDField()


def refused(document_class: Any, mapping: Any) -> dict[str, str]:
    with pytest.raises(InvalidDocumentError) as caught:
        document_class.from_dict(mapping)
    assert str(caught.value) == caught.value.errors[0].message
    assert caught.value.path == caught.value.errors[0].path
    return {error.path: error.code for error in caught.value.errors}


def test_all_refusals_come_at_once_in_the_order_of_the_fields() -> None:
    mapping = {
        "homes": [{"town": "Ur"}, {"town": "U"}, "Eri", {}],
        "places": {"a": {"town": 5}},
        "born": "yesterday",
        "age": -1,
    }
    assert refused(User, mapping) == {
        "name": "required",
        "age": "invalid",
        "born": "invalid",
        "homes.1.town": "min_length",
        "homes.2": "invalid",
        "homes.3.town": "required",
        "places.a.town": "invalid",
    }


def test_values_are_as_if_they_had_been_loaded() -> None:
    user = User.from_dict(
        {"n": "Ada", "age": "36", "born": "1815-12-10", "homes": [{"town": "Ur"}]}
    )
    assert (user.name, user.age, user.born) == ("Ada", 36, date(1815, 12, 10))
    assert user.homes == [Home(town="Ur")]


def test_what_is_not_given_gets_its_default_and_null_is_given() -> None:
    assert User.from_dict({"name": "Ada"}).age == 18
    assert User.from_dict({"name": "Ada", "age": None}).age is None


def test_strict_fields_take_the_forms_of_json_and_convert_nothing_else() -> None:
    document = Strict.from_dict({"age": 3, "at": "2020-01-02T03:04:05", "key": "0" * 32})
    assert document.at == datetime(2020, 1, 2, 3, 4, 5)
    assert refused(Strict, {"age": "3"}) == {"age": "strict"}


def test_unknown_names_are_refused_where_there_are_none_but_fields() -> None:
    with pytest.raises(UnknownFieldError, match="Strict has no field 'nmae'. Did you mean 'name'?"):
        Strict.from_dict({"nmae": "Ada"})
    assert refused(Strict, {"nmae": "Ada", "x": 1, "age": "3"}) == {
        "age": "strict",
        "nmae": "unknown",
        "x": "unknown",
    }
    with pytest.raises(UnknownFieldError):
        Strict.from_dict({"nmae": "Ada"}, validate=False)


def test_other_names_are_dynamic_values_where_there_are_such() -> None:
    user = User.from_dict({"name": "Ada", "nick": "A", "_old": 1})
    assert (user.nick, user.old) == ("A", 1)
    assert {"_nick": "A", "_old": 1}.items() <= user.to_son().items()


def test_what_is_computed_or_belongs_to_the_class_is_not_taken() -> None:
    assert User.from_dict({"name": "Ada", "loud": "x"}).loud == "ADA"

    class Shown(Document):
        @property
        def fixed(self) -> int:
            return 1

    assert refused(Shown, {"fixed": 2}) == {"fixed": "unknown"}


def test_one_value_is_given_once() -> None:
    with pytest.raises(InvalidDocumentError, match="Field 'name' is given twice."):
        User.from_dict({"name": "Ada", "n": "Eva"})


@pytest.mark.parametrize("name", ["id", "_id"])
def test_the_id(name: str) -> None:
    for id in ID, str(ID):
        user = User.from_dict({name: id, "name": "Ada"})
        assert user._id == ID and not user._is_persisted
    assert User.from_dict({name: None, "name": "Ada"})._id is None
    for odd in [1], {"$ne": 1}:
        assert refused(User, {name: odd, "name": "Ada"}) == {"id": "invalid"}


@pytest.mark.parametrize(
    "form", [str(ID), ID, {"id": str(ID), "name": 5}, {"_id": ID}, {"id": str(ID), "x": {}}]
)
def test_a_reference_is_its_id(form: Any) -> None:
    user = User.from_dict({"name": "Ada", "friend": form})
    assert user.get_field_value("friend") == ID


def test_a_reference_is_no_list() -> None:
    assert refused(User, {"name": "Ada", "friend": [1]}) == {"friend": "invalid"}


def test_it_may_be_left_unvalidated() -> None:
    user = User.from_dict({"age": "many", "born": "yesterday", "homes": [{}]}, validate=False)
    assert (user.name, user.age, user.born) == (None, "many", "yesterday")
    with pytest.raises(InvalidDocumentError, match="Field 'name' is given twice."):
        User.from_dict({"name": "Ada", "n": "Eva"}, validate=False)


def test_what_is_no_mapping() -> None:
    with pytest.raises(TypeError, match="A User is made of a mapping, not of list."):
        User.from_dict([])  # type: ignore[arg-type]
    with pytest.raises(InvalidDocumentError, match="A User is made of a JSON object, not of "):
        User.from_json("[1]")
    with pytest.raises(InvalidDocumentError, match="A User is made of a JSON object, not of "):
        User.from_json("[1]", mode="relaxed")
    with pytest.raises(json.JSONDecodeError):
        User.from_json("{")


def test_names_that_are_no_texts() -> None:
    assert refused(User, {"name": "Ada", 5: 1}) == {"5": "unknown"}


def test_bytes_are_json_too() -> None:
    assert User.from_json(b'{"name": "Zo\xc3\xab"}').name == "Zo\u00eb"


def test_extended_json_that_is_not_valid() -> None:
    with pytest.raises(InvalidDocumentError, match="Field 'name' is required.") as caught:
        User.from_json('{"age": -1}', mode="relaxed")
    assert [error.path for error in caught.value.errors] == ["name", "age"]
    with pytest.raises(InvalidDocumentError) as caught:
        User.from_json('{"n": "Ada", "age": "x", "born": "y"}', mode="relaxed")
    assert [error.path for error in caught.value.errors] == ["age", "born"]
    assert isinstance(caught.value.__cause__, StoredValueError)
    assert User.from_json('{"age": -1}', mode="relaxed", validate=False).age == -1


def test_passwords_are_in_no_refusal() -> None:
    class Account(Document):
        password = PasswordField()
        codes = ListField(PasswordField())

    with pytest.raises(InvalidDocumentError) as caught:
        Account.from_dict({"password": ["hunter2"], "codes": [{"a": "hunter2"}]})
    assert "hunter2" not in repr(caught.value.errors) + "".join(caught.value.__notes__)
    assert {error.value for error in caught.value.errors} == {"***"}


# -- classes of a program ----------------------------------------------------------------------


def test_what_a_validate_of_the_program_says() -> None:
    class Span(Document):
        begin = IntField(required=True)
        end = IntField()

        def validate(self) -> bool:
            super().validate()
            if self.end is not None and self.end < self.begin:
                raise ValueError("it ends before it begins")
            return True

    assert refused(Span, {"begin": 5, "end": 3}) == {"": "invalid"}
    with pytest.raises(InvalidDocumentError, match="it ends before it begins"):
        Span.from_dict({"begin": 5, "end": 3})

    class Broken(Document):
        def validate(self) -> bool:
            raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        Broken.from_dict({})


def test_constructors_of_a_program() -> None:
    class Named(Document):
        name = StringField()
        age = IntField()

        def __init__(self, name: str, **values: Any) -> None:
            super().__init__(name=name and name.title(), **values)

    class Odd(Document):
        name = StringField()

        def __init__(self, first: str, last: str) -> None:
            super().__init__(name=f"{first} {last}")

    assert Named.from_dict({"name": "ada", "age": 3}).name == "Ada"
    assert Named.from_dict({"age": 3}).name is None
    assert Odd.from_dict({"name": "Ada", "nick": "A"}).to_son() == {"name": "Ada", "_nick": "A"}


async def test_what_is_made_can_be_saved(mongo: Any) -> None:
    user = User.from_json('{"name": "Ada", "homes": [{"town": "Ur"}]}')
    saved = await user.save()
    assert saved is user
    loaded = await User.objects.get(user._id)
    assert loaded.to_dict() == user.to_dict()


async def test_what_is_made_of_data_takes_no_other_documents_place(mongo: Any) -> None:
    note = await Note.objects.create(text="mine", author="Ada")
    sent = {"id": str(note.id), "text": "yours"}
    stored = json.dumps({"_id": {"$oid": str(note.id)}, "text": "yours"})
    made = Note.from_dict(sent)
    others = [
        Note.from_dict(sent, validate=False),
        Note.from_json(json.dumps(sent)),
        Note.from_json(stored, mode="relaxed"),
        copy.deepcopy(made),
        pickle.loads(pickle.dumps(made)),
    ]
    for other in [made, *others, made]:
        with pytest.raises(UniqueKeyViolationError):
            await other.save()
    with pytest.raises(UniqueKeyViolationError):
        await Note.objects.bulk_insert([Note.from_dict(sent)])
    assert (await Note.objects.get(note.id)).author == "Ada"
    await made.save(upsert=True)
    found = await Note.objects.get(note.id)
    assert (found.text, found.author) == ("yours", None)
    made.text = "mine again"
    assert await made.save() is made
    assert (await Note.objects.get(note.id)).text == "mine again"
    assert (await Note(_id=note.id, text="by the program").save()).id == note.id  # K6


@pytest.mark.parametrize(
    "settings",
    [{}, {"__track_changes__": True}, {"version": VersionField()}],
    ids=["plain", "tracked", "versions"],
)
async def test_what_is_made_of_data_is_inserted_by_its_first_save(
    mongo: Any, settings: dict[str, Any]
) -> None:
    note_class: Any = type("Note", (Document,), {"text": StringField(), **settings})
    id = ObjectId()
    note = note_class.from_dict({"id": str(id), "text": "a"})
    assert not note._is_persisted
    await note.save()
    note.text = "b"
    await note.save()
    assert (await note_class.objects.get(id)).text == "b"
    with pytest.raises(UniqueKeyViolationError):
        await note_class.from_dict({"id": str(id), "text": "c"}).save()
    assert (await note_class.objects.get(id)).text == "b"


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_what_is_made_of_data_is_new_again_after_a_transaction(mongo: Any) -> None:
    await Note.ensure_index()
    note = await Note.objects.create(text="mine")
    other = Note.from_dict({"id": str(ObjectId()), "text": "yours"})

    async def save_in_vain() -> None:
        async with transaction():
            await other.save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await save_in_vain()
    other.id = note.id
    with pytest.raises(UniqueKeyViolationError):
        await other.save()
    assert (await Note.objects.get(note.id)).text == "mine"


def test_many_refusals_are_not_compared_with_each_other() -> None:
    class Line(EmbeddedDocument):
        __dynamic__ = False
        page = IntField(required=True)

    class Index(Document):
        lines = ListField(EmbeddedDocumentField(Line))

    def calls(count: int) -> int:
        called = 0

        def note(frame: Any, event: str, argument: Any) -> None:
            nonlocal called
            called += event == "call"

        before = sys.getprofile()
        sys.setprofile(note)
        try:
            with pytest.raises(InvalidDocumentError):
                Index.from_dict({"lines": [{"pages": 1}] * count})
        finally:
            sys.setprofile(before)
        return called

    calls(1)
    assert calls(800) < 2.5 * calls(400)


class Counted(Document):
    n = IntField(min_value=0, max_value=9)
    items = ListField(IntField(max_value=3))
    home = EmbeddedDocumentField("Surveyed")
    at = DateTimeField()
    m = AnyField()


class Surveyed(EmbeddedDocument):
    size = IntField(max_value=5)


def extended_refusals(text: str, **options: Any) -> dict[str, str]:
    with pytest.raises(InvalidDocumentError) as caught:
        Counted.from_json(text, mode="relaxed", **options)
    return {error.path: error.message for error in caught.value.errors}


def test_what_fields_read_of_extended_json_is_validated() -> None:
    text = '{"n": "-77", "items": ["9", "2"], "home": {"size": "6"}}'
    assert list(extended_refusals(text)) == ["n", "items.0", "home.size"]


def test_what_fields_read_of_extended_json_is_what_is_stored() -> None:
    text = '{"n": "7", "items": ["2"], "home": {"size": "5"}}'
    son = Counted.from_json(text, mode="relaxed").to_son()
    assert (son["n"], son["items"], son["home"]["size"]) == (7, [2], 5)


@pytest.mark.parametrize("options", [{}, {"validate": False}], ids=["validated", "as it is"])
def test_what_is_no_extended_json_is_refused_with_its_place(options: dict[str, Any]) -> None:
    text = """{
        "_id": {"$oid": "xyz"},
        "n": {"$numberDecimal": "abc"},
        "at": {"$date": []},
        "m": [1, {"a": {"$oid": 5}}]
    }"""
    assert extended_refusals(text, **options) == {
        "id": "Field 'id' must be valid: it is no Extended JSON.",
        "n": "Field 'n' must be valid: it is no Extended JSON.",
        "at": "Field 'at' must be valid: it is no Extended JSON.",
        "m.1.a": "Field 'm' must be valid: it is no Extended JSON.",
    }


def test_the_other_fields_of_what_is_no_extended_json_are_refused_too() -> None:
    text = '{"at": {"$date": []}, "items": ["x"], "n": 10}'
    assert set(extended_refusals(text)) == {"at", "items.0", "n"}


@pytest.mark.parametrize("mode", ["plain", "relaxed"])
def test_json_that_is_nested_too_deeply_is_refused(mode: Any) -> None:
    with pytest.raises(InvalidDocumentError, match="the JSON is nested too deeply"):
        Counted.from_json('{"m": ' + "[" * 200_000 + "]" * 200_000 + "}", mode=mode)


@pytest.mark.parametrize("levels", [300, 50_000])
def test_documents_that_nest_too_deeply_are_refused(levels: int) -> None:
    class Node(Document):
        __dynamic__ = False
        nodes = ListField(EmbeddedDocumentField("self"))
        other = AnyField()

    mapping: dict[str, Any] = {}
    for _ in range(levels):
        mapping = {"nodes": [mapping]}
    with pytest.raises(InvalidDocumentError) as caught:
        Node.from_dict(mapping)
    assert str(caught.value) == (
        "Field 'nodes' must be valid: it is below the 180 levels that MongoDB stores."
    )
    assert caught.value.path == ".".join(["nodes", "0"] * 90 + ["nodes"])
    assert Node.from_dict({"nodes": [{"nodes": []}]}).nodes[0].nodes == []


def test_eighty_levels_are_none_too_many() -> None:
    class Node(Document):
        nodes = ListField(EmbeddedDocumentField("self"))

    mapping: dict[str, Any] = {}
    for _ in range(40):
        mapping = {"nodes": [mapping]}
    node = Node.from_dict(mapping)
    for _ in range(40):
        [node] = node.nodes
    assert node.nodes == []


def test_what_a_setter_raises_is_a_refusal_among_others() -> None:
    class Account(Document):
        name = IntField()
        age = IntField()
        role = StringField()

        @property
        def admin(self) -> bool:
            return self.role == "admin"

        @admin.setter
        def admin(self, value: Any) -> None:
            if value == "raise":
                raise ValueError("nobody may say so.")
            self.role = {True: "admin"}[value]

    for value, reason in ("raise", ": nobody may say so."), ("x", "."):
        with pytest.raises(InvalidDocumentError) as caught:
            Account.from_dict({"admin": value, "name": "x", "age": "y"})
        assert [error.path for error in caught.value.errors] == ["name", "age", "admin"]
        assert caught.value.errors[-1].message == f"Field 'admin' must be valid{reason}"
    assert Account.from_dict({"admin": True, "name": 1}).role == "admin"


def test_what_a_constructor_refuses_is_told_with_the_others() -> None:
    class Span(EmbeddedDocument):
        __dynamic__ = False

    class Account(Document):
        span = EmbeddedDocumentField(Span)

        def __init__(self, **values: Any) -> None:
            if "x" in values:
                raise ValueError("x is not taken")
            super().__init__(**values)

    with pytest.raises(InvalidDocumentError) as caught:
        Account.from_dict({"x": 1, "span": {"y": 1}})
    messages = [error.message for error in caught.value.errors]
    assert messages == ["Span has no field 'y'.", "x is not taken"]


def test_a_password_is_hashed_when_nothing_is_refused() -> None:
    hasher = CountingHasher()

    class Key(EmbeddedDocument):
        secret = PasswordField(hasher=hasher, required=True)

    class Account(Document):
        mail = StringField(required=True)
        password = PasswordField(hasher=hasher, required=True)
        keys = ListField(EmbeddedDocumentField(Key))

    given = {"password": "a", "keys": [{"secret": "b"}]}
    assert refused(Account, given) == {"mail": "required"}
    assert refused(Account, given | {"mail": "m", "password": ""}) == {"password": "required"}
    assert hasher.hashed == []
    account = Account.from_dict(given | {"mail": "m"})
    assert sorted(hasher.hashed) == ["a", "b"]
    assert "'a'" not in repr(vars(account.password)).replace("hash of", "")
    assert account.password.verify("a")
    assert not account.password.is_of_empty_text
    assert account.to_son()["keys"] == [{"secret": "hash of b"}]
    assert sorted(hasher.hashed) == ["a", "b"]


def test_what_a_hasher_refuses_is_told_with_its_place() -> None:
    class Key(EmbeddedDocument):
        secret = PasswordField(hasher=CountingHasher(longest=3))

    class Account(Document):
        password = PasswordField(hasher=CountingHasher(longest=3))
        keys = ListField(EmbeddedDocumentField(Key))
        old = ListField(PasswordField(hasher=CountingHasher(longest=3)))

    for given, path in (
        ({"password": "long"}, "password"),
        ({"keys": [{"secret": "a"}, {"secret": "long"}]}, "keys.1.secret"),
        ({"old": ["a", "b", "long"]}, "old.2"),
    ):
        for validate in True, False:
            with pytest.raises(
                InvalidDocumentError, match=r"must be valid: it is too long\."
            ) as it:
                Account.from_dict(given, validate=validate)
            [error] = it.value.errors
            assert (error.path, error.code, error.value) == (path, "invalid", "***")
            assert "long'" not in "".join(traceback.format_exception(it.value))


def test_a_validator_may_ask_a_password_that_is_not_hashed_yet() -> None:
    class Account(Document):
        password = PasswordField(validators=[lambda it: not it.verify("1234")])

    assert refused(Account, {"password": "1234"}) == {"password": "validator"}
    assert Account.from_dict({"password": "12345"}).password == "12345"


def test_an_extended_json_of_no_object() -> None:
    with pytest.raises(
        InvalidDocumentError, match="A Counted is made of a JSON object, not of BrokenExtendedJson."
    ):
        Counted.from_json('{"$date": []}', mode="relaxed")


@pytest.mark.parametrize("line", [{"pages": 1}, {"page": "none"}], ids=["unknown", "unreadable"])
def test_of_many_refusals_the_first_are_told(line: dict[str, Any]) -> None:
    looked_at: list[Any] = []

    class Page(IntField):
        def validate(self, value: Any) -> bool:
            looked_at.append(value)
            return super().validate(value)

    class Line(EmbeddedDocument):
        __dynamic__ = False
        page = Page()

    class Index(Document):
        lines = ListField(EmbeddedDocumentField(Line))

    with pytest.raises(InvalidDocumentError) as caught:
        Index.from_dict({"lines": [line] * 100})
    (name,) = line
    told = [f"lines.{index}.{name}" for index in range(100)]
    assert [error.path for error in caught.value.errors] == told
    looked_at.clear()
    with pytest.raises(InvalidDocumentError) as caught:
        Index.from_dict({"lines": [line] * 10_000})
    *errors, last = caught.value.errors
    assert [error.path for error in errors] == told
    assert str(last) == "More is wrong than the 100 values that are told."
    assert len(looked_at) < 15_000  # by validate(), and once more until enough was found


def test_a_class_with_its_own_constructor_has_the_default_of_its_key() -> None:
    class Ware(Document):
        sku = StringField(primary_key=True, default=lambda: "made")
        text = StringField()

        def __init__(self, text: str, *, extra: int) -> None:
            super().__init__(text=text)

    assert Ware.from_dict({"text": "a"}).sku == "made"
    assert Ware.from_dict({"text": "a", "sku": "given"}).sku == "given"


def test_texts_that_utf_8_can_not_have_are_refused() -> None:
    class Page(Document):
        title = StringField(db_field="t")
        texts = MapField(StringField(), db_field="x")
        more = AnyField()

    for values, path, reason in (
        ({"title": "\ud800"}, "title", "it has characters that UTF-8 can't have"),
        ({"t": "a\udfff"}, "title", "it has"),
        ({"texts": {"a": "\ud800"}}, "texts.a", "it has"),
        ({"texts": {"\ud800": "a"}}, "texts", r"its key '\\ud800' has"),
        ({"more": [{"a": ["\ud800"]}]}, "more.0.a.0", "it has"),
        ({"other": "\ud800"}, "other", "it has"),
        ({"\ud800": 1}, r"\ud800", "its name has"),
    ):
        with pytest.raises(InvalidDocumentError, match=reason) as raised:
            Page.from_dict(values)
        assert raised.value.path == path
        assert Page.from_dict(values, validate=False) is not None
    for mode in "plain", "relaxed":
        with pytest.raises(InvalidDocumentError, match="it has characters"):
            Page.from_json(r'{"t": "\ud800"}', mode=mode)
        read = Page.from_json(r'{"t": "\ud83d\ude00"}', mode=mode)
        assert read.title == "\N{GRINNING FACE}"


def test_a_value_of_more_levels_than_python_goes_down_is_no_error_of_another_kind() -> None:
    class Page(Document):
        title = StringField()
        more = AnyField()

    deep: list[Any] = []
    for _ in range(2 * sys.getrecursionlimit()):
        deep = [deep]
    assert Page.from_dict({"more": deep}).more is deep  # a save says that it is too deep
    with pytest.raises(InvalidDocumentError, match="'title' must be valid"):
        Page.from_dict({"title": deep})
