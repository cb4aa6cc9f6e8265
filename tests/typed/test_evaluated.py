"""Annotations that are no texts: values up to Python 3.13, evaluated when asked from 3.14 on."""

import sys
from datetime import date
from typing import Annotated, Any, Optional

import pytest

from aiomotorengine import Field, IntField, Reference, StringField, TypedDocument
from aiomotorengine.errors import InvalidDocumentError

lazily = pytest.mark.skipif(sys.version_info < (3, 14), reason="annotations are evaluated at once")


class User(TypedDocument):
    name: Annotated[str, StringField(max_length=3)]
    born: date | None = None
    boss: "User | None" = None
    home: Optional["Home"] = None
    homes: list["Home"] = []
    work: Reference["Home"] | None = None
    either: Annotated["Home | Flat | None", Field(db_field="e")] = None


class Home(TypedDocument):
    road: str


class Flat(TypedDocument):
    floor: int


def test_texts_inside_of_annotations() -> None:
    user = User(name="a", boss=User(name="b"), home=Home(road="c"), either=Flat(floor=3))
    stored = {
        "name": "a",
        "boss": {"name": "b", "homes": []},
        "home": {"road": "c"},
        "homes": [],
        "e": {"_cls": "Flat", "floor": 3},
    }
    assert user.validate()
    assert user.to_son() == stored
    assert User.from_son(stored).to_son() == stored
    work: Any = User.work
    assert work.reference_type is Home


def test_classes_of_a_function() -> None:
    class Inner(TypedDocument):
        size: Annotated[int, IntField(validators=[lambda value: value < 5])]

    class Outer(TypedDocument):
        inner: Inner
        later: "Later | None" = None

    class Later(TypedDocument):
        x: int

    outer = Outer(inner=Inner(size=3), later=Later(x=1))
    assert outer.validate()
    assert outer.to_son() == {"inner": {"size": 3}, "later": {"x": 1}}
    with pytest.raises(InvalidDocumentError):
        Outer(inner=Inner(size=7)).validate()


@lazily
def test_names_that_are_there_only_later() -> None:
    class Person(TypedDocument):
        name: Annotated[str, StringField(max_length=3)]
        friend: Person | None = None
        home: House | None = None
        houses: list[House] = []
        work: Reference[House] | None = None
        either: House | Shed | None = None
        nested: Annotated[dict[str, House | None], "x"] = {}

    class House(TypedDocument):
        road: str

    class Shed(TypedDocument):
        size: int

    person = Person(
        name="a",
        friend=Person(name="b"),
        home=House(road="c"),
        houses=[House(road="d")],
        either=Shed(size=1),
        nested={"x": House(road="e"), "y": None},
    )
    assert person.validate()
    assert person.to_son() == {
        "name": "a",
        "friend": {"name": "b", "houses": [], "nested": {}},
        "home": {"road": "c"},
        "houses": [{"road": "d"}],
        "either": {"_cls": "Shed", "size": 1},
        "nested": {"x": {"road": "e"}, "y": None},
    }
    work: Any = Person.work
    assert work.reference_type is House


@lazily
def test_a_name_that_is_never_defined() -> None:
    class Person(TypedDocument):
        home: Adress | None = None

    with pytest.raises(NameError, match=r"^Person\.home: 'Adress' is not defined\."):
        Person().validate()


@lazily
def test_an_attribute_with_the_name_of_its_type() -> None:
    class Person(TypedDocument):
        date: date | None = None

    assert type(Person._fields["date"]).__name__ == "DateField"


def test_inherited_annotations() -> None:
    class Admin(User):
        level: int = 0

    assert list(Admin._fields) == [*User._fields, "level"]
    assert list(Admin.__dataclass_fields__) == ["id", *Admin._fields]
