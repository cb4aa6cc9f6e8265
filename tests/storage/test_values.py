"""Where values lie: what ``_values``, ``__dict__`` and the attributes show of each other."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import Any

import pytest

from aiomotorengine import Document, IntField, PasswordField, StringField
from aiomotorengine.storage.values import forget_values, has_value, take_values, values_of


class Thing(Document):
    name = StringField()
    size = IntField(default=3)
    secret = PasswordField()

    @cached_property
    def label(self) -> str:
        return f"{self.name}/{self.size}"


def test_the_dict_is_one_and_lives() -> None:
    thing: Any = Thing(name="a")
    values = thing.__dict__
    assert values is thing._values is vars(thing)
    assert values == {"name": "a", "size": 3, "secret": None}
    thing.name = "b"
    assert values["name"] == "b"
    values["size"] = 4
    assert thing.size == 4
    thing.extra = 1
    assert values["extra"] == 1
    del values["name"]
    assert thing.name is None
    values["secret"] = "s"
    assert vars(thing) is values


def test_the_dict_has_the_order_of_the_fields() -> None:
    thing: Any = Thing(size=1, secret="s", name="n")
    assert list(thing._values) == ["name", "size", "secret"]


def test_the_dict_can_be_replaced() -> None:
    thing: Any = Thing(name="a")
    thing.__dict__ = {"size": 9, "other": 1}
    assert (thing.name, thing.size, thing.other) == (None, 9, 1)
    with pytest.raises(TypeError):
        thing.__dict__ = None
    assert thing.size == 9


def test_values_are_taken_in_the_place_of_all() -> None:
    thing: Any = Thing(name="a", size=4)
    take_values(thing, {"size": 9})
    assert (thing.name, thing.size, has_value(thing, "name")) == (None, 9, False)
    thing.color = "red"
    take_values(thing, {"name": "b", "size": 1})
    assert (dict(values_of(thing)), vars(thing)) == (
        {"name": "b", "size": 1},
        {"name": "b", "size": 1},
    )
    thing = Thing(name="a")
    take_values(thing, {"color": "blue"})
    assert (vars(thing), thing.name) == ({"color": "blue"}, None)


def test_values_are_forgotten() -> None:
    thing: Any = Thing(name="a")
    forget_values(thing, ["size", "color"])
    assert dict(values_of(thing)) == {"name": "a", "secret": None}
    thing.color = "red"
    forget_values(thing, ["name", "color"])
    assert dict(values_of(thing)) == {"secret": None}


def test_values_survive_a_look_at_the_dict() -> None:
    thing: Any = Thing(name="a")
    thing.size = 8
    before = thing.name, thing.size, thing.secret
    vars(thing)
    assert (thing.name, thing.size, thing.secret) == before
    thing.name = "b"
    assert thing.to_son()["name"] == "b"


def test_dynamic_values_stand_beside_fields() -> None:
    thing: Any = Thing(name="a")
    thing.color = "red"
    thing.name = "b"
    assert thing.color == "red"
    assert thing._values == {"name": "b", "size": 3, "secret": None, "color": "red"}
    del thing.color
    with pytest.raises(AttributeError):
        _ = thing.color
    with pytest.raises(AttributeError):
        del thing.color


def test_a_cached_property_is_computed_once() -> None:
    thing = Thing(name="a")
    label = thing.label
    thing.name = "b"
    assert thing.label is label
    del thing.label
    assert thing.label == "b/3"


@pytest.mark.parametrize("name", ["name", "secret"])
@pytest.mark.parametrize("seen", [False, True], ids=["", "after its dict was seen"])
def test_a_deleted_value_can_be_deleted_once(name: str, seen: bool) -> None:
    thing = Thing(name="a", secret="s")
    if seen:
        vars(thing)
    delattr(thing, name)
    assert getattr(thing, name) is None
    with pytest.raises(AttributeError, match=name):
        delattr(thing, name)
    assert name not in vars(thing)
    setattr(thing, name, "again")
    assert getattr(thing, name) is not None


@pytest.mark.parametrize("seen", [False, True], ids=["", "after its dict was seen"])
def test_a_value_that_is_replaced_or_deleted_is_let_go(seen: bool) -> None:
    value = object()
    thing: Any = Thing()
    if seen:
        vars(thing)
    before = sys.getrefcount(value)
    thing.name = value
    thing.name = value
    assert sys.getrefcount(value) == before + 1
    del thing.name
    assert sys.getrefcount(value) == before
    thing.name = value
    del thing
    assert sys.getrefcount(value) == before


def test_the_size_of_a_document_counts_what_it_holds() -> None:
    class Wide(Document):
        a, b, c, d, e, f = (IntField() for _ in range(6))

    def whole(document: Any) -> int:
        return sys.getsizeof(document) + sys.getsizeof(vars(document))

    assert sys.getsizeof(Wide()) > 0
    assert whole(Wide()) >= whole(Document())


def test_dir_names_fields_and_dynamic_values() -> None:
    thing: Any = Thing(name="a")
    thing.color = "red"
    assert {"name", "size", "color", "label"} <= set(dir(thing))


def test_a_field_that_is_put_on_a_class_later_is_an_attribute_like_any() -> None:
    class Late(Document):
        name = StringField()

    early: Any = Late(name="a")
    Late.size = IntField()  # type: ignore[attr-defined]
    late: Any = Late(name="b")
    assert (early.name, late.name) == ("a", "b")
    late.name = "c"
    assert late.name == "c"


def test_slots_of_the_library_are_no_values() -> None:
    thing: Any = Thing(name="a")
    thing._id, thing._is_persisted = 5, True
    thing._stored_keys, thing._hidden = {"a": "b"}, {"c": 1}
    assert vars(thing) == {"name": "a", "size": 3, "secret": None}
    assert (thing._id, thing._is_persisted) == (5, True)
    assert (thing._stored_keys, thing._hidden) == ({"a": "b"}, {"c": 1})


SLOTS = ["_id", "_is_persisted", "_stored_keys", "_hidden"]


@pytest.mark.parametrize("name", SLOTS)
def test_an_instance_that_was_not_filled_has_no_id_and_no_values(name: str) -> None:
    bare = Thing.__new__(Thing)
    with pytest.raises(AttributeError, match=name):
        getattr(bare, name)
    with pytest.raises(AttributeError, match=name):
        delattr(bare, name)
    assert bare.name is None
    assert vars(bare) == {}


@pytest.mark.parametrize("value", [None, {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", SLOTS)
def test_a_slot_is_filled_alone(name: str, value: Any) -> None:
    bare = Thing.__new__(Thing)
    setattr(bare, name, value)
    assert getattr(bare, name) is value
    for other in SLOTS:
        assert hasattr(bare, other) is (other == name)
    delattr(bare, name)
    assert not hasattr(bare, name)


@pytest.mark.parametrize("name", SLOTS)
def test_a_slot_can_be_deleted_once(name: str) -> None:
    thing = Thing()
    delattr(thing, name)
    with pytest.raises(AttributeError, match=name):
        getattr(thing, name)
    with pytest.raises(AttributeError, match=name):
        delattr(thing, name)
