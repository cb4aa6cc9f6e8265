"""What comes after a document in an order, whatever is inserted or deleted meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bson.min_key import MinKey
from pymongo import ASCENDING, DESCENDING

from aiomotorengine.query_builder.ordering import Order

__all__ = ["beyond", "total_order"]


def total_order(order: Order) -> Order:
    """An order in which no two documents have the same place: the ``_id`` decides what is left.

    Its direction is that of the key before it, so that one index serves both. What comes after the
    ``_id`` decides nothing.

    Example:
        >>> total_order([("year", -1)]), total_order([]), total_order([("_id", -1), ("year", 1)])
        ([('year', -1), ('_id', -1)], [('_id', 1)], [('_id', -1)])
    """
    keys = [key for key, _ in order]
    if "_id" in keys:
        return order[: keys.index("_id") + 1]
    return [*order, ("_id", order[-1][1] if order else ASCENDING)]


def beyond(order: Order, boundary: Sequence[Any], *, is_included: bool = False) -> dict[str, Any]:
    """The condition that what comes after a boundary meets, and nothing else.

    ``$gt`` and ``$lt`` of queries find values of one type only, so that null, NaN and what is of
    another type would be lost. Those of expressions compare as servers sort, but for missing
    values: these come before null, where servers sort both alike. So what has neither is found by
    one branch, which compares the other keys by one expression. Were there several, servers would
    merge these by what is stored, with all that is missing before all nulls, and lose documents.
    Backwards, ``MinKey`` alone comes after null.

    Parameters:
        order: keys and directions; the last one is the ``_id``.
        boundary: the values of these keys at the boundary; ``None`` for one that is missing.
        is_included: whether a document that stands at the boundary meets it, too.

    Example:
        >>> beyond([("year", -1), ("_id", -1)], [1815, 7])  # doctest: +NORMALIZE_WHITESPACE
        {'$or': [{'$expr': {'$lt': ['$year', {'$literal': 1815}]}},
                 {'year': {'$eq': 1815}, '$expr': {'$lt': ['$_id', {'$literal': 7}]}}]}
    """
    branches: list[dict[str, Any]] = []
    equal: dict[str, Any] = {}
    for index, ((key, direction), value) in enumerate(zip(order, boundary, strict=True)):
        rest, others = order[index + 1 :], boundary[index + 1 :]
        path = f"${key}"
        if rest and value is None:
            if direction == ASCENDING:
                branches.append({**equal, "$expr": compared(path, direction, None)})
            after = lexicographically(rest, others, is_included)
            branches.append({**equal, key: {"$eq": None}, "$expr": after})
            if direction == DESCENDING:
                branches.append({**equal, key: {"$eq": MinKey()}})
            break
        is_met = is_included and not rest
        branches.append({**equal, "$expr": compared(path, direction, value, is_met)})
        equal[key] = {"$eq": value}
    return branches[0] if len(branches) == 1 else {"$or": branches}


def lexicographically(order: Order, boundary: Sequence[Any], is_included: bool) -> dict[str, Any]:
    """The same as an expression."""
    (key, direction), *rest = order
    value, *others = boundary
    if not rest:
        return compared(f"${key}", direction, value, is_included)
    found = {"$ifNull": [f"${key}", None]}
    is_equal = {"$eq": [found, {"$literal": value}]}
    after = lexicographically(rest, others, is_included)
    return {"$or": [compared(found, direction, value), {"$and": [is_equal, after]}]}


def compared(operand: Any, direction: int, value: Any, is_included: bool = False) -> dict[str, Any]:
    """The expression that something comes after a value, or is equal to it where that counts."""
    operator = ("$gt" if direction == ASCENDING else "$lt") + ("e" if is_included else "")
    return {operator: [operand, {"$literal": value}]}
