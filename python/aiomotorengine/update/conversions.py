"""What makes a computed value one of the type that its field stores."""

from __future__ import annotations

from typing import Any

from aiomotorengine.expressions.durations import in_unit, is_whole_in
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.boolean_field import BooleanField
from aiomotorengine.fields.date_field import DateField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.decimal128_field import Decimal128Field
from aiomotorengine.fields.email_field import EmailField
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.fields.url_field import URLField

__all__ = ["NUMBERS", "conversion_for", "converted", "in_unit_of"]

CONVERSIONS: dict[str, tuple[type[BaseField[Any]], ...]] = {
    "$toLong": (IntField,),
    "$toDouble": (FloatField,),
    "$toDecimal": (Decimal128Field,),
    "$toBool": (BooleanField,),
    "$toString": (StringField, EmailField, URLField),
    "$toDate": (DateTimeField, DateField),
    "$dateTrunc": (DateField,),
}
"""The fields whose values an operator of MongoDB makes."""

NUMBERS = ("$toLong", "$toDouble", "$toDecimal")
"""Those that make numbers."""


def conversion_for(document_class: Any, field: Any, value: Expression) -> str | None:
    """The operator of MongoDB that makes what a field stores of what is computed; ``None`` where it
    is that already, or the field stores anything else.

    Parameters:
        document_class: the class whose documents it is computed for.
        field: the field that gets it, if there is one.
        value: what is computed.

    Example:
        >>> from aiomotorengine import Document, F, IntField, StringField
        >>> class Ware(Document):
        ...     number = IntField()
        ...     label = StringField()
        >>> conversion_for(Ware, Ware.label, F("number"))
        '$toString'
        >>> conversion_for(Ware, Ware.number, F("number") + 1)
    """
    if isinstance(field, TimedeltaField):
        return length_conversion(document_class, field, value)
    found = [name for name, kinds in CONVERSIONS.items() if isinstance(field, kinds)]
    conversion = found[-1] if found else None
    if conversion is None:
        return None
    source = value.field_of(document_class)
    if source is not None:
        is_needed = not isinstance(source, CONVERSIONS[conversion])
    elif conversion == "$dateTrunc":
        is_needed = True  # arithmetic may add hours
    elif conversion == "$toLong":
        is_needed = not value.is_whole(document_class)
    elif conversion == "$toDouble":
        is_needed = value.may_be_decimal(document_class)
    else:
        # Of dates, arithmetic makes dates again; what a function of MongoDB's gives is not known.
        is_needed = conversion != "$toDate" and value.is_number
    return conversion if is_needed else None


def length_conversion(document_class: Any, field: TimedeltaField, value: Expression) -> str | None:
    """The same for a length of time that is in the unit of its field."""
    unit = value.unit(document_class)
    if field.unit == "seconds":
        return None if unit == "seconds" else "$toDouble"
    is_whole = value.is_whole(document_class) and is_whole_in(unit, field.unit)
    return None if is_whole else "$toLong"


def in_unit_of(document_class: Any, field: Any, value: Expression, expression: Any) -> Any:
    """What is computed, as a field stores it if that is a length of time.

    Parameters:
        document_class: the class whose documents it is computed for.
        field: the field that gets it, if there is one.
        value: what is computed.
        expression: the same, as MongoDB takes it.
    """
    if not isinstance(field, TimedeltaField):
        return expression
    return in_unit(expression, value.unit(document_class), field.unit)


def converted(conversion: str, expression: Any) -> dict[str, Any]:
    """An expression, made what a field stores by an operator of MongoDB.

    Of what is stored by a ``DateField`` that is the start of the day in UTC.

    Example:
        >>> converted("$toString", "$n")
        {'$toString': '$n'}
        >>> converted("$dateTrunc", "$at")
        {'$dateTrunc': {'date': {'$toDate': '$at'}, 'unit': 'day'}}
    """
    if conversion == "$dateTrunc":
        return {conversion: {"date": {"$toDate": expression}, "unit": "day"}}
    return {conversion: expression}
