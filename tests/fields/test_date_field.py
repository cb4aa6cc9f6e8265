"""DateField."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions

from aiomotorengine import DateField
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import InvalidDocumentError, StoredValueError
from tests.codec.laws import STANDARD
from tests.fields.support import holder, reloaded

LEAP = date(2020, 2, 29)
MIDNIGHT = datetime(2020, 2, 29)


def test_a_day_is_stored_as_the_beginning_of_it_in_utc() -> None:
    document = holder(DateField())(value=LEAP)
    assert document.to_son() == {"value": MIDNIGHT}
    assert reloaded(document).value == LEAP
    assert type(reloaded(document).value) is date


def test_text_of_iso_8601_is_taken() -> None:
    field = DateField()
    for text in "2020-02-29", "20200229", "2020-W09-6":
        assert field.validate(text)
        for convert in field.to_son, field.to_query, field.to_query_item, field.to_update:
            assert convert(text) == MIDNIGHT


@pytest.mark.parametrize("moment", [MIDNIGHT, datetime(2020, 2, 29, 12, tzinfo=UTC)])
def test_a_datetime_is_not_taken(moment: datetime) -> None:
    model = holder(DateField())
    with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
        model(value=moment).validate()
    with pytest.raises(InvalidDocumentError, match="must be valid"):
        model.value.to_update(moment)
    with pytest.raises(ValueError, match="a date or its text is wanted, not datetime"):
        model.objects.filter(value__gte=moment).to_query()


def test_bounds_are_inclusive_and_may_be_texts() -> None:
    field = DateField("2020-01-01", date(2020, 12, 31))
    assert (field.min_value, field.max_value) == (date(2020, 1, 1), date(2020, 12, 31))
    assert all(map(field.validate, (date(2020, 1, 1), "2020-12-31", None)))
    assert not any(map(field.validate, (date(2019, 12, 31), "2021-01-01")))


@pytest.mark.parametrize("bound", [MIDNIGHT, "2020-02-30", 2020])
def test_a_bound_that_is_no_day_is_refused(bound: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        DateField(min_value=bound)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize(
    "zone", [None, UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=14))]
)
def test_it_is_the_same_day_whatever_the_time_zone_of_the_client(zone: Any) -> None:
    options: CodecOptions[Any] = STANDARD.with_options(tz_aware=zone is not None, tzinfo=zone)
    model = holder(DateField())
    for day in LEAP, date(1, 1, 2), date(9999, 12, 30):
        [raw] = codec_for(model, options).encode_many([model(value=day)], [1])
        [loaded] = codec_for(model, options).decode_many(raw)
        assert loaded.value == day
        assert loaded._hidden is None


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("stored", [datetime(2020, 2, 29, 23, 59), "2020-02-29"])
def test_another_form_is_read_and_kept(stored: Any) -> None:
    model = holder(DateField())
    raw = bson.encode({"_id": 1, "value": stored})
    [document] = codec_for(model, STANDARD).decode_many(raw)
    assert document.value == LEAP
    assert codec_for(model, STANDARD).encode_many([document], [1], validate=True) == [raw]
    document.value = date(2020, 3, 1)
    assert document.to_son() == {"value": datetime(2020, 3, 1)}


@pytest.mark.parametrize("stored", [5, "soon", [MIDNIGHT]])
def test_what_is_no_date_cannot_be_read(stored: Any) -> None:
    with pytest.raises(StoredValueError, match="DateField can't read it"):
        holder(DateField()).from_son({"value": stored})
