"""``__gt``: greater than."""

from __future__ import annotations

from aiomotorengine.query.base import Comparison

__all__ = ["GreaterThanQueryOperator"]


class GreaterThanQueryOperator(Comparison):
    """Values greater than the one given.

    Example:
        >>> GreaterThanQueryOperator().to_query("age", 21)
        {'age': {'$gt': 21}}
    """

    operator = "$gt"
