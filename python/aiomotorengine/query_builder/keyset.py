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


def beyond(
    order: Order, boundary: Sequence[Any], *, is_included: bool = False
) -> list[dict[str, Any]]:
    """The conditions of what comes after a boundary: what meets the first one comes before all that
    meets the next, and nothing meets two of them. With an index of the order, servers look at
    nothing that comes before.

    ``$gt`` and ``$lt`` of queries find values of one type only, so that null, NaN and what is of
    another type would be lost. Those of expressions compare as servers sort, but for missing
    values: these come before null, where servers sort both alike. So what has neither is found by
    ``$eq``. Backwards, ``MinKey`` alone comes after null.

    Servers merge what the branches of one condition find by what is stored, with all that is
    missing before all nulls. So no more than one branch may find documents with null in a key that
    another one goes beyond: where there are more, they are conditions of their own.

    Parameters:
        order: keys and directions; the last one is the ``_id``.
        boundary: the values of these keys at the boundary; ``None`` for one that is missing.
        is_included: whether a document that stands at the boundary is meant, too.

    Example:
        >>> beyond([("year", -1), ("_id", -1)], [1815, 7])  # doctest: +NORMALIZE_WHITESPACE
        [{'$or': [{'$expr': {'$lt': ['$year', {'$literal': 1815}]}},
                  {'year': {'$eq': 1815}, '$expr': {'$lt': ['$_id', {'$literal': 7}]}}]}]
    """
    last = len(order) - 1
    branches: list[dict[str, Any]] = []
    equal: dict[str, Any] = {}
    merged = last + 1
    for index, ((key, direction), value) in enumerate(zip(order, boundary, strict=True)):
        if index < last and value is None and direction == DESCENDING:
            branches.append({**equal, key: {"$eq": MinKey()}})
        else:
            after = compared(f"${key}", direction, value, is_included and index == last)
            branches.append({**equal, "$expr": after})
        if value is None:
            merged = min(merged, index + 2)
        equal[key] = {"$eq": value}
    first, rest = branches[:merged], branches[merged:]
    return [*reversed(rest), {"$or": first} if len(first) > 1 else first[0]]


def compared(operand: str, direction: int, value: Any, is_included: bool) -> dict[str, Any]:
    """The expression that something comes after a value, or is equal to it where that counts."""
    operator = ("$gt" if direction == ASCENDING else "$lt") + ("e" if is_included else "")
    return {operator: [operand, {"$literal": value}]}
