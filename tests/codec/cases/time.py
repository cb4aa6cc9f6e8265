"""TimeField: times of the day, stored as text."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from aiomotorengine import TimeField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING


class Moment(time):
    """A time of a class of its own."""


class Written(time):
    """A time that shows itself otherwise."""

    def isoformat(self, timespec: str = "auto") -> str:
        return "never"


class Nowhere(tzinfo):
    """A time zone of times whose offset nobody knows."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None


CASES = [
    Case(TimeField(), python=None, stored=None),
    Case(TimeField(), python=time(12, 30), stored="12:30:00"),
    Case(TimeField(), python=time.min, stored="00:00:00"),
    Case(TimeField(), python=time.max, stored="23:59:59.999999"),
    Case(TimeField(), python=time(1, 2, 3, 4), stored="01:02:03.000004"),
    Case(TimeField(), python=time(2, 30, fold=1), stored="02:30:00", reads=time(2, 30)),
    Case(TimeField(), python=Moment(8, 30), stored="08:30:00", reads=time(8, 30)),
    Case(
        TimeField(), python=Written(8, 30, 1, 5), stored="08:30:01.000005", reads=time(8, 30, 1, 5)
    ),
    Case(TimeField(), python="08:30", stored="08:30:00", reads=time(8, 30)),
    Case(TimeField(), python="083015.5", stored="08:30:15.500000", reads=time(8, 30, 15, 500000)),
    Case(
        TimeField(), python="08:30:15.25", stored="08:30:15.250000", reads=time(8, 30, 15, 250000)
    ),
    Case(
        TimeField(), python="08:30:15.120", stored="08:30:15.120000", reads=time(8, 30, 15, 120000)
    ),
    Case(TimeField(), python="08:30:15,000007", stored="08:30:15.000007", reads=time(8, 30, 15, 7)),
    Case(TimeField(), python="08:30:15.000000", stored="08:30:15", reads=time(8, 30, 15)),
    Case(
        TimeField(),
        python="08:30:15.1234567",
        stored="08:30:15.123456",
        reads=time(8, 30, 15, 123456),
    ),
    Case(TimeField(), python="T08", stored="08:00:00", reads=time(8)),
    Case(TimeField(strict=True), python=time(8, 30), stored="08:30:00"),
    Case(TimeField(strict=True), python=Moment(8, 30), stored="08:30:00", reads=time(8, 30)),
    Case(TimeField(required=True), python=time.min, stored="00:00:00"),
    Refused(TimeField(required=True), python=None),
    Refused(TimeField(), python=time(12, 30, tzinfo=UTC)),
    Refused(TimeField(), python="12:30Z"),
    Refused(TimeField(), python=time(12, 30, tzinfo=Nowhere())),
    Refused(TimeField(), python="12:30+00:00"),
    Refused(TimeField(), python="12:30:60"),
    Refused(TimeField(), python="12:60"),
    Refused(TimeField(), python="१२:३०"),
    Refused(TimeField(strict=True), python="08:30"),
    Refused(TimeField(), python=""),
    Refused(TimeField(), python="25:00"),
    Refused(TimeField(), python=datetime(2020, 2, 29, 12)),
    Refused(TimeField(), python=1230),
    Refused(TimeField(), python={"$gt": "12:30"}),
    *(Refused(TimeField(), python=value) for value in MISSING),
]
