"""Decimal128Field: decimal numbers that MongoDB compares and computes."""

from __future__ import annotations

import decimal
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, Unpack

from bson.decimal128 import Decimal128, create_decimal128_context

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.decimal_field import as_decimal
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.locations import within_bounds
from aiomotorengine.utils import without_underscores

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["Decimal128Field", "as_decimal128"]

ROUNDING = create_decimal128_context()  # so many digits as MongoDB's decimals have
ROUNDING.traps[decimal.InvalidOperation] = True


@native_kind("decimal128")
class Decimal128Field(BaseField[Decimal]):
    """A decimal number of at most 34 digits, stored as MongoDB's own decimal type.

    MongoDB compares, sorts and computes such numbers by their value, which it does not with the
    text that ``DecimalField`` stores. A ``float`` is taken for the number that it shows: ``0.1`` is
    a tenth.

    Parameters:
        min_value: the smallest valid value, of any type that ``Decimal`` takes, or a float.
        max_value: the largest valid value.
        precision: the number of decimal places to which values are rounded as they are stored, 0
            or more; ``None`` to store them as they are. As an attribute, the smallest step:
            ``Decimal('0.00')``.
        rounding: one of the rounding modes of the ``decimal`` module.

    Raises:
        ValueError: ``precision`` is no whole number, or negative.

    Example:
        >>> from aiomotorengine import Decimal128Field, Document
        >>> class Item(Document):
        ...     price = Decimal128Field(min_value=0, precision=2)
        >>> Item(price="10.565").to_son()
        {'price': Decimal128('10.57')}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (Decimal, Decimal128)
    _stored_by = ("precision", "rounding")

    def __init__(
        self,
        min_value: Decimal | float | str | None = None,
        max_value: Decimal | float | str | None = None,
        precision: int | None = None,
        rounding: str = decimal.ROUND_HALF_UP,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if precision is not None and (not isinstance(precision, int) or precision < 0):
            raise ValueError(
                "The decimal128 field 'precision' argument must be a number of decimal places, "
                f"0 or more, not '{precision}'."
            )
        self.min_value = None if min_value is None else decimal_of(min_value)
        self.max_value = None if max_value is None else decimal_of(max_value)
        self.precision = None if precision is None else Decimal((0, (0,), -precision))
        self.rounding = rounding

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        try:
            number = decimal_of(value)
            as_decimal128(self._rounded(number))
        except (ArithmeticError, TypeError, ValueError):
            return False
        if self.min_value is not None and number < self.min_value:
            return False
        return self.max_value is None or number <= self.max_value

    @unchanged(NoneType)
    def to_son(self, value: Any) -> Decimal128 | None:
        return value if value is None else as_decimal128(self._rounded(decimal_of(value)))

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Decimal | None:
        return value if value is None else decimal_of(value)

    def parse(self, text: str) -> Decimal:
        return Decimal(without_underscores(text))

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, Decimal)

    def _wanted(self, value: Any) -> str:
        return f"a number{within_bounds(self.min_value, self.max_value)}, of 34 digits at most,"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is None:
            return False
        if isinstance(stored, bool | str) or not loaded.is_finite():
            return True
        number = loaded if isinstance(stored, Decimal128) else stored
        try:
            return bool(self._rounded(loaded) != number)
        except ArithmeticError:
            return True

    def _rounded(self, number: Decimal) -> Decimal:
        if self.precision is None:
            return number
        return number.quantize(self.precision, rounding=self.rounding, context=ROUNDING)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        bounds = {"minimum": self.min_value, "maximum": self.max_value}
        given = {key: as_decimal128(bound) for key, bound in bounds.items() if bound is not None}
        return {"bsonType": "decimal", **given}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string"}

    if TYPE_CHECKING:

        def __set__(
            self, instance: DocumentStorage, value: Decimal | float | str | Decimal128 | None
        ) -> None: ...


def decimal_of(value: Any) -> Decimal:
    """The decimal value of a number, or of its text; of a float, the value that it shows."""
    return as_decimal(value, of_float=shown_value)


def shown_value(number: float) -> Decimal:
    return Decimal(float.__repr__(number))


def as_decimal128(value: Any) -> Decimal128:
    """A number, or its text, as MongoDB has it.

    Raises:
        ArithmeticError: it has too many digits, or is too large or too small.
        ValueError: it is not finite.
        TypeError: it is no number.
    """
    number = decimal_of(value)
    if not number.is_finite():
        raise ValueError(f"a finite number is wanted, not {number}.")
    return Decimal128(number)
