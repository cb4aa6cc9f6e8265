"""Changes that the server computes of decimal numbers and lengths of time."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128, Int64

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    Document,
    F,
    FloatField,
    Func,
    IntField,
    StringField,
    TimedeltaField,
    U,
    URLField,
)
from aiomotorengine.errors import InvalidDocumentError
from tests.harness import Mongo


class Run(Document):
    day = DateField()
    cost = Decimal128Field(precision=2)
    took = TimedeltaField()
    exact = TimedeltaField("seconds")
    number = IntField()


def sent(*changes: Any) -> Any:
    return U.compile(Run, *changes)


@pytest.mark.parametrize(
    ("change", "update"),
    [
        (U.inc(cost="1.5"), {"$inc": {"cost": Decimal128("1.5")}}),
        (U.inc(cost=0.1), {"$inc": {"cost": Decimal128("0.1")}}),
        # A factor is not rounded as a value is.
        (U.mul(cost=Decimal("1.125")), {"$mul": {"cost": Decimal128("1.125")}}),
        (U.inc(took=timedelta(seconds=1.5)), {"$inc": {"took": Int64(1500)}}),
        (U.inc(exact=timedelta(seconds=-1.5)), {"$inc": {"exact": -1.5}}),
        (U.max(took=timedelta(seconds=2)), {"$max": {"took": Int64(2000)}}),
        (U.set(day="2020-02-29"), {"$set": {"day": DateField().to_son(date(2020, 2, 29))}}),
    ],
)
def test_amounts_are_sent_as_they_are_stored(change: Any, update: Any) -> None:
    assert sent(change) == update


@pytest.mark.parametrize("change", [U.inc(took=1500), U.inc(took="1"), U.inc(cost="x")])
def test_other_amounts_are_refused(change: Any) -> None:
    with pytest.raises(InvalidDocumentError, match="must be valid"):
        sent(change)


@pytest.mark.parametrize("change", [U.mul(took=2), U.inc(day=1), U.current_date("day")])
def test_operators_that_the_values_are_not_for(change: Any) -> None:
    with pytest.raises(ValueError, match="can't be used with"):
        sent(change)


def test_a_length_of_time_stands_in_the_unit_of_the_field_beside_it() -> None:
    second = timedelta(seconds=1)
    assert sent(U.set(took=F("took") + second, exact=F("exact") * 2 + second)) == [
        {
            "$set": {
                "took": {"$add": ["$took", 1000]},
                "exact": {"$add": [{"$multiply": ["$exact", 2]}, 1.0]},
            }
        }
    ]


def test_what_is_whole_is_not_cut() -> None:
    assert sent(U.set(number=F("took") + 1)) == [{"$set": {"number": {"$add": ["$took", 1]}}}]
    assert sent(U.set(number=F("exact"))) == [{"$set": {"number": {"$toLong": "$exact"}}}]


class Event(Document):
    at = DateTimeField()
    day = DateField()
    other = DateField()
    text = StringField()


@pytest.mark.mongod_only("SecantusDB has few operators of conversion")
@pytest.mark.parametrize(
    ("computed", "day"),
    [
        (F("at"), date(2026, 1, 2)),
        (F("at") + timedelta(hours=20), date(2026, 1, 3)),
        (F("other"), date(2025, 12, 31)),
        (F("other") + timedelta(hours=30), date(2026, 1, 1)),
        (F("text"), date(2024, 2, 29)),
        (Func("dateAdd", startDate=F("at"), unit="day", amount=1), date(2026, 1, 3)),
    ],
)
async def test_a_computed_day_is_found_again(
    mongo: Mongo, codec: str, computed: Any, day: date
) -> None:
    moment = datetime(2026, 1, 2, 13, 30)
    await Event(at=moment, other=date(2025, 12, 31), text="2024-02-29T23:00:00Z").save()
    await Event.objects.update(U.set(day=computed))
    found = await Event.objects.get(day=day)
    assert found is not None
    assert found.day == day


@pytest.mark.mongod_only("SecantusDB has few operators of conversion")
async def test_a_day_that_is_computed_of_nothing_is_none(mongo: Mongo, codec: str) -> None:
    await Event(day=date(2026, 1, 2)).save()
    await Event.objects.update(U.set(day=F("at")))
    assert (await Event.objects.first()).day is None


class Ware(Document):
    label = StringField()
    day = StringField(default="2020-02-29")
    url = URLField()
    number = IntField()
    weight = FloatField()
    cost = Decimal128Field()
    sold = BooleanField()
    made = DateTimeField()
    anything: Any = BaseField()


WARE = Ware(number=36, weight=1.5, sold=True, made=datetime(2020, 1, 2), label="7", anything=5)


@pytest.mark.mongod_only("SecantusDB has few operators of conversion")
@pytest.mark.parametrize(
    ("change", "stored"),
    [
        (U.set(label=F("number")), {"label": "36"}),
        (U.set(label=F("number") + 1), {"label": "37"}),
        (U.set(label=F("sold")), {"label": "true"}),
        (U.set(label=F("made")), {"label": "2020-01-02T00:00:00.000Z"}),
        (U.set(label=F("anything")), {"label": "5"}),
        (U.set(label=F("cost")), {"label": None}),
        (U.set(number=F("label")), {"number": Int64(7)}),
        (U.set(number=F("sold")), {"number": Int64(1)}),
        (U.set(number=F("made")), {"number": Int64(1577923200000)}),
        (U.set(weight=F("number")), {"weight": 36.0}),
        (U.set(weight=F("label")), {"weight": 7.0}),
        (U.set(cost=F("number")), {"cost": Decimal128("36")}),
        (U.set(sold=F("number")), {"sold": True}),
        (U.set(made=F("day")), {"made": datetime(2020, 2, 29)}),
        (U.inc(weight=F("number")), {"weight": 37.5}),
    ],
)
async def test_what_is_stored_is_of_the_type_of_its_field(
    mongo: Mongo, change: Any, stored: Any
) -> None:
    ware = copy(WARE)
    await ware.save()
    await Ware.objects.update(change)
    row = await Ware.objects.coll().find_one({}, dict.fromkeys(stored, 1) | {"_id": 0})
    assert {key: (type(value), value) for key, value in row.items()} == {
        key: (type(value), value) for key, value in stored.items()
    }


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("label", "url"),
        ("number", "number"),
        ("weight", "weight"),
        ("cost", "cost"),
        ("sold", "sold"),
        ("made", "made"),
        ("anything", "number"),
    ],
)
def test_a_value_that_has_the_type_already_is_taken_as_it_is(name: str, source: str) -> None:
    assert U.compile(Ware, U.set(name, F(source))) == [{"$set": {name: f"${source}"}}]
