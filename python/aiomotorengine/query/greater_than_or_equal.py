"""``__gte``: greater than or equal."""

from __future__ import annotations

from aiomotorengine.query.base import Comparison

__all__ = ["GreaterThanOrEqualQueryOperator"]


class GreaterThanOrEqualQueryOperator(Comparison):
    """Values equal to the one given, or greater.

    Example:
        >>> GreaterThanOrEqualQueryOperator().to_query("age", 21)
        {'age': {'$gte': 21}}
    """

    operator = "$gte"
