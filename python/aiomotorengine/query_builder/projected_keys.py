"""Keys that come in any case, whatever a projection asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from bson.decimal128 import Decimal128

__all__ = ["with_keys"]


def with_keys(
    projection: Mapping[str, Any], keys: Iterable[str], method: str = "page() is in the order of"
) -> dict[str, Any] | None:
    """A projection, as MongoDB takes it, by which some keys come in any case.

    Parameters:
        projection: what is asked for.
        keys: the keys.
        method: what they are for, in the words of the error.

    Raises:
        ValueError: the projection has something else under one of the keys than what is stored.

    Example:
        >>> with_keys({"_id": 0, "name": 1, "home.road": 1}, ["_id", "home"])
        {'name': 1, '_id': 1, 'home': 1}
        >>> with_keys({"body": 0, "size": 0}, ["size", "_id"])
        {'body': 0}
    """
    sent = dict(flattened(projection))
    is_exclusion = excludes(sent)
    for key in keys:
        holders = (key[:end] for end in range(len(key) + 1) if key[end : end + 1] in (".", ""))
        if any(is_number(sent.get(holder), 1) for holder in holders):
            continue
        for other in [it for it in sent if overlap(it, key)]:
            if is_computed(sent[other]):
                raise ValueError(
                    f"{method} '{key}', and the projection puts something else "
                    f"in its place by '{other}': give that another name."
                )
            del sent[other]
        if not is_exclusion:
            sent[key] = 1
    return sent or None


def flattened(projection: Mapping[str, Any], outer: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of a projection and what is asked of each, with dots in the place of mappings."""
    for key, value in projection.items():
        path = f"{outer}{key}"
        if isinstance(value, Mapping) and not any(it.startswith("$") for it in value):
            yield from flattened(value, f"{path}.")
        else:
            yield path, value


def excludes(projection: Mapping[str, Any]) -> bool:
    """Whether MongoDB reads a projection as what is left out, so that all else comes."""
    others = [value for key, value in projection.items() if key != "_id"]
    if any(is_number(value, 0) for value in others):
        return True
    if any(is_number(value, 1) or is_computed(value) for value in others):
        return False
    return "_id" not in projection or is_number(projection["_id"], 0)


def is_computed(value: Any) -> bool:
    """Whether a key is given something else than what is stored there, or a part of a list."""
    if isinstance(value, Mapping):
        return not value.keys() <= {"$slice", "$meta"}
    return not (is_number(value, 0) or is_number(value, 1))


def overlap(key: str, other: str) -> bool:
    """Whether one of two keys leads to the other, or inside of it."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def is_number(value: Any, number: int) -> bool:
    """Whether a value is a number that leaves a key out (0), or has it come (any other)."""
    if isinstance(value, Decimal128):
        value = value.to_decimal()
    return isinstance(value, int | float | Decimal) and bool(value) is bool(number)
