"""What queries look like in MongoDB: telling operators from values, and saying the opposite."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from bson.regex import Regex

from aiomotorengine.query.values import PLAIN_TYPES
from aiomotorengine.utils import is_operator

__all__ = ["NEAR", "NOT_OF_ITEMS", "is_met", "is_operators", "mentions", "negate", "of_items"]

NEAR = frozenset({"$near", "$nearSphere"})
"""The operators that also sort, so that they can only be asked of a query as a whole."""

OF_DOCUMENTS = NEAR | {"$expr", "$text", "$where"}
"""The operators that are asked of whole documents, and of no items."""

NOT_OF_ITEMS = (
    "MongoDB takes no F, no place that is near and no text search in conditions on items."
)

CONNECTIVES = frozenset({"$and", "$or", "$nor"})
"""What has a list of queries."""


def is_operators(value: Any) -> bool:
    """Whether a value is a mapping of operators, such as ``{"$gt": 1}``, and no value itself.

    Example:
        >>> is_operators({"$gt": 1}), is_operators({"road": "Loop"}), is_operators({})
        (True, False, False)
    """
    return isinstance(value, Mapping) and bool(value) and all(is_operator(key) for key in value)


def is_met(value: Any) -> bool:
    """Whether a value is a condition that others meet, which the server refuses under ``$ne``.

    Example:
        >>> import re
        >>> is_met({"$gt": 1}), is_met(re.compile("a")), is_met({"road": "Loop"})
        (True, True, False)
    """
    return is_operators(value) or isinstance(value, re.Pattern | Regex)


def mentions(query: Any, operators: Collection[str]) -> bool:
    """Whether a query has one of some operators, at any depth.

    Example:
        >>> mentions({"$or": [{"a": 1}, {"at": {"$near": [1, 2]}}]}, NEAR)
        True
    """
    if type(query) is not dict and (type(query) in PLAIN_TYPES or not isinstance(query, Mapping)):
        return False
    for key, value in query.items():
        if key in operators or mentions(value, operators):
            return True
        # Other lists are values, of which there may be very many.
        if key in CONNECTIVES and any(mentions(part, operators) for part in value):
            return True
    return False


def of_items(query: Mapping[str, Any]) -> Mapping[str, Any]:
    """A query that is asked of the items of a list, unless MongoDB can't do that.

    Raises:
        ValueError: it has an operator that is for whole documents.
    """
    if mentions(query, OF_DOCUMENTS):
        raise ValueError(NOT_OF_ITEMS)
    return query


def negate(query: Mapping[str, Any]) -> dict[str, Any]:
    """A query in which every condition is the opposite; all of them must still hold (K29).

    Parameters:
        query: a query as MongoDB takes it. It is not changed.

    Example:
        >>> negate({"a": 1, "b": {"$gt": 2}})
        {'a': {'$ne': 1}, 'b': {'$not': {'$gt': 2}}}
        >>> negate({"$or": [{"a": 1}, {"b": 2}]})
        {'$nor': [{'a': 1}, {'b': 2}]}
    """
    result: dict[str, Any] = {}
    none_of: list[Any] = []
    for key, value in query.items():
        if key == "$or":
            none_of.extend(value)
        elif is_operator(key):
            none_of.append({key: value})
        else:
            result[key] = opposite(value)
    if none_of:
        result["$nor"] = none_of
    return result


def opposite(value: Any) -> dict[str, Any]:
    """What one name must meet instead of ``value``."""
    if is_met(value):
        return {"$not": value}
    if isinstance(value, list | tuple | set | frozenset) and value:
        return {"$nin": list(value)}
    return {"$ne": value}
