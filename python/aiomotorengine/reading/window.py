"""A window of what a query finds: how many documents are left out, and how many are read."""

from __future__ import annotations

from operator import index
from typing import Any

__all__ = ["window"]


def window(skip: int, limit: int | None, part: Any) -> tuple[int, int | None]:
    """A window inside of another one.

    Parameters:
        skip: how many the other leaves out.
        limit: how many it has at most; ``None`` for all.
        part: a slice of it.

    Returns:
        How many are left out now, and how many are read at most.

    Raises:
        TypeError: the part is no slice, or one with a step.
        ValueError: it is counted from the end.

    Example:
        >>> window(5, 20, slice(10, 30)), window(0, None, slice(3, None)), window(0, 5, slice(9))
        ((15, 10), (3, None), (0, 5))
    """
    if not isinstance(part, slice) or part.step is not None:
        raise TypeError(
            "Query sets take slices without a step; for one document, 'await qs[5:6].first()'."
        )
    start = 0 if part.start is None else index(part.start)
    stop = None if part.stop is None else index(part.stop)
    if start < 0 or (stop is not None and stop < 0):
        raise ValueError("Query sets take no negative indexes.")
    sizes = [] if stop is None else [stop - start]
    if limit is not None:
        sizes.append(limit - start)
    return skip + start, max(0, min(sizes)) if sizes else None
