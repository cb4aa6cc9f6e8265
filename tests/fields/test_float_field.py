"""FloatField."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128

from aiomotorengine import FloatField
from tests.fields.support import is_valid


@pytest.mark.parametrize(
    ("value", "stored"), [("1.5", 1.5), (3, 3.0), (True, 1.0), (Decimal("0.25"), 0.25), (2.5, 2.5)]
)
def test_what_float_takes_is_converted_everywhere(value: Any, stored: float) -> None:
    field = FloatField()
    assert field.validate(value)
    for convert in field.to_son, field.from_son, field.to_query, field.to_query_item:
        assert convert(value) == stored
        assert type(convert(value)) is float


def test_mongodbs_decimals_are_read() -> None:
    assert FloatField().from_son(Decimal128("1.5")) == 1.5
    assert math.isnan(FloatField().from_son(Decimal128("NaN")) or 0)
    assert FloatField().from_son(Decimal128("1E+6144")) == math.inf
    assert is_valid(FloatField(max_value=2.0), Decimal128("1.5"))
    assert not is_valid(FloatField(max_value=1.0), Decimal128("1.5"))


def test_none_stays_none() -> None:
    field = FloatField(0.5, 1)
    assert field.validate(None)
    assert field.to_son(None) is field.from_son(None) is field.to_query(None) is None


@pytest.mark.parametrize("value", ["", "x", [1.5], {}, 10**400])
def test_what_float_does_not_take_is_not_valid(value: Any) -> None:
    assert not FloatField().validate(value)


def test_nan_and_infinity_are_valid() -> None:
    assert all(map(FloatField().validate, (math.nan, math.inf, -math.inf)))
    assert FloatField(0.0, 1.0).validate(math.nan)
    assert not FloatField(0.0, 1.0).validate(math.inf)


def test_bounds_are_inclusive_and_the_first_positional_arguments() -> None:
    field = FloatField(0.1, 255.6, "nm")
    assert (field.min_value, field.max_value, field.db_field) == (0.1, 255.6, "nm")
    values = (0.0999, 0.1, 255.6, 255.601, "300")
    assert [field.validate(value) for value in values] == [False, True, True, False, False]


@pytest.mark.parametrize("bound", ["min_value", "max_value"])
def test_one_bound_is_enough_to_refuse(bound: str) -> None:
    assert not is_valid(FloatField(**{bound: 5.0}), 4.0 if bound == "min_value" else 6.0)


def test_a_bound_that_does_not_compare_with_nan_is_no_obstacle() -> None:
    assert FloatField(min_value=Decimal(1)).validate(math.nan)  # type: ignore[arg-type]
    assert FloatField(min_value=1).validate(math.nan)
