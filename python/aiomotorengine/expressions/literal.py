"""How a value stands in an expression, where MongoDB would take a text for a path."""

from __future__ import annotations

from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId

from aiomotorengine.query.values import stored_alone

__all__ = ["literal"]

MEANS_ITSELF = frozenset(
    {NoneType, Decimal128, Int64, ObjectId, UUID, bool, bytes, datetime, float, int}
)
"""The types whose values are nothing else in an expression."""


def literal(value: Any) -> Any:
    """A value as an expression: what is not certain to mean itself is a ``$literal``.

    Parameters:
        value: what MongoDB stores, or ``stored_alone`` converts.

    Example:
        >>> from aiomotorengine.expressions.literal import literal
        >>> literal(2), literal("$password")
        (2, {'$literal': '$password'})
    """
    if type(value) in MEANS_ITSELF:
        return value
    stored = stored_alone(value)
    return stored if type(stored) in MEANS_ITSELF else {"$literal": stored}
