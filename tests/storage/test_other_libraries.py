"""What libraries for tests and for validation do with documents."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, tzinfo
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions

from aiomotorengine import DateTimeField, Document, ListField, StringField
from aiomotorengine.codec import codec_for
from aiomotorengine.fields import datetime_field
from aiomotorengine.writing import saving

OPTIONS: CodecOptions[Any] = CodecOptions()
FROZEN = datetime(2024, 2, 3, 4, 5, 6)


class Event(Document):
    name = StringField(required=True)
    at = DateTimeField(auto_now_on_insert=True)
    tags = ListField(StringField())


class AnyDatetime(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


class FakeDatetime(datetime, metaclass=AnyDatetime):
    """As those by which ``freezegun`` stops the clock: a class of its own that takes any other."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> FakeDatetime:
        return cls(2024, 2, 3, 4, 5, 6, tzinfo=tz)


def test_documents_while_the_clock_is_stopped(codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datetime_field, "datetime", FakeDatetime)
    given, stamped = Event(name="given", at=FakeDatetime.now()), Event(name="stamped")
    saving.set_missing_dates([given, stamped], None, creating=True)
    assert [type(event.at) for event in (given, stamped)] == [FakeDatetime] * 2
    side = codec_for(Event, OPTIONS)
    encoded = side.encode_many([given, stamped], [1, 2], validate=True)
    assert [bson.decode(raw)["at"] for raw in encoded] == [FROZEN] * 2
    assert [event.at for event in side.decode_many(b"".join(encoded))] == [FROZEN] * 2
    for clone in (copy.deepcopy(given), pickle.loads(pickle.dumps(given))):
        assert (clone.at, clone.name) == (FROZEN, "given")


def test_documents_that_are_read_by_attribute() -> None:
    """As Pydantic's ``from_attributes`` and the like do it."""
    event = Event(name="Ada", at=FROZEN, tags=["x"])
    names = ["name", "at", "tags"]
    assert {name: getattr(event, name) for name in names} == event._values
    assert all(hasattr(event, name) for name in names)
    assert not hasattr(event, "missing")
