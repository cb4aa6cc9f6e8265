"""Which updates touch some fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["pattern_of", "updates_touching"]

DESCRIPTION = "$updateDescription"

SET_KEYS = {
    "$map": {
        "input": {"$objectToArray": {"$ifNull": [f"{DESCRIPTION}.updatedFields", {}]}},
        "in": "$$this.k",
    }
}
REMOVED_KEYS = {"$ifNull": [f"{DESCRIPTION}.removedFields", []]}
SHORTENED_KEYS = {
    "$map": {
        "input": {"$ifNull": [f"{DESCRIPTION}.truncatedArrays", []]},
        "in": "$$this.field",
    }
}
TOUCHED_KEYS = {"$concatArrays": [SET_KEYS, REMOVED_KEYS, SHORTENED_KEYS]}
"""The keys that an update has touched. They are texts with dots, so no path leads to them."""


def updates_touching(keys: Iterable[str]) -> dict[str, Any]:
    """What a ``$match`` lets pass: updates that touch one of some keys, and all that is no update.

    Parameters:
        keys: keys of MongoDB, with dots.
    """
    pattern = "|".join(map(pattern_of, keys))
    is_touched = {"$regexMatch": {"input": "$$this", "regex": pattern}}
    touches = {"$anyElementTrue": {"$map": {"input": TOUCHED_KEYS, "in": is_touched}}}
    return {"$or": [{"operationType": {"$ne": "update"}}, {"$expr": touches}]}


def pattern_of(key: str) -> str:
    """What matches a key, the keys of what is inside of it, and those of what it is inside of.

    Behind each name there may be indexes of lists, as in ``comments.0.by``.

    Example:
        >>> touched = re.compile(pattern_of("home.road"))
        >>> keys = ("home", "home.road", "home.road.2", "home.town", "homes", "home.roads")
        >>> [key for key in keys if touched.search(key)]
        ['home', 'home.road', 'home.road.2']
    """
    pattern = ""
    for name in reversed(key.split(".")):
        pattern = rf"{re.escape(name)}(?:\.[0-9]+)*(?:$|\.{pattern})"
    return f"^{pattern}"
