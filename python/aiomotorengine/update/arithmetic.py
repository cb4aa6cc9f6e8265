"""``$inc`` and ``$mul``: the server counts, so that nobody's change is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from bson.decimal128 import Decimal128

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal128_field import Decimal128Field, as_decimal128
from aiomotorengine.fields.int_field import LARGEST, SMALLEST, IntField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.locations import described, locate
from aiomotorengine.update.path import NUMBERS, UpdatePath
from aiomotorengine.update.update_operator import UpdateOperator, refuse_text, unfit

__all__ = ["Inc", "Mul"]


class Counting(UpdateOperator):
    """A change of a number by another."""

    fields: ClassVar[tuple[type[BaseField[Any]], ...]] = NUMBERS
    """The fields whose values it can change."""

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> Any:
        if type(raw) is int and path.counts and SMALLEST <= raw <= LARGEST:
            return raw  # as most are
        if isinstance(raw, Expression):
            refuse_text(path, self.operator)
            return raw
        return amount(path, raw, self.operator, self.fields)


class Inc(Counting):
    """What is added; a negative number is taken away."""

    operator = "$inc"
    fields = (*NUMBERS, TimedeltaField)

    @staticmethod
    def expression(path: str, value: Any) -> Any:
        return {"$add": [{"$ifNull": [path, 0]}, value]}


class Mul(Counting):
    """What is multiplied with."""

    operator = "$mul"

    @staticmethod
    def expression(path: str, value: Any) -> Any:
        return {"$multiply": [{"$ifNull": [path, 0]}, value]}


def amount(
    path: UpdatePath, raw: Any, operator: str, fields: tuple[type[BaseField[Any]], ...]
) -> Any:
    """The number that a field is changed by. Bounds are for values, and are not asked about it.

    Raises:
        InvalidDocumentError: it is no number, or a whole one is wanted.
        ValueError: the field holds no numbers.
    """
    field = path.field
    is_any = field is None or type(field) is BaseField
    if not is_any and not isinstance(field, fields):
        refuse_text(path, operator)
        # A field of the program's own says itself what it stores for an amount.
        if field.__native_kind__ is not None:
            raise unfit(path, operator, "an IntField, a FloatField or a Decimal128Field")
    if isinstance(raw, bool):
        raise refused_amount(path, raw)  # Python would count it as 1 or 0
    try:
        number = raw if is_any else stored_amount(field, raw)
        if type(number) is int and not SMALLEST <= number <= LARGEST:
            raise OverflowError(f"{raw} has more than 64 bits.")
        if isinstance(field, IntField) and number != as_number(raw):
            raise ValueError(f"{raw!r} is no whole number.")
        if isinstance(number, Decimal):
            number = Decimal128(number)
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise refused_amount(path, raw) from error
    if not is_storable(number):
        raise refused_amount(path, raw)
    return number


def stored_amount(field: BaseField[Any], raw: Any) -> Any:
    """An amount as the field would store it; but a factor is not rounded as a value is."""
    if not isinstance(field, IntField) and isinstance(field, Decimal128Field):
        return as_decimal128(raw)
    return field.to_son(raw)


def as_number(raw: Any) -> Any:
    """A number that is compared with what an ``IntField`` makes of it."""
    if isinstance(raw, Decimal128):
        return raw.to_decimal()
    return Decimal(raw) if isinstance(raw, str) else raw


def is_storable(number: Any) -> bool:
    if isinstance(number, int) and not isinstance(number, bool):
        return SMALLEST <= number <= LARGEST
    return isinstance(number, float | Decimal128)


def refused_amount(path: UpdatePath, raw: Any) -> InvalidDocumentError:
    *_, name = path.parts
    error = InvalidDocumentError.invalid(str(name) if path.field is None else path.field.name)
    error.value = raw
    locate(error, *path.parts, about=described(raw, wanted=wanted_for(path.field)))
    return error


def wanted_for(field: BaseField[Any] | None) -> str:
    if isinstance(field, TimedeltaField):
        return "a timedelta"
    return "a whole number" if isinstance(field, IntField) else "a number"
