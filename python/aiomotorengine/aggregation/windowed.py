"""Window: an accumulator over the neighbours of a document, for ``set_window_fields``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.aggregation.accumulator import BaseAggregation
from aiomotorengine.expressions.expression import Expression

__all__ = ["UNITS", "Window", "is_number"]

BOUNDS = ("unbounded", "current")
UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond")


class Window:
    """What is computed over those that stand around a document; ``Aggregation.window`` makes it.

    Parameters:
        function: an accumulator, or an operator of windows such as ``Func("rank")``.
        documents: the first and the last document that count, as numbers of places from this one;
            ``"unbounded"`` is the end of the partition, ``"current"`` this document.
        range: the same as distances in the value of what it is ordered by.
        unit: in which unit, where that is a date.

    Raises:
        TypeError: the function is none.
        ValueError: there are both, or no bounds, or one of them is none.

    Example:
        >>> from aiomotorengine import Aggregation
        >>> running = Window(Aggregation.sum("amount"), documents=("unbounded", "current"))
        >>> running.bounds
        {'documents': ['unbounded', 'current']}
    """

    def __init__(
        self,
        function: BaseAggregation | Expression,
        documents: Sequence[Any] | None = None,
        range: Sequence[Any] | None = None,  # noqa: A002  # MongoDB's name
        unit: str | None = None,
    ) -> None:
        if not isinstance(function, BaseAggregation | Expression):
            raise TypeError(
                "A window takes an accumulator, or an operator such as Func('rank'), "
                f"not {type(function).__name__}."
            )
        if (documents is None) == (range is None):
            raise ValueError("A window has documents= or range=.")
        if unit is not None and (range is None or unit not in UNITS):
            raise ValueError(f"unit is for range=, and one of {', '.join(UNITS)}, not {unit!r}.")
        self.function = function
        kind, given = ("documents", documents) if range is None else ("range", range)
        self.bounds: dict[str, Any] = {kind: bounds_of(kind, given)}
        if unit is not None:
            self.bounds["unit"] = unit


def bounds_of(kind: str, given: Any) -> list[Any]:
    is_pair = isinstance(given, list | tuple) and len(given) == 2
    if not is_pair or not all(map(is_bound, given)):
        raise ValueError(
            f"{kind} must be two bounds, each a number, 'unbounded' or 'current', not {given!r}."
        )
    return list(given)


def is_bound(bound: Any) -> bool:
    return bound in BOUNDS if isinstance(bound, str) else is_number(bound)


def is_number(bound: Any) -> bool:
    return isinstance(bound, int | float) and not isinstance(bound, bool)
