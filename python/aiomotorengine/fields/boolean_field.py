"""BooleanField: true or false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.hooks import unchanged
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["BooleanField"]


@native_kind("boolean")
class BooleanField(BaseField[bool]):
    """True or false. What was never set is stored as false, and filters ask for it as false.

    Example:
        >>> from aiomotorengine import BooleanField, Document
        >>> class Switch(Document):
        ...     on = BooleanField()
        >>> Switch(on=1).to_son(), Switch().to_son()
        ({'on': True}, {'on': False})
    """

    is_scalar = True
    takes_lists = False

    @unchanged(bool)
    def to_son(self, value: Any) -> bool:
        return bool(value)

    def to_update(self, value: Any) -> Any:
        if isinstance(value, Mapping):  # true like anything else, but meant as something else
            raise InvalidDocumentError.invalid(self.name)
        return super().to_update(value)
