"""ObjectIdField."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import ObjectIdField
from tests.fields.support import holder, reloaded

HEX = "65df1f000000000000abcdef"
KEY = ObjectId(HEX)


def test_ids_and_their_text_are_valid_and_nothing_else() -> None:
    field = ObjectIdField()
    assert all(map(field.validate, (None, KEY, HEX, HEX.upper())))
    assert not any(map(field.validate, ("", "no", HEX[1:], KEY.binary, 5, [])))


def test_spaces_are_no_digits() -> None:
    assert not ObjectIdField().validate(f"{HEX[:22]}  ")


def test_text_becomes_an_id_on_the_way_in_and_in_queries() -> None:
    field = ObjectIdField()
    for convert in field.to_son, field.to_query, field.to_query_item:
        assert convert(HEX) == KEY
        assert convert(KEY) is KEY
        assert convert(None) is None


def test_only_none_is_empty() -> None:
    assert ObjectIdField().is_empty(None)
    assert not ObjectIdField().is_empty("")
    assert not ObjectIdField().is_empty(KEY)


def test_it_comes_back_as_it_was() -> None:
    assert reloaded(holder(ObjectIdField())(value=HEX)).value == KEY


@pytest.mark.parametrize("stored", ["no", 5, b"x" * 12, {"a": 1}])
def test_what_is_no_id_is_read_as_it_is_stored_and_is_not_valid(stored: Any) -> None:
    document = holder(ObjectIdField()).from_son({"value": stored})
    assert document.value is stored
    assert document.to_son() == {"value": stored}
    with pytest.raises(ValueError, match="Field 'value' must be valid"):
        document.validate()


@pytest.mark.parametrize("value", ["no", 5, ""])
def test_a_filter_takes_nothing_else(value: Any) -> None:
    with pytest.raises(ValueError, match="24 hexadecimal digits is wanted, not"):
        holder(ObjectIdField()).objects.filter(value=value).to_query()


def test_text_can_be_given_to_update() -> None:
    assert holder(ObjectIdField()).value.to_update(HEX) == KEY
