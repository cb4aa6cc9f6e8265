"""Fields whose values are stored in another form, as primary keys and in references to them."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from bson import Decimal128, ObjectId

from aiomotorengine import (
    BaseField,
    DateField,
    Decimal128Field,
    Document,
    EnumField,
    IntField,
    ListField,
    ObjectIdField,
    ReferenceField,
    TimedeltaField,
    TimeField,
)
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("codec")


class Level(Enum):
    LOW, HIGH = 1, 2


KEYS: dict[str, tuple[BaseField[Any], Any, Any]] = {
    "date": (DateField(primary_key=True), date(2020, 2, 29), None),
    "enum": (EnumField(Level, primary_key=True), Level.HIGH, 2),
    "object_id": (ObjectIdField(primary_key=True), ObjectId(b"twelve bytes"), None),
    "timedelta": (TimedeltaField(primary_key=True), timedelta(seconds=1.5), 1500),
    "decimal128": (Decimal128Field(primary_key=True), Decimal("1.50"), Decimal128("1.50")),
    "time": (TimeField(primary_key=True), time(8, 30), "08:30:00"),
}


@pytest.mark.parametrize(("field", "value", "stored"), KEYS.values(), ids=KEYS)
async def test_a_key_is_stored_in_its_form_and_read_as_itself(
    mongo: Mongo, field: Any, value: Any, stored: Any
) -> None:
    class Thing(Document):
        key = field
        count = IntField()

    class Holder(Document):
        thing = ReferenceField(Thing)
        things = ListField(ReferenceField(Thing))

    await Thing(key=value, count=1).save()
    if stored is not None:
        assert await Thing.objects.coll().distinct("_id") == [stored]
    thing = await Thing.objects.get(value)
    assert thing.key == thing.id == value
    thing.count = 2
    await thing.save()
    assert await Thing.objects.filter(key=value, count=2).count() == 1
    assert await Thing.objects.count() == 1

    holder = await Holder(thing=value, things=[value]).save()
    for one in holder, await Holder.objects.get(thing=value):
        await one.load_references()
        assert one.thing.key == one.things[0].key == value
        assert one.thing.count == 2


async def test_an_object_id_is_made_where_none_was_given(mongo: Mongo) -> None:
    class Thing(Document):
        key = ObjectIdField(primary_key=True)

    thing = await Thing().save()
    assert type(thing.key) is ObjectId
    assert await Thing.objects.coll().distinct("_id") == [thing.key]
