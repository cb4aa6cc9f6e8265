"""F: the value that a field has in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.boolean_field import BooleanField
from aiomotorengine.fields.date_field import DateField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.query_builder.ownership import refuse_other_class

__all__ = ["F"]

WHOLE = (BooleanField, DateField, DateTimeField, IntField)
"""The fields of whose values whole numbers are computed. Two dates are milliseconds apart."""


class F(Expression):
    """The value that a field has in the database, as the server sees it when it is asked.

    Parameters:
        field: a field, an attribute's name, or a dotted path into embedded documents.

    Raises:
        TypeError: it is neither field nor text.

    Example:
        >>> from aiomotorengine import Document, F, IntField
        >>> class Item(Document):
        ...     price = IntField(db_field="p")
        ...     count = IntField()
        >>> (F("price") * F(Item.count) + 1).to_expression(Item)
        {'$add': [{'$multiply': ['$p', '$count']}, 1]}
    """

    def __init__(self, field: BaseField[Any] | str) -> None:
        if not isinstance(field, BaseField | str):
            raise TypeError(f"F takes a field or its name, not {type(field).__name__}.")
        self.field = field

    def to_expression(self, document_class: Any) -> str:
        return "$" + ".".join(part.db_field for part in self.path(document_class))

    def to_number(self, document_class: Any) -> Any:
        path = self.to_expression(document_class)
        # Such decimals are stored as text.
        is_text = isinstance(self.path(document_class)[-1], DecimalField)
        return {"$toDecimal": path} if is_text else path

    def is_whole(self, document_class: Any) -> bool:
        field = self.path(document_class)[-1]
        is_in_units = isinstance(field, TimedeltaField) and field.unit != "seconds"
        return isinstance(field, WHOLE) or is_in_units

    def literal_beside(self, document_class: Any, value: Any) -> Any:
        field = self.path(document_class)[-1]
        if isinstance(value, timedelta) and isinstance(field, TimedeltaField):
            return field.to_son(value)
        return super().literal_beside(document_class, value)

    def may_be_decimal(self, document_class: Any) -> bool:
        return not isinstance(self.path(document_class)[-1], (*WHOLE, FloatField))

    def path(self, document_class: Any) -> list[BaseField[Any]]:
        """The fields that lead to the value.

        Raises:
            ValueError: there is no such field, or it is another class's.
        """
        if isinstance(self.field, BaseField):
            refuse_other_class(document_class, self.field)
            return [self.field]
        try:
            found: list[BaseField[Any]] = document_class.get_fields(self.field)
        except ValueError:
            raise ValueError(
                f"Invalid F('{self.field}'): Field not found in '{document_class.__name__}'."
            ) from None
        return found

    def __repr__(self) -> str:
        return f"F({self.field!r})"
