"""F: the value that a field has in the database."""

from __future__ import annotations

from typing import Any

from aiomotorengine.errors import because_of
from aiomotorengine.expressions.durations import unit_of_field
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.expressions.literal import literal
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.boolean_field import BooleanField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.date_field import DateField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.decimal_field import DecimalField, as_decimal
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.query.family import LISTS, kind_of
from aiomotorengine.query_builder.transform import REFUSALS
from aiomotorengine.query_builder.value_path import ValuePath, value_path
from aiomotorengine.utils import is_collection

__all__ = ["F", "compared_value"]

WHOLE = (BooleanField, DateField, DateTimeField, IntField)
"""The fields of whose values whole numbers are computed. Two dates are milliseconds apart."""


class F(Expression):
    """The value that a field has in the database, as the server sees it when it is asked.

    A value that it is compared with is converted by the field, as that of a filter is.

    Parameters:
        field: a field, an attribute's name, or a path into embedded documents, with dots or with
            two underscores.

    Raises:
        TypeError: it is neither field nor text.

    Example:
        >>> from aiomotorengine import Document, F, IntField
        >>> class Item(Document):
        ...     price = IntField(db_field="p")
        ...     count = IntField()
        >>> (F("price") * F(Item.count) + 1).to_expression(Item)
        {'$add': [{'$multiply': ['$p', '$count']}, 1]}
        >>> Item.objects.filter((F("price") > F("count")) & (F("price") < "9")).to_query()
        {'$and': [{'$expr': {'$gt': ['$p', '$count']}}, {'$expr': {'$lt': ['$p', 9]}}]}
    """

    def __init__(self, field: BaseField[Any] | str) -> None:
        if not isinstance(field, BaseField | str):
            raise TypeError(f"F takes a field or its name, not {type(field).__name__}.")
        self.field = field

    def path(self, document_class: Any) -> ValuePath:
        """Where the value is.

        Raises:
            ValueError: there is no such field, or it is another class's.
        """
        return value_path(document_class, self.field, "Invalid F('{}')")

    def to_expression(self, document_class: Any) -> str:
        return self.path(document_class).expression

    def to_number(self, document_class: Any) -> Any:
        return self.path(document_class).number

    def field_of(self, document_class: Any) -> BaseField[Any]:
        return self.path(document_class).field

    def to_list(self, document_class: Any) -> str:
        path = self.path(document_class)
        if not LISTS.has(path.field):
            raise ValueError(f"size() is for lists, and {self!r} is {kind_of(path.field)}.")
        return path.expression

    def is_whole(self, document_class: Any) -> bool:
        field = self.path(document_class).field
        is_in_units = isinstance(field, TimedeltaField) and field.unit != "seconds"
        return isinstance(field, WHOLE) or is_in_units

    def unit(self, document_class: Any) -> str | None:
        return unit_of_field(self.path(document_class).field)

    def literal_compared(self, document_class: Any, value: Any) -> Any:
        field = self.path(document_class).field
        try:
            return literal(compared_value(field, value))
        except REFUSALS as error:
            raise because_of(error, f"Invalid value beside {self!r}: {error}") from error

    def may_be_decimal(self, document_class: Any) -> bool:
        return not isinstance(self.path(document_class).field, (*WHOLE, FloatField))

    def __repr__(self) -> str:
        return f"F({self.field!r})"


def compared_value(field: BaseField[Any], value: Any) -> Any:
    """What is stored for a value, as an expression compares it."""
    if value is None:
        return None
    if isinstance(field, DecimalField):
        # What is stored is compared as the number that it is, whatever places it is written with.
        return as_decimal(value, of_float=lambda number: as_decimal(repr(number)))
    if is_collection(value) and (isinstance(field, ContainerField) or field._holds_anything):
        return field.to_son(value)  # in a filter it would mean "has all of these"
    return field.to_query(value)
