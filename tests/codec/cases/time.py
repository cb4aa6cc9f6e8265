"""TimeField: times of the day, stored as text."""

from __future__ import annotations

from datetime import UTC, datetime, time

from aiomotorengine import TimeField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

CASES = [
    Case(TimeField(), python=None, stored=None),
    Case(TimeField(), python=time(12, 30), stored="12:30:00"),
    Case(TimeField(), python=time.min, stored="00:00:00"),
    Case(TimeField(), python=time.max, stored="23:59:59.999999"),
    Case(TimeField(), python="08:30", stored="08:30:00", reads=time(8, 30)),
    Case(TimeField(), python="083015.5", stored="08:30:15.500000", reads=time(8, 30, 15, 500000)),
    Refused(TimeField(required=True), python=None),
    Refused(TimeField(), python=time(12, 30, tzinfo=UTC)),
    Refused(TimeField(), python="12:30Z"),
    Refused(TimeField(), python=""),
    Refused(TimeField(), python="25:00"),
    Refused(TimeField(), python=datetime(2020, 2, 29, 12)),
    Refused(TimeField(), python=1230),
    Refused(TimeField(), python={"$gt": "12:30"}),
    *(Refused(TimeField(), python=value) for value in MISSING),
]
