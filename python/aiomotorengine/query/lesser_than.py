"""``__lt``: less than."""

from __future__ import annotations

from aiomotorengine.query.base import Comparison

__all__ = ["LesserThanQueryOperator"]


class LesserThanQueryOperator(Comparison):
    """Values less than the one given.

    Example:
        >>> LesserThanQueryOperator().to_query("age", 21)
        {'age': {'$lt': 21}}
    """

    operator = "$lt"
