"""Arguments that are numbers."""

from __future__ import annotations

from math import inf
from typing import Any, TypeGuard

__all__ = ["duration", "integer", "positive", "whole_number"]


def positive(name: str, value: Any) -> int:
    """An argument that counts things, of which there is at least one.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is less than 1.
    """
    number = integer(name, value)
    if number < 1:
        raise ValueError(f"{name} must be 1 or more, not {number}.")
    return number


def integer(name: str, value: Any) -> int:
    """An argument that is a whole number.

    Raises:
        TypeError: it is none.
    """
    if not is_integer(value):
        raise TypeError(f"{name} must be a whole number, not {value!r}.")
    return value


def duration(name: str, value: Any) -> float | None:
    """An argument that is a number of seconds above 0, or ``None`` for no end.

    Raises:
        TypeError: it is no number.
        ValueError: it is 0 or less, or not finite.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds, not {value!r}.")
    if not 0 < value < inf:
        raise ValueError(f"{name} must be a number of seconds above 0, not {value}.")
    return value


def whole_number(name: str, value: Any) -> int:
    """The only argument of a method, a whole number.

    Raises:
        TypeError: it is none.
    """
    if not is_integer(value):
        raise TypeError(f"{name}() takes a whole number, not {value!r}.")
    return value


def is_integer(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
