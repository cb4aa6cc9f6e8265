"""``lesser_than_or_equal`` under the name that the manual gives it."""

from __future__ import annotations

from aiomotorengine.query.lesser_than_or_equal import LesserThanOrEqualQueryOperator

__all__ = ["LesserThanOrEqualQueryOperator"]
