"""BooleanField."""

from __future__ import annotations

import pytest

from aiomotorengine import BooleanField
from aiomotorengine.errors import InvalidDocumentError
from tests.fields.support import holder, is_valid, reloaded


def test_everything_is_valid_and_stored_as_a_boolean() -> None:
    field = BooleanField()
    for value in True, False, "", "x", 0, 1, [], None:
        assert field.validate(value)
        assert field.to_son(value) is bool(value)


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
    assert field.to_update("") is False
    with pytest.raises(InvalidDocumentError, match=r"^Field 'value' must be valid\.$"):
        field.to_update({})
