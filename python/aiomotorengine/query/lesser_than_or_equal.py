"""``__lte``: less than or equal."""

from __future__ import annotations

from aiomotorengine.query.base import Comparison

__all__ = ["LesserThanOrEqualQueryOperator"]


class LesserThanOrEqualQueryOperator(Comparison):
    """Values equal to the one given, or less.

    Example:
        >>> LesserThanOrEqualQueryOperator().to_query("age", 21)
        {'age': {'$lte': 21}}
    """

    operator = "$lte"
