"""Lengths of time in expressions, which fields store in units of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from aiomotorengine import DateTimeField, Document, F, Func, IntField, TimedeltaField, U
from tests.harness import Mongo

HOUR = timedelta(hours=1)


class Job(Document):
    start = DateTimeField(db_field="s")
    end = DateTimeField(db_field="e")
    may_take = TimedeltaField("seconds", db_field="m")
    pause = TimedeltaField()
    exact = TimedeltaField("microseconds", db_field="x")
    number = IntField(db_field="n")


LASTS = {"$subtract": ["$e", "$s"]}
MAY_TAKE = {"$multiply": ["$m", 1000]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (F("end") - F("start") > F("may_take"), {"$gt": [LASTS, MAY_TAKE]}),
        (F("may_take") < F("end") - F("start"), {"$lt": [MAY_TAKE, LASTS]}),
        (F("end") - F("start") > Job.may_take, {"$gt": [LASTS, MAY_TAKE]}),
        (F("end") - F("start") > F("pause"), {"$gt": [LASTS, "$pause"]}),
        (F("may_take") > F("pause"), {"$gt": [MAY_TAKE, "$pause"]}),
        (F("exact") > F("pause"), {"$gt": [{"$divide": ["$x", 1000]}, "$pause"]}),
        (F("exact") > F("may_take"), {"$gt": [{"$divide": ["$x", 1000]}, MAY_TAKE]}),
        (F("may_take") > F("may_take"), {"$gt": ["$m", "$m"]}),
        (F("may_take") > F("number"), {"$gt": ["$m", "$n"]}),
        (F("may_take") > HOUR, {"$gt": ["$m", 3600.0]}),
        (F("exact") > HOUR, {"$gt": ["$x", 3_600_000_000]}),
        (F("may_take") * 2 > HOUR, {"$gt": [{"$multiply": ["$m", 2]}, 3600.0]}),
        (F("number") * F("may_take") > HOUR, {"$gt": [{"$multiply": ["$n", "$m"]}, 3600.0]}),
        (
            F("may_take") + HOUR > F("pause"),
            {"$gt": [{"$multiply": [{"$add": ["$m", 3600.0]}, 1000]}, "$pause"]},
        ),
        (F("may_take") + F("pause") > HOUR, {"$gt": [{"$add": [MAY_TAKE, "$pause"]}, 3_600_000]}),
        (F("may_take") / F("pause") > 2, {"$gt": [{"$divide": [MAY_TAKE, "$pause"]}, 2]}),
        (F("may_take") / HOUR > 2, {"$gt": [{"$divide": ["$m", 3600.0]}, 2]}),
        (F("number") * HOUR > F("may_take"), {"$gt": [{"$multiply": ["$n", 3_600_000]}, MAY_TAKE]}),
        (
            F("start") + F("may_take") < datetime(2026, 1, 1),
            {"$lt": [{"$add": ["$s", MAY_TAKE]}, datetime(2026, 1, 1)]},
        ),
        (
            F("may_take") + HOUR + F("start") < F("end"),
            {"$lt": [{"$add": [{"$multiply": [{"$add": ["$m", 3600.0]}, 1000]}, "$s"]}, "$e"]},
        ),
        (
            F("end") > datetime(2026, 1, 1) + F("may_take"),
            {"$gt": ["$e", {"$add": [datetime(2026, 1, 1), MAY_TAKE]}]},
        ),
        (Func("max", F("may_take")) > F("pause"), {"$gt": [{"$max": "$m"}, "$pause"]}),
    ],
)
def test_lengths_are_compared_in_one_unit(condition: Any, expected: Any) -> None:
    assert condition.to_query(Job) == {"$expr": expected}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (U.set(may_take=F("end") - F("start")), {"m": {"$toDouble": {"$divide": [LASTS, 1000]}}}),
        (U.set(pause=F("end") - F("start")), {"pause": LASTS}),
        (U.set(pause=F("may_take")), {"pause": {"$toLong": MAY_TAKE}}),
        (U.set(pause=F("exact")), {"pause": {"$toLong": {"$divide": ["$x", 1000]}}}),
        (U.set(exact=F("pause")), {"x": {"$multiply": ["$pause", 1000]}}),
        (U.set(exact=F("exact") * 2), {"x": {"$multiply": ["$x", 2]}}),
        (U.set(exact=F("exact") / 2), {"x": {"$toLong": {"$divide": ["$x", 2]}}}),
        (U.set(may_take=F("may_take") + HOUR), {"m": {"$add": ["$m", 3600.0]}}),
        (U.set(may_take=F("number")), {"m": {"$toDouble": "$n"}}),
        (U.set(pause=F("number")), {"pause": "$n"}),
    ],
)
def test_what_is_computed_is_stored_in_the_unit_of_the_field(change: Any, expected: Any) -> None:
    assert U.compile(Job, change) == [{"$set": expected}]


@pytest.mark.mongod_only("SecantusDB computes only some expressions")
async def test_lengths_of_several_units(mongo: Mongo, codec: str) -> None:
    start, end = datetime(2026, 1, 1), datetime(2026, 1, 1, 2)
    lengths = {"pause": HOUR / 2, "exact": HOUR}
    await Job(number=1, start=start, end=end, may_take=HOUR, **lengths).save()
    await Job(number=3, start=start, end=end, may_take=HOUR * 3, **lengths).save()

    async def found(condition: Any) -> list[int]:
        return [job.number async for job in Job.objects.filter(condition).order_by("number")]

    assert await found(F("end") - F("start") > F("may_take")) == [1]
    assert await found(F("start") + F("may_take") > F("end")) == [3]
    assert await found(F("exact") > F("pause")) == [1, 3]
    assert await found(F("may_take") > F("exact")) == [3]
    changes = U.set(may_take=F("end") - F("start"), exact=F("pause") * 3)
    assert (await Job.objects.filter(number=1).update(changes)).count == 1
    job = await Job.objects.get(number=1)
    assert (job.may_take, job.exact) == (HOUR * 2, HOUR * 1.5)
    await Job.objects.filter(number=1).update(U.inc(pause=F("may_take")))
    assert (await Job.objects.get(number=1)).pause == HOUR * 2.5
