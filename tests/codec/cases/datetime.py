"""DateTimeField: naive dates as they are, aware ones as UTC, to the millisecond."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from aiomotorengine import DateTimeField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

EAST = timezone(timedelta(hours=5, minutes=30))
NAIVE = datetime(2010, 11, 12, 13, 14, 15)
AWARE = datetime(2010, 11, 12, 13, 14, 15, tzinfo=EAST)
EXACT = datetime(2010, 11, 12, 13, 14, 15, 123456)
OLD = datetime(1969, 12, 31, 23, 59, 59, 999999)


class Moment(datetime):
    """A date of a class of its own."""


CASES = [
    Case(DateTimeField(), python=None, stored=None),
    Case(DateTimeField(), python=NAIVE, stored=NAIVE),
    Case(DateTimeField(), python=EXACT, stored=EXACT, reads=EXACT.replace(microsecond=123000)),
    Case(DateTimeField(), python=OLD, stored=OLD, reads=OLD.replace(microsecond=999000)),
    Case(DateTimeField(), python=datetime(1, 1, 1), stored=datetime(1, 1, 1)),
    Case(
        DateTimeField(),
        python=datetime(9999, 12, 31, 23, 59, 59),
        stored=datetime(9999, 12, 31, 23, 59, 59),
    ),
    Case(DateTimeField(), python=AWARE, stored=AWARE, reads=datetime(2010, 11, 12, 7, 44, 15)),
    Case(
        DateTimeField(),
        python=Moment(2010, 1, 1),
        stored=Moment(2010, 1, 1),
        reads=datetime(2010, 1, 1),
    ),
    Case(DateTimeField(auto_now_on_insert=True), python=NAIVE, stored=NAIVE),
    Case(DateTimeField(required=True), python=NAIVE, stored=NAIVE),
    Refused(DateTimeField(required=True), python=None),
    Refused(DateTimeField(), python=""),
    Refused(DateTimeField(), python="2010-11-12 13:14:15"),
    Refused(DateTimeField(auto_now_on_insert=True), python="2010-11-12 13:14:15"),
    Refused(DateTimeField(), python=date(2010, 11, 12)),
    Refused(DateTimeField(), python=1289567655),
    *(Refused(DateTimeField(), python=value) for value in MISSING),
    Refused(DateTimeField(), python={"$gt": NAIVE}),
]
