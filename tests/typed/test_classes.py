"""Typed classes beside one another: inheritance, primary keys, settings, query sets."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import pytest
from bson import ObjectId

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    Field,
    IntField,
    ListField,
    QuerySet,
    StringField,
    TypedDocument,
)
from aiomotorengine.errors import (
    AbstractClassError,
    InvalidDocumentError,
    UnknownFieldError,
)
from aiomotorengine.typed.queryset import TypedQuerySet
from tests.codec.laws import STANDARD, agree
from tests.queryset.said import said_about


class Level(Enum):
    LOW, HIGH = 1, 2


class Address(TypedDocument, EmbeddedDocument):
    street: str
    town: str | None = None


class User(TypedDocument):
    __collection__ = "typed_users"

    name: Annotated[str, StringField(max_length=5)]
    age: int | None = None
    tags: list[str] = []
    home: Address | None = None
    level: Level = Level.LOW
    made: datetime = Field(default=None, auto_now_on_insert=True)
    on: bool | None = None


# -- inheritance -------------------------------------------------------------------------------


def test_fields_are_inherited() -> None:
    class Admin(User):
        rights: set[str] = set()

    assert list(Admin._fields) == [*User._fields, "rights"]
    assert Admin(name="Ada", rights={"all"}).name == "Ada"


def test_repeating_an_annotation_replaces_the_field() -> None:
    class Admin(User):
        age: int
        name: str = "root"

    assert list(Admin._fields) == list(User._fields)
    assert [error.path for error in Admin().validation_errors()] == ["age"]
    assert Admin(name="much longer", age=3).validate()
    assert User(name="Ada").validate()


@pytest.mark.parametrize("value", [5, None, "x", Field()], ids=repr)
def test_a_default_without_annotation_is_refused(value: Any) -> None:
    told = r"^Admin\.age is a field of a base: annotate it to give it another default, or as a Clas"
    with pytest.raises(TypeError, match=told):
        type(User)("Admin", (User,), {"age": value})


def test_an_inherited_field_that_gives_way() -> None:
    class Robot(User):
        age: ClassVar[int] = 0

        @property
        def home(self) -> Any:
            return None

    assert [it for it in User._fields if it not in Robot._fields] == ["age", "home"]
    assert (Robot(name="r").age, Robot(name="r").home) == (0, None)


def test_an_annotation_replaces_a_field_of_a_document() -> None:
    class Base(Document):
        name = StringField()

    class Mixed(TypedDocument, Base):
        name: int

    assert type(Mixed._fields["name"]) is IntField


def test_mixins() -> None:
    class Stamped(TypedDocument):
        __abstract__ = True
        made: datetime = Field(default=None, auto_now_on_insert=True)

    class Named(Document):
        __abstract__ = True
        name = StringField()

    class Ware(Stamped, Named):
        price: int

    assert list(Ware._fields) == ["name", "made", "price"]
    with pytest.raises(AbstractClassError):
        Stamped.objects  # noqa: B018
    assert Ware.__dynamic__ is False


def test_several_classes_in_one_collection() -> None:
    class Animal(TypedDocument):
        __discriminator__ = "_cls"
        name: str

    class Dog(Animal):
        tricks: int = 0

    assert Dog(name="a").to_son() == {"_cls": "Animal.Dog", "name": "a", "tricks": 0}
    assert type(Animal.from_son({"_cls": "Animal.Dog", "name": "a"})) is Dog


def test_embedded_documents_are_equal_by_what_they_hold() -> None:
    assert Address(street="Loop") == Address(street="Loop")
    with pytest.raises(AbstractClassError):
        Address.objects  # noqa: B018


# -- the other face ----------------------------------------------------------------------------


def test_defaults_of_a_typed_document() -> None:
    user = User(name="Ada")
    assert user.to_son() == {"name": "Ada", "tags": [], "level": 1, "made": user.made}
    assert user.made.tzinfo is UTC
    with pytest.raises(UnknownFieldError):
        user.nam = "x"
    with pytest.raises(ValueError, match="User has no field 'nam'"):
        User.objects.filter(nam="x")


def test_a_class_may_have_the_settings_of_2017() -> None:
    class Loose(TypedDocument):
        __dynamic__ = True
        __omit_none__ = False
        __querysets__ = "in place"
        name: str | None = None

    assert Loose(other=1).to_son() == {"name": None, "_other": 1}
    query = Loose.objects
    assert query.filter(name="a") is query


def test_a_wrong_kind_of_query_sets_is_refused() -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        type(Document)("User", (Document,), {"__querysets__": "new"})
    assert str(refused.value) == "User.__querysets__ must be 'in place' or 'copy', not 'new'."


NARROWING: list[tuple[str, Callable[[Any], Any]]] = [
    ("filter", lambda query: query.filter(name="a")),
    ("filter_not", lambda query: query.filter_not(name="a")),
    ("limit", lambda query: query.limit(3)),
    ("skip", lambda query: query.skip(3)),
    ("order_by", lambda query: query.order_by("name")),
    ("on_unreadable", lambda query: query.on_unreadable("skip")),
    ("using", lambda query: query.using(comment="x")),
]


@pytest.mark.parametrize(("name", "narrow"), NARROWING, ids=[name for name, _ in NARROWING])
def test_narrowing_gives_a_copy_or_the_query_set_itself(
    name: str, narrow: Callable[[Any], Any]
) -> None:
    class Old(Document):
        name = StringField()

    class Copying(Old):
        __querysets__ = "copy"

    for document_class in (User, Copying):
        query = document_class.objects
        before = said_about(query)
        narrowed = narrow(query)
        assert type(narrowed) is type(query)
        assert said_about(query) == before != said_about(narrowed)
    query = Old.objects
    assert narrow(query) is query


def test_a_query_set_of_typed_documents() -> None:
    assert type(User.objects.filter(name="a")) is TypedQuerySet
    assert isinstance(User.objects, QuerySet)
    query = User.objects.order_by("name")
    assert repr(query.order_by("-age")) == ("<QuerySet User {} order=[('name', 1), ('age', -1)]>")
    assert repr(query) == "<QuerySet User {} order=[('name', 1)]>"


# -- the id ------------------------------------------------------------------------------------


def test_the_id_of_documents() -> None:
    assert User(id=5, name="a")._id == 5
    assert User(name="a").id is None


def test_a_primary_key() -> None:
    class Ware(TypedDocument):
        sku: str = Field(primary_key=True)
        price: int = 0

    lamp = Ware(sku="A1")
    assert (lamp._id, lamp.id, lamp.to_son()) == ("A1", "A1", {"price": 0})
    assert [error.path for error in Ware().validation_errors()] == ["sku"]


@pytest.mark.parametrize(
    ("annotation", "value", "key"),
    [
        ("str", None, "a"),
        ("int | None", None, 5),
        ("UUID", Field(default_factory=uuid4), UUID(int=1)),
        ("Annotated[int, IntField(min_value=0)]", None, 5),
        ("Annotated[str, Field(max_length=3)]", None, "abc"),
    ],
)
def test_an_annotated_id_is_the_primary_key(annotation: str, value: Any, key: Any) -> None:
    body = {"__annotations__": {"id": annotation}, "__module__": __name__}
    made: Any = type(TypedDocument)(
        "Ware", (TypedDocument,), body if value is None else {**body, "id": value}
    )
    assert made._primary_key.name == "id"
    assert made._fields == {}
    ware = made(id=key)
    assert (ware._id, ware.id, ware.to_son()) == (key, key, {})


def test_an_id_of_a_kind_that_is_made_by_itself_is_not_required() -> None:
    class Ware(TypedDocument):
        id: ObjectId

    assert Ware().validate()
    assert Ware(id="0123456789abcdef01234567").id == ObjectId("0123456789abcdef01234567")


def test_a_field_that_is_called_id_and_stored_elsewhere() -> None:
    class Row(TypedDocument):
        id: int = Field(db_field="id")

    assert Row(id=5).to_son() == {"id": 5}


# -- both codecs, copies -----------------------------------------------------------------------


def test_codecs_agree(codec: str) -> None:
    class Ware(TypedDocument):
        name: str
        size: int | None = None
        level: Level | None = None
        home: Address | Level2 | None = None
        counts: dict[str, int] = {}
        at: datetime | None = None

    class Level2(TypedDocument):
        floor: int

    at = datetime(2020, 2, 29, tzinfo=UTC)
    wares: list[Any] = [
        Ware(name="a"),
        Ware(name="", size=3, level=Level.HIGH, home=Address(street="x"), counts={"a": 1}, at=at),
        Ware(name="b", home=Level2(floor=1)),
        Ware(),
        Ware(name=5, size="x"),
    ]
    for ware in wares:
        agree(Ware, [ware], STANDARD)
    agree(Ware, wares, STANDARD)


def test_documents_are_copied_and_pickled() -> None:
    made = datetime(2020, 2, 29, tzinfo=UTC)
    user = User(name="Ada", home=Address(street="Loop"), tags=["a"], made=made)
    for copied in (copy.copy(user), copy.deepcopy(user), pickle.loads(pickle.dumps(user))):
        assert type(copied) is User
        assert copied.to_son() == user.to_son()


def test_plans_are_those_of_the_same_class_written_with_fields(codec: str) -> None:
    class Typed(TypedDocument):
        name: str
        age: int | None = None
        tags: list[str] = []

    class Plain(Document):
        __dynamic__ = False
        __omit_none__ = True
        name = StringField(required=True, allow_empty=True)
        age = IntField()
        tags = ListField(StringField())

    typed, plain = (str(it.explain_codec()).partition("\n") for it in (Typed, Plain))
    assert typed[2] == plain[2]
