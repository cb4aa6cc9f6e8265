"""AnyField: a value of any kind."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["ANYTHING", "AnyField"]


@native_kind("any")
class AnyField(BaseField[Any]):
    """Anything that MongoDB stores, as it is.

    Filters and updates lead into mappings: ``filter(data__kind="click")``. A last name that is an
    operator's is the operator: ``data__size=3`` asks for lists of three, and ``data__size__gt=3``,
    or the raw query ``{"data.size": 3}``, for the key ``size``.

    Example:
        >>> from aiomotorengine import AnyField, Document
        >>> class Event(Document):
        ...     data = AnyField()
        >>> Event(data={"size": [1, 2.5]}).to_son()
        {'data': {'size': [1, 2.5]}}
    """

    @property
    def _holds_anything(self) -> bool:
        return True


ANYTHING: BaseField[Any] = AnyField(db_field="item")
"""The field of what is inside of lists and mappings of which nothing is declared. One is enough:
making one for each use would let all conversions be compiled anew (``fields/field_methods.py``)."""
ANYTHING.name = "item"
