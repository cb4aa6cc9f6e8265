"""IntField: whole numbers."""

from __future__ import annotations

from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, Unpack

from bson.decimal128 import Decimal128
from bson.int64 import Int64

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NO_TYPES, NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.schema_rules import bounds
from aiomotorengine.locations import within_bounds
from aiomotorengine.utils import without_underscores

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["IntField"]

SMALLEST = -(2**63)
LARGEST = 2**63 - 1
SMALLEST_OF_32 = -(2**31)
LARGEST_OF_32 = 2**31 - 1
MOST_DIGITS = 19

INT: frozenset[type] = frozenset({int})

BSON_TYPES: dict[int | None, str | list[str]] = {None: ["int", "long"], 32: "int", 64: "long"}
"""As what numbers are stored, by the bits that they have."""


@native_kind("int")
class IntField(BaseField[int]):
    """A whole number of at most 64 bits; anything that ``int()`` takes is converted by it.

    Parameters:
        min_value: the smallest valid value.
        max_value: the largest valid value.
        bits: 32 for numbers of at most 32 bits; 64 to store every number in 64 bits, as other
            programs may expect it. By default a number takes as many as it needs.

    Raises:
        ValueError: ``bits`` is neither.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class User(Document):
        ...     age = IntField(min_value=0)
        >>> User(age="36").to_son()
        {'age': 36}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (int,)
    _same_in_json = frozenset({int})

    def __init__(
        self,
        min_value: float | None = None,
        max_value: float | None = None,
        *args: Any,
        bits: Literal[32, 64] | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if bits not in (None, 32, 64):
            raise ValueError(f"bits must be 32 or 64, not {bits!r}.")
        self._settings = self._settings.but(bits=bits)
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
        if not SMALLEST_OF_32 <= value <= LARGEST_OF_32 and not self._takes_as_wide(value):
            return False
        if self.min_value is not None and value < self.min_value:
            return False
        return self.max_value is None or value <= self.max_value

    def _takes_as_wide(self, value: int) -> bool:
        """Whether a number of more than 32 bits may have as many."""
        return self._settings.bits != 32 and SMALLEST <= value <= LARGEST

    @unchanged(int, NoneType, but=lambda field: INT if field._settings.bits == 64 else NO_TYPES)
    def to_son(self, value: Any) -> int | None:
        if value is None:
            return None
        number = value if type(value) is int else as_int(value)
        return Int64(number) if self._settings.bits == 64 else number

    @unchanged(int, NoneType)
    def from_son(self, value: Any) -> int | None:
        return value if value is None else as_int(value)

    def parse(self, text: str) -> int:
        return int(without_underscores(text))

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {
            "bsonType": BSON_TYPES[self._settings.bits],
            **bounds(self.min_value, self.max_value),
        }

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "integer", **bounds(self.min_value, self.max_value)}

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
