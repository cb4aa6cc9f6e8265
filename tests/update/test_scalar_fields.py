"""Changes that the server computes of decimal numbers and lengths of time."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128, Int64

from aiomotorengine import DateField, Decimal128Field, Document, F, IntField, TimedeltaField, U
from aiomotorengine.errors import InvalidDocumentError


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
