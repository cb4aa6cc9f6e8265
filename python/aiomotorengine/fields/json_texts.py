"""Values as texts of JSON, and such texts as values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import isfinite
from typing import Any

__all__ = ["DAYS_OF_YEAR", "duration", "finite", "from_text"]

DAYS_OF_YEAR = 365
"""How many days pydantic gives a year of a duration."""


def from_text(form: Any, read: Callable[[str], Any]) -> Any:
    """What a text stands for.

    Parameters:
        form: the text. What is none, or can't be read, is given back as it is, for validation to
            take or to refuse.
        read: what reads it.
    """
    if not isinstance(form, str):
        return form
    try:
        return read(form)
    except (ArithmeticError, ValueError):
        return form


def finite(number: float) -> float | None:
    """A number, if JSON has it, which has no NaN and nothing infinite."""
    return number if isfinite(number) else None


def duration(length: timedelta) -> str:
    """A length of time as a duration of ISO 8601, just as pydantic writes it.

    Example:
        >>> from datetime import timedelta
        >>> from aiomotorengine.fields.json_texts import duration
        >>> [duration(timedelta(*parts)) for parts in ((0,), (1, 1.5), (-400, 60))]
        ['PT0S', 'P1DT1.5S', '-P1Y34DT23H59M']
    """
    sign, length = ("-", -length) if length < timedelta(0) else ("", length)
    years, days = divmod(length.days, DAYS_OF_YEAR)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{length.microseconds:06}".rstrip("0") if length.microseconds else ""
    date = part(years, "Y") + part(days, "D")
    time = part(hours, "H") + part(minutes, "M")
    if seconds or fraction or not (date or time):
        time += f"{seconds}{fraction}S"
    return f"{sign}P{date}{time and 'T'}{time}"


def part(number: int, unit: str) -> str:
    return f"{number}{unit}" if number else ""
