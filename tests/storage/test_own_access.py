"""Classes with attribute access and ``__new__`` of their own, as programs write them."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from typing import Any

import pytest

from aiomotorengine import DateTimeField, Document, IntField, ListField, StringField


class ByObject(Document):
    """Sets by ``object``, as what wants to go around a ``__setattr__`` does."""

    name = StringField()
    size = IntField(default=1)
    made = DateTimeField()
    tags = ListField(StringField())

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "name" and isinstance(value, str):
            value = value.upper()
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)


class BySuper(Document):
    name = StringField()
    size = IntField(default=1)
    made = DateTimeField()
    tags = ListField(StringField())

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "name" and isinstance(value, str):
            value = value.upper()
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)


class Derived(ByObject):
    more = StringField()


class Plain(Document):
    name = StringField()


class SetsLater(Plain):
    """Its base has made documents before anybody knew of a ``__setattr__``."""

    size = IntField(default=1)
    made = DateTimeField()
    tags = ListField(StringField())

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "name" and isinstance(value, str):
            value = value.upper()
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)


SETTING = [ByObject, BySuper, Derived, SetsLater]


@pytest.mark.parametrize("model", SETTING)
def test_fields_are_set_and_deleted_by_an_own_method(model: Any) -> None:
    document = model(size=2)
    document.name = "ada"
    document.size = 3
    document.made = None
    assert (document.name, document.size, document.made) == ("ADA", 3, None)
    assert document.to_son()["name"] == "ADA"
    del document.size
    assert document.size is None
    assert "size" not in document._values
    with pytest.raises(AttributeError, match="size"):
        del document.size


@pytest.mark.parametrize("model", SETTING)
def test_dynamic_values_are_set_and_deleted_by_an_own_method(model: Any) -> None:
    document = model()
    document.color = "red"
    document.name = "ada"
    assert document.color == "red"
    assert document._values["color"] == "red"
    assert document._values["name"] == "ADA"
    assert document.to_son()["_color"] == "red"
    assert "color='red'" in repr(document)
    del document.color
    assert not hasattr(document, "color")
    assert document.name == "ADA"
    with pytest.raises(AttributeError, match="color"):
        del document.color


@pytest.mark.parametrize("model", SETTING)
@pytest.mark.parametrize("name", ["name", "made", "color", "_id"])
def test_a_circle_is_collected(model: Any, name: str) -> None:
    for make in model, lambda: model.from_son({"_id": 1, "size": 2}):
        document = make()
        setattr(document, name, [document])
        reference = weakref.ref(document)
        del document
        gc.collect()
        assert reference() is None


@pytest.mark.parametrize("model", SETTING)
def test_copies_have_dynamic_values_and_fields(model: Any) -> None:
    document = model(name="ada")
    document.color = "red"
    again = model.from_son(document.to_son())
    for other in copy.copy(document), copy.deepcopy(document), pickle.loads(pickle.dumps(document)):
        assert other._values == document._values
        assert other.to_son() == document.to_son()
    assert again.color == "red"


def test_what_is_set_by_object_from_outside_is_there() -> None:
    document: Any = Plain(name="a")
    object.__setattr__(document, "name", "b")
    assert document.name == document.to_son()["name"] == "b"
    object.__delattr__(document, "name")
    assert document.name is None


@pytest.mark.parametrize("loaded", [False, True])
def test_a_dynamic_value_set_by_object_is_kept_and_collected(loaded: bool) -> None:
    document: Any = Plain.from_son({"name": "a"}) if loaded else Plain(name="a")
    object.__setattr__(document, "color", "red")
    document.name = "b"
    assert document.color == "red"
    assert document._values == {"name": "b", "color": "red"}
    assert document.to_son() == {"name": "b", "_color": "red"}
    object.__setattr__(document, "itself", document)
    reference = weakref.ref(document)
    del document
    gc.collect()
    assert reference() is None


def test_a_setter_that_is_put_on_a_class_later_is_called() -> None:
    class Late(Document):
        name = StringField()

    early: Any = Late(name="a")

    def set_by_object(self: Any, name: str, value: Any) -> None:
        object.__setattr__(self, name, f"<{value}>" if isinstance(value, str) else value)

    Late.__setattr__ = set_by_object  # type: ignore[method-assign, assignment]
    early.name, early.color = "b", "c"
    late: Any = Late.from_son({"name": "d"})
    late.name = "e"
    assert (early.name, early.color, late.name) == ("<b>", "<c>", "<e>")
    del Late.__setattr__
    early.name, early.size = "f", 1
    assert (early.name, early.color, early.size) == ("f", "<c>", 1)


def test_a_mixin_sets_by_object() -> None:
    class Counting:
        def __setattr__(self, name: str, value: Any) -> None:
            object.__setattr__(self, name, value)
            object.__setattr__(self, "count", getattr(self, "count", 0) + 1)

    class Counted(Counting, Document):
        name = StringField()

    document: Any = Counted(name="a")
    before = document.count
    document.name = "b"
    assert (document.name, document.count) == ("b", before + 1)


def test_a_frozen_class_sets_by_object_in_its_init() -> None:
    class Frozen(Document):
        name = StringField()

        def __init__(self, **values: Any) -> None:
            object.__setattr__(self, "is_open", True)
            super().__init__(**values)
            object.__setattr__(self, "is_open", False)

        def __setattr__(self, name: str, value: Any) -> None:
            if name in self._fields and not self.__dict__.get("is_open"):
                raise AttributeError(f"{name} cannot be set")
            object.__setattr__(self, name, value)

    frozen: Any = Frozen(name="a")
    with pytest.raises(AttributeError, match="name cannot be set"):
        frozen.name = "b"
    assert frozen.name == "a"


# -- reading -----------------------------------------------------------------------------------


class Reading(Document):
    name = StringField()
    size = IntField(default=1)

    def __getattribute__(self, name: str) -> Any:
        if name == "shout":
            return object.__getattribute__(self, "name").upper()
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("has_"):
            return name.removeprefix("has_") in self._fields
        raise AttributeError(name)


def test_reading_by_object_finds_fields_dynamic_values_and_what_is_computed() -> None:
    document: Any = Reading(name="ada")
    document.color = "red"
    assert (document.name, document.size, document.color) == ("ada", 1, "red")
    assert (document.shout, document.has_name, document.has_color) == ("ADA", True, False)
    with pytest.raises(AttributeError):
        _ = document.nothing
    assert Reading.from_son(document.to_son()).shout == "ADA"


# -- making ------------------------------------------------------------------------------------


class Single(Document):
    """One instance, whoever asks."""

    name = StringField()
    only: Any = None

    def __new__(cls, *args: Any, **values: Any) -> Any:
        if cls.only is None:
            cls.only = object.__new__(cls)
        return cls.only


def test_a_singleton_made_by_object() -> None:
    first, second = Single(name="a"), Single(name="b")
    assert first is second
    assert first.name == "b"
    assert first.to_son() == {"name": "b"}


def test_object_makes_an_instance_that_is_not_filled() -> None:
    bare: Any = object.__new__(Plain)
    assert type(bare) is Plain
    assert bare.name is None
    assert vars(bare) == {}
    bare.name = "a"
    assert bare.name == "a"
    Plain.__init__(bare, name="b")
    assert bare.to_son() == {"name": "b"}


def test_a_mixin_makes_instances_by_object() -> None:
    class Tagging:
        def __new__(cls, *args: Any, **values: Any) -> Any:
            made: Any = object.__new__(cls)
            made.tag = "new"
            return made

    class Tagged(Tagging, Document):
        name = StringField()
        size = IntField(default=3)

    document: Any = Tagged(name="a")
    assert (document.tag, document.name, document.size) == ("new", "a", 3)
    assert Tagged.from_son({"name": "b"}).name == "b"


def test_a_mixin_makes_instances_by_super() -> None:
    class Tagging:
        def __new__(cls, *args: Any, **values: Any) -> Any:
            made: Any = super().__new__(cls)
            made.tag = "new"
            return made

    class First(Tagging, Document):
        name = StringField()

    class Last(Document, Tagging):  # type: ignore[misc]
        name = StringField()

    for cls in First, Last:
        document: Any = cls(name="a")
        assert (document.name, document.tag) == ("a", "new")


def test_instances_made_by_object_are_collected_with_their_circles() -> None:
    bare: Any = object.__new__(Plain)
    bare.name = [bare]
    reference = weakref.ref(bare)
    del bare
    gc.collect()
    assert reference() is None
