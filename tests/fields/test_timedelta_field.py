"""TimedeltaField."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import bson
import pytest
from bson import Decimal128, Int64

from aiomotorengine import TimedeltaField
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import InvalidDocumentError, StoredValueError
from tests.codec.laws import STANDARD
from tests.fields.support import holder, reloaded

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("unit", "stored"),
    [("milliseconds", Int64(1500)), ("microseconds", Int64(1_500_000)), ("seconds", 1.5)],
)
def test_a_length_is_stored_in_its_unit(unit: Any, stored: Any) -> None:
    field = TimedeltaField(unit)
    length = timedelta(seconds=1.5)
    for convert in field.to_son, field.to_query, field.to_query_item, field.to_update:
        made = convert(length)
        assert (made, type(made)) == (stored, type(stored))
    assert reloaded(holder(field)(value=length)).value == length


@pytest.mark.parametrize("unit", ["hours", None, 5, ["seconds"]])
def test_another_unit_is_refused(unit: Any) -> None:
    with pytest.raises(ValueError, match="'unit' argument must be 'microseconds'"):
        TimedeltaField(unit)


def test_what_is_shorter_than_the_unit_is_cut_off() -> None:
    assert TimedeltaField().to_son(timedelta(microseconds=1999)) == 1
    assert TimedeltaField().to_son(timedelta(microseconds=-1)) == -1


def test_numbers_are_not_taken_since_nobody_knows_of_which_unit() -> None:
    model = holder(TimedeltaField())
    with pytest.raises(InvalidDocumentError, match="must be valid"):
        model(value=1500).validate()
    with pytest.raises(ValueError, match="a timedelta is wanted, not int"):
        model.objects.filter(value__gt=1500).to_query()


def test_more_than_a_number_holds_is_not_valid() -> None:
    assert TimedeltaField().validate(timedelta.max)
    assert TimedeltaField("seconds").validate(timedelta.max)
    assert not TimedeltaField("microseconds").validate(timedelta.max)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize(
    ("unit", "stored", "loaded", "is_kept"),
    [
        ("milliseconds", 1000, SECOND, False),
        ("milliseconds", 1000.0, SECOND, False),
        ("milliseconds", 1000.5, timedelta(seconds=1, microseconds=500), True),
        ("milliseconds", Decimal128("1000"), SECOND, False),
        ("milliseconds", Decimal128("0.5"), timedelta(microseconds=500), True),
        ("microseconds", 1e6, SECOND, False),
        ("seconds", 1, SECOND, False),
        ("seconds", Int64(1), SECOND, False),
        ("seconds", 0.1, timedelta(milliseconds=100), False),
        ("seconds", 1.00000049, SECOND, True),
        ("seconds", 86_399_999_913_600.0, timedelta(days=999_999_999), False),
        ("seconds", 2.0**33 + 2.0**-19, timedelta(seconds=2**33, microseconds=2), False),
        ("seconds", -0.0, timedelta(), False),
    ],
)
def test_other_numbers_are_read_and_kept_unless_they_are_equal(
    unit: Any, stored: Any, loaded: timedelta, is_kept: bool
) -> None:
    model = holder(TimedeltaField(unit))
    raw = bson.encode({"_id": 1, "value": stored})
    [document] = codec_for(model, STANDARD).decode_many(raw)
    assert document.value == loaded
    assert (document._hidden is not None) is is_kept
    [written] = codec_for(model, STANDARD).encode_many([document], [1], validate=True)
    if is_kept:
        assert written == raw
    else:
        assert model.from_son(bson.decode(written)).value == loaded
        assert type(bson.decode(written)["value"]) is type(TimedeltaField(unit).to_son(loaded))


@pytest.mark.usefixtures("codec")
def test_what_is_out_of_range_once_it_is_rounded_is_kept() -> None:
    model = holder(TimedeltaField("microseconds"))
    raw = bson.encode({"_id": 1, "value": 2.0**63})
    [document] = codec_for(model, STANDARD).decode_many(raw)
    assert codec_for(model, STANDARD).encode_many([document], [1], validate=True) == [raw]


@pytest.mark.parametrize("stored", ["1500", True, float("nan"), float("inf"), 10**18, {}])
def test_what_is_no_length_cannot_be_read(stored: Any) -> None:
    with pytest.raises(StoredValueError, match="TimedeltaField can't read it"):
        holder(TimedeltaField()).from_son({"value": stored})


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1500", timedelta(seconds=1.5)),
        ("-0.5", timedelta(microseconds=-500)),
        ("0:00:01.5", timedelta(seconds=1.5)),
        ("25:00:00", timedelta(hours=25)),
        *((str(length), length) for length in (timedelta(days=3, seconds=5), -SECOND, SECOND / 3)),
        ("PT1.5S", timedelta(seconds=1.5)),
        ("P1DT2H3M4.000005S", timedelta(1, 7384, 5)),
        ("P2W", timedelta(weeks=2)),
        ("-PT1S", -SECOND),
    ],
)
def test_texts_of_files(text: str, length: timedelta) -> None:
    assert TimedeltaField().parse(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "P1M", "1:2:3", "1_000", "soon", "nan"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="float|number|NaN"):
        TimedeltaField().parse(text)
