"""Codecs with a shape: partial documents, rows, and documents as PyMongo gives them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import bson
import pytest
from bson import DBRef, ObjectId

from aiomotorengine import (
    DateTimeField,
    DecimalField,
    DictField,
    Document,
    EmbeddedDocumentField,
    GenericReferenceField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
)
from aiomotorengine import codec as codec_api
from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.codec.plan import plan_of
from aiomotorengine.codec.shape import RAW, Kind, RowValue, Shape
from aiomotorengine.codec.shaping import shaping
from aiomotorengine.errors import FieldNotLoadedError, StoredValueError
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.query_builder.row_values import read_as
from aiomotorengine.queryset import QuerySet
from aiomotorengine.storage.loaded import forget_nothing, nothing_loaded
from tests.codec.laws import STANDARD

pytestmark = pytest.mark.usefixtures("codec")

ID = ObjectId("0123456789abcdef01234567")
OTHER = ObjectId("1123456789abcdef01234567")


class Home(Document):
    road = StringField(db_field="r")
    town = StringField(default="Ely")


class Author(Document):
    name = StringField()


class User(Document):
    name = StringField(required=True, db_field="n")
    bio = StringField(required=True)
    price = DecimalField(default=Decimal("1.00"))
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))
    tags = ListField(StringField(), db_field="t")
    author = ReferenceField(Author)
    authors = ListField(ReferenceField(Author))
    about = GenericReferenceField()
    extra = DictField()
    since = DateTimeField()
    secret = PasswordField()


class Club(Document):
    host = EmbeddedDocumentField(Home, default=Home(road="Lane", town="Bath"))


class Strict(Document):
    __dynamic__ = False
    __unknown__ = "refuse"
    name = StringField()


class Animal(Document):
    __discriminator__ = "kind"
    name = StringField()


class Cat(Animal):
    lives = IntField(default=9)


class Made(Document):
    name = StringField()
    size = IntField(default=3)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.seen = f"{self.name} {self.size}"


FULL = {
    "_id": ID,
    "n": "Ada",
    "bio": "long",
    "price": "2.50",
    "h": {"r": "Loop", "town": "Bath"},
    "homes": [{"r": "A"}, {"town": "B"}],
    "t": ["a", "b"],
    "author": OTHER,
    "authors": [OTHER, ID],
    "about": DBRef("Author", OTHER),
    "extra": {"x": 1},
    "nick": "ad",
}


def decode(document_class: Any, shape: Shape, *stored: Any) -> list[Any]:
    batch = b"".join(bson.encode(one, codec_options=STANDARD) for one in stored)
    found = codec_for(document_class, STANDARD, shape).decode_many(batch)
    assert len(found) == len(stored)
    return found


def shape_of(query: QuerySet[Any]) -> Shape:
    shape = read_as(query.__klass__, query._projection, query._rows).shape
    assert shape is not None
    return shape


def partial(query: QuerySet[Any], stored: Any) -> Any:
    [document] = decode(query.__klass__, shape_of(query), stored)
    return document


def row(rows: Any, stored: Any) -> Any:
    query = rows
    [found] = decode(query.__klass__, shape_of(query), stored)
    return found


# -- partial documents ---------------------------------------------------------------------------


def test_what_was_not_loaded_can_not_be_read() -> None:
    ada = partial(User.objects.only("name", "home.road"), {"_id": ID, "n": "Ada", "h": {"r": "L"}})
    assert (ada._id, ada.name, ada.home.road) == (ID, "Ada", "L")
    readers: list[Callable[[], Any]] = [
        lambda: ada.bio,
        lambda: ada.price,
        lambda: ada.tags,
        lambda: ada.author,
        lambda: ada.since,
        lambda: ada.secret,
        lambda: ada.home.town,
    ]
    for read in readers:
        with pytest.raises(FieldNotLoadedError, match="was not loaded"):
            read()


def test_the_error_says_what_to_do() -> None:
    with pytest.raises(FieldNotLoadedError) as raised:
        partial(User.objects.only("name"), {"_id": ID}).bio  # noqa: B018
    assert str(raised.value) == (
        "The field 'bio' of this User was not loaded: only() or exclude() left it out. Name it in "
        "the query, or 'await user.reload()'."
    )


def test_what_is_loaded_and_not_stored_has_its_default() -> None:
    user = partial(User.objects.only("price", "tags", "author"), {"_id": ID})
    assert (user.price, user.tags, user.author) == (Decimal("1.00"), [], None)


def test_what_is_stored_and_not_asked_for_is_left_out() -> None:
    user = partial(User.objects.only("name"), FULL)
    with pytest.raises(FieldNotLoadedError):
        user.bio  # noqa: B018


def test_of_a_default_that_is_a_document_a_part_is_kept() -> None:
    member = partial(Club.objects.only("host.road"), {"_id": ID})
    assert member.loaded_fields() == {"host.road"}
    assert member.host.road == "Lane"
    with pytest.raises(FieldNotLoadedError):
        member.host.town  # noqa: B018
    assert (Club().host.road, Club().host.town) == ("Lane", "Bath")


def test_documents_note_each_for_itself_of_what_nothing_was_loaded() -> None:
    shape = shape_of(User.objects.only("name", "bio", "price", "tags", "home.road"))
    stored = [{"n": "Ada"}, {"bio": "x"}, {"n": "Eve"}, {"n": None, "price": None, "t": None}, FULL]
    found = decode(User, shape, *stored)
    nothing = [nothing_loaded(user) for user in found]
    assert nothing == [
        {"bio", "home"},
        {"name", "home"},
        {"bio", "home"},
        {"name", "bio", "price", "home"},
        frozenset(),
    ]
    ada, _, eve, *_ = found
    ada.bio = "y"
    assert (nothing_loaded(ada), nothing_loaded(eve)) == ({"home"}, {"bio", "home"})
    forget_nothing(ada)
    ada.bio = None
    assert (nothing_loaded(ada), nothing_loaded(eve)) == ({"home"}, {"bio", "home"})


def test_more_fields_than_are_noted_at_once() -> None:
    fields = {f"field_{number}": StringField() for number in range(150)}
    wide: Any = DocumentMetaClass("WideOfShapes", (Document,), fields)
    shape = shape_of(wide.objects.only(*fields))
    none, last, most = decode(
        wide, shape, {}, {"field_149": "x"}, dict.fromkeys(list(fields)[:149], "x")
    )
    assert nothing_loaded(none) == set(fields)
    assert nothing_loaded(last) == set(fields) - {"field_149"}
    assert nothing_loaded(most) == {"field_149"}


def test_exclude_leaves_the_rest() -> None:
    user = partial(User.objects.exclude("bio", "home.road"), FULL)
    assert (user.name, user.home.town, user.nick) == ("Ada", "Bath", "ad")
    for read in (lambda: user.bio, lambda: user.home.road):
        with pytest.raises(FieldNotLoadedError):
            read()


def test_it_knows_what_it_has() -> None:
    query = User.objects.only("name", "home.road", "homes.town", "tags")
    user = partial(query, FULL)
    assert user.is_partial()
    assert user.loaded_fields() == {"name", "home.road", "homes.town", "tags"}
    assert partial(query, {"_id": ID}).loaded_fields() == user.loaded_fields()
    user.bio = "short"
    assert user.loaded_fields() == {"name", "bio", "home.road", "homes.town", "tags"}
    user.home = Home(road="Lane")
    assert "home" in user.loaded_fields()


def test_a_whole_one_says_so() -> None:
    [user] = codec_for(User, STANDARD).decode_many(bson.encode(FULL))
    assert (user.is_partial(), user.loaded_fields()) == (False, None)
    assert (User().is_partial(), User().loaded_fields()) == (False, None)


def test_what_is_assigned_is_there() -> None:
    user = partial(User.objects.only("name"), {"_id": ID, "n": "Ada"})
    user.bio, user.tags = "x", ["y"]
    assert (user.bio, user.tags) == ("x", ["y"])
    user.bio = None
    assert user.bio is None


def test_validation_looks_at_what_is_there() -> None:
    user = partial(User.objects.only("name"), {"_id": ID, "n": "Ada"})
    assert user.validate()
    assert codec_for(User, STANDARD).validate_many([user])
    user.name = ""
    with pytest.raises(ValueError, match="Field 'name' is required"):
        user.validate()
    with pytest.raises(DocumentError):
        codec_for(User, STANDARD).validate_many([user])


def test_it_writes_what_is_there() -> None:
    user = partial(User.objects.only("name", "home.road"), {"n": "Ada", "h": {"r": "Loop"}})
    assert user.to_son() == {"n": "Ada", "h": {"r": "Loop"}}
    user.bio = "x"
    [raw] = codec_for(User, STANDARD).encode_many([user], [ID])
    assert bson.decode(raw) == {"_id": ID, "n": "Ada", "bio": "x", "h": {"r": "Loop"}}


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_copies_are_partial(copied: Callable[[Any], Any]) -> None:
    user = copied(partial(User.objects.only("name", "home.road"), FULL))
    assert user.loaded_fields() == {"name", "home.road"}
    for read in (lambda: user.bio, lambda: user.home.town):
        with pytest.raises(FieldNotLoadedError):
            read()


def test_each_document_of_a_family_is_of_its_class() -> None:
    cat, animal = decode(
        Animal,
        shape_of(Animal.objects.only("name")),
        {"_id": 1, "kind": "Animal.Cat", "name": "Tom"},
        {"_id": 2, "kind": "Animal", "name": "Rex"},
    )
    assert (type(cat), type(animal)) == (Cat, Animal)
    with pytest.raises(FieldNotLoadedError):
        cat.lives  # noqa: B018


def test_an_init_of_the_program_runs_first() -> None:
    made = partial(Made.objects.only("name"), {"_id": 1, "name": "x"})
    assert made.seen == "x 3"
    with pytest.raises(FieldNotLoadedError):
        made.size  # noqa: B018


# -- rows ----------------------------------------------------------------------------------------

VALUES: list[tuple[str, Any]] = [
    ("_id", ID),
    ("id", ID),
    ("name", "Ada"),
    ("price", Decimal("2.50")),
    ("home", {"road": "Loop", "town": "Bath"}),
    ("home.road", "Loop"),
    ("home__road", "Loop"),
    ("homes", [{"road": "A", "town": "Ely"}, {"road": None, "town": "B"}]),
    ("homes.road", ["A", None]),
    ("homes.town", ["Ely", "B"]),
    ("tags", ["a", "b"]),
    ("author", OTHER),
    ("authors", [OTHER, ID]),
    ("about", DBRef("Author", OTHER)),
    ("extra", {"x": 1}),
    ("since", None),
]


@pytest.mark.parametrize(("name", "value"), VALUES, ids=[name for name, _ in VALUES])
def test_each_value_is_what_the_attribute_reads(name: str, value: Any) -> None:
    assert row(User.objects.values(name), FULL) == {name: value}
    assert row(User.objects.values_list(name), FULL) == (value,)
    assert row(User.objects.values_list(name, flat=True), FULL) == value
    assert row(User.objects.scalar(name), FULL) == value


def test_rows_of_what_is_not_stored() -> None:
    names = ("price", "home", "home.road", "homes.road", "tags", "author")
    found = row(User.objects.values_list(*names), {"_id": ID})
    assert found == (Decimal("1.00"), None, None, [], [], None)


def test_rows_are_of_plain_types() -> None:
    assert type(row(User.objects.values("home"), FULL)["home"]) is dict
    assert type(row(User.objects.values_list("home", "name"), FULL)) is tuple


def test_a_score_is_no_field() -> None:
    stored = {"name": "Ada", "score": 1.5}
    assert row(Strict.objects.values("name", "$text_score"), stored) == {
        "name": "Ada",
        "$text_score": 1.5,
    }


def test_rows_of_a_family() -> None:
    shape = shape_of(Animal.objects.values_list("name", "lives"))
    found = decode(Animal, shape, {"kind": "Animal.Cat", "name": "T"}, {"kind": "Animal"})
    assert found == [("T", 9), (None, None)]


def test_raw_is_what_pymongo_gives() -> None:
    assert decode(User, RAW, FULL, {"x": 1}) == [FULL, {"x": 1}]


KINDS: list[Kind] = ["partial", "dict", "tuple", "flat", "raw"]


@pytest.mark.parametrize("kind", KINDS)
def test_many_are_what_each_is(kind: Kind) -> None:
    shape = Shape(kind, values=(RowValue("name", ("name",)),))
    stored = [{"_id": n, "n": str(n)} for n in range(5)]
    expected = [shaping(User, shape)(one) for one in stored]
    found = decode(User, shape, *stored)
    if kind == "partial":
        found, expected = [it.to_son() for it in found], [it.to_son() for it in expected]
    assert found == expected


def test_what_cannot_be_read_is_named_as_ever() -> None:
    for query in (User.objects.only("price"), User.objects.values("price")):
        codec = codec_for(User, STANDARD, shape_of(query))
        batch = bson.encode({"_id": 1, "price": "1"}) + bson.encode({"_id": 2, "price": "x"})
        with pytest.raises(DocumentError) as raised:
            codec.decode_many(batch)
        assert (raised.value.index, len(raised.value.decoded)) == (1, 1)
        assert isinstance(raised.value.__cause__, StoredValueError)


# -- codecs of a class ---------------------------------------------------------------------------


def test_a_codec_is_made_once_for_a_shape() -> None:
    one, other = shape_of(User.objects.only("name")), shape_of(User.objects.only("bio"))
    made = codec_for(User, STANDARD, one)
    assert codec_for(User, STANDARD, shape_of(User.objects.only("name"))) is made
    assert codec_for(User, STANDARD, other) is not made
    assert codec_for(User, STANDARD) is not made


def test_a_plan_is_made_once_for_all_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Planned(Document):
        name = StringField()
        bio = StringField()

    made: list[Any] = []

    def counted(document_class: Any) -> Any:
        made.append(document_class)
        return plan_of(document_class)

    monkeypatch.setattr(codec_api, "plan_of", counted)
    for name in "name", "bio":
        codec_for(Planned, STANDARD, shape_of(Planned.objects.only(name)))
    assert made == [Planned]
    monkeypatch.setattr(StringField, "from_son", lambda self, value: f"{value}!")
    assert decode(Planned, shape_of(Planned.objects.scalar("bio")), {"bio": "x"}) == ["x!"]
    assert made == [Planned] * 2


def test_those_asked_for_last_are_kept() -> None:
    shapes = [Shape("flat", values=(RowValue(str(n), ("name",)),)) for n in range(65)]
    first = codec_for(Author, STANDARD, shapes[0])
    second = codec_for(Author, STANDARD, shapes[1])
    for shape in shapes[2:64]:
        codec_for(Author, STANDARD, shape)
    assert codec_for(Author, STANDARD, shapes[0]) is first
    codec_for(Author, STANDARD, shapes[64])
    assert codec_for(Author, STANDARD, shapes[0]) is first
    assert codec_for(Author, STANDARD, shapes[1]) is not second
