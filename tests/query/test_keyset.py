"""The condition that what comes after a place in an order meets."""

from __future__ import annotations

from typing import Any

import pytest
from bson import MinKey

from aiomotorengine.query_builder.keyset import beyond, total_order


def literal(value: Any) -> dict[str, Any]:
    return {"$literal": value}


@pytest.mark.parametrize(
    ("order", "total"),
    [
        ([], [("_id", 1)]),
        ([("a", 1)], [("a", 1), ("_id", 1)]),
        ([("a", 1), ("b", -1)], [("a", 1), ("b", -1), ("_id", -1)]),
        ([("_id", -1)], [("_id", -1)]),
        ([("a", 1), ("_id", -1), ("b", 1)], [("a", 1), ("_id", -1)]),
    ],
)
def test_the_id_decides_what_is_left(order: list[Any], total: list[Any]) -> None:
    before = list(order)
    assert total_order(order) == total
    assert order == before


def test_after_an_id() -> None:
    assert beyond([("_id", 1)], [7]) == [{"$expr": {"$gt": ["$_id", literal(7)]}}]
    assert beyond([("_id", -1)], [7]) == [{"$expr": {"$lt": ["$_id", literal(7)]}}]


def test_a_branch_for_each_key() -> None:
    (condition,) = beyond([("a", 1), ("b.c", -1), ("_id", -1)], [1, "x", 7])
    assert condition == {
        "$or": [
            {"$expr": {"$gt": ["$a", literal(1)]}},
            {"a": {"$eq": 1}, "$expr": {"$lt": ["$b.c", literal("x")]}},
            {"a": {"$eq": 1}, "b.c": {"$eq": "x"}, "$expr": {"$lt": ["$_id", literal(7)]}},
        ]
    }


def test_what_is_null_or_missing_is_equal() -> None:
    (condition,) = beyond([("a", 1), ("_id", 1)], [None, 7])
    assert condition == {
        "$or": [
            {"$expr": {"$gt": ["$a", literal(None)]}},
            {"a": {"$eq": None}, "$expr": {"$gt": ["$_id", literal(7)]}},
        ]
    }


def test_backwards_there_is_nothing_but_min_key_after_null() -> None:
    (condition,) = beyond([("a", -1), ("_id", -1)], [None, 7])
    assert condition == {
        "$or": [
            {"a": {"$eq": MinKey()}},
            {"a": {"$eq": None}, "$expr": {"$lt": ["$_id", literal(7)]}},
        ]
    }


def test_branches_that_would_be_merged_by_null_are_conditions_of_their_own() -> None:
    order = [("k", 1), ("a", -1), ("b", -1), ("c", 1), ("_id", 1)]
    group = {"k": {"$eq": 1}, "a": {"$eq": None}}
    assert beyond(order, [1, None, 2, None, 7]) == [
        {
            **group,
            "b": {"$eq": 2},
            "c": {"$eq": None},
            "$expr": {"$gt": ["$_id", literal(7)]},
        },
        {**group, "b": {"$eq": 2}, "$expr": {"$gt": ["$c", literal(None)]}},
        {
            "$or": [
                {"$expr": {"$gt": ["$k", literal(1)]}},
                {"k": {"$eq": 1}, "a": {"$eq": MinKey()}},
                {**group, "$expr": {"$lt": ["$b", literal(2)]}},
            ]
        },
    ]


def test_an_id_that_is_null_has_no_branch_of_its_own() -> None:
    assert beyond([("_id", 1)], [None]) == [{"$expr": {"$gt": ["$_id", literal(None)]}}]
    assert beyond([("_id", -1)], [None]) == [{"$expr": {"$lt": ["$_id", literal(None)]}}]


@pytest.mark.parametrize("value", [1, None])
def test_a_place_that_is_included_is_met_by_its_id(value: Any) -> None:
    (found,) = beyond([("a", -1), ("_id", -1)], [value, 7], is_included=True)
    equal = {"a": {"$eq": value}, "$expr": {"$lte": ["$_id", literal(7)]}}
    assert equal in found["$or"]


@pytest.mark.parametrize("value", ["$password", {"$gt": ""}, "$$ROOT"])
def test_values_are_never_paths_or_operators(value: Any) -> None:
    (found,) = beyond([("a", 1), ("_id", 1)], [value, 7])
    assert found["$or"][0] == {"$expr": {"$gt": ["$a", literal(value)]}}
    assert found["$or"][1]["a"] == {"$eq": value}


def test_there_is_a_value_for_each_key() -> None:
    with pytest.raises(ValueError, match="zip"):
        beyond([("a", 1), ("_id", 1)], [1])
