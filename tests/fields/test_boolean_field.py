"""BooleanField."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from aiomotorengine import BooleanField
from aiomotorengine.errors import InvalidDocumentError
from tests.fields.strange import NO_VALUE
from tests.fields.support import holder, is_valid, reloaded


def test_what_is_true_or_false_in_python_is_stored_as_that() -> None:
    field = BooleanField()
    for value in True, False, "", 0, 1, 2.5, [], [0], None:
        assert field.validate(value)
        assert field.to_son(value) is field.to_query(value) is bool(value)


@pytest.mark.parametrize("words", ["true True TRUE t yes Y on 1", "false False f no NO n off 0"])
def test_texts_are_stored_as_what_they_say(words: str) -> None:
    for word in words.split():
        assert BooleanField().validate(f" {word}\n")
        assert BooleanField().to_son(word) is BooleanField().to_query(word) is words.startswith("t")


@pytest.mark.parametrize("value", ["x", "2", "1.0", "null", math.nan, Decimal("NaN"), NO_VALUE])
def test_what_says_neither_is_not_valid(value: Any) -> None:
    assert not is_valid(BooleanField(), value)
    with pytest.raises((ValueError, TypeError)):
        BooleanField().to_son(value)


def test_what_is_loaded_is_left_alone() -> None:
    assert BooleanField().from_son(None) is None
    assert BooleanField().from_son(1) == 1


def test_k18_what_was_never_set_is_stored_as_false() -> None:
    document = holder(BooleanField())()
    assert document.value is None
    assert document.to_son() == {"value": False}
    assert reloaded(document).value is False


def test_k18_a_filter_for_none_asks_for_false() -> None:
    assert BooleanField().to_query(None) is False
    assert BooleanField().to_query_item(None) is False


def test_false_is_a_value_and_none_is_not() -> None:
    assert is_valid(BooleanField(required=True), False)
    assert not is_valid(BooleanField(required=True), None)


def test_k17_update_takes_any_value_but_a_mapping() -> None:
    field = holder(BooleanField()).value
    assert field.to_update(1) is True
    assert field.to_update("") is field.to_update("no") is False
    with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
        field.to_update("neither")
    with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
        field.to_update({})
