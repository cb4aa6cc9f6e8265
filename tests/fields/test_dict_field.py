"""DictField and MapField: what they refuse and where, how filters and updates lead into them."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import pytest
from bson import SON
from bson.dbref import DBRef

from aiomotorengine import (
    DateTimeField,
    DictField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    MapField,
    PasswordField,
    StringField,
    U,
)
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.stored_key import attribute_path
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.transform import transform_query
from tests.fields.support import holder, reloaded


class Home(Document):
    town = StringField(required=True, db_field="t")
    secret = PasswordField()
    seen = DateTimeField(auto_now_on_insert=True)


class Item(Document):
    more = DictField()
    prices = MapField(IntField(min_value=0), db_field="p")
    homes = MapField(EmbeddedDocumentField(Home))
    years = MapField(IntField(), keys=IntField())
    listed = ListField(DictField(IntField()))


@pytest.mark.parametrize(
    "make",
    [
        lambda: DictField(5),
        lambda: MapField(5),
        lambda: MapField(None),  # type: ignore[arg-type]
        lambda: MapField(IntField(), keys="a"),
    ],
)  # type: ignore[arg-type]
def test_what_is_inside_must_be_said_by_fields(make: Any) -> None:
    with pytest.raises(ValueError, match="must be an instance of BaseField, not '"):
        make()


def test_no_two_keys_are_stored_alike() -> None:
    item = Item(years={1: 10, "1": 20})
    for fails in item.validate, item.to_son, lambda: U.compile(Item, U.set(years={1: 1, "1": 2})):
        with pytest.raises(ValueError, match="years") as raised:
            fails()
    with pytest.raises(InvalidDocumentError) as raised:
        item.validate()
    assert "of whose keys no two are stored alike" in str(raised.value.__notes__)
    with pytest.raises(ValueError, match="no two are stored alike"):
        transform_query(Item, years={1: 1, "1": 2})
    Item(years={1: 10, "2": 20, -3: 5}).validate()


@pytest.mark.parametrize("key", ["abc", "05", "+5", "1e3", "٣"])
def test_updates_and_filters_lead_to_keys_that_are_stored(key: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"'years' has nothing under {key!r}")):
        U.set(f"years.{key}", 5).operations(conversion_of(Item)).__next__()
    with pytest.raises(ValueError, match="Invalid filter"):
        transform_query(Item, **{f"years__{key}": 5})
    [(_, path, value)] = U.set("years.-5", "7").operations(conversion_of(Item))
    assert (path.db_name, value) == ("years.-5", 7)
    assert transform_query(Item, years__5=1) == {"years.5": 1}


def test_each_document_has_a_mapping_of_its_own() -> None:
    one, other = Item(), Item()
    one.more["a"] = 1
    assert (one.more, other.more, Item(more=None).more) == ({"a": 1}, {}, None)


def test_what_is_read_is_a_dict() -> None:
    item = Item.from_son({"more": SON(a=1), "p": OrderedDict(a=1)})
    assert (type(item.more), type(item.prices)) == (dict, dict)


def test_what_is_no_mapping_in_the_database_is_kept_and_refused() -> None:
    item = Item.from_son({"more": [1], "p": DBRef("a", 1)})
    assert (item.more, item.prices) == ([1], DBRef("a", 1))
    assert [error.path for error in item.validation_errors()] == ["more", "prices"]


def test_null_reads_as_empty_and_stays_null_until_it_is_changed() -> None:
    item = reloaded(Item())
    item = Item.from_son({"more": None, "p": None})
    assert (item.more, item.prices) == ({}, {})
    assert (item.to_son()["more"], item.to_son()["p"]) == (None, None)
    item.prices["a"] = 1
    assert (item.to_son()["more"], item.to_son()["p"]) == (None, {"a": 1})


def test_all_refusals_are_found_in_depth() -> None:
    item = Item(
        more={"$a": 1},
        prices={"eur": -1, "usd": "x"},
        homes={"a": Home(), "b": Home(town="Ur"), "c": 5},
        years={"x": 1},
        listed=[{}, {"a": 1, "b": "x"}],
    )
    assert [error.path for error in item.validation_errors()] == [
        "more",
        "prices.eur",
        "prices.usd",
        "homes.a.town",
        "homes.c",
        "years",
        "listed.1.b",
    ]


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ({"a": 1, "b": -1}, "At value.b: -1 (int); a whole number of at least 0 is wanted."),
        (
            {"$a": 1},
            "At value: {'$a': 1} (dict); a mapping whose keys are texts without NUL and without "
            "'$' in front is wanted.",
        ),
        ([1], "At value: [1] (list); a mapping is wanted."),
    ],
)
def test_a_refusal_says_where_and_why(value: Any, note: str) -> None:
    with pytest.raises(InvalidDocumentError, match="Field 'value' must be valid.") as raised:
        holder(MapField(IntField(min_value=0)))(value=value).validate()
    assert raised.value.__notes__ == [note]


FILTERS = [
    ({"prices__eur__gte": "5"}, {"p.eur": {"$gte": 5}}),
    ({"prices__eur": 5}, {"p.eur": 5}),
    ({"prices__in__gt": 5}, {"p.in": {"$gt": 5}}),
    ({"prices__not__in": [{"a": 1}]}, {"p": {"$not": {"$in": [{"a": 1}]}}}),
    ({"prices__exists": True}, {"p": {"$exists": True}}),
    ({"prices": {"eur": "5"}}, {"p": {"eur": 5}}),
    ({"prices": {}}, {"p": {}}),
    ({"prices__in": [{"a": "1"}]}, {"p": {"$in": [{"a": 1}]}}),
    ({"more__a__b__lt": "x"}, {"more.a.b": {"$lt": "x"}}),
    ({"more__a": [1]}, {"more.a": [1]}),
    ({"homes__x__town": "Ur"}, {"homes.x.t": "Ur"}),
    ({"years__2020__gt": 1}, {"years.2020": {"$gt": 1}}),
    ({"listed__0__a": "1"}, {"listed.0.a": 1}),
    ({"listed__a": "1"}, {"listed.a": 1}),
]


@pytest.mark.parametrize(("given", "query"), FILTERS, ids=lambda it: str(it))
def test_filters_lead_into_mappings(given: dict[str, Any], query: dict[str, Any]) -> None:
    assert transform_query(Item, **given) == query


@pytest.mark.parametrize(
    "given",
    [
        {"prices": {"$gt": 1}},
        {"prices__eur": {"$gt": 1}},
        {"more": {"$gt": 1}},
        {"more__a": {"$ne": None}},
        {"more__$where": 1},
        {"prices": 5},
        {"prices__eur": "x"},
        {"prices__eur__town": 1},
        {"prices__": 1},
        {"years": {"x": {"$gt": 1}}},
    ],
    ids=str,
)
def test_filters_never_bring_operators_in(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Invalid "):
        transform_query(Item, **given)


def test_passwords_inside_are_masked() -> None:
    query = {"homes.5.secret": "a", "homes": {"x": {"secret": "b"}}, "homes.x": {"secret": "c"}}
    shown = str(masked(Item, query))
    assert not any(f"'{secret}'" in shown for secret in "abc")
    assert attribute_path(Item, ["homes", "x", "t"]) == ("homes", "x", "town")


async def test_values_are_found_changed_and_loaded(mongo: Any) -> None:
    await Item(prices={"eur": 5, "a.b": 1}, more={"deep": {"x": [1]}}, years={2020: 1}).save()
    item = await Item.objects.get(prices__eur__gte=5, more__deep__x=1)
    assert (item.prices, item.more, item.years) == (
        {"eur": 5, "a.b": 1},
        {"deep": {"x": [1]}},
        {2020: 1},
    )
    assert await Item.objects.update(
        U.set("prices.eur", "7"),
        U.inc("prices.usd", 2),
        U.unset("more.deep.x"),
        U.set("years.2021", 3),
        U.push("more.list", 1),
    )
    await item.reload()
    assert (item.prices, item.more, item.years) == (
        {"eur": 7, "a.b": 1, "usd": 2},
        {"deep": {}, "list": [1]},
        {2020: 1, 2021: 3},
    )
    with pytest.raises(InvalidDocumentError):
        await Item.objects.update(U.set("prices.eur", -1))
    with pytest.raises(InvalidDocumentError):
        await Item.objects.update({Item.prices: {"eur": "x"}})


async def test_embedded_documents_inside_are_stamped(mongo: Any) -> None:
    item = await Item(homes={"a": Home(town="Ur")}).save()
    assert item.homes["a"].seen is not None
    found = await Item.objects.get(item._id)
    assert found is not None and found.homes["a"].seen is not None
    await Item.objects.bulk_insert([Item(homes={"a": Home(town="Ur")})])
    assert await Item.objects.filter({"homes.a.seen": None}).count() == 0
