"""IntField."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128, Int64

from aiomotorengine import IntField, ListField
from tests.fields.support import holder, is_valid


@pytest.mark.parametrize(
    ("value", "stored"),
    [("10", 10), (10.02, 10), (-10.9, -10), (True, 1), (Decimal("7.9"), 7), (Int64(5), 5), (7, 7)],
)
def test_what_int_takes_is_converted_everywhere(value: Any, stored: int) -> None:
    field = IntField()
    assert field.validate(value)
    for convert in field.to_son, field.from_son, field.to_query, field.to_query_item:
        assert convert(value) == stored
        assert type(convert(value)) is int


@pytest.mark.parametrize(("stored", "number"), [("5", 5), ("-7.9", -7), ("1E+3", 1000)])
def test_mongodbs_decimals_are_read(stored: str, number: int) -> None:
    assert IntField().from_son(Decimal128(stored)) == number
    assert is_valid(IntField(), Decimal128(stored))


@pytest.mark.parametrize("stored", ["1E+6144", "NaN", "Infinity"])
def test_those_that_are_no_whole_number_of_64_bits_are_not(stored: str) -> None:
    assert not is_valid(IntField(), Decimal128(stored))
    with pytest.raises((ValueError, OverflowError)):
        IntField().from_son(Decimal128(stored))


def test_none_stays_none() -> None:
    field = IntField()
    assert field.validate(None)
    assert field.to_son(None) is field.from_son(None) is field.to_query(None) is None


@pytest.mark.parametrize("value", ["", "x", "1.5", math.inf, -math.inf, math.nan, [1], {}])
def test_what_int_does_not_take_is_not_valid(value: Any) -> None:
    assert not IntField().validate(value)


def test_k53_a_query_with_a_wrong_value_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        IntField().to_query("x")


def test_bounds_are_inclusive_and_the_first_positional_arguments() -> None:
    field = IntField(0, 255, "nm")
    assert (field.min_value, field.max_value, field.db_field) == (0, 255, "nm")
    assert [field.validate(value) for value in (-1, 0, 255, 256)] == [False, True, True, False]
    assert field.validate(255.9)


def test_bounds_may_be_changed_later() -> None:
    field = IntField()
    assert is_valid(field, 5)
    field.max_value = 4
    assert not is_valid(field, 5)


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_k19_64_bits_are_valid(value: int) -> None:
    assert IntField().validate(value)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, str(2**63), 1e300])
def test_k19_more_than_64_bits_are_not_valid(value: Any) -> None:
    with pytest.raises(ValueError, match=r"(?m)^Field 'value' must be valid\.$"):
        holder(IntField())(value=value).validate()


@pytest.mark.parametrize("stored", [True, Int64(1), 1.5, "1"])
def test_a_loaded_document_holds_plain_integers(stored: Any) -> None:
    for document_class, value in (
        (holder(IntField()), stored),
        (holder(ListField(IntField())), [stored]),
    ):
        loaded = document_class.from_son({"value": value}).value
        number = loaded[0] if isinstance(loaded, list) else loaded
        assert (number, type(number)) == (1, int)


def test_the_attribute_reads_what_was_assigned() -> None:
    document = holder(IntField())(value="36")
    assert document.value == "36"
    assert document.to_son() == {"value": 36}
