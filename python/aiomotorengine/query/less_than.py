"""``lesser_than`` under the name that the manual gives it."""

from __future__ import annotations

from aiomotorengine.query.lesser_than import LesserThanQueryOperator

__all__ = ["LesserThanQueryOperator"]
