"""TimedeltaField: lengths of time, stored as numbers of units."""

from __future__ import annotations

from datetime import timedelta

from bson import Int64

from aiomotorengine import TimedeltaField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING


class Span(timedelta):
    """A length of time of a class of its own."""


MICRO = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
LONG = timedelta(days=106_751_991, seconds=14454, microseconds=775807)  # of 2**63 - 1 microseconds

CASES = [
    Case(TimedeltaField(), python=None, stored=None),
    Case(TimedeltaField(), python=timedelta(), stored=Int64(0)),
    Case(TimedeltaField(), python=timedelta(seconds=1.5), stored=Int64(1500)),
    Case(TimedeltaField(), python=timedelta(days=-1), stored=Int64(-86_400_000)),
    Case(
        TimedeltaField(),
        python=timedelta(microseconds=1999),
        stored=Int64(1),
        reads=timedelta(milliseconds=1),
    ),
    Case(TimedeltaField(), python=-MICRO, stored=Int64(-1), reads=timedelta(milliseconds=-1)),
    Case(
        TimedeltaField(),
        python=timedelta.max,
        stored=Int64(86_399_999_999_999_999),
        reads=timedelta(milliseconds=86_399_999_999_999_999),
    ),
    Case(TimedeltaField(), python=timedelta.min, stored=Int64(-86_399_999_913_600_000)),
    Case(TimedeltaField(), python=Span(seconds=1), stored=Int64(1000), reads=SECOND),
    Case(TimedeltaField("microseconds"), python=timedelta(seconds=1.5), stored=Int64(1_500_000)),
    Case(TimedeltaField("microseconds"), python=-MICRO, stored=Int64(-1)),
    Case(TimedeltaField("microseconds"), python=LONG, stored=Int64(2**63 - 1)),
    Case(TimedeltaField("microseconds"), python=-LONG - MICRO, stored=Int64(-(2**63))),
    Case(TimedeltaField("seconds"), python=timedelta(seconds=1.5), stored=1.5),
    Case(TimedeltaField("seconds"), python=timedelta(), stored=0.0),
    Case(TimedeltaField("seconds"), python=timedelta(seconds=0.1), stored=0.1),
    Case(TimedeltaField("seconds"), python=-MICRO, stored=-1e-06),
    Case(
        TimedeltaField("seconds"),
        python=timedelta(days=12_345, microseconds=123_457),
        stored=1_066_608_000.123457,
    ),
    Refused(TimedeltaField(required=True), python=None),
    Refused(TimedeltaField("microseconds"), python=LONG + MICRO),
    Refused(TimedeltaField("microseconds"), python=timedelta.min),
    Refused(TimedeltaField(), python=1500),
    Refused(TimedeltaField(), python=1.5),
    Refused(TimedeltaField(), python="1500"),
    Refused(TimedeltaField(), python=""),
    Refused(TimedeltaField(), python={"$gt": SECOND}),
    *(Refused(TimedeltaField(), python=value) for value in MISSING),
]
