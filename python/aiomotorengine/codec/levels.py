"""How deep values nest: what has no end, or more levels than a stack holds, is refused.

PyMongo goes down level by level. How many levels it counts before it raises depends on the version
of Python, and a small thread's stack may be used up before, which ends the process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

from bson.code import Code
from bson.dbref import DBRef
from bson.errors import InvalidBSON
from bson.objectid import ObjectId

from aiomotorengine.codec.elements import SMALLEST_LEVEL, is_deeper_than, length_at

__all__ = [
    "MOST_LEVELS",
    "MOST_STORED_LEVELS",
    "has_more_levels",
    "refuse_endless",
    "refuse_endless_values",
]

MOST_LEVELS = 250
"""How deep a document may be: as deep as any server can be told to allow."""

MOST_STORED_LEVELS = 180
"""How deep a document may be that MongoDB stores, itself included."""

CONTAINERS = (dict, list, tuple, DBRef, Code, Mapping)  # the last one takes long to ask
SCALARS = frozenset({bool, bytes, datetime, float, int, NoneType, ObjectId, str, UUID})


def refuse_endless(batch: bytes) -> None:
    """Refuse documents that nest deeper than any that MongoDB sends.

    Raises:
        bson.errors.InvalidBSON: a document is nested too deep.
    """
    if len(batch) < MOST_LEVELS * SMALLEST_LEVEL:
        return  # most that are read one by one
    start = 0
    while start + 5 <= len(batch):
        end = start + length_at(batch, start)[0]
        if end <= start:
            return  # no BSON, of which the decoder says more
        if is_deeper_than(MOST_LEVELS, batch, start, min(end, len(batch))):
            raise InvalidBSON(f"a document has more than {MOST_LEVELS} levels")
        start = end


def refuse_endless_values(son: Mapping[str, Any]) -> None:
    """The same for values that are to be written.

    Raises:
        RecursionError: the values are nested too deep.
    """
    if has_more_levels(son, MOST_LEVELS):
        raise RecursionError(f"the document has more than {MOST_LEVELS} levels")


def has_more_levels(value: Any, levels: int) -> bool:
    """Whether a value that is to be written nests deeper than so many levels, itself being one.

    Example:
        >>> from aiomotorengine.codec.levels import has_more_levels
        >>> has_more_levels({"a": [1]}, 2), has_more_levels({"a": [(1,)]}, 2)
        (False, True)
    """
    if not isinstance(value, CONTAINERS):
        return False
    if levels < 1:
        return True
    # What was gone through at this level or a deeper one is not gone through again: where a list
    # holds another twice, which holds another twice, there are more ways down than time.
    seen: dict[int, tuple[int, Any]] = {}
    inside = [values_in(value)]
    while inside:
        level = len(inside)
        for inner in inside[-1]:
            if type(inner) not in SCALARS and isinstance(inner, CONTAINERS):
                if level == levels:
                    return True
                if seen.get(id(inner), (0, None))[0] < level:
                    seen[id(inner)] = level, inner  # kept, so that no other gets its id
                    inside.append(values_in(inner))
                    break
        else:
            inside.pop()
    return False


def values_in(container: Any) -> Iterator[Any]:
    if isinstance(container, dict):
        return iter(container.values())
    if isinstance(container, (list, tuple)):
        return iter(container)
    if isinstance(container, DBRef):
        return iter(container.as_doc().values())
    if isinstance(container, Code):
        return iter(() if container.scope is None else (container.scope,))
    return iter(container.values())
