"""Values that no field declares: kept with the instance, saved under a key of their own."""

from __future__ import annotations

import copy
import pickle
from functools import cached_property
from typing import Any
from unittest.mock import Mock

import pytest
from bson import ObjectId

from aiomotorengine import Document, EmbeddedDocumentField, IntField, ListField, StringField
from aiomotorengine.documents.naming import NAMES_OF_2017
from aiomotorengine.errors import InvalidDocumentError


class Thing(Document):
    name = StringField()


def loaded(document_class: Any = Thing, **stored: Any) -> Any:
    return document_class.from_son({"_id": ObjectId(), **stored})


def dynamic(document: Any) -> dict[str, Any]:
    """What is saved of a document besides its fields."""
    keys = document._reverse_db_field_map
    return {key: value for key, value in document.to_son().items() if key not in keys}


# -- rule 1: they belong to the instance ---------------------------------------------------------


def test_k2_a_dynamic_value_does_not_reach_other_instances() -> None:
    class Doc(Document):
        name = StringField()

    first = Doc(name="a")
    first.extra = 5
    second = Doc(name="b")
    assert second.to_son() == {"name": "b"}
    with pytest.raises(AttributeError):
        _ = second.extra


def test_k2_nothing_on_the_class_changes() -> None:
    class Doc(Document):
        name = StringField()

    before = dict(vars(Doc))
    fields = dict(Doc._fields)
    document = Doc(colour="red", save=1)
    document.extra = 5
    document.to_son()
    Doc.from_son({"plain": 1, "_colour": "red", "save": 2})
    after = dict(vars(Doc))
    for compiled in ("_conversion", "_codecs"):
        before.pop(compiled), after.pop(compiled)
    assert after == before
    assert Doc._fields == fields


def test_k2_names_that_equal_methods_disable_nothing() -> None:
    document = Thing(save=1, to_son=2)
    assert callable(document.save)
    assert callable(Thing().save)
    assert dynamic(document) == {"_save": 1, "_to_son": 2}


# -- rule 2: which key ---------------------------------------------------------------------------


def test_a_new_value_is_stored_under_an_underscore_and_its_name() -> None:
    thing = Thing(name="a", colour="red")
    thing.sizes = [1, 2]
    assert thing.to_son() == {"name": "a", "_colour": "red", "_sizes": [1, 2]}
    assert (thing.colour, thing.sizes) == ("red", [1, 2])


def test_fields_come_first_whatever_was_assigned_first() -> None:
    thing = Thing(colour="red", name="a")
    assert list(thing.to_son()) == ["name", "_colour"]


def test_a_dynamic_value_may_be_none() -> None:
    assert dynamic(Thing(colour=None)) == {"_colour": None}


def test_k3_a_loaded_value_is_written_back_under_the_key_it_came_from() -> None:
    thing = loaded(plain=1, _colour="red", __cls="x", _cls="Thing")
    assert dynamic(thing) == {"plain": 1, "_colour": "red", "__cls": "x", "_cls": "Thing"}


def test_k3_a_loaded_value_that_was_changed_is_written_back_under_its_key() -> None:
    thing = loaded(plain=1, _colour="red")
    thing.plain = 2
    thing.colour = "blue"
    assert dynamic(thing) == {"plain": 2, "_colour": "blue"}


def test_k3_a_value_added_after_loading_gets_an_underscore() -> None:
    thing = loaded(plain=1)
    thing.other = 2
    assert dynamic(thing) == {"plain": 1, "_other": 2}


def test_a_deleted_field_takes_no_dynamic_value_with_it() -> None:
    thing = Thing(name="a", colour="red")
    del thing.name
    assert thing.to_son() == {"name": None, "_colour": "red"}


def test_a_deleted_dynamic_value_is_not_saved() -> None:
    thing = loaded(plain=1, _colour="red")
    del thing.plain
    assert dynamic(thing) == {"_colour": "red"}
    with pytest.raises(AttributeError):
        _ = thing.plain


# -- rule 3: on load -----------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["colour", "_colour", "__colour"])
def test_k3_the_attribute_is_the_key_without_leading_underscores(key: str) -> None:
    assert loaded(**{key: "red"}).colour == "red"


def test_k3_loading_twice_gives_the_same() -> None:
    class Doc(Document):
        name = StringField()

    stored = {"name": "a", "_extra": 5, "plain": 1, "_cls": "Doc"}
    first, second = Doc.from_son(stored), Doc.from_son(stored)
    assert (first.extra, first.plain) == (second.extra, second.plain) == (5, 1)
    assert first.to_son() == second.to_son() == stored


def test_k3_what_was_saved_loads_in_a_new_process() -> None:
    def model() -> Any:
        class Doc(Document):
            name = StringField()

        return Doc

    stored = model()(name="a", colour="red").to_son()
    again = model().from_son(stored)
    assert again.colour == "red"
    assert again.to_son() == stored


@pytest.mark.parametrize("order", [("x", "_x"), ("_x", "x")])
def test_of_two_keys_the_attribute_is_the_one_without_underscore(order: tuple[str, str]) -> None:
    values = {"x": "bare", "_x": "underscored"}
    thing = Thing.from_son({key: values[key] for key in order})
    assert thing.x == "bare"
    assert dynamic(thing) == values
    thing.x = "new"
    assert dynamic(thing) == {"x": "new", "_x": "underscored"}


@pytest.mark.parametrize("order", [("x", "_x"), ("_x", "x")])
def test_of_two_keys_the_other_is_found_under_its_own_name(order: tuple[str, str]) -> None:
    values = {"x": "bare", "_x": "underscored"}
    thing = Thing.from_son({key: values[key] for key in order})
    assert thing._x == "underscored"


def test_keys_that_differ_only_in_underscores_are_all_kept() -> None:
    stored = {"_x": 1, "__x": 2, "___x": 3}
    thing = loaded(**stored)
    assert thing.x == 1
    assert dynamic(thing) == stored


def test_a_stored_key_is_also_found_under_itself() -> None:
    thing = loaded(_colour="red")
    assert thing._colour == "red"
    assert thing.colour == "red"


@pytest.mark.parametrize("key", ["_", "__", ""])
def test_a_key_of_underscores_only_is_kept(key: str) -> None:
    assert dynamic(loaded(**{key: 1})) == {key: 1}


@pytest.mark.parametrize("key", ["with.dot", "with blank", "$odd", "1", "class", "ümlaut"])
def test_a_key_that_is_no_python_name_is_kept(key: str) -> None:
    thing = loaded(**{key: 1})
    assert dynamic(thing) == {key: 1}
    assert getattr(thing, key) == 1


def test_a_stored_key_that_python_looks_for_does_no_harm() -> None:
    stored = {"__deepcopy__": 1, "__copy__": 2, "__getnewargs_ex__": 3, "__reduce__": 4}
    thing = loaded(name="a", **stored)
    for twin in (copy.copy(thing), copy.deepcopy(thing), pickle.loads(pickle.dumps(thing))):
        assert dynamic(twin) == stored


# -- rule 4: declared fields, and the id ---------------------------------------------------------


def test_a_field_picks_up_what_was_stored_dynamically() -> None:
    thing = loaded(_name="old")
    assert thing.name == "old"
    assert thing.to_son() == {"name": "old"}


def test_the_key_of_the_field_wins_over_the_dynamic_one() -> None:
    for stored in ({"name": "new", "_name": "old"}, {"_name": "old", "name": "new"}):
        thing = Thing.from_son(stored)
        assert thing.name == "new"
        assert thing.to_son() == {"name": "new", "_name": "old"}


def test_a_field_with_another_key_picks_up_what_was_stored_under_its_name() -> None:
    class Doc(Document):
        colour = StringField(db_field="c", default="none")

    assert Doc.from_son({"_colour": "red"}).colour == "red"
    assert Doc.from_son({"_c": "red"}).colour == "red"
    assert Doc.from_son({"c": "blue", "_colour": "red"}).colour == "blue"


def test_a_picked_up_value_goes_through_the_field() -> None:
    class Doc(Document):
        sizes = ListField(IntField())

    assert Doc.from_son({"_sizes": ["1", 2.0]}).sizes == [1, 2]


def test_k5_a_field_called_id_does_not_take_the_document_id() -> None:
    class Doc(Document):
        id = IntField()

    key = ObjectId()
    document = Doc.from_son({"_id": key, "id": 5})
    assert (document._id, document.id) == (key, 5)
    without = Doc.from_son({"_id": key})
    assert (without._id, without.id) == (key, None)


def test_k5_a_field_whose_key_is_id_does_not_take_the_document_id() -> None:
    class Doc(Document):
        number = StringField(db_field="id")

    key = ObjectId()
    document = Doc.from_son({"_id": key})
    assert (document._id, document.number) == (key, None)
    assert Doc.get_field_by_db_name("_id") is None


def test_k5_the_document_id_is_no_dynamic_value() -> None:
    thing = loaded()
    assert thing.to_son() == {"name": None}


def test_k5_a_field_that_would_take_the_document_id_is_refused() -> None:
    with pytest.raises(InvalidDocumentError, match="_id"):

        class ByKey(Document):
            number = StringField(db_field="_id")

    with pytest.raises(InvalidDocumentError, match="_id"):

        class ByName(Document):
            _id = StringField()


@pytest.mark.parametrize("key", ["id", "__id"])
def test_k5_a_key_like_the_id_is_a_dynamic_value(key: str) -> None:
    document_id = ObjectId()
    thing = Thing.from_son({key: 7, "_id": document_id})
    assert thing._id == document_id
    assert dynamic(thing) == {key: 7}


# -- rule 5: names that belong to the class ------------------------------------------------------


class Rich(Document):
    first = StringField()
    kind = "rich"
    plain_method_calls = 0

    def greet(self) -> str:
        return f"I am {self.first}"

    @property
    def label(self) -> str:
        return f"<{self.first}>"

    @staticmethod
    def helper() -> str:
        return "help"

    @classmethod
    def made(cls) -> str:
        return cls.__name__


OF_THE_CLASS = ["save", "objects", "greet", "label", "helper", "made", "kind", "first_", "is_lazy"]


@pytest.mark.parametrize("name", [n for n in OF_THE_CLASS if hasattr(Rich, n)])
@pytest.mark.parametrize("underscores", ["", "_"])
def test_k54_a_stored_key_of_the_class_is_kept_and_hides_nothing(
    name: str, underscores: str
) -> None:
    key = underscores + name
    rich = loaded(Rich, first="Ada", **{key: 7})
    fresh = Rich(first="Ada")
    assert type(getattr(rich, name)) is type(getattr(fresh, name))
    assert getattr(rich, name) != 7
    assert dynamic(rich) == {key: 7}


@pytest.mark.parametrize("name", ["save", "objects", "greet", "helper", "made", "kind"])
def test_k54_a_keyword_of_the_class_is_kept_and_hides_nothing(name: str) -> None:
    rich = Rich(first="Ada", **{name: 7})
    assert getattr(rich, name) != 7
    assert dynamic(rich) == {f"_{name}": 7}
    again = Rich.from_son(rich.to_son())
    assert getattr(again, name) != 7
    assert again.to_son() == rich.to_son()


def test_k54_keywords_and_keys_of_the_library_itself_do_no_harm() -> None:
    names = ("_fields", "_values", "_is_persisted", "_stored_keys", "_hidden", "_conversion")
    stored = dict.fromkeys(names, "odd")
    thing = loaded(name="a", **stored)
    assert thing.name == "a"
    assert thing.validate()
    assert dynamic(thing) == stored
    assert Thing(name="b").to_son() == {"name": "b"}
    assert "name" in thing._fields


def test_k54_a_class_attribute_can_be_set_on_an_instance_and_is_saved() -> None:
    rich = Rich()
    rich.kind = "poor"
    assert rich.kind == "poor"
    assert dynamic(rich) == {"_kind": "poor"}
    assert Rich.kind == "rich"


# -- rule 6: properties with a setter ------------------------------------------------------------


class Named(Document):
    first = StringField()
    last = StringField()

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"

    @full.setter
    def full(self, value: str) -> None:
        self.first, self.last = value.split()

    @property
    def initials(self) -> str:
        return f"{self.first[:1]}{self.last[:1]}"


def test_k54_assigning_to_a_property_calls_its_setter() -> None:
    named = Named(first="Ada", last="Lovelace")
    named.full = "Alan Turing"
    assert (named.first, named.last) == ("Alan", "Turing")
    assert named.full == "Alan Turing"
    assert Named(first="Ada", last="Lovelace").full == "Ada Lovelace"
    assert named.to_son() == {"first": "Alan", "last": "Turing"}


def test_k54_assigning_to_a_property_without_a_setter_is_refused() -> None:
    named = Named(first="Ada", last="Lovelace")
    with pytest.raises(AttributeError):
        named.initials = "xx"
    assert named.initials == "AL"


def test_k54_a_keyword_for_a_property_calls_its_setter() -> None:
    named = Named(full="Ada Lovelace")
    assert (named.first, named.last) == ("Ada", "Lovelace")
    assert named.to_son() == {"first": "Ada", "last": "Lovelace"}


@pytest.mark.parametrize("name", ["initials", "is_lazy"])
def test_k54_a_keyword_for_a_property_without_a_setter_is_refused(name: str) -> None:
    with pytest.raises(AttributeError, match=f"{name}.* has no setter"):
        Named(**{name: 3})


class Member(Document):
    """Its password goes in by a property that cannot be read."""

    login = StringField()
    digest = StringField()

    @property
    def secret(self) -> str:
        raise AttributeError("it cannot be read")

    @secret.setter
    def secret(self, plain: str) -> None:
        self.digest = f"{self.login}:{len(plain)}"


def test_a_setter_runs_once_the_fields_have_their_values() -> None:
    assert Member(secret="open sesame", login="ida").digest == "ida:11"


def test_a_value_that_a_setter_took_is_not_saved_besides() -> None:
    assert Member(secret="open sesame").to_son() == {"login": None, "digest": "None:11"}


def test_loading_calls_no_setter() -> None:
    member = loaded(Member, login="ida", digest="as stored", secret="of another program")
    assert member.digest == "as stored"
    assert dynamic(member) == {"secret": "of another program"}


async def test_created_and_inserted_documents_have_what_their_setters_made(
    mongo: Any, codec: str
) -> None:
    await Member.objects.create(login="ida", secret="four")
    await Member.objects.bulk_insert([Member(login="bob", secret="seven..")])
    rows = await Member.objects.coll().find({}, {"_id": 0}).to_list(None)
    assert rows == [{"login": "ida", "digest": "ida:4"}, {"login": "bob", "digest": "bob:7"}]


def test_any_data_descriptor_of_the_class_takes_its_keyword() -> None:
    class Loud:
        def __get__(self, instance: Any, owner: Any) -> Any:
            return self if instance is None else instance.name

        def __set__(self, instance: Any, value: str) -> None:
            instance.name = value.upper()

    class Shouting(Document):
        __slots__ = ("handle",)
        name = StringField()
        loud = Loud()

    shouting = Shouting(loud="ada", handle=5)
    assert (shouting.name, shouting.handle) == ("ADA", 5)
    assert shouting.to_son() == {"name": "ADA"}


@pytest.mark.parametrize("name", ["__class__", "__dict__", "_hidden", "_is_persisted", "_values"])
def test_a_keyword_does_not_reach_what_the_library_and_python_keep_for_themselves(
    name: str,
) -> None:
    thing = Thing(**{name: "odd"})
    assert type(thing) is Thing
    assert thing._is_persisted is False
    assert dynamic(thing) == {name: "odd"}


# -- names that the library got after 2017 -------------------------------------------------------

LATER_NAMES = [
    name
    for name in dir(Document)
    if not name.startswith("_") and name not in NAMES_OF_2017 and name not in ("id", "mro")
]


def test_there_are_later_names() -> None:
    assert "explain_codec" in LATER_NAMES


@pytest.mark.parametrize("name", LATER_NAMES)
def test_a_dynamic_value_of_a_later_name_is_read_and_saved(name: str) -> None:
    given, assigned = Thing(**{name: 3}), Thing()
    setattr(assigned, name, 3)
    for thing in (given, assigned, Thing.from_son(given.to_son())):
        assert getattr(thing, name) == 3
        assert dynamic(thing) == {f"_{name}": 3}
    assert callable(getattr(Thing(), name))


def test_a_programs_own_method_of_a_later_name_hides_stored_values() -> None:
    class Explaining(Document):
        @classmethod
        def explain_codec(cls) -> Any:
            return "own"

    document = loaded(Explaining, explain_codec=3)
    assert document.explain_codec() == "own"
    assert dynamic(document) == {"explain_codec": 3}


# -- rule 7: Python's own attributes -------------------------------------------------------------


def test_names_with_an_underscore_are_ordinary_and_not_saved() -> None:
    thing = Thing(name="a")
    thing._cache = 1
    thing.__dict__["_other"] = 2
    assert thing._cache == 1
    assert thing.to_son() == {"name": "a"}


def test_a_cached_property_is_not_saved() -> None:
    class Doc(Document):
        name = StringField()

        @cached_property
        def upper(self) -> str:
            return self.name.upper()

    document = Doc(name="a")
    assert document.upper == "A"
    document.name = "b"
    assert document.upper == "A"
    assert document.to_son() == {"name": "b"}
    assert Doc.from_son({"name": "c", "_upper": "kept"}).upper == "C"


def test_a_method_that_a_test_replaces_is_not_saved() -> None:
    thing = Thing(name="a")
    thing.validate = Mock(return_value=True)
    assert thing.validate() is True
    assert thing.to_son() == {"name": "a"}


# -- rule 8: unknown attributes ------------------------------------------------------------------


def test_an_attribute_that_is_nothing_raises() -> None:
    thing = Thing(name="a", colour="red")
    with pytest.raises(AttributeError, match="colours"):
        _ = thing.colours
    assert not hasattr(thing, "colours")
    assert getattr(thing, "colours", "none") == "none"


# -- elsewhere -----------------------------------------------------------------------------------


def test_embedded_documents_have_dynamic_values_too() -> None:
    class Outer(Document):
        inner = EmbeddedDocumentField(Thing)

    outer = Outer(inner=Thing(name="a", colour="red"))
    assert outer.to_son() == {"inner": {"name": "a", "_colour": "red"}}
    again = Outer.from_son({"inner": {"name": "a", "_colour": "red", "plain": 1}})
    assert (again.inner.colour, again.inner.plain) == ("red", 1)
    assert again.to_son() == {"inner": {"name": "a", "_colour": "red", "plain": 1}}


def test_a_class_with_its_own_init_keeps_dynamic_values() -> None:
    class Own(Document):
        name = StringField()

        def __init__(self, **values: Any) -> None:
            super().__init__(**values)

    stored = {"name": "a", "_colour": "red", "plain": 1, "save": 2, "_x": 3, "x": 4}
    own = loaded(Own, **stored)
    assert (own.colour, own.plain, own.x) == ("red", 1, 4)
    assert callable(own.save)
    assert own.to_son() == stored


async def test_k3_dynamic_values_survive_loading_and_saving_again(mongo: Any) -> None:
    def model() -> Any:
        class Thing(Document):
            name = StringField()

        return Thing

    thing = await model()(name="a", colour="red").save()
    collection = model().objects.coll()
    await collection.update_one(
        {"_id": thing._id}, {"$set": {"plain": 1, "_cls": "x", "x": 1, "_x": 2, "save": 3}}
    )
    stored = await collection.find_one({"_id": thing._id})
    for _ in range(2):
        again = await model().objects.get(thing._id)
        assert (again.colour, again.plain, again.x) == ("red", 1, 1)
        await again.save()
        assert await collection.find_one({"_id": thing._id}) == stored


async def test_k3_bulk_reading_and_writing_keep_dynamic_values(mongo: Any, codec: str) -> None:
    stored = {"name": "a", "_colour": "red", "plain": 1, "_x": 2, "x": 3, "save": 4}
    collection = Thing.objects.coll()
    await collection.insert_one({"_id": ObjectId(), **stored})
    (found,) = await Thing.objects.find_all()
    assert (found.colour, found.plain, found.x) == ("red", 1, 3)
    await Thing.objects.bulk_insert([found, Thing(name="b", size=1)])
    rows = await collection.find({}, {"_id": 0}).to_list(None)
    assert rows == [stored, stored, {"name": "b", "_size": 1}]


async def test_k2_a_dynamic_value_does_not_reach_later_documents_in_the_database(
    mongo: Any,
) -> None:
    await Thing(name="a", extra=5).save()
    second = await Thing(name="b").save()
    row = await Thing.objects.coll().find_one({"_id": second._id}, {"_id": 0})
    assert row == {"name": "b"}


async def test_dynamic_values_are_found_by_name(mongo: Any) -> None:
    await Thing(name="a", colour="red", sizes=[1, 2]).save()
    await Thing(name="b", colour="blue", sizes=[2]).save()
    assert (await Thing.objects.get(colour="red")).name == "a"
    assert (await Thing.objects.get(sizes=[1])).name == "a"
    assert await Thing.objects.filter(sizes=[2]).count() == 2


def test_a_stored_value_comes_after_what_the_classs_own_init_sets() -> None:
    class Counted(Document):
        name = StringField()

        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            self.visits = values.get("visits", 0)

    assert loaded(Counted).visits == 0
    for key in ("_visits", "visits"):
        document = loaded(Counted, **{key: 7})
        assert document.visits == 7
        assert dynamic(document) == {key: 7}


def test_what_is_set_before_documents_own_init_stays() -> None:
    class Caching:
        def __init__(self, **values: Any) -> None:
            self._cache = {1: 2}
            self.colour = "red"
            self.name = "from the mixin"
            super().__init__(**values)

    class Cached(Caching, Document):
        name = StringField()
        size = IntField(default=3)

    document = Cached()
    assert (document._cache, document.colour, document.name, document.size) == (
        {1: 2},
        "red",
        "from the mixin",
        3,
    )
    assert document.to_son() == {"name": "from the mixin", "size": 3, "_colour": "red"}
    assert Cached(name="given", colour="blue").to_son()["name"] == "given"
