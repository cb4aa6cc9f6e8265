"""Documents as dicts: what is in them, in which order, and what is left out."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    IntField,
    ListField,
    MapField,
    PasswordField,
    ReferenceField,
    SetField,
    StringField,
    TupleField,
    computed_field,
)
from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.storage.dangling import ReferenceList

ID, OTHER_ID = ObjectId("1" * 24), ObjectId("2" * 24)


class Home(EmbeddedDocument):
    town = StringField(db_field="t")
    code = StringField(exclude=True)


class User(Document):
    name = StringField(db_field="n")
    password = PasswordField()
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    places = MapField(EmbeddedDocumentField(Home))
    tags = SetField(StringField())
    notes = StringField(exclude=True)
    size = IntField()

    @computed_field
    def loud(self) -> str:
        return (self.name or "").upper()


def a_user(**values: Any) -> User:
    return User(_id=ID, name="Ada", password="secret", notes="private", **values)


def test_the_id_comes_first_and_what_is_computed_last() -> None:
    user = a_user(size=3)
    user.nick = "A"
    shown = user.to_dict()
    assert list(shown) == ["id", "name", "home", "homes", "places", "tags", "size", "nick", "loud"]
    assert (shown["id"], shown["nick"], shown["loud"]) == (ID, "A", "ADA")


def test_what_is_left_out_for_others_is_left_out_in_depth() -> None:
    home = Home(town="Ur", code="x")
    user = a_user(home=home, homes=[home], places={"a": home})
    for text in user.to_json(), user.to_json(mode="relaxed"), user.to_json(mode="canonical"):
        assert "private" not in text and "secret" not in text and "password" not in text
        assert "code" not in text
    assert user.to_dict(include={"name", "notes", "password"}) == {"name": "Ada"}


def test_an_unsaved_document_has_an_id_that_is_none() -> None:
    assert User().to_dict(include="id") == {"id": None}
    assert Home(town="Ur").to_dict() == {"town": "Ur"}


def test_embedded_documents_have_no_id_but_one_that_is_stored() -> None:
    assert a_user(home=Home(town="Ur")).to_dict()["home"] == {"town": "Ur"}
    loaded = User.from_son({"_id": ID, "home": {"_id": 5, "t": "Ur"}})
    assert loaded.to_dict()["home"] == {"id": 5, "town": "Ur"}
    again = User.from_dict(loaded.to_dict())
    assert again.to_son() == loaded.to_son()


def test_a_declared_primary_key_goes_by_its_name() -> None:
    class Ware(Document):
        sku = StringField(primary_key=True)
        size = IntField()

    ware = Ware(sku="A1", size=3)
    assert ware.to_dict() == {"sku": "A1", "size": 3}
    for name in "sku", "id", "_id":
        assert Ware.from_dict({name: "A1", "size": 3}).sku == "A1"


def test_a_field_called_id_is_the_programs() -> None:
    class Row(Document):
        id = IntField()

    row = Row(_id=ID, id=7)
    assert row.to_dict() == {"id": 7}
    again = Row.from_dict({"_id": str(ID), "id": 7})
    assert (again._id, again.id) == (ID, 7)


def test_a_value_that_is_stored_as_id_is_not_taken_for_the_id() -> None:
    user = User.from_son({"_id": ID, "id": 7})
    assert (user.id, user.to_dict()["id"]) == (7, ID)
    assert User.from_dict(user.to_dict())._id == ID


def test_by_alias_fields_go_by_their_keys_and_the_id_by_its_name() -> None:
    user = a_user(home=Home(town="Ur"))
    user.nick = "A"
    shown = user.to_dict(by_alias=True, exclude={"tags", "homes", "places"})
    assert shown == {
        "id": ID,
        "n": "Ada",
        "home": {"t": "Ur"},
        "size": None,
        "_nick": "A",
        "loud": "ADA",
    }
    assert User.from_dict(shown).to_son() == User.from_dict(user.to_dict()).to_son()


def test_what_is_none_can_be_left_out() -> None:
    user = User(homes=[Home()], size=0)
    assert user.to_dict(exclude_none=True, exclude={"tags", "places", "loud"}) == {
        "homes": [{}],
        "size": 0,
    }


@pytest.mark.parametrize(
    ("include", "exclude", "shown"),
    [
        ({"name"}, None, {"name": "Ada"}),
        ("name", None, {"name": "Ada"}),
        ({"name", "size"}, {"size"}, {"name": "Ada"}),
        ({"id", "home.town"}, None, {"id": ID, "home": {"town": "Ur"}}),
        ({"_id"}, None, {"id": ID}),
        ({"homes.town"}, None, {"homes": [{"town": "Ur"}, {"town": "Eri"}]}),
        ({"homes": {"town"}}, None, {"homes": [{"town": "Ur"}, {"town": "Eri"}]}),
        ({"homes": {"__all__": {"town"}}}, None, {"homes": [{"town": "Ur"}, {"town": "Eri"}]}),
        ({"homes": {1: {"town"}}}, None, {"homes": [{"town": "Eri"}]}),
        ({"homes": {0: True}}, {"homes": {0: {"street"}}}, {"homes": [{"town": "Ur"}]}),
        ({"places": {"a": {"town"}}}, None, {"places": {"a": {"town": "Ur"}}}),
        ({"places"}, {"places": {"b": True}}, {"places": {"a": {"town": "Ur", "street": "x"}}}),
        ({"home"}, {"home.street"}, {"home": {"town": "Ur"}}),
        ({"home": True}, {"home": {"street": False}}, {"home": {"town": "Ur", "street": "x"}}),
        ({"home", "home.town"}, None, {"home": {"town": "Ur", "street": "x"}}),
        (set(), None, {}),
    ],
)
def test_what_is_included_and_excluded(include: Any, exclude: Any, shown: Any) -> None:
    class Place(EmbeddedDocument):
        town = StringField()
        street = StringField()

    class Person(Document):
        name = StringField()
        size = IntField()
        home = EmbeddedDocumentField(Place)
        homes = ListField(EmbeddedDocumentField(Place))
        places = MapField(EmbeddedDocumentField(Place))

    place = Place(town="Ur", street="x")
    person = Person(
        _id=ID,
        name="Ada",
        size=3,
        home=place,
        homes=[place, Place(town="Eri", street="y")],
        places={"a": place, "b": place},
    )
    assert person.to_dict(include=include, exclude=exclude) == shown
    assert json.loads(person.to_json(include=include, exclude=exclude)) == json.loads(
        json.dumps(shown, default=str)
    )


def test_the_keys_that_say_the_class_can_be_excluded() -> None:
    class Wheel(EmbeddedDocument):
        __dynamic__ = False
        __discriminator__ = "_shape"
        size = IntField()

    class Spoked(Wheel):
        spokes = IntField()

    class Vehicle(Document):
        __dynamic__ = False
        __discriminator__ = "_kind"
        first = EmbeddedDocumentField(Wheel)
        wheels = ListField(GenericEmbeddedDocumentField(choices=[Spoked]))

    class Cart(Vehicle):
        pass

    spoked = Spoked(size=1, spokes=12)
    cart = Cart(first=spoked, wheels=[spoked])
    named: Any = {"_shape": "Wheel.Spoked", "size": 1, "spokes": 12}
    whole = {"first": named, "wheels": [{"_cls": "Spoked", **named}]}
    stored = {"_kind": "Vehicle.Cart", **whole}
    for names, left_out in (
        ("_kind", lambda form: form.pop("_kind", None)),
        ("first._shape", lambda form: form["first"].pop("_shape")),
        ("wheels._shape", lambda form: form["wheels"][0].pop("_shape")),
        ("wheels._cls", lambda form: form["wheels"][0].pop("_cls")),
    ):
        shown, extended = copy.deepcopy(whole), copy.deepcopy(stored)
        left_out(shown)
        left_out(extended)
        assert cart.to_dict(exclude={names, "id"}) == shown
        assert json.loads(cart.to_json(exclude={names, "id"})) == shown
        assert json.loads(cart.to_json(mode="relaxed", exclude=names)) == extended
    assert json.loads(cart.to_json(mode="relaxed", include="_kind")) == {"_kind": "Vehicle.Cart"}
    assert cart.to_dict(include={"first.size"}) == {"first": {"_shape": "Wheel.Spoked", "size": 1}}
    with pytest.raises(UnknownFieldError, match="Cart has no field '_kinds'"):
        cart.to_dict(exclude="_kinds")


def test_names_are_checked_where_a_class_has_no_others() -> None:
    class Strict(Document):
        __dynamic__ = False
        name = StringField()

    with pytest.raises(UnknownFieldError, match="Strict has no field 'nmae'. Did you mean 'name'?"):
        Strict().to_dict(exclude={"nmae"})
    assert Strict().to_dict(exclude={"name", "id"}) == {}
    for names in (b"name", 5, {"name": 1}):
        with pytest.raises(TypeError, match="include and exclude must be names of attributes, or"):
            Strict().to_dict(exclude=names)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="A name of an attribute is wanted"):
        User().to_dict(include={1.5})


@pytest.mark.parametrize("mode", ["JSON", "plain", None])
def test_there_are_two_modes(mode: Any) -> None:
    with pytest.raises(ValueError, match="mode must be 'python' or 'json', not "):
        User().to_dict(mode=mode)


# -- references --------------------------------------------------------------------------------


class Author(Document):
    name = StringField()
    friend = ReferenceField("self")
    books = ListField(ReferenceField("Volume"))


class Volume(Document):
    author = ReferenceField(Author)
    about = GenericReferenceField()


def test_references_are_ids_until_they_are_loaded() -> None:
    author = Author(_id=ID, name="Jane", books=[OTHER_ID])
    assert Volume(author=ID).to_dict()["author"] == ID
    assert Volume(author=author).to_dict()["author"] == {
        "id": ID,
        "name": "Jane",
        "friend": None,
        "books": [OTHER_ID],
    }


def test_a_circle_ends_in_the_id() -> None:
    author = Author(_id=ID, name="Jane")
    author.friend = author
    book = Volume(_id=OTHER_ID, author=author)
    author.books = [book]
    assert book.to_dict(exclude={"about"}) == {
        "id": OTHER_ID,
        "author": {"id": ID, "name": "Jane", "friend": ID, "books": [OTHER_ID]},
    }
    book.about = book
    assert book.to_dict(mode="json", include={"about"}) == {
        "about": {"$ref": "Volume", "$id": "2" * 24}
    }


def test_references_that_lead_nowhere_stay_ids() -> None:
    items = ReferenceList([None, Author(_id=OTHER_ID)], [ID])
    author = Author(books=items)
    assert author.to_dict()["books"][0] == ID


async def test_after_loading(mongo: Any) -> None:
    jane = await Author(name="Jane").save()
    book = await Volume(author=jane._id).save()
    loaded = await Volume.objects.get(book._id)
    assert loaded.to_dict()["author"] == jane._id
    await loaded.load_references()
    assert loaded.to_dict()["author"]["name"] == "Jane"
    again = Volume.from_json(loaded.to_json())
    assert again.to_son() == loaded.to_son()


# -- values ------------------------------------------------------------------------------------


def test_containers_are_those_of_the_fields() -> None:
    class Kinds(Document):
        tags = SetField(StringField())
        pair = TupleField(IntField(), IntField())

    kinds = Kinds(tags=["a"], pair=[1, 2])
    assert kinds.to_dict(exclude={"id"}) == {"tags": {"a"}, "pair": (1, 2)}


def test_a_date_that_sets_itself_is_the_one_that_the_document_shows() -> None:
    class Event(Document):
        made = DateTimeField(auto_now_on_insert=True)

    event = Event()
    assert event.to_dict()["made"] == event.made
    assert type(event.to_dict()["made"]) is datetime


def test_what_a_program_reads_otherwise_is_shown_as_it_reads() -> None:
    class Odd(Document):
        name = StringField()

        def get_field_value(self, name: str) -> Any:
            return f"<{super().get_field_value(name)}>"

    assert Odd(name="a").to_dict(include={"name"}) == {"name": "<a>"}


def test_fields_and_computed_fields_that_come_later() -> None:
    class Later(Document):
        name = StringField()

    assert Later(name="a").to_dict() == {"id": None, "name": "a"}
    Later.twice = computed_field(lambda self: self.name * 2)  # type: ignore[attr-defined]
    assert Later(name="a").to_dict() == {"id": None, "name": "a", "twice": "aa"}
    del Later.twice  # type: ignore[attr-defined]
    assert Later(name="a").to_dict() == {"id": None, "name": "a"}


def test_methods_of_a_program_win_and_change_nothing_else() -> None:
    class Own(Document):
        name = StringField()
        from_json = StringField()

        def to_dict(self) -> str:  # type: ignore[override]
            return "mine"

    class Holder(Document):
        own = EmbeddedDocumentField(Own)

    own = Own(name="a", from_json="b")
    assert (own.to_dict(), own.from_json) == ("mine", "b")
    assert own.to_json() == '{"id": null, "name": "a", "from_json": "b"}'
    assert Holder(own=own).to_dict()["own"] == {"name": "a", "from_json": "b"}


def test_a_document_of_several_classes_says_its_class_inside_of_another() -> None:
    class Animal(Document):
        __discriminator__ = "_cls"
        name = StringField()

    class Dog(Animal):
        tricks = IntField()

    class Owner(Document):
        pet = EmbeddedDocumentField(Animal)

    owner = Owner(pet=Dog(name="Rex", tricks=2))
    assert owner.to_dict()["pet"] == {"_cls": "Animal.Dog", "name": "Rex", "tricks": 2}
    again = Owner.from_json(owner.to_json())
    assert type(again.pet) is Dog and again.to_son() == owner.to_son()
    assert Dog(name="Rex").to_dict() == {"id": None, "name": "Rex", "tricks": None}
    assert type(Animal.from_dict({"_cls": "Animal.Dog", "name": "Rex"})) is Dog
    with pytest.raises(ValueError, match="No class is known for _cls 'Animal.Cat' of Animal."):
        Animal.from_dict({"_cls": "Animal.Cat"})


# -- JSON --------------------------------------------------------------------------------------


def test_options_of_the_text() -> None:
    user = User(_id=ID, name="Zoë")
    assert user.to_json(include={"name"}) == '{"name": "Zo\\u00eb"}'
    assert user.to_json(include={"name"}, ensure_ascii=False) == '{"name": "Zoë"}'
    assert user.to_json(include={"name"}, indent=1) == '{\n "name": "Zo\\u00eb"\n}'
    assert user.to_json(mode="relaxed", include={"name"}, separators=(",", ":")) == (
        '{"n":"Zo\\u00eb"}'
    )


def test_extended_json_is_that_of_what_is_stored() -> None:
    user = a_user(home=Home(town="Ur", code="x"), homes=[Home(town="Eri")], size=3)
    relaxed = json.loads(user.to_json(mode="relaxed", exclude={"places", "tags"}))
    assert relaxed == {
        "_id": {"$oid": "1" * 24},
        "n": "Ada",
        "home": {"t": "Ur"},
        "homes": [{"t": "Eri"}],
        "size": 3,
    }
    canonical = user.to_json(mode="canonical", include={"size", "homes.town"})
    assert json.loads(canonical) == {"homes": [{"t": "Eri"}], "size": {"$numberInt": "3"}}
    again = User.from_json(user.to_json(mode="canonical"), mode="canonical")
    assert (again._id, again.name, again.home.town) == (ID, "Ada", "Ur")
    assert not again._is_persisted and not again.home._is_persisted


@pytest.mark.parametrize("call", [User().to_json, lambda mode: User.from_json("{}", mode=mode)])
def test_there_are_three_modes_of_json(call: Any) -> None:
    with pytest.raises(ValueError, match="mode must be 'plain', 'relaxed' or 'canonical', not 'x'"):
        call(mode="x")


@pytest.mark.parametrize("is_dynamic", [True, False])
def test_no_key_shows_what_a_field_leaves_out(is_dynamic: bool) -> None:
    class Inner(Document):
        __dynamic__ = is_dynamic
        token = StringField(exclude=True, aliases=("tk", "t"))

    class Account(Document):
        __dynamic__ = is_dynamic
        password = PasswordField(aliases=("pw",))
        inner = EmbeddedDocumentField(Inner)

    inner = {"token": "first", "tk": "second", "t": "third", "_token": "fourth"}
    stored = {"password": "first", "pw": "second", "_password": "third", "inner": inner}
    account = Account.from_son({"_id": ID, **stored})
    texts = [repr(account), account.to_json(), repr(account.inner), str(account.to_dict())]
    texts += [account.to_json(mode=mode) for mode in ("relaxed", "canonical")]
    for text in texts:
        assert not any(value in text for value in inner.values())
    assert account.to_son() == stored
    assert json.loads(account.to_json(mode="relaxed"))["inner"] == {}


def test_extended_json_shows_what_an_attribute_shows() -> None:
    class Kind(Document):
        __discriminator__ = "kind"
        __dynamic__ = False
        name = StringField()

    class Derived(Kind):
        __discriminator_value__ = "derived"

    stored = {"_id": 1, "kind": "derived", "name": "a", "old_password": "x"}
    derived = Kind.from_son(stored)
    assert type(derived) is Derived and derived.to_son()["old_password"] == "x"
    shown = json.loads(derived.to_json(mode="relaxed"))
    assert shown == {"_id": 1, "kind": "derived", "name": "a"}


def test_passwords_in_lists_and_mappings_are_in_no_extended_json() -> None:
    class Vault(Document):
        words = ListField(StringField(exclude=True))
        secrets = ListField(PasswordField())
        named = MapField(PasswordField())
        hashes = ListField(PasswordField(exclude=False))

    vault = Vault(words=["a"], secrets=["hunter2"], named={"k": "hunter2"}, hashes=["hunter2"])
    shown = json.loads(vault.to_json(mode="relaxed"))
    stored = vault.to_son()
    assert shown == {"words": ["a"], "secrets": [], "named": {}, "hashes": stored["hashes"]}
    assert Vault.from_json(json.dumps(shown), mode="relaxed").to_son() == shown
