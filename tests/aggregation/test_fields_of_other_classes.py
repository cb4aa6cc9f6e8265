"""Fields of another class in aggregations and in orders, whose keys may be in use here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiomotorengine import Aggregation, Document, EmbeddedDocumentField, IntField, ListField
from aiomotorengine.fields.string_field import StringField


class Address(Document):
    road = StringField()


class Team(Document):
    name = StringField()
    points = IntField()
    marks = ListField(IntField())


class Person(Document):
    __collection__ = "people"
    name = StringField(db_field="n")
    points = IntField(db_field="p")
    marks = ListField(IntField(), db_field="m")
    home = EmbeddedDocumentField(Address)


class Player(Person):
    __collection__ = "people"
    points = IntField()
    level = IntField(db_field="l")


Call = Callable[[Any, Any], Any]

CALLS: dict[str, Call] = {
    "group_by": lambda objects, owner: objects.aggregate.group_by(owner.name),
    "sum": lambda objects, owner: objects.aggregate.group_by(Aggregation.sum(owner.points)),
    "avg": lambda objects, owner: objects.aggregate.group_by(Aggregation.avg(owner.points)),
    "unwind": lambda objects, owner: objects.aggregate.unwind(owner.marks).to_query(),
    "order": lambda objects, owner: objects.aggregate.order_by(owner.name).to_query(),
    "after a group": lambda objects, owner: (
        objects.aggregate.group_by("n").order_by(owner.name).to_query()
    ),
    "a second group": lambda objects, owner: objects.aggregate.group_by("n").group_by(owner.name),
    "order_by": lambda objects, owner: objects.order_by(owner.name),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_field_of_another_class_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no field of Person, but of Team"):
        CALLS[name](Person.objects, Team)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("queried", "owner"), [(Player, Person), (Person, Player)])
def test_those_of_classes_above_and_below_are_taken(queried: Any, owner: Any, name: str) -> None:
    CALLS[name](queried.objects, owner)


def test_what_is_inside_of_embedded_documents_is_named_by_its_path() -> None:
    with pytest.raises(ValueError, match=r"by its path, as in 'home\.road'"):
        Person.objects.aggregate.group_by(Address.road)
    (stage,) = Person.objects.aggregate.group_by("home.road").to_query()
    assert stage == {"$group": {"_id": {"home": {"road": "$home.road"}}}}


def test_a_field_of_no_class_is_taken() -> None:
    (stage,) = Person.objects.aggregate.group_by(StringField(db_field="free")).to_query()
    assert stage == {"$group": {"_id": {"free": "$free"}}}
