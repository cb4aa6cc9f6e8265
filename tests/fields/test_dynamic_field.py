"""DynamicField."""

from __future__ import annotations

from collections import deque

import pytest

import aiomotorengine
import aiomotorengine.fields
from aiomotorengine.fields.dynamic_field import DynamicField


@pytest.mark.parametrize("key", ["size", "_size", "__size"])
def test_the_name_is_the_key_without_leading_underscores(key: str) -> None:
    field = DynamicField(db_field=key)
    assert (field.name, field.db_field) == ("size", key)
    assert DynamicField(key).name == "size"


@pytest.mark.parametrize("value", [[1, 2], (1, 2), deque([1, 2])])
def test_a_list_in_a_query_asks_for_all_of_its_items(value: object) -> None:
    assert DynamicField("_x").to_query(value) == {"$all": [1, 2]}


def test_k23_a_set_becomes_a_list() -> None:
    assert DynamicField("_x").to_query({1}) == {"$all": [1]}


def test_other_values_are_left_alone() -> None:
    for value in None, "ab", 5, {"a": 1}:
        assert DynamicField("_x").to_query(value) is value


def test_an_item_of_in_may_be_a_list() -> None:
    assert DynamicField("_x").to_query_item([1, 2]) == [1, 2]


def test_it_is_not_exported_higher_up() -> None:
    assert not hasattr(aiomotorengine, "DynamicField")
    assert not hasattr(aiomotorengine.fields, "DynamicField")
