"""JsonField: the standard library's JSON text, with legacy extended JSON for what it lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from bson import Binary, Int64, ObjectId

from aiomotorengine import JsonField
from tests.codec.case import Case, Refused

ID = ObjectId("0123456789abcdef01234567")
KEY = UUID("12345678-1234-5678-1234-567812345678")
MOMENT = datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=UTC)
EAST = timezone(timedelta(hours=2))

CYCLE: list[object] = []
CYCLE.append(CYCLE)

CASES = [
    Case(JsonField(), python=None, stored="null"),
    Case(JsonField(), python=True, stored="true"),
    Case(JsonField(), python=7, stored="7"),
    Case(JsonField(), python=2**70, stored=str(2**70)),
    Case(JsonField(), python=Int64(7), stored="7", reads=7),
    Case(JsonField(), python=1.5, stored="1.5"),
    Case(JsonField(), python="", stored='""'),
    Case(JsonField(), python='è "x"', stored='"\\u00e8 \\"x\\""'),
    Case(JsonField(), python=[1, "a", None], stored='[1, "a", null]'),
    Case(JsonField(), python=(1, 2), stored="[1, 2]", reads=[1, 2]),
    Case(JsonField(), python={"b": {"a": []}, "c": 1}, stored='{"b": {"a": []}, "c": 1}'),
    Case(JsonField(), python={1: "a"}, stored='{"1": "a"}', reads={"1": "a"}),
    Case(JsonField(), python={"$gt": 5}, stored='{"$gt": 5}'),
    Case(JsonField(), python={"$oid": "no id"}, stored='{"$oid": "no id"}'),
    Case(JsonField(), python={"$date": 0}, stored='{"$$date": 0}'),
    Case(JsonField(), python=[{"a": {"$regex": "b"}}], stored='[{"a": {"$$regex": "b"}}]'),
    Case(JsonField(), python=[MOMENT], stored='[{"$date": 1500}]'),
    Case(
        JsonField(),
        python=datetime(1970, 1, 1, 2, 0, 1, tzinfo=EAST),
        stored='{"$date": 1000}',
        reads=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    ),
    Case(
        JsonField(),
        python=datetime(1970, 1, 1, 0, 0, 1),
        stored='{"$date": 1000}',
        reads=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    ),
    Case(JsonField(), python=[ID], stored='[{"$oid": "0123456789abcdef01234567"}]'),
    Case(JsonField(), python=[KEY], stored='[{"$uuid": "12345678123456781234567812345678"}]'),
    Case(JsonField(), python=[b"\x01"], stored='[{"$binary": "AQ==", "$type": "00"}]'),
    Case(
        JsonField(),
        python=[Binary(b"\x01", 128)],
        stored='[{"$binary": "AQ==", "$type": "80"}]',
    ),
    Case(JsonField(required=True), python=0, stored="0"),
    Refused(JsonField(required=True), python=None),
    Refused(JsonField(), python=object()),
    Refused(JsonField(), python={1, 2}),
    Refused(JsonField(), python=[1, object()]),
    Refused(JsonField(), python={(1, 2): 3}),
    Refused(JsonField(), python=CYCLE),
    Refused(JsonField(), python=10**5000),
]
