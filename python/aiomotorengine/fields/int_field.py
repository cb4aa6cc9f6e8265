"""IntField: whole numbers."""

from __future__ import annotations

from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, Unpack

from bson.decimal128 import Decimal128

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.locations import within_bounds
from aiomotorengine.utils import without_underscores

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["IntField"]

SMALLEST = -(2**63)
LARGEST = 2**63 - 1
MOST_DIGITS = 19


@native_kind("int")
class IntField(BaseField[int]):
    """A whole number of at most 64 bits; anything that ``int()`` takes is converted by it.

    Parameters:
        min_value: the smallest valid value.
        max_value: the largest valid value.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class User(Document):
        ...     age = IntField(min_value=0)
        >>> User(age="36").to_son()
        {'age': 36}
    """

    is_scalar = True
    takes_lists = False

    def __init__(
        self,
        min_value: float | None = None,
        max_value: float | None = None,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        self.min_value = min_value
        self.max_value = max_value

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        if type(value) is not int:
            try:
                value = as_int(value)
            except Exception:  # whatever a value raises that is asked for its number
                return False
        if not SMALLEST <= value <= LARGEST:
            return False
        if self.min_value is not None and value < self.min_value:
            return False
        return self.max_value is None or value <= self.max_value

    @unchanged(int, NoneType)
    def to_son(self, value: Any) -> int | None:
        return value if value is None or type(value) is int else as_int(value)

    @unchanged(int, NoneType)
    def from_son(self, value: Any) -> int | None:
        return value if value is None else as_int(value)

    def parse(self, text: str) -> int:
        return int(without_underscores(text))

    def _wanted(self, value: Any) -> str:
        return f"a whole number{within_bounds(self.min_value, self.max_value)}"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return isinstance(stored, bool) or bool(stored != loaded)

    if TYPE_CHECKING:

        def __set__(
            self, instance: DocumentStorage, value: int | float | str | Decimal | None
        ) -> None: ...


def as_int(value: Any) -> int:
    """What ``int()`` makes of a value, unless writing it out would take minutes.

    Raises:
        ValueError, TypeError, OverflowError: as ``int()``; and for a decimal number with more
            digits than 64 bits can have.
    """
    if isinstance(value, Decimal128):
        value = value.to_decimal()
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() > MOST_DIGITS:
        raise ValueError(f"{value} has more than 64 bits.")
    return int(value)
