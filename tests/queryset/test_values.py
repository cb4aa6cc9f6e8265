"""Values of fields: items of tuples, those that are stored in two forms, and unreadable ones."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from aiomotorengine import (
    AnyField,
    DateField,
    DecimalField,
    DictField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    Q,
    StringField,
    TupleField,
    ids,
    pacing,
)
from aiomotorengine.errors import StoredValueError
from tests.harness import Mongo


class Lap(Document):
    seconds = IntField(db_field="s")


class Run(Document):
    laps = TupleField(IntField(), ..., db_field="l")
    days = TupleField(DateField(), ...)
    start = TupleField(DecimalField(), DecimalField())
    pair = TupleField(IntField(), StringField())
    parts = TupleField(EmbeddedDocumentField(Lap), ..., db_field="p")
    table = ListField(ListField(IntField()))


@pytest.fixture
async def runs(mongo: Mongo, codec: str) -> None:
    days = (date(2026, 1, 1), date(2026, 1, 2))
    first = Run(laps=(1, 2), days=days, start=("0.1", "0.2"), table=[[1, 2], [3]])
    first.parts = (Lap(seconds=5), Lap(seconds=6))
    await Run.objects.bulk_insert([first, Run(laps=(2,), parts=(Lap(seconds=5),))])


@pytest.mark.mongod_only("SecantusDB computes only some expressions")
async def test_numbers_of_the_items_of_tuples(runs: None) -> None:
    found = Run.objects
    assert [await found.sum("laps"), await found.sum(Run.laps)] == [5, 5]
    assert [await found.min("laps"), await found.max("laps")] == [1, 2]
    assert await found.max("days") == date(2026, 1, 2)
    assert await found.sum("start") == Decimal("0.30")
    assert await found.sum("parts.seconds") == 16


async def test_values_of_the_items_of_tuples(runs: None) -> None:
    assert sorted(await Run.objects.distinct("laps")) == [1, 2]
    assert sorted(await Run.objects.distinct("days")) == [date(2026, 1, 1), date(2026, 1, 2)]
    assert await Run.objects.item_frequencies("laps") == {2: 2, 1: 1}
    assert await Run.objects.item_frequencies("parts.seconds") == {5: 2, 6: 1}


async def test_items_of_lists_of_lists_are_lists(runs: None) -> None:
    assert await Run.objects.distinct("table") == [[1, 2], [3]]


@pytest.mark.parametrize("name", ["sum", "max", "distinct", "item_frequencies"])
async def test_items_of_several_kinds_are_no_values_of_a_field(name: str) -> None:
    told = r"is for .*, and 'pair' is a TupleField of IntField and StringField\.$"
    with pytest.raises(ValueError, match=rf"^{name}\(\) {told}"):
        await getattr(Run.objects, name)("pair")


async def test_lists_in_lists_have_no_numbers() -> None:
    with pytest.raises(ValueError, match="and 'table' is a ListField of ListField"):
        await Run.objects.sum("table")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"laps__elem_match": {"gte": 2}}, 2),
        ({"laps__elem_match": {"gte": "1", "lt": 2}}, 1),
        ({"days__elem_match": {"gt": date(2026, 1, 1)}}, 1),
        ({"parts__elem_match": Q(seconds__gt=5)}, 1),
        ({"laps__all": [1, "2"]}, 1),
    ],
)
async def test_conditions_on_the_items_of_tuples(runs: None, filters: Any, count: int) -> None:
    assert await Run.objects.filter(**filters).count() == count


def test_items_of_several_kinds_are_not_asked_the_same() -> None:
    told = "all items are asked the same, and it is a TupleField of IntField and StringField"
    with pytest.raises(ValueError, match=f"Invalid value for .*'pair__elem_match': {told}"):
        Run.objects.filter(pair__elem_match={"gte": 2}).to_query()


# -- two stored forms of one value ---------------------------------------------------------------


class Ware(Document):
    price = DecimalField()
    login = StringField(to_lower=True)
    day = DateField()
    any = AnyField()
    options = DictField(base_field=DecimalField())


STORED = {
    "price": (["1.5", "1.50", "2.00", "1.5"], [Decimal("1.50")] * 3 + [Decimal(2)]),
    "login": (["Ann", "ann", "bob", "ANN"], ["ann"] * 3 + ["bob"]),
    "day": ([datetime(2026, 1, 1, 5), datetime(2026, 1, 1)], [date(2026, 1, 1)] * 2),
}


@pytest.mark.parametrize("name", STORED)
async def test_what_reads_alike_is_one_value(mongo: Mongo, codec: str, name: str) -> None:
    stored, values = STORED[name]
    await Ware.objects.coll().insert_many([{name: value} for value in stored])
    expected = {(type(value), value): values.count(value) for value in values}
    found = await Ware.objects.distinct(name)
    assert {(type(value), value) for value in found} == set(expected)
    assert len(found) == len(expected)


@pytest.mark.mongod_only("SecantusDB takes true for 1")
async def test_what_python_takes_for_equal_is_not_one_value(mongo: Mongo, codec: str) -> None:
    await Ware.objects.coll().insert_many([{"any": True}, {"any": 1}, {"any": "1"}])
    found = await Ware.objects.distinct("any")
    assert {(type(value), value) for value in found} == {(bool, True), (int, 1), (str, "1")}


async def test_what_reads_alike_is_counted_together(mongo: Mongo, codec: str) -> None:
    prices = ["2.00", "2.00", "2.00", "1.5", "1.5", "1.50", "1.500"]
    await Ware.objects.coll().insert_many([{"price": price} for price in prices])
    found = await Ware.objects.item_frequencies("price")
    assert list(found.items()) == [(Decimal("1.50"), 4), (Decimal("2.00"), 3)]
    shares = await Ware.objects.item_frequencies("price", normalize=True)
    assert shares[Decimal("1.50")] == pytest.approx(4 / 7)


async def test_values_that_are_no_keys_are_found_once_as_well(mongo: Mongo, codec: str) -> None:
    prices = ("1", "2", "2.00")
    await Ware.objects.coll().insert_many([{"options": {"a": price}} for price in prices])
    assert await Ware.objects.distinct("options") == [{"a": Decimal(1)}, {"a": Decimal(2)}]
    with pytest.raises(TypeError, match="unhashable"):
        await Ware.objects.item_frequencies("options")


# -- the event loop ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda people: people.distinct("age"),
        lambda people: people.item_frequencies("age"),
        lambda people: people.in_bulk(range(50)),
    ],
    ids=["distinct", "item_frequencies", "in_bulk"],
)
async def test_the_event_loop_has_its_turns(
    mongo: Mongo, codec: str, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Person.objects.coll().insert_many([{"_id": n, "a": n} for n in range(50)])
    await Person.objects.distinct("age")
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(pacing, "SECONDS_PER_SLICE", 0)  # so that each value is a slice
    counting = asyncio.ensure_future(count_turns())
    turns_at: list[int] = []
    convert = Person.age.from_son, ids.id_key  # type: ignore[attr-defined]

    def noting(function: Any) -> Any:
        return lambda value: (turns_at.append(turns), function(value))[1]

    monkeypatch.setattr(Person.age, "from_son", noting(convert[0]))
    monkeypatch.setattr("aiomotorengine.queryset.getting.id_key", noting(convert[1]))
    assert len(await ask(Person.objects)) == 50
    counting.cancel()
    assert len(set(turns_at)) >= 50


# -- what no field reads -------------------------------------------------------------------------


class Person(Document):
    age = IntField(db_field="a")
    ages = ListField(IntField())
    home = EmbeddedDocumentField(Lap)
    password = PasswordField()


@pytest.mark.parametrize(
    ("name", "stored", "text"),
    [
        ("age", {"a": "old"}, "Can't read 'age': 'old' is stored there (string), and IntField"),
        ("ages", {"ages": [1, "old"]}, "Can't read 'ages': 'old' is stored there (string)"),
        ("home.seconds", {"home": {"s": "x"}}, "Can't read 'home.seconds': 'x' is stored there"),
    ],
)
async def test_what_cannot_be_read_is_named(
    mongo: Mongo, codec: str, name: str, stored: Any, text: str
) -> None:
    await Person.objects.coll().insert_one(stored)
    for ask in (Person.objects.distinct, Person.objects.item_frequencies, Person.objects.max):
        with pytest.raises(StoredValueError) as refused:
            await ask(name)
        assert str(refused.value).startswith(text)
        assert refused.value.path == name
        assert isinstance(refused.value.__cause__, ValueError)
