"""Keys of mappings that are no texts: what is stored for one is read as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import pytest
from bson import ObjectId

from aiomotorengine import Document, IntField, MapField, TimedeltaField, TypedDocument
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")


class Colour(Enum):
    RED = 1


class Kinds(TypedDocument):
    ints: dict[int, int] = {}
    floats: dict[float, int] = {}
    truths: dict[bool, int] = {}
    data: dict[bytes, int] = {}
    moments: dict[datetime, int] = {}
    days: dict[date, int] = {}
    times: dict[time, int] = {}
    lengths: dict[timedelta, int] = {}
    decimals: dict[Decimal, int] = {}
    uuids: dict[UUID, int] = {}
    ids: dict[ObjectId, int] = {}
    v4: dict[IPv4Address, int] = {}
    v6: dict[IPv6Address, int] = {}
    colours: dict[Colour, int] = {}


KEYS = {
    "ints": 3,
    "floats": 1.5,
    "truths": True,
    "data": b"\x00\xff",
    "moments": datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    "days": date(2020, 2, 29),
    "times": time(1, 2, 3),
    "lengths": timedelta(seconds=1.5),
    "decimals": Decimal("1.50"),
    "uuids": UUID(int=1),
    "ids": ObjectId("1" * 24),
    "v4": IPv4Address("1.2.3.4"),
    "v6": IPv6Address("::1"),
    "colours": Colour.RED,
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_comes_back(name: str) -> None:
    document = Kinds(**{name: {KEYS[name]: 7}})
    assert document.validate()
    for again in (
        Kinds.from_son(document.to_son()),
        Kinds.from_dict(document.to_dict()),
        Kinds.from_json(document.to_json()),
        Kinds.from_json(document.to_json(mode="canonical"), mode="canonical"),
    ):
        [(key, value)] = getattr(again, name).items()
        assert (type(key), key, value) == (type(KEYS[name]), KEYS[name], 7)


async def test_all_of_them_are_stored_and_found(mongo: Mongo) -> None:
    values: dict[str, Any] = {name: {key: 7} for name, key in KEYS.items()}
    await Kinds(**values).save()
    found = await Kinds.objects.get(**{"days__2020-02-29": 7})
    assert found is not None
    assert {name: getattr(found, name) for name in KEYS} == values


def test_a_length_of_time_in_another_unit() -> None:

    class Lap(Document):
        seconds = MapField(IntField(), keys=TimedeltaField(unit="seconds"))

    lap = Lap(seconds={timedelta(seconds=1.25): 1})
    assert lap.to_son() == {"seconds": {"1.25": 1}}
    assert Lap.from_son(lap.to_son()).seconds == {timedelta(seconds=1.25): 1}
