"""Several queries into one, wherever that says the same (K50)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiomotorengine.query.expressions import is_operators
from aiomotorengine.utils import is_operator

__all__ = ["DuplicateQueryConditionsError", "all_of", "merged", "update"]


ALONE = frozenset({"$geoIntersects", "$geoWithin", "$near", "$nearSphere"})
"""The operators beside which MongoDB takes no other in a mapping."""


class DuplicateQueryConditionsError(RuntimeError):
    """Two conditions that one mapping can't hold; a signal inside the library."""


def update(d: dict[str, Any], u: Mapping[str, Any]) -> dict[str, Any]:
    """Take the entries of one mapping into another, and those of mappings in it as well.

    Parameters:
        d: what is changed, and returned. Mappings in it are replaced, not changed.
        u: what is taken over; it is left alone.

    Example:
        >>> update({"a": {"$gt": 1}}, {"a": {"$lt": 5}, "b": 2})
        {'a': {'$gt': 1, '$lt': 5}, 'b': 2}
    """
    for key, value in u.items():
        known = d.get(key)
        both = isinstance(value, Mapping) and isinstance(known, Mapping)
        d[key] = update(dict(known), value) if both else value  # type: ignore[arg-type]
    return d


def merged(queries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One query that asks for all that the given ones ask for.

    Raises:
        DuplicateQueryConditionsError: a name has two conditions, and they are not operators, each
            of which occurs once.
    """
    result: dict[str, Any] = {}
    for query in queries:
        if result.keys().isdisjoint(query):
            result.update(query)
            continue
        for key in result.keys() & query.keys():
            if not fit_together(key, result[key], query[key]):
                raise DuplicateQueryConditionsError(f"Two conditions on '{key}'.")
        update(result, query)
    return result


def fit_together(key: str, one: Any, other: Any) -> bool:
    """Whether two conditions on one name can stand in one mapping of operators."""
    if is_operator(key) or not (is_operators(one) and is_operators(other)):
        return False
    return set(one).isdisjoint(other) and ALONE.isdisjoint(one) and ALONE.isdisjoint(other)


def all_of(queries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The given queries in one mapping, or under ``$and`` where that is not possible.

    Example:
        >>> all_of([{"a": {"$gt": 1}}, {"a": {"$lt": 5}}])
        {'a': {'$gt': 1, '$lt': 5}}
        >>> all_of([{"a": 5}, {"a": {"$lt": 5}}])
        {'$and': [{'a': 5}, {'a': {'$lt': 5}}]}
    """
    if len(queries) == 1:  # as in most filters
        return dict(queries[0])
    try:
        return merged(queries)
    except DuplicateQueryConditionsError:
        return {"$and": list(queries)}
