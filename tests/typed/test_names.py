"""Names in annotations that are texts: what they mean, also where it is there only later."""

from __future__ import annotations

import sys
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    Field,
    IntField,
    ReferenceField,
    StringField,
    TypedDocument,
)
from aiomotorengine import Reference as Ref
from aiomotorengine.typed.reference import Reference

if TYPE_CHECKING:
    from decimal import Decimal as Unimported

SIZES = ("S", "L")


class Person(TypedDocument):
    name: str
    friend: Person | None = None
    home: HomeBelow | None = None
    homes: list[HomeBelow] = []
    work: Reference[HomeBelow] | None = None
    either: HomeBelow | FlatBelow | None = None
    nested: dict[str, Optional["HomeBelow"]] = {}


class HomeBelow(TypedDocument):
    road: str


class FlatBelow(TypedDocument):
    floor: int


def test_a_class_that_is_defined_later() -> None:
    person = Person(
        name="a",
        friend=Person(name="b"),
        home=HomeBelow(road="Loop"),
        homes=[HomeBelow(road="Lane")],
        either=FlatBelow(floor=3),
        nested={"x": HomeBelow(road="Hill")},
    )
    assert person.validate()
    stored = {
        "name": "a",
        "friend": {"name": "b", "homes": [], "nested": {}},
        "home": {"road": "Loop"},
        "homes": [{"road": "Lane"}],
        "either": {"_cls": "FlatBelow", "floor": 3},
        "nested": {"x": {"road": "Hill"}},
    }
    assert person.to_son() == stored
    assert Person.from_son(stored).to_son() == stored
    work: Any = Person.work
    assert work.reference_type is HomeBelow


def test_names_of_a_function() -> None:
    class Home(TypedDocument):
        road: str

    Text = Annotated[str, StringField(max_length=3)]  # noqa: N806

    class User(TypedDocument):
        name: Text
        home: Home | None = None
        later: Later | None = None

    class Later(TypedDocument):
        x: int

    fields: Any = User._fields
    assert fields["name"].max_length == 3
    assert fields["home"].embedded_type is Home
    assert fields["later"].embedded_type is Later


def test_a_name_that_is_never_defined() -> None:
    class User(TypedDocument):
        home: Adress | None = None
        ref: Ref[Persn] | None = None

    assert User().to_son() == {}
    with pytest.raises(NameError, match=r"^User\.home: 'Adress' is not defined\."):
        User().validate()
    with pytest.raises(NameError, match=r"^User\.home: 'Adress' is not defined\."):
        User.from_son({"home": {"road": "Loop"}})
    field: Any = User.ref
    with pytest.raises(NameError, match=r"^User\.ref: 'Persn' is not defined\."):
        field.reference_type  # noqa: B018


def test_a_class_that_is_declared_later_may_be_in_the_shard_key() -> None:
    class User(TypedDocument):
        __shard_key__ = ("home.zip",)
        home: Dwelling | None = None

    user = User()

    class Dwelling(TypedDocument):
        zip: str

    user.home = Dwelling(zip="1")
    assert user.to_son() == {"home": {"zip": "1"}}


def test_fields_of_one_name_may_be_of_classes_that_are_not_defined_yet() -> None:
    class Base(TypedDocument):
        __discriminator__ = "_cls"

    class One(Base):
        part: Unknown | None = None

    class Other(Base):
        part: Undefined | None = None

    assert Base.objects.filter(part=None).to_query()["part"] is None
    with pytest.raises(NameError, match=r"^One\.part: 'Unknown' is not defined\."):
        Base.objects.filter(part__x=1)

    class Undefined(TypedDocument):
        x: int

    with pytest.raises(ValueError, match="^Invalid filter 'part': it is another field in Other"):
        Base.objects.filter(part=None).to_query()
    assert Other.objects.filter(part__x=1).to_query()["part.x"] == 1
    assert One


def test_a_name_for_type_checkers_only_is_no_class() -> None:
    class User(TypedDocument):
        cost: Unimported | None = None

    field: Any = User.cost
    with pytest.raises(NameError, match=r"^User\.cost: 'Unimported' is not defined\."):
        field.embedded_type  # noqa: B018


def test_an_attribute_with_the_name_of_its_type() -> None:
    class User(TypedDocument):
        date: date | None = None
        other: date | None = None

    field: Any = User.date
    assert type(field).__name__ == "DateField"
    other: Any = User.other
    assert type(other).__name__ == "DateField"


def test_names_of_the_class_body() -> None:
    class User(TypedDocument):
        class Home(TypedDocument):
            road: str

        home: Home | None = None

    field: Any = User.home
    assert field.embedded_type is User.Home


def test_values_in_annotations_are_evaluated_as_they_are() -> None:
    class User(TypedDocument):
        size: Annotated[str, StringField(choices=SIZES)]
        even: Annotated[int, IntField(validators=[lambda value: value % 2 == 0])]
        long: Annotated[
            str,
            StringField(),
        ]

    assert User(size="S", even=2, long="x").validate()
    assert len(User(size="M", even=3, long="x").validation_errors()) == 2


def test_a_value_that_is_not_defined() -> None:
    with pytest.raises(NameError, match=r"^User\.size: 'SIZE' is not defined\."):

        class User(TypedDocument):
            size: Annotated[str, StringField(choices=SIZE)]


def test_what_evaluating_an_annotation_raises_has_its_place() -> None:
    with pytest.raises(ValueError, match="bits must be") as refused:

        class User(TypedDocument):
            size: Annotated[int, IntField(bits=5)]

    assert refused.value.__notes__ == ["It comes from the annotation of User.size."]


def test_text_that_is_no_annotation() -> None:
    with pytest.raises(SyntaxError) as refused:
        type(TypedDocument)("User", (TypedDocument,), {"__annotations__": {"x": "not a type"}})
    assert refused.value.__notes__ == ["It comes from the annotation of User.x."]


def test_modules_that_import_each_other() -> None:
    """``from . import people`` at the top of a module that ``people`` imports."""
    people = ModuleType("tests_typed_people")
    homes = ModuleType("tests_typed_homes")
    sys.modules.update({people.__name__: people, homes.__name__: homes})
    try:
        homes.people = people
        body = "\n".join(
            [
                "from __future__ import annotations",
                "from aiomotorengine import Reference, TypedDocument",
                "class House(TypedDocument):",
                "    owner: Reference[people.Owner] | None = None",
                "    guest: people.Owner | None = None",
            ]
        )
        exec(body, vars(homes))
        people.homes = homes
        body = body.partition("class")[0] + "class Owner(TypedDocument):\n    house: homes.House"
        exec(body, vars(people))
        owner = vars(people)["Owner"]
        assert vars(homes)["House"].owner.reference_type is owner
        assert vars(homes)["House"].guest.embedded_type is owner
        assert owner.house.embedded_type is vars(homes)["House"]
    finally:
        del sys.modules[people.__name__], sys.modules[homes.__name__]


def test_a_name_that_two_modules_have_is_looked_up_nearby() -> None:
    def models() -> Any:
        class User(TypedDocument):
            home: Nearby | None = None

        class Nearby(TypedDocument):
            road: str

        return User, Nearby

    def others() -> Any:
        class Nearby(TypedDocument):
            floor: int

        return Nearby

    user, nearby = models()
    elsewhere = others()
    assert user.home.embedded_type is nearby is not elsewhere


def test_a_class_that_several_have_the_name_of() -> None:
    class User(TypedDocument):
        home: Twofold | None = None

    def made() -> Any:
        class Twofold(Document):
            pass

        return Twofold

    def made_again() -> Any:
        class Twofold(Document):
            pass

        return Twofold

    classes = made(), made_again()
    field: Any = User.home
    with pytest.raises(ImportError, match="'Twofold' is ambiguous"):
        field.embedded_type  # noqa: B018
    assert len(classes) == 2


def test_fields_are_those_of_the_library() -> None:
    fields: Any = Person._fields
    assert type(fields["home"]) is EmbeddedDocumentField
    assert type(fields["work"]) is ReferenceField


def test_field_options_beside_text() -> None:
    class User(TypedDocument):
        home: HomeBelow | None = Field(default=None, db_field="h")

    assert User(home=HomeBelow(road="a")).to_son() == {"h": {"road": "a"}}
