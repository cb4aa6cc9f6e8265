"""Families of operators: of what kind the values are that an operator can match."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiomotorengine.fields.any_field import AnyField
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.binary_field import BinaryField
from aiomotorengine.fields.date_field import DateField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.decimal128_field import Decimal128Field
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.document_id import DocumentId
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.email_field import EmailField
from aiomotorengine.fields.enum_field import EnumField
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.ip_address_field import IPAddressField
from aiomotorengine.fields.json_field import JsonField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.fields.time_field import TimeField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.fields.tuple_field import TupleField
from aiomotorengine.fields.url_field import URLField
from aiomotorengine.fields.vector_field import VectorField
from aiomotorengine.query.values import is_converted_by_program

__all__ = ["BITS", "DATES", "LISTS", "NUMBERS", "PLACES", "TEXTS", "Family", "kind_of"]

LISTS_OF_FIELDS = (ListField, TupleField)

OPEN = (AnyField, DocumentId, DynamicField, EnumField)
"""The built-in fields whose values may be of several kinds."""


class Family(NamedTuple):
    """What kind of values an operator is for.

    Attributes:
        values: what messages call them.
        fields: the built-in fields that store such values.
        reaches_items: whether the items of a list are looked at, too.
    """

    values: str
    fields: tuple[type[BaseField[Any]], ...]
    reaches_items: bool = True

    def has(self, field: BaseField[Any]) -> bool:
        """Whether what a field stores may be of the kind.

        Of a program's own field that is not known, nor of one whose conversion a program replaced.

        Example:
            >>> from aiomotorengine import BaseField, IntField, ListField, StringField
            >>> TEXTS.has(StringField()), TEXTS.has(ListField(StringField())), TEXTS.has(IntField())
            (True, True, False)
            >>> TEXTS.has(BaseField())
            True
        """
        if isinstance(field, self.fields) or is_open(field):
            return True
        if self.reaches_items and isinstance(field, LISTS_OF_FIELDS):
            return any(
                isinstance(item, self.fields) or is_open(item) for item in field._inner_fields
            )
        return False


def is_open(field: BaseField[Any]) -> bool:
    """Whether nobody can say of what kind the values are that a field stores."""
    kind = type(field)
    return (
        kind is BaseField
        or isinstance(field, OPEN)
        or not kind.__module__.startswith("aiomotorengine.")
        or is_converted_by_program(field)
    )


def kind_of(field: BaseField[Any]) -> str:
    """What messages call a field: its class, and of a list that of the items.

    Example:
        >>> from aiomotorengine import IntField, ListField, URLField
        >>> kind_of(IntField()), kind_of(URLField()), kind_of(ListField(IntField()))
        ('an IntField', 'a URLField', 'a ListField of IntField')
    """
    name = type(field).__name__
    article = "an" if name[:1] in "AEIO" else "a"
    if not field._stores_arrays:
        return f"{article} {name}"
    items = dict.fromkeys(type(item).__name__ for item in field._inner_fields)
    return f"{article} {name} of {' and '.join(items)}"


TEXTS = Family(
    "texts",
    (StringField, URLField, EmailField, DecimalField, IPAddressField, JsonField, TimeField),
)
NUMBERS = Family("numbers", (IntField, FloatField, Decimal128Field, TimedeltaField))
BITS = Family("whole numbers and bytes", (IntField, BinaryField))
DATES = Family("dates", (DateTimeField, DateField))
LISTS = Family("lists", (ListField, TupleField, VectorField), reaches_items=False)
PLACES = Family("places", (GeoJsonBaseField,))
