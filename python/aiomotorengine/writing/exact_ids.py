"""Documents that are asked for by their ids, where a collation takes the ids of others for equal.

Under a collation texts are equal by the rules of a language, and so are ids: a command that is to
delete ``"news"``, since a query found that, could meet ``"News"``. A regular expression is compared
with letters as they are, and finds them by the index of ids, which other texts under a collation
do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bson.regex import Regex

from aiomotorengine.ids import chunks
from aiomotorengine.query.texts import whole_text
from aiomotorengine.sessions.target import Target
from aiomotorengine.utils import is_operator

__all__ = ["chunks_of_ids", "exactly", "of_ids"]

PATTERNS_AT_ONCE = 100
"""How many patterns one query has: the server compares each document with one after the other."""

LONGEST_PATTERN = 32_000
"""How many bytes of a pattern the server takes, or a few less."""


def chunks_of_ids(
    target: Target, ids: Mapping[Any, Any], most: int | None = None
) -> Iterator[list[Any]]:
    """The ids, as many at a time as one query should ask for; parameters as for ``chunks``."""
    for chunk in chunks(ids, most):
        if has_collation(target) and any(map(is_compared, chunk)):
            starts = range(0, len(chunk), PATTERNS_AT_ONCE)
            yield from (chunk[start : start + PATTERNS_AT_ONCE] for start in starts)
        else:
            yield chunk


def of_ids(target: Target, ids: Sequence[Any]) -> dict[str, Any]:
    """What finds the documents of these ids, and no others.

    Parameters:
        target: where they are stored, with the collation of what is asked.
        ids: the ids.
    """
    if not has_collation(target):
        return {"_id": {"$in": ids}}
    alone = [pattern_of(id) for id in ids if not isinstance(id, Mapping)]
    mappings = [exactly(target, {"_id": id}) for id in ids if isinstance(id, Mapping)]
    return {"$or": [{"_id": {"$in": alone}}, *mappings]} if mappings else {"_id": {"$in": alone}}


def exactly(target: Target, query: Mapping[str, Any]) -> dict[str, Any]:
    """A query for one document by its ``_id``, which finds no other one under a collation.

    Parameters:
        target: where it is stored, with the collation of what is asked.
        query: the query, with what else is asked of the document.
    """
    id = query["_id"]
    if not has_collation(target):
        return {**query}
    if isinstance(id, Mapping):
        return {**query, **{f"_id.{key}": pattern for key, pattern in patterns_in(id)}}
    return {**query, "_id": pattern_of(id)}


def has_collation(target: Target) -> bool:
    return "collation" in target.matching


def is_compared(id: Any) -> bool:
    """Whether a collation may take an id for another."""
    return isinstance(id, str | Mapping)


def pattern_of(id: Any) -> Any:
    """What is equal to an id whatever the collation is."""
    if not isinstance(id, str):
        return id
    pattern = whole_text(id)
    # What is too long for a pattern is compared by the collation.
    return Regex(pattern, 0) if len(pattern.encode()) <= LONGEST_PATTERN else id


def patterns_in(id: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """The texts in a mapping that is an id, as patterns, by the paths that lead to them.

    Of keys to which no path leads, and of texts in lists, nothing is asked.
    """
    for key, value in id.items():
        if "." in key or is_operator(key):
            continue
        if isinstance(value, Mapping):
            yield from ((f"{key}.{path}", pattern) for path, pattern in patterns_in(value))
        elif isinstance(value, str):
            yield key, pattern_of(value)
