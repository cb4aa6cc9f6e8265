"""DateField: days, stored as the dates with which they begin in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime

from aiomotorengine import DateField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING


class Day(date):
    """A date of a class of its own."""


LEAP = date(2020, 2, 29)

CASES = [
    Case(DateField(), python=None, stored=None),
    Case(DateField(), python=LEAP, stored=datetime(2020, 2, 29)),
    Case(DateField(), python=date(1970, 1, 1), stored=datetime(1970, 1, 1)),
    Case(DateField(), python=date(1969, 12, 31), stored=datetime(1969, 12, 31)),
    Case(DateField(), python=date.min, stored=datetime(1, 1, 1)),
    Case(DateField(), python=date.max, stored=datetime(9999, 12, 31)),
    Case(DateField(), python="2020-02-29", stored=datetime(2020, 2, 29), reads=LEAP),
    Case(DateField(), python="20200229", stored=datetime(2020, 2, 29), reads=LEAP),
    Case(DateField(), python=Day(2020, 2, 29), stored=datetime(2020, 2, 29), reads=LEAP),
    Case(DateField(LEAP), python=LEAP, stored=datetime(2020, 2, 29)),
    Case(DateField(max_value="2020-02-29"), python=LEAP, stored=datetime(2020, 2, 29)),
    Case(DateField(Day(2020, 2, 29)), python=LEAP, stored=datetime(2020, 2, 29)),
    Case(DateField(LEAP), python=None, stored=None),
    Refused(DateField(required=True), python=None),
    Refused(DateField(min_value=LEAP), python=date(2020, 2, 28)),
    Refused(DateField(max_value=LEAP), python=date(2020, 3, 1)),
    Refused(DateField(max_value=LEAP), python="2020-03-01"),
    Refused(DateField(max_value=Day(2020, 2, 29)), python=date(2020, 3, 1)),
    Refused(DateField(), python=datetime(2020, 2, 29)),
    Refused(DateField(), python=datetime(2020, 2, 29, tzinfo=UTC)),
    Refused(DateField(), python=""),
    Refused(DateField(), python="2020-02-30"),
    Refused(DateField(), python="2020-02-29T00:00:00"),
    Refused(DateField(), python=20200229),
    Refused(DateField(), python={"$gt": LEAP}),
    *(Refused(DateField(), python=value) for value in MISSING),
]
