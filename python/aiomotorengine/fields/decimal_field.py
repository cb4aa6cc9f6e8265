"""DecimalField: decimal numbers of a fixed number of places, stored as text."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from numbers import Integral, Rational, Real
from types import NoneType
from typing import TYPE_CHECKING, Any, Unpack

from bson.decimal128 import Decimal128

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.locations import within_bounds
from aiomotorengine.utils import without_underscores

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["DecimalField"]

MOST_DIGITS = 6145
"""How many digits a number may have before its point: as many as MongoDB's own decimals, and few
enough that an exponent, which is short, is not written out to fill the memory.
"""

NUMBERS = (Decimal, int, str)  # what Decimal takes, and what is quick to ask for

CONTEXT = decimal.Context(
    prec=16 * 1024 * 1024,  # more digits than a MongoDB document can hold
    Emin=decimal.MIN_EMIN,
    Emax=decimal.MAX_EMAX,
    traps=[decimal.InvalidOperation],
)


@native_kind("decimal")
class DecimalField(BaseField[Decimal]):
    """A decimal number, rounded to a fixed number of places and stored as text.

    Because it is text, MongoDB compares it as text (``'9.00'`` is greater than ``'10.00'``): ranges
    and ordering in queries are right for numbers of equal width only.

    Parameters:
        min_value: the smallest valid value, of any type that ``Decimal`` takes.
        max_value: the largest valid value.
        precision: the number of decimal places, 0 or more. As an attribute, the smallest step:
            ``Decimal('0.00')``.
        rounding: one of the rounding modes of the ``decimal`` module.

    Raises:
        ValueError: ``precision`` is no whole number, or negative.

    Example:
        >>> from aiomotorengine import DecimalField, Document
        >>> class Item(Document):
        ...     price = DecimalField(min_value=0)
        >>> Item(price="10.565").to_son()
        {'price': '10.57'}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (Decimal,)
    _stored_by = ("precision", "rounding")

    def __init__(
        self,
        min_value: Decimal | float | str | None = None,
        max_value: Decimal | float | str | None = None,
        precision: int = 2,
        rounding: str = decimal.ROUND_HALF_UP,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if not isinstance(precision, int) or precision < 0:
            raise ValueError(
                "The decimal field 'precision' argument must be a number of decimal places, "
                f"0 or more, not '{precision}'."
            )
        self.min_value = None if min_value is None else Decimal(min_value)
        self.max_value = None if max_value is None else Decimal(max_value)
        self.precision = Decimal((0, (0,), -precision))
        self.rounding = rounding

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        try:
            number = as_decimal(value)
            is_storable = self._quantized(number).is_finite()
        except (ArithmeticError, TypeError, ValueError):
            return False
        if not is_storable:
            return False
        if self.min_value is not None and number < self.min_value:
            return False
        return self.max_value is None or number <= self.max_value

    @unchanged(NoneType)
    def to_son(self, value: Any) -> str | None:
        return value if value is None else str(self._rounded(value))

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Decimal | None:
        return value if value is None else self._rounded(value)

    def parse(self, text: str) -> Decimal:
        return Decimal(without_underscores(text))

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string"}

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, Decimal)

    def _wanted(self, value: Any) -> str:
        return f"a number{within_bounds(self.min_value, self.max_value)}"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return stored is not None and (not isinstance(stored, str) or str(loaded) != stored)

    def _rounded(self, value: Any) -> Decimal:
        return self._quantized(as_decimal(value))

    def _quantized(self, number: Decimal) -> Decimal:
        if number and number.adjusted() >= MOST_DIGITS:
            raise ValueError(
                f"{self._title} takes numbers of at most {MOST_DIGITS} digits before the point."
            )
        return number.quantize(self.precision, rounding=self.rounding, context=CONTEXT)

    if TYPE_CHECKING:

        def __set__(
            self, instance: DocumentStorage, value: Decimal | float | str | Decimal128 | None
        ) -> None: ...


def as_decimal(value: Any, *, of_float: Callable[[float], Decimal] = Decimal) -> Decimal:
    """The decimal value of a number, or of its text.

    Parameters:
        value: the number.
        of_float: what says the value of a float; by default it is exact.
    """
    if isinstance(value, Decimal128):
        return value.to_decimal()
    if isinstance(value, float):
        return of_float(value)
    if not isinstance(value, NUMBERS):
        if isinstance(value, Integral):  # numpy's, for example
            return Decimal(int(value))
        if isinstance(value, Real) and not isinstance(value, Rational):
            return of_float(float(value))
    return Decimal(value)
