"""Lengths of time in expressions: in which unit one is a number, and how it is in another.

Fields store them in units of their own, and two dates are milliseconds apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.date_field import DateField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.timedelta_field import UNITS, TimedeltaField
from aiomotorengine.query.values import is_converted_by_program

__all__ = [
    "DATE",
    "OF_DATES",
    "common_unit",
    "in_unit",
    "is_whole_in",
    "length_in",
    "unit_of_field",
    "unit_of_value",
]

DATE = "date"
"""What stands for the unit of a date, which is no length of time."""

OF_DATES = "milliseconds"
"""The unit of what lies between two dates, and of what may be added to one."""


def unit_of_field(field: BaseField[Any]) -> str | None:
    """The unit of what a field stores: ``None`` where that is neither length of time nor date, or
    where a program has replaced how it is written.
    """
    if isinstance(field, DateTimeField | DateField):
        return DATE
    if isinstance(field, TimedeltaField) and not is_converted_by_program(field):
        return field.unit
    return None


def unit_of_value(value: Any) -> str | None:
    """The same for a value; a ``timedelta`` is of any unit, so of none."""
    return DATE if isinstance(value, date) else None


def common_unit(units: Iterable[str | None]) -> str:
    """The unit in which lengths of time are computed with each other, and with dates.

    Example:
        >>> common_unit(["seconds", None]), common_unit(["seconds", "date"]), common_unit([])
        ('seconds', 'milliseconds', 'milliseconds')
    """
    known = {unit for unit in units if unit is not None}
    return known.pop() if len(known) == 1 and DATE not in known else OF_DATES


def in_unit(expression: Any, unit: str | None, wanted: str) -> Any:
    """An expression that is a length of time in one unit, as one in another.

    Example:
        >>> in_unit("$took", "seconds", "milliseconds"), in_unit("$n", None, "milliseconds")
        ({'$multiply': ['$took', 1000]}, '$n')
    """
    if unit is None or unit in (wanted, DATE):
        return expression
    larger, smaller = UNITS[unit], UNITS[wanted]
    if larger > smaller:
        return {"$multiply": [expression, larger // smaller]}
    return {"$divide": [expression, smaller // larger]}


def is_whole_in(unit: str | None, wanted: str) -> bool:
    """Whether what is whole in one unit is so in another."""
    return unit not in UNITS or UNITS[unit] >= UNITS[wanted]


def length_in(length: timedelta, unit: str) -> int | float:
    """A length of time as a number."""
    return length.total_seconds() if unit == "seconds" else length // UNITS[unit]
