"""TimeField."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import bson
import pytest

from aiomotorengine import EmbeddedDocumentField, ListField, TimeField
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import StoredValueError
from tests.codec.laws import STANDARD
from tests.fields.support import holder, reloaded


def test_a_time_is_stored_as_text_that_sorts() -> None:
    field = TimeField()
    times = [time(0, 0, 0, 1), time(8, 30), time(8, 30, 0, 5), time(23, 59, 59, 999999)]
    texts = [field.to_son(moment) for moment in times]
    assert texts == sorted(texts)
    assert texts[1] == "08:30:00"
    for moment in times:
        assert reloaded(holder(TimeField())(value=moment)).value == moment


def test_text_is_taken_and_completed() -> None:
    field = TimeField()
    for convert in field.to_son, field.to_query, field.to_query_item, field.to_update:
        assert convert("08:30") == "08:30:00"


def test_a_time_of_a_time_zone_is_not_valid() -> None:
    assert not any(map(TimeField().validate, (time(8, 30, tzinfo=UTC), "08:30+01:00")))
    with pytest.raises(ValueError, match="without time zone"):
        TimeField().to_son("08:30Z")


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("stored", ["08:30", "T083000"])
def test_another_form_is_read_and_kept(stored: str) -> None:
    part = holder(TimeField())

    class Model(part):
        times = ListField(TimeField())
        part = EmbeddedDocumentField(holder(TimeField()))

    raw = bson.encode(
        {"_id": 1, "value": stored, "times": ["10:00:00", stored], "part": {"value": stored}}
    )
    [document] = codec_for(Model, STANDARD).decode_many(raw)
    assert document.value == document.times[1] == document.part.value == time(8, 30)
    assert codec_for(Model, STANDARD).encode_many([document], [1], validate=True) == [raw]
    document.value = time(9)
    assert document.to_son()["value"] == "09:00:00"


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("stored", ["soon", "08:30Z", 5, datetime(2020, 1, 1)])
def test_what_is_no_time_cannot_be_read(stored: Any) -> None:
    model = holder(TimeField())
    with pytest.raises(StoredValueError, match="TimeField can't read it"):
        model.from_son({"value": stored})
