"""Shapes of classes: whatever Python lets a program write, documents allow."""

from __future__ import annotations

import copy
import weakref
from typing import Any, Generic, TypeVar

import pytest

from aiomotorengine import Document, IntField, StringField

T = TypeVar("T")


class Left(Document):
    name = StringField(default="left")
    left = IntField(default=1)


class Right(Document):
    name = StringField(default="right")
    right = IntField(default=2)


def test_two_document_bases() -> None:
    class Both(Left, Right):
        both = IntField(default=3)

    both: Any = Both()
    assert vars(both).keys() == set(Both._fields) == {"name", "left", "right", "both"}
    assert (both.name, both.left, both.right, both.both) == ("left", 1, 2, 3)
    both.right = 5
    assert Both.from_son(both.to_son()).to_son() == both.to_son()


def test_a_diamond() -> None:
    class Base(Document):
        root = IntField(default=0)

    class A(Base):
        a = IntField(default=1)

    class B(Base):
        b = IntField(default=2)

    class Bottom(A, B):
        bottom = IntField(default=9)

    document: Any = Bottom(b=7)
    assert (document.root, document.a, document.b, document.bottom) == (0, 1, 7, 9)
    document.root = 4
    assert vars(document) == {"root": 4, "a": 1, "b": 7, "bottom": 9}


def test_mixins_before_and_behind() -> None:
    class Mixin:
        def shout(self) -> str:
            return str(self.name).upper()  # type: ignore[attr-defined]

    class First(Mixin, Left):
        pass

    class Last(Left, Mixin):  # type: ignore[misc]
        pass

    for cls in First, Last:
        document: Any = cls(name="a")
        document.extra = 1
        assert (document.shout(), document.extra, document.left) == ("A", 1, 1)


def test_the_dict_below_a_mixin_is_that_of_the_values() -> None:
    class Mixin:
        name = StringField()

    class First(Mixin, Document):
        size = IntField()

    class Deeper(type("Another", (), {}), First):  # type: ignore[misc]
        pass

    for cls in First, Deeper:
        document: Any = cls(name="a", size=1)
        assert vars(document) == document._values == {"name": "a", "size": 1}
        document._values["size"] = 2
        assert document.size == 2
        document.__dict__ = {"size": 9}
        assert (document.name, document.size, vars(document)) == (None, 9, {"size": 9})


def test_the_dict_of_a_mixin_is_none_of_the_values() -> None:
    class Mixin:
        @property
        def __dict__(self) -> Any:  # type: ignore[override]
            return {"name": "of the mixin"}

    class First(Mixin, Document):
        name = StringField()

    class Last(Document, Mixin):  # type: ignore[misc]
        name = StringField()

    for cls in First, Last:
        document: Any = cls(name="a")
        document.extra = 1
        assert vars(document) == document._values == {"name": "a", "extra": 1}
        assert (document.name, document.to_son()) == ("a", {"name": "a", "_extra": 1})
        assert copy.deepcopy(document).name == "a"
        document.__dict__ = {"name": "b"}
        assert document.name == "b"


def test_a_generic_document() -> None:
    class Box(Document, Generic[T]):
        name = StringField()

    box: Any = Box[int](name="a")
    assert type(box) is Box
    assert box.name == "a"
    assert box.__orig_class__ == Box[int]


def test_slots_of_the_program() -> None:
    class Slotted(Left):
        __slots__ = ("one", "two")

    class Deeper(Slotted):
        __slots__ = ("three",)
        size = IntField(default=4)

    document: Any = Deeper(name="a")
    document.one, document.three = object, "x"
    assert (document.one, document.three, document.size, document.name) == (object, "x", 4, "a")
    with pytest.raises(AttributeError):
        _ = document.two
    del document.one
    with pytest.raises(AttributeError):
        _ = document.one
    assert vars(document) == {"name": "a", "left": 1, "size": 4}


def test_empty_slots_change_nothing() -> None:
    class Slotted(Left):
        __slots__ = ()

    document: Any = Slotted()
    document.extra = 1
    assert vars(document) == {"name": "left", "left": 1, "extra": 1}


def test_another_class_can_be_assigned() -> None:
    class Other(Left):
        more = IntField()

    class Else(Document):
        left = IntField()
        name = StringField()

    for cls in Other, Else:
        document: Any = Left(name="a", left=5)
        document.__class__ = cls
        assert type(document) is cls
        assert (document.name, document.left) == ("a", 5)
        document.left = 6
        assert document.left == 6
        assert vars(document) == {"name": "a", "left": 6}
        assert document.to_son()["left"] == 6


def test_a_value_of_the_new_class_can_be_set() -> None:
    class Other(Left):
        more = IntField()

    document: Any = Left(name="a")
    document.__class__ = Other
    assert document.more is None
    document.more = 7
    assert document.more == 7
    assert document.to_son() == {"name": "a", "left": 1, "more": 7}


@pytest.mark.parametrize("stays_dynamic", [False, True])
def test_values_that_the_new_class_has_no_field_for_are_dynamic(stays_dynamic: bool) -> None:
    class Named(Document):
        name = StringField()

    document: Any = Left(name="a", left=5)
    if stays_dynamic:
        document.other = 6
    others = {"_other": 6} if stays_dynamic else {}
    document.__class__ = Named
    assert document.to_son() == {"name": "a", "_left": 5, **others}
    assert document.left == 5
    document.__class__ = Left
    assert document.to_son() == {"name": "a", "left": 5, **others}


def test_no_other_kind_of_class_can_be_assigned() -> None:
    class NoDocument:
        pass

    document: Any = Left(name="a")
    with pytest.raises(TypeError):
        document.__class__ = NoDocument
    assert document.name == "a"


def test_own_attribute_access() -> None:
    seen = []

    class Watched(Left):
        def __setattr__(self, name: str, value: Any) -> None:
            seen.append(name)
            super().__setattr__(name, value)

        def __getattribute__(self, name: str) -> Any:
            if name == "secret":
                return "told"
            return super().__getattribute__(name)

        def __getattr__(self, name: str) -> Any:
            if name == "missing":
                return "found"
            raise AttributeError(name)

    document: Any = Watched(name="a")
    seen.clear()
    document.left = 4
    document.extra = 5
    assert seen == ["left", "extra"]
    assert (document.left, document.extra) == (4, 5)
    assert (document.secret, document.missing, document.name) == ("told", "found", "a")
    with pytest.raises(AttributeError):
        _ = document.nothing


def test_own_init_and_new() -> None:
    class Own(Left):
        def __new__(cls, *args: Any, **values: Any) -> Any:
            document = super().__new__(cls)
            document.made = True
            return document

        def __init__(self, shout: str = "x", **values: Any) -> None:
            super().__init__(name=shout.upper(), **values)

    document: Any = Own("a", left=3)
    assert (document.made, document.name, document.left) == (True, "A", 3)


REPLACEMENTS: dict[str, Any] = {
    "a number": 5,
    "a function": lambda self: self,
    "a property": property(lambda self: "read"),
    "a field": IntField(),
}


@pytest.mark.parametrize("replacement", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_what_a_program_puts_in_the_place_of_a_field_hides_no_value(replacement: Any) -> None:
    class Patched(Document):
        name = StringField(default="mine")

    class Derived(Patched):
        pass

    is_property = isinstance(replacement, property)
    documents: list[Any] = [Patched(name="a"), Derived(name="a")]
    kept = vars(Patched)["name"]
    Patched.name = replacement
    assert Patched.name is replacement
    for document in [*documents, Patched(name="a"), Patched.from_son({"name": "a"})]:
        assert document.name == ("read" if is_property else "a")
        assert document.to_son()["name"] == "a"
    if not is_property:
        for document in documents:
            document.name = "b"
            assert document.name == "b"
            del document.name
    Patched.name = kept
    for document in documents:
        assert document.name == ("a" if is_property else None)


def test_what_is_put_in_the_place_of_a_field_is_read_where_there_is_no_value() -> None:
    class Patched(Left):
        pass

    document: Any = Patched(name="a")
    del document.name
    Patched.name = 5  # type: ignore[assignment]
    assert document.name == 5
    Patched.name = lambda self: self  # type: ignore[assignment, method-assign]
    assert document.name() is document
    document.name = "b"
    assert document.name == "b"


def test_a_field_that_is_taken_from_its_class_hides_no_value() -> None:
    class Patched(Document):
        name = StringField()

    class Derived(Patched):
        name = StringField(db_field="other")

    document: Any = Derived(name="a")
    del Derived.name
    assert (document.name, document.to_son()) == ("a", {"other": "a"})
    assert Derived.name is Patched.name
    del Patched.name
    assert (document.name, Patched(name="b").name) == ("a", "b")
    assert not hasattr(Patched, "name")
    for take in lambda: delattr(Patched, "name"), lambda: Patched.name:
        with pytest.raises(AttributeError, match="name"):
            take()
    del document.name
    with pytest.raises(AttributeError, match="'Derived' object has no attribute 'name'"):
        _ = document.name
    document.name = "c"
    assert document.name == "c"


def test_object_can_be_asked_to_set_and_to_get() -> None:
    document: Any = Left(name="a")
    assert object.__getattribute__(document, "name") == "a"


def test_weak_references_and_finalizers() -> None:
    gone = []

    class Final(Left):
        def __del__(self) -> None:
            gone.append((self.name, self.left))

    document: Any = Final(name="a")
    told: list[object] = []
    reference = weakref.ref(document, told.append)
    assert reference() is document
    del document
    assert gone == [("a", 1)]
    assert told == [reference]
    assert reference() is None


def test_a_document_can_be_revived_by_its_finalizer() -> None:
    revived = []

    class Revived(Left):
        def __del__(self) -> None:
            revived.append(self)

    Revived(name="a", left=4)
    (document,) = revived
    assert (document.name, document.left) == ("a", 4)
    revived.clear()  # Python calls a finalizer once
    del document
    assert revived == []
