"""The table of operators: what a filter key may say after a double underscore."""

from __future__ import annotations

from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.exists import ExistsQueryOperator
from aiomotorengine.query.greater_than import GreaterThanQueryOperator
from aiomotorengine.query.greater_than_or_equal import GreaterThanOrEqualQueryOperator
from aiomotorengine.query.in_operator import InQueryOperator
from aiomotorengine.query.is_null import IsNullQueryOperator
from aiomotorengine.query.lesser_than import LesserThanQueryOperator
from aiomotorengine.query.lesser_than_or_equal import LesserThanOrEqualQueryOperator
from aiomotorengine.query.not_equal import NotEqualQueryOperator
from aiomotorengine.query.not_operator import NotOperator

__all__ = ["OPERATORS"]

OPERATORS: dict[str, type[QueryOperator]] = {
    "exists": ExistsQueryOperator,
    "gt": GreaterThanQueryOperator,
    "gte": GreaterThanOrEqualQueryOperator,
    "in": InQueryOperator,
    "is_null": IsNullQueryOperator,
    "lt": LesserThanQueryOperator,
    "lte": LesserThanOrEqualQueryOperator,
    "ne": NotEqualQueryOperator,
    "not": NotOperator,
}
"""The operators of filter keys, by name. Programs may add their own at any time."""
