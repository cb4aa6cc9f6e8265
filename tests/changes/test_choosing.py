"""Which changes are told: what is sent for operations, fields and filters."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest

from aiomotorengine import Document, EmbeddedDocumentField, F, IntField, ListField, Q, StringField
from aiomotorengine.changes.conditions import conditions_under
from aiomotorengine.changes.position import Position
from aiomotorengine.changes.stages import changes_of, chosen, of_collections
from aiomotorengine.changes.stored_paths import stored_path
from aiomotorengine.changes.touching import pattern_of


class Home(Document):
    road = StringField(db_field="r")


class User(Document):
    name = StringField(db_field="n")
    age = IntField()
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))
    tags = ListField(StringField(), db_field="t")


# -- filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {}),
        ({"a": 1}, {"d.a": 1}),
        ({"_id": {"$in": [1]}}, {"d._id": {"$in": [1]}}),
        ({"a": {"$gt": 1, "$lt": 5}}, {"d.a": {"$gt": 1, "$lt": 5}}),
        ({"a": {"$elemMatch": {"b": 1}}}, {"d.a": {"$elemMatch": {"b": 1}}}),
        ({"a": {"$not": {"$gt": 1}}}, {"d.a": {"$not": {"$gt": 1}}}),
        ({"a": {"b": 1}}, {"d.a": {"b": 1}}),
        (
            {"$nor": [{"$and": [{"a": 1}, {"a": 2}]}, {"$or": [{"b": 1}]}]},
            {"$nor": [{"$and": [{"d.a": 1}, {"d.a": 2}]}, {"$or": [{"d.b": 1}]}]},
        ),
        ({"$comment": "why", "a": 1}, {"$comment": "why", "d.a": 1}),
    ],
)
def test_conditions_are_moved_under_the_key(query: Any, expected: Any) -> None:
    before = repr(query)
    assert conditions_under("d", query) == expected
    assert repr(query) == before


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ((F("age") > 5).to_query(User), r"watch\(\) can't look for documents by F: "),
        ((Q(age=1) | (F("age") > 5)).to_query(User), "by F: "),
        ({"$text": {"$search": "a"}}, r"by search_text\(\): "),
        ({"$jsonSchema": {}}, r"by \$jsonSchema: "),
        ({"$where": "1"}, r"by \$where: "),
        ({"at": {"$near": [1, 2]}}, "by 'near': use geo_within_distance"),
        ({"$or": [{"at": {"$nearSphere": [1, 2]}}]}, "by 'near'"),
    ],
)
def test_what_can_be_asked_of_whole_documents_only_is_refused(query: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        conditions_under("fullDocument", query)


def test_a_change_without_its_document_meets_no_condition() -> None:
    # Otherwise ``age=None`` would be met by a delete, which has nothing under ``fullDocument``.
    assert changes_of({"age": None}, has_before=False) == {
        "$or": [
            {"operationType": {"$nin": ["insert", "replace", "update", "delete"]}},
            {
                "operationType": {"$in": ["insert", "replace", "update"]},
                "fullDocument": {"$type": "object"},
                "$and": [{"fullDocument.age": None}],
            },
        ]
    }


def test_a_deleted_document_is_known_as_it_was_before() -> None:
    deleted = changes_of({"age": 1}, has_before=True)["$or"][-1]
    assert deleted == {
        "operationType": {"$in": ["delete"]},
        "fullDocumentBeforeChange": {"$type": "object"},
        "$and": [{"fullDocumentBeforeChange.age": 1}],
    }


def test_what_is_not_asked_for_makes_no_stage() -> None:
    assert chosen() == []
    assert chosen(condition={"a": 1}, operations=["delete"]) == [
        {"$match": {"operationType": {"$in": ["delete"]}}},
        {"$match": {"a": 1}},
    ]


def test_several_collections() -> None:
    assert of_collections({"users": {}, "pets": {"$or": [{"k": 1}]}}) == {
        "$or": [
            {"ns.coll": "users"},
            {"ns.coll": "pets", "$or": [{"k": 1}]},
            {"operationType": {"$in": ["dropDatabase", "invalidate"]}},
        ]
    }


# -- fields --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "touching", "others"),
    [
        ("a", ["a", "a.b", "a.0", "a.0.b"], ["ab", "b", "b.a", "A"]),
        ("h.r", ["h", "h.r", "h.r.x", "h.r.0"], ["h.t", "h.rx", "hr", "x.h.r", "h.t.r"]),
        ("l.r", ["l", "l.3", "l.3.r", "l.3.r.x", "l.r"], ["l.3.t", "l.3.rr", "l3"]),
        ("a.b.c", ["a", "a.0", "a.b", "a.0.b.1", "a.0.b.1.c"], ["a.c", "a.b.d", "a.0.1.d"]),
        ("a+b", ["a+b", "a+b.c"], ["aab", "a", "a+bb"]),
    ],
)
def test_which_keys_touch_a_field(key: str, touching: list[str], others: list[str]) -> None:
    pattern = re.compile(pattern_of(key))
    assert [it for it in touching + others if pattern.search(it)] == touching


# -- what keys mean ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name", "field"),
    [
        ("n", "name", User.name),
        ("h", "home", User.home),
        ("h.r", "home.road", Home.road),
        ("homes.0.r", "homes.0.road", Home.road),
        ("t.11", "tags.11", User.tags._base_field),
        ("name", "name", None),  # no key of MongoDB
        ("_nick", "_nick", None),
        ("h.x", "h.x", None),
        ("n.x", "n.x", None),
        ("t.x", "t.x", None),
    ],
)
def test_what_a_stored_key_means(key: str, name: str, field: Any) -> None:
    found = stored_path(User, key)
    assert found.name == name
    assert found.field is field


def test_a_key_of_a_class_that_is_stored_with_it() -> None:
    class Animal(Document):
        __discriminator__: ClassVar = "kind"
        name = StringField()

    class Bird(Animal):
        wings = IntField(db_field="w")

    assert stored_path(Animal, "w")[:2] == ("wings", Bird.wings)


# -- where a stream goes on ----------------------------------------------------------------------


def test_a_token_of_an_invalidate_begins_a_stream_until_a_change_was_told() -> None:
    start = Position({"_data": "1"}, is_start=True)
    assert start.options() == {"start_after": {"_data": "1"}}
    waited = start.after({"_data": "2"}, has_changed=False)
    assert waited.options() == {"start_after": {"_data": "2"}}
    assert waited.after({"_data": "3"}, has_changed=True).options() == {
        "resume_after": {"_data": "3"}
    }


def test_a_server_that_names_no_token_leaves_the_position() -> None:
    assert Position().after(None, has_changed=True) == Position()
    assert not Position().is_known
    assert Position({"_data": "1"}).is_known
