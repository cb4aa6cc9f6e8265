"""Making instances, their defaults, and what instances are among Python's objects."""

from __future__ import annotations

import copy
import pickle
from typing import Any
from uuid import UUID, uuid4

import pytest
from bson import ObjectId

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
    UUIDField,
)


class Note(Document):
    text = StringField(db_field="t")
    size = IntField()


class Home(Document):
    road = StringField()


class Owner(Document):
    name = StringField()
    homes = ListField(EmbeddedDocumentField(Home))


# -- construction --------------------------------------------------------------------------------


def test_keywords_are_attribute_names() -> None:
    note = Note(text="a", size=1)
    assert (note.text, note.size) == ("a", 1)


def test_an_unset_field_reads_none() -> None:
    note = Note()
    assert note.text is None
    assert note.size is None


def test_the_id_is_taken_from_the_keywords() -> None:
    key = ObjectId()
    note = Note(_id=key, size=1)
    assert note._id == key
    assert note.to_son() == {"t": None, "size": 1}


def test_without_an_id_it_is_none() -> None:
    assert Note()._id is None


def test_a_db_name_is_not_accepted_for_its_field() -> None:
    note = Note(t="a")
    assert note.text is None
    assert note.to_son() == {"t": None, "size": None, "_t": "a"}


def test_values_are_kept_as_assigned() -> None:
    note = Note(size="10")
    assert note.size == "10"
    note.size = "no number"
    assert note.size == "no number"


def test_an_own_init_that_takes_keywords_runs_on_construction_and_loading() -> None:
    made = []

    class Counted(Document):
        text = StringField()

        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            made.append(self.text)

    Counted(text="new")
    key = ObjectId()
    loaded = Counted.from_son({"text": "old", "_id": key})
    assert made == ["new", "old"]
    assert (loaded.text, loaded._id) == ("old", key)


# -- defaults ------------------------------------------------------------------------------------


def test_a_default_is_a_value_or_what_a_callable_gives() -> None:
    class Thing(Document):
        key = UUIDField(default=uuid4)
        state = StringField(default="new")

    first, second = Thing(), Thing()
    assert first.state == second.state == "new"
    assert isinstance(first.key, UUID)
    assert first.key != second.key


def test_the_default_of_a_callable_is_stable() -> None:
    class Thing(Document):
        key = UUIDField(default=uuid4)

    thing = Thing()
    assert thing.key == thing.key == thing.to_son()["key"]


def test_given_keywords_win_over_defaults_even_none() -> None:
    class Thing(Document):
        state = StringField(default="new")
        key = UUIDField(default=uuid4)

    assert Thing(state="old").state == "old"
    thing = Thing(state=None, key=None)
    assert thing.state is None
    assert thing.key is None


def test_k1_a_default_holds_where_the_key_has_another_name() -> None:
    class Person(Document):
        first = StringField(db_field="fn", default="Bob")
        made = UUIDField(db_field="m", default=uuid4)

    person = Person()
    assert person.first == "Bob"
    assert isinstance(person.made, UUID)
    assert person.to_son() == {"fn": "Bob", "m": person.made}


def test_k1_a_list_whose_key_has_another_name_can_be_used_and_saved() -> None:
    class Person(Document):
        marks = ListField(IntField(), db_field="m")

    person = Person()
    assert person.marks == []
    assert person.to_son() == {"m": []}
    person.marks.append(1)
    assert person.to_son() == {"m": [1]}


def test_k1_an_absent_key_loads_as_the_default() -> None:
    class Person(Document):
        first = StringField(db_field="fn", default="Bob")
        marks = ListField(IntField(), db_field="m")
        made = UUIDField(db_field="md", default=uuid4)

    person = Person.from_son({})
    assert (person.first, person.marks) == ("Bob", [])
    assert isinstance(person.made, UUID)


def test_k1_a_stored_null_is_no_absent_key() -> None:
    class Person(Document):
        first = StringField(db_field="fn", default="Bob")

    assert Person.from_son({"fn": None}).first is None


@pytest.mark.parametrize("default", [[1], {"a": [1]}, {1}], ids=["list", "dict", "set"])
def test_k21_a_mutable_default_is_not_shared(default: Any) -> None:
    class Thing(Document):
        value = ListField(IntField(), default=default)

    first, second = Thing(), Thing()
    assert first.value == second.value == default
    assert first.value is not second.value
    assert first.value is not default
    assert Thing.from_son({}).value is not default


def test_k21_what_a_default_contains_is_not_shared_either() -> None:
    class Thing(Document):
        value = ListField(ListField(IntField()), default=[[1]])

    Thing().value[0].append(2)
    assert Thing().value == [[1]]


# -- among Python's objects ----------------------------------------------------------------------


def test_equality_is_identity() -> None:
    key = ObjectId()
    first, second = Note(_id=key, size=1), Note(_id=key, size=1)
    assert first == first
    assert first != second
    assert len({first, second}) == 2


def test_a_shallow_copy_has_values_of_its_own() -> None:
    owner = Owner(_id=ObjectId(), name="Ada", homes=[Home(road="Loop")], colour="red")
    twin = copy.copy(owner)
    twin.name = "Bob"
    twin.colour = "blue"
    assert (owner.name, owner.colour) == ("Ada", "red")
    assert twin._id == owner._id
    assert twin.homes is owner.homes


def test_a_deep_copy_shares_nothing() -> None:
    owner = Owner(_id=ObjectId(), name="Ada", homes=[Home(road="Loop")], colour=["red"])
    twin = copy.deepcopy(owner)
    twin.homes[0].road = "Lane"
    twin.colour.append("blue")
    assert owner.to_son() == {"name": "Ada", "homes": [{"road": "Loop"}], "_colour": ["red"]}
    assert twin._id == owner._id


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_keeps_everything(protocol: int) -> None:
    stored = {"_id": ObjectId(), "name": "Ada", "homes": [{"road": "Loop"}], "plain": 1, "save": 2}
    owner = Owner.from_son(stored)
    twin = pickle.loads(pickle.dumps(owner, protocol))
    assert type(twin) is Owner
    assert twin._id == owner._id
    assert twin.plain == 1
    assert twin.to_son() == owner.to_son() == {k: stored[k] for k in stored if k != "_id"}
    assert twin.homes[0] is not owner.homes[0]


def test_a_copy_of_a_loaded_document_writes_dynamic_values_back_where_they_were() -> None:
    note = Note.from_son({"t": "a", "plain": 1, "_colour": "red"})
    for twin in (copy.copy(note), copy.deepcopy(note), pickle.loads(pickle.dumps(note))):
        assert twin.to_son() == {"t": "a", "size": None, "plain": 1, "_colour": "red"}


def test_assigning_to_a_copy_of_a_loaded_document_leaves_the_original_alone() -> None:
    note = Note.from_son({"t": "a", "save": 1, "plain": 1})
    twin = copy.copy(note)
    twin.plain = 2
    twin.other = 3
    assert note.to_son() == {"t": "a", "size": None, "plain": 1, "save": 1}
    with pytest.raises(AttributeError):
        _ = note.other


def test_a_field_can_be_deleted_and_reads_none_again() -> None:
    note = Note(text="a", size=1)
    del note.size
    assert note.size is None
    assert note.to_son() == {"t": "a", "size": None}
