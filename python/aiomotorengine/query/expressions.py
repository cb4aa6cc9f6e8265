"""What queries look like in MongoDB: telling operators from values, and saying the opposite."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bson.regex import Regex

from aiomotorengine.utils import is_operator

__all__ = ["is_met", "is_operators", "negate"]


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
