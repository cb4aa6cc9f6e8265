"""What only(), exclude() and slice() add up to, and what MongoDB is sent for it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
    VersionField,
)
from aiomotorengine.query_builder.projected_part import loaded_part_of
from aiomotorengine.query_builder.row_values import read_as
from aiomotorengine.queryset import QuerySet
from aiomotorengine.storage.loaded_part import LoadedPart


class Home(Document):
    road = StringField(db_field="r")
    town = StringField(aliases=["city"])
    floors = ListField(IntField())


class Comment(Document):
    by = StringField(db_field="b")
    text = StringField()


class User(Document):
    name = StringField(required=True, db_field="n")
    bio = StringField(required=True)
    home = EmbeddedDocumentField(Home, db_field="h")
    tags = ListField(StringField(), db_field="t")
    comments = ListField(EmbeddedDocumentField(Comment), db_field="c")


class Counted(Document):
    name = StringField()
    version = VersionField(db_field="v")


class Animal(Document):
    __discriminator__ = "kind"
    name = StringField()


class Cat(Animal):
    lives = IntField()


def sent(query: QuerySet[Any]) -> dict[str, Any] | None:
    return read_as(query.__klass__, query._projection).projection


def part(query: QuerySet[Any]) -> LoadedPart:
    found = loaded_part_of(query.__klass__, query._projection)
    assert found is not None
    return found


SENT = [
    (User.objects, None),
    (User.objects.only("name"), {"_id": 1, "n": 1}),
    (User.objects.only(User.name, "home.road"), {"_id": 1, "n": 1, "h.r": 1}),
    (User.objects.only("name").only("home__road"), {"_id": 1, "n": 1, "h.r": 1}),
    (User.objects.only("home", "home.road"), {"_id": 1, "h": 1}),
    (User.objects.only("id"), {"_id": 1}),
    (User.objects.only("home.town"), {"_id": 1, "h.town": 1, "h.city": 1}),
    (User.objects.only("comments.by"), {"_id": 1, "c.b": 1}),
    (User.objects.exclude("bio"), {"bio": 0}),
    (User.objects.exclude("home", "home.road"), {"h": 0}),
    (User.objects.exclude("home.town"), {"h.town": 0, "h.city": 0}),
    (User.objects.only("name", "bio").exclude("bio"), {"_id": 1, "n": 1}),
    (User.objects.exclude("bio").only("name", "bio"), {"_id": 1, "n": 1}),
    (User.objects.only("home.road").exclude("home"), {"_id": 1}),
    (User.objects.slice("tags", 5), {"t": {"$slice": 5}}),
    (User.objects.slice("tags", -5), {"t": {"$slice": -5}}),
    (User.objects.slice("tags", 10, 5), {"t": {"$slice": [10, 5]}}),
    (User.objects.slice("tags", 1).exclude("bio"), {"bio": 0, "t": {"$slice": 1}}),
    (User.objects.only("name").slice("tags", 1), {"_id": 1, "n": 1, "t": {"$slice": 1}}),
    (User.objects.slice("tags", 1).exclude("tags"), {"t": 0}),
    (User.objects.slice("home.floors", 1), {"h.floors": {"$slice": 1}}),
    (User.objects.only("name").exclude("bio").slice("tags", 1).all_fields(), None),
    (Counted.objects.only("name"), {"_id": 1, "name": 1, "v": 1}),
    (Animal.objects.only("name"), {"_id": 1, "name": 1, "kind": 1}),
    (Animal.objects.only("lives"), {"_id": 1, "lives": 1, "kind": 1}),
]


@pytest.mark.parametrize(("query", "expected"), SENT, ids=map(str, range(len(SENT))))
def test_what_is_sent(query: QuerySet[Any], expected: dict[str, Any] | None) -> None:
    assert sent(query) == expected


REFUSED = [
    (lambda: User.objects.only("nam"), "Invalid only() field 'nam': Field not found in 'User'."),
    (lambda: User.objects.exclude("nam"), "Invalid exclude() field 'nam'"),
    (lambda: User.objects.slice("nam", 1), "Invalid slice() field 'nam'"),
    (lambda: User.objects.exclude("id"), "A document always has its _id."),
    (lambda: User.objects.exclude("_id"), "A document always has its _id."),
    (lambda: Counted.objects.exclude("version"), "A document always has its version"),
    (
        lambda: User.objects.only("home").exclude("home.road"),
        "exclude('home.road') can't go into what only('home') loads.",
    ),
    (
        lambda: User.objects.exclude("home.road").only("home"),
        "exclude('home.road') can't go into what only('home') loads.",
    ),
    (
        lambda: User.objects.only("home").slice("home.floors", 1),
        "slice('home.floors') can't go into what only('home') loads.",
    ),
    (
        lambda: User.objects.slice("comments", 1).only("comments.by"),
        "only('comments.by') can't go into what slice('comments') loads.",
    ),
    (
        lambda: User.objects.slice("comments", 1).exclude("comments.by"),
        "exclude('comments.by') can't go into what slice('comments') loads.",
    ),
    (lambda: User.objects.slice("name", 1), "slice() takes a part of a list, and 'name' is none."),
    (lambda: User.objects.slice("id", 1), "slice() takes a part of a list, and 'id' is none."),
    (lambda: User.objects.slice("tags", 1, 0), "takes more than 0 items"),
    (lambda: Animal.objects.exclude("kind"), "always has its kind, which says of which class it"),
    (lambda: Cat.objects.exclude("kind"), "always has its kind, which says of which class it is."),
]


@pytest.mark.parametrize(("ask", "text"), REFUSED, ids=map(str, range(len(REFUSED))))
def test_what_mongodb_cannot_be_asked_for(ask: Any, text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        ask()


def test_exclude_takes_no_conditions() -> None:
    with pytest.raises(TypeError, match="for conditions use filter_not"):
        User.objects.exclude(name="Ada")


def test_slice_takes_one_number_or_two() -> None:
    for numbers in ((), (1, 2, 3), ("1",), (True,)):
        with pytest.raises(TypeError):
            User.objects.slice("tags", *numbers)


def test_a_query_set_that_is_refused_is_as_it_was() -> None:
    users = User.objects.only("home")
    with pytest.raises(ValueError, match="can't go into"):
        users.exclude("home.road")
    assert sent(users) == {"_id": 1, "h": 1}


def test_copies_have_a_projection_of_their_own() -> None:
    users = User.objects.only("name")
    other = users.clone().only("bio")
    assert (sent(users), sent(other)) == ({"_id": 1, "n": 1}, {"_id": 1, "bio": 1, "n": 1})


def test_the_part_that_only_loads() -> None:
    found = part(User.objects.only("name", "home.road", "comments.by"))
    assert [found.has(it) for it in ("name", "bio", "home", "tags")] == [True, False, True, False]
    assert found.inside["home"] == LoadedPart(road := frozenset({"road"}), in_part=road)
    assert found.lists == {"comments"}


def test_the_part_that_exclude_leaves() -> None:
    found = part(User.objects.exclude("bio", "home.road").slice("tags", 1))
    assert [found.has(it) for it in ("name", "bio", "home", "tags")] == [True, False, True, True]
    assert [found.inside["home"].has(it) for it in ("road", "town")] == [False, True]
    assert found.lists == {"tags"}


ROWS = [
    (User.objects.values("name"), {"_id": 0, "n": 1}),
    (User.objects.values("id", "name"), {"_id": 1, "n": 1}),
    (User.objects.values_list("_id"), {"_id": 1}),
    (User.objects.values_list("home.road", "home"), {"_id": 0, "h": 1}),
    (User.objects.scalar(User.bio), {"_id": 0, "bio": 1}),
    (User.objects.slice("tags", 2).values("tags"), {"_id": 0, "t": {"$slice": 2}}),
    (Counted.objects.values("name"), {"_id": 0, "name": 1}),
    (Animal.objects.values("name"), {"_id": 0, "name": 1, "kind": 1}),
    (
        User.objects.values("name", "$text_score"),
        {"_id": 0, "n": 1, "score": {"$meta": "textScore"}},
    ),
    (User.objects.raw(), None),
    (User.objects.only("name").as_pymongo(), {"_id": 1, "n": 1}),
    (User.objects.only("name").raw({"x": 1}), {"x": 1}),
]


@pytest.mark.parametrize(("rows", "expected"), ROWS, ids=map(str, range(len(ROWS))))
def test_what_rows_ask_for(rows: Any, expected: dict[str, Any] | None) -> None:
    query = rows
    assert read_as(query.__klass__, query._projection, query._rows).projection == expected


def test_values_without_names_are_the_id_and_all_fields() -> None:
    def names(rows: Any) -> list[str]:
        return [value.name for value in rows._rows.values]

    assert names(User.objects.values()) == ["_id", "name", "bio", "home", "tags", "comments"]
    assert names(User.objects.exclude("bio", "tags").values()) == [
        "_id",
        "name",
        "home",
        "comments",
    ]


@pytest.mark.parametrize("names", [(), ("name", "bio")])
def test_flat_rows_have_one_value(names: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match="flat=True takes exactly one name."):
        User.objects.values_list(*names, flat=True)  # type: ignore[call-overload]


def test_rows_are_a_query_of_their_own() -> None:
    users = User.objects.filter(bio="x")
    rows = users.values("name")
    rows.filter(name="Ada").limit(3)
    assert users.to_query() == {"bio": "x"}
    assert rows.to_query() != users.to_query()
