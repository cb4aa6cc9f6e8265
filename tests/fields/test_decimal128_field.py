"""Decimal128Field."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import bson
import pytest
from bson import Decimal128, Int64

from aiomotorengine import Decimal128Field
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import StoredValueError
from tests.codec.laws import STANDARD, read
from tests.fields.support import holder, is_valid, reloaded
from tests.zoo.compare import outcome


def test_a_number_is_stored_as_it_is() -> None:
    document = holder(Decimal128Field())(value=Decimal("9.50"))
    assert document.to_son() == {"value": Decimal128("9.50")}
    assert str(reloaded(document).value) == "9.50"


def test_a_float_is_the_number_that_it_shows() -> None:
    field = Decimal128Field()
    for convert in field.to_son, field.to_query, field.to_query_item, field.to_update:
        assert convert(0.1) == Decimal128("0.1")


def test_a_float_of_a_class_of_its_own_as_well() -> None:
    class Ratio(float):
        def __repr__(self) -> str:
            return f"Ratio({float(self)})"

    assert Decimal128Field().to_son(Ratio(0.1)) == Decimal128("0.1")


def test_numbers_are_rounded_where_places_are_given() -> None:
    assert Decimal128Field(precision=2).to_son("0.125") == Decimal128("0.13")
    assert Decimal128Field(precision=0).to_son(5) == Decimal128("5")
    down = Decimal128Field(precision=2, rounding=decimal.ROUND_DOWN)
    assert down.to_son("0.129") == Decimal128("0.12")
    assert Decimal128Field(precision=2).to_query(0.125) == Decimal128("0.13")


@pytest.mark.parametrize("precision", [-1, 1.5, "2"])
def test_places_are_a_whole_number(precision: Any) -> None:
    with pytest.raises(ValueError, match="'precision' argument must be a number of decimal places"):
        Decimal128Field(precision=precision)


def test_34_digits_are_the_most() -> None:
    assert is_valid(Decimal128Field(), Decimal("9" * 34))
    assert is_valid(Decimal128Field(), Decimal(f"1{'0' * 40}"))  # of which one counts
    assert not is_valid(Decimal128Field(), Decimal("9" * 35))
    assert is_valid(Decimal128Field(precision=2), Decimal(f"0.{'3' * 50}"))


@pytest.mark.parametrize("value", ["x", Decimal("NaN"), float("inf"), [1, 2, 3], {}])
def test_what_is_no_number_is_an_error_of_the_conversion(value: Any) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        Decimal128Field().to_son(value)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize(
    ("precision", "stored", "loaded", "is_kept"),
    [
        (None, 5, "5", False),
        (None, Int64(-(2**40)), "-1099511627776", False),
        (None, 9.5, "9.5", False),
        (None, 0.1, "0.1", True),  # as MongoDB sees it they differ
        (None, "9.50", "9.50", True),
        (None, True, "1", True),
        (None, Decimal128("NaN"), "NaN", True),
        (2, Decimal128("0.125"), "0.125", True),
        (2, Decimal128("1.5"), "1.5", False),
        (2, Decimal128("1.500"), "1.500", False),
        (2, Decimal128("1E+33"), "1E+33", True),
        (2, 5, "5", False),
    ],
)
def test_other_numbers_are_read_and_kept_unless_they_are_equal(
    precision: int | None, stored: Any, loaded: str, is_kept: bool
) -> None:
    model = holder(Decimal128Field(precision=precision))
    raw = bson.encode({"_id": 1, "value": stored})
    [document] = codec_for(model, STANDARD).decode_many(raw)
    assert str(document.value) == loaded
    assert (document._hidden is not None) is is_kept
    [written] = codec_for(model, STANDARD).encode_many([document], [1], validate=True)
    if is_kept:
        assert written == raw
    else:
        assert bson.decode(written)["value"].to_decimal() == Decimal(loaded)
        assert type(bson.decode(written)["value"]) is Decimal128


@pytest.mark.parametrize("stored", ["x", b"1", {"a": 1}])
def test_what_is_no_number_cannot_be_read(stored: Any) -> None:
    with pytest.raises(StoredValueError, match="Decimal128Field can't read it"):
        holder(Decimal128Field()).from_son({"value": stored})


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize(
    "bits",
    [
        0x6C10_0000_0000_0000_0000_0000_0000_0000,  # in the form for larger coefficients
        0x3041_ED09_BEAD_87C0_378D_8E64_0000_0000,  # ten to the 34
        0x7C00_0000_0000_0000_0000_0000_0000_0001,  # no number, and more bits
        0xF800_0000_0000_0000_0000_0000_0000_0000,
        0x5FFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF,
    ],
)
def test_bits_that_nobody_writes_are_read_as_pymongo_reads_them(bits: int) -> None:
    model = holder(Decimal128Field())
    stored = Decimal128.from_bid(bits.to_bytes(16, "little"))
    raw = bson.encode({"_id": 1, "value": stored})
    found = outcome(codec_for(model, STANDARD).decode_many, raw)
    assert found == outcome(read, model, [raw], STANDARD)
