"""Texts that lose what is blank at their ends, or are made small or capital."""

from __future__ import annotations

from typing import Any

import pytest
from bson.objectid import ObjectId

from aiomotorengine import Document, ListField, Q, Rows, StringField, U
from aiomotorengine.errors import InvalidDocumentError
from tests.harness import Mongo


class User(Document):
    name = StringField(strip_whitespace=True, max_length=5)
    mail = StringField(strip_whitespace=True, to_lower=True)
    tags = ListField(StringField(to_upper=True))


class Ware(Document):
    sku = StringField(primary_key=True, to_upper=True, strip_whitespace=True)


def test_a_value_is_changed_as_it_is_assigned() -> None:
    user = User(name=" Ada ", mail=" Ada@Example.org\n", tags=["a"])
    assert (user.name, user.mail, user.tags) == ("Ada", "ada@example.org", ["A"])
    user.name = "\tEva"
    assert user.name == "Eva"
    user.name = None
    assert user.name is None


def test_items_that_are_added_later_are_changed_as_they_are_saved() -> None:
    user = User(name="Ada")
    user.tags.append("b")
    assert user.validate()
    assert user.to_son()["tags"] == ["B"]


def test_other_values_are_refused_as_ever() -> None:
    with pytest.raises(InvalidDocumentError, match="Field 'name' must be valid"):
        User(name=5).validate()


def test_both_small_and_capital_is_refused() -> None:
    with pytest.raises(ValueError, match="give one of the two"):
        StringField(to_lower=True, to_upper=True)


def test_a_field_without_these_options_pays_nothing() -> None:
    plain, asked = StringField(), StringField(to_lower=True)
    for method in ("get_value", "to_son", "from_son"):
        assert (plain.overrides(method), asked.overrides(method)) == (False, True)
    assert (plain._keeps_otherwise, asked._keeps_otherwise) == (False, True)


def test_methods_of_a_class_below_are_called_all_the_same() -> None:
    class Loud(StringField):
        def to_son(self, value: Any) -> Any:
            return value and f"{value}!"

    class Word(Document):
        text = Loud(strip_whitespace=True)
        other = Loud()

    assert Word(text=" a ", other=" b ").to_son() == {"text": "a!", "other": " b !"}


def test_the_primary_key_is_changed_as_well() -> None:
    ware = Ware(sku=" a1 ")
    assert (ware.sku, ware._id, ware.validate()) == ("A1", "A1", True)


def test_what_is_stored_otherwise_reads_changed_and_stays_until_it_is_set() -> None:
    stored = {"name": " Ada", "mail": "ADA@X.org", "tags": ["a", "B"]}
    user = User.from_son(stored)
    assert (user.name, user.mail, user.tags) == ("Ada", "ada@x.org", ["A", "B"])
    assert user.to_son() == stored
    user.mail = "Eva@x.org"
    user.tags = ["c"]
    assert user.to_son() == {"name": " Ada", "mail": "eva@x.org", "tags": ["C"]}


async def test_saves_filters_and_updates_change_alike(mongo: Mongo, codec: str) -> None:
    coll = User.objects.coll()
    await User.objects.bulk_insert([User(name=" Ada ", mail="ADA@x.org", tags=["a"])])
    await User(name="Eva ", mail="EVA@x.org").save()
    assert [(d["name"], d["mail"], d["tags"]) async for d in coll.find().sort("name")] == [
        ("Ada", "ada@x.org", ["A"]),
        ("Eva", "eva@x.org", []),
    ]
    assert (await User.objects.get(name="  Ada")).mail == "ada@x.org"
    assert await User.objects.filter(mail__in=["EVA@X.ORG ", "none"]).count() == 1
    assert await User.objects.filter(Q(tags="a")).count() == 1
    assert (await User.objects.filter(name="Ada").update(U.set(mail=" NEW@x.org"))).count == 1
    await User.objects.filter(name="Ada").update(U.push(tags="b"))
    ada = await User.objects.get(name="Ada")
    assert (ada.mail, ada.tags) == ("new@x.org", ["A", "B"])


async def test_what_is_stored_otherwise_is_loaded_and_saved(mongo: Mongo, codec: str) -> None:
    coll = User.objects.coll()
    stored = {"_id": ObjectId(), "name": " Ada ", "mail": "ADA@x.org", "tags": ["a"]}
    await coll.insert_one(stored)
    user = await User.objects.get(stored["_id"])
    assert (user.name, user.mail, user.tags) == ("Ada", "ada@x.org", ["A"])
    await user.save()
    assert await coll.find_one() == stored


async def test_rows_are_changed_as_well(mongo: Mongo, codec: str) -> None:
    rows = [{"name": " Ada ", "mail": "ADA@x.org"}, {"name": "  too long  "}, {"name": "     "}]
    report = await User.objects.insert_stream(Rows(rows), ordered=False, on_error="collect")
    assert [one.number for one in report.rejected] == [1]
    found = [(d["name"], d["mail"]) async for d in User.objects.coll().find().sort("name", -1)]
    assert found == [("Ada", "ada@x.org"), ("", None)]
