"""DecimalField."""

from __future__ import annotations

import decimal
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import pytest
from bson import Decimal128

from aiomotorengine import DecimalField
from aiomotorengine.errors import InvalidDocumentError
from tests.fields.support import holder, is_valid, reloaded


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (Decimal("10.0230"), "10.02"),
        (Decimal("10.56823"), "10.57"),
        (10, "10.00"),
        (10.0230, "10.02"),
        ("10.5", "10.50"),
        (Decimal("0.125"), "0.13"),
    ],
)
def test_numbers_are_rounded_and_stored_as_text(value: Any, stored: str) -> None:
    field = DecimalField()
    assert field.validate(value)
    assert field.to_son(value) == field.to_query(value) == field.to_query_item(value) == stored


@pytest.mark.parametrize("stored", ["10.023", 10.023, Decimal128("10.023")])
def test_what_is_loaded_is_rounded_too(stored: Any) -> None:
    assert str(DecimalField().from_son(stored)) == "10.02"


def test_k11_decimal128_in_the_database_is_read() -> None:
    assert DecimalField().from_son(Decimal128("1.5")) == Decimal("1.50")


def test_precision_is_the_quantum() -> None:
    assert DecimalField().precision.as_tuple() == Decimal("0.00").as_tuple()
    assert DecimalField(precision=4).to_son("1.23456") == "1.2346"


def test_rounding_is_a_mode_of_the_decimal_module() -> None:
    field = DecimalField(precision=4, rounding=decimal.ROUND_DOWN)
    assert field.to_son("10.5682999") == "10.5682"


def test_the_context_of_the_program_changes_nothing() -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        context.rounding = decimal.ROUND_UP
        context.traps[decimal.Inexact] = True
        assert DecimalField().to_son("12345.671") == "12345.67"


def test_bounds_are_inclusive_decimals() -> None:
    field = DecimalField(1, "9.99")
    assert (field.min_value, field.max_value) == (Decimal(1), Decimal("9.99"))
    values = (Decimal("0.99"), 1, 1.0, Decimal("9.99"), "9.991", -1)
    assert [field.validate(value) for value in values] == [False, True, True, True, False, False]


def test_a_bound_that_is_a_float_keeps_all_its_digits() -> None:
    field = DecimalField(0.1)
    assert str(field.min_value).startswith("0.1000000000000000055")
    assert field.validate(0.1)
    assert not field.validate("0.1")


@pytest.mark.parametrize("value", ["", "x", [], {}, object()])
def test_what_decimal_does_not_take_is_not_valid(value: Any) -> None:
    assert not DecimalField().validate(value)


def test_k11_none_is_no_value_everywhere() -> None:
    field = DecimalField(min_value=0)
    assert field.validate(None)
    assert field.to_son(None) is field.from_son(None) is field.to_query(None) is None
    assert reloaded(holder(DecimalField())()).value is None
    assert not is_valid(DecimalField(required=True), None)


def test_k11_no_places_at_all() -> None:
    assert DecimalField(precision=0).to_son("2.5") == "3"


@pytest.mark.parametrize("precision", [-1, 1.5, "2", None])
def test_k11_other_precisions_are_refused_with_a_reason(precision: Any) -> None:
    with pytest.raises(ValueError, match="0 or more, not"):
        DecimalField(precision=precision)


@dataclass(frozen=True)
class Whole:
    """A whole number as numpy has them."""

    number: int

    def __int__(self) -> int:
        return self.number


@dataclass(frozen=True)
class Short:
    """A number with a fraction, as numpy's that are no Python floats."""

    number: float

    def __float__(self) -> float:
        return self.number


Integral.register(Whole)
Real.register(Short)


@pytest.mark.parametrize(("value", "stored"), [(Whole(7), "7.00"), (Short(0.1), "0.10")])
def test_numbers_of_other_libraries_are_taken(value: Any, stored: str) -> None:
    field = DecimalField(min_value=0)
    assert is_valid(field, value)
    assert field.to_son(value) == field.to_query(value) == stored


def test_a_fraction_is_not_taken_since_a_float_is_not_exactly_it() -> None:
    assert not is_valid(DecimalField(), Fraction(1005, 1000))


@pytest.mark.parametrize(
    "value",
    [
        "1E+16000000",
        Decimal("-1E+16000000"),
        "1e6145",
        Decimal(10**6145),
        f"{'9' * 6146}",
        Decimal((0, (1,), 99_999_999)),
        "1e99999999999",
    ],
    ids=lambda value: f"{value!r:.30}",
)
def test_a_short_text_of_a_long_number_is_refused_before_it_is_written_out(value: Any) -> None:
    field = holder(DecimalField()).value
    assert not is_valid(DecimalField(), value)
    for convert in field.to_son, field.from_son, field.to_query, field.to_query_item:
        with pytest.raises((ValueError, decimal.InvalidOperation)):
            convert(value)
    with pytest.raises(InvalidDocumentError):
        field.to_update(value)


@pytest.mark.parametrize("value", ["1e6144", "9" * 6145, Decimal128("9.99E+6144")], ids=type)
def test_what_mongodb_counts_itself_is_valid(value: Any) -> None:
    assert is_valid(DecimalField(), value)
    assert len(DecimalField().to_son(value) or "") == 6145 + 3


@pytest.mark.parametrize("value", ["0E+16000000", "1E-16000000", Decimal("-0E+99999999")])
def test_zero_and_what_rounds_to_it_are_short(value: Any) -> None:
    assert is_valid(DecimalField(), value)
    assert (DecimalField().to_son(value) or "").lstrip("-") == "0.00"


def test_k11_many_digits() -> None:
    digits = "123456789" * 20
    field = DecimalField()
    assert field.validate(digits)
    assert field.to_son(digits) == f"{digits}.00"
    assert str(field.from_son(f"{digits}.00")) == f"{digits}.00"
    assert field.to_son("1e30") == f"1{'0' * 30}.00"


def test_k11_numbers_that_no_document_could_hold_are_not_valid() -> None:
    assert not DecimalField().validate("1e99999999999")


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", math.nan, -math.inf])
def test_k11_nan_and_infinity_are_not_valid(value: Any) -> None:
    assert not DecimalField().validate(value)
    assert not DecimalField(0, 9).validate(value)


def test_k16_queries_compare_text() -> None:
    assert DecimalField().to_query(9) == "9.00"


def test_k17_a_decimal_can_be_given_to_update() -> None:
    assert holder(DecimalField()).value.to_update(Decimal("2.5")) == "2.50"
