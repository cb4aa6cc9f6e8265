"""Conditions on documents, asked of what stands under a key of something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.query.expressions import CONNECTIVES, NEAR, mentions
from aiomotorengine.utils import is_operator

__all__ = ["conditions_under"]


def conditions_under(key: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """The same conditions, where the documents that they are about are under a key.

    Parameters:
        key: the key.
        query: the conditions as MongoDB takes them.

    Raises:
        ValueError: one is about documents as a whole (``F``, a text search, ``$jsonSchema``), or
            about distance. MongoDB has no such of a part of a document.

    Example:
        >>> conditions_under("now", {"n": {"$gte": 5}, "$or": [{"s": "a"}, {"h.r": None}]})
        {'now.n': {'$gte': 5}, '$or': [{'now.s': 'a'}, {'now.h.r': None}]}
    """
    moved: dict[str, Any] = {}
    for name, value in query.items():
        if name in CONNECTIVES:
            moved[name] = [conditions_under(key, part) for part in value]
        elif name == "$comment":
            moved[name] = value
        elif is_operator(name):
            raise ValueError(
                f"watch() can't look for documents by {WORDS.get(name, name)}: it is asked of "
                "changes, and can compare fields with values only."
            )
        elif mentions({name: value}, NEAR):
            raise ValueError("watch() can't look for documents by 'near': use geo_within_distance.")
        else:
            moved[f"{key}.{name}"] = value
    return moved


WORDS = {"$expr": "F", "$text": "search_text()"}
"""How programs call what MongoDB calls otherwise."""
