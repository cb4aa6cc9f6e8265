"""QueryOperator: what every operator can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.expressions import is_operators
from aiomotorengine.query.family import Family
from aiomotorengine.query.values import PLAIN_TYPES, checked

__all__ = ["Comparison", "ConditionsOperator", "QueryOperator", "ValueOperator"]


class QueryOperator:
    """What comes after the double underscore in a filter key; the base of all operators.

    An operator of one's own is a class with ``to_query``, entered in
    ``query_builder.transform.OPERATORS`` under the name that filters give it.

    Example:
        >>> from aiomotorengine import Document, Q, StringField
        >>> from aiomotorengine.query_builder.transform import OPERATORS
        >>> class Matches(QueryOperator):
        ...     def to_query(self, db_name, value):
        ...         return {db_name: {"$regex": value}}
        >>> OPERATORS["matches"] = Matches
        >>> class City(Document):
        ...     name = StringField()
        >>> Q(name__matches="^San ").to_query(City)
        {'name': {'$regex': '^San '}}
        >>> del OPERATORS["matches"]
    """

    family: ClassVar[Family | None] = None
    """What kind of values it is for; built-in fields of others refuse it."""
    follows_documents: ClassVar[bool] = True
    """Whether its name is the operator's even after that of an embedded document or of a mapping,
    which may have a key of that name."""
    can_be_negated: ClassVar[bool] = True
    """Whether ``not`` may stand before it."""

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        """The condition as MongoDB takes it.

        Parameters:
            db_name: the key in MongoDB; dots lead into embedded documents.
            value: what ``get_value`` returned.
        """
        raise NotImplementedError(f"{type(self).__name__} has no to_query of its own.")

    def get_value(self, field: BaseField[Any], raw: Any) -> Any:
        """What is compared with, for the value that the filter gives: the field's ``to_query``.

        Raises:
            ValueError: the field can't take the value, or it would be taken for operators.
        """
        return checked(field, field.to_query, raw)


class Comparison(QueryOperator):
    """An operator that orders values; its ``operator`` is MongoDB's name for it."""

    operator: str

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: {self.operator: value}}

    def get_value(self, field: BaseField[Any], raw: Any) -> Any:
        value = super().get_value(field, raw)
        # Such as the $all that a list becomes.
        if type(value) not in PLAIN_TYPES and is_operators(value):
            raise ValueError(
                "it is compared with a single value; use a raw query for anything else."
            )
        return value


class ValueOperator(QueryOperator):
    """An operator with a value of its own kind, which is no value of the field.

    Its ``operator`` is MongoDB's name for it.
    """

    follows_documents = False
    operator: str

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: {self.operator: value}}


Compiler = Callable[[Any, Mapping[str, Any]], dict[str, Any]]
"""Makes the query of MongoDB for what names mean, and for conditions by filter key."""


class ConditionsOperator(ValueOperator):
    """An operator whose value has conditions of its own."""

    def get_conditions(self, field: BaseField[Any], raw: Any, compiled: Compiler) -> Any:
        """As ``get_value``.

        Parameters:
            field: the field.
            raw: the value that the filter gives.
            compiled: makes a query of conditions.

        Raises:
            ValueError: it has no conditions, or one leads nowhere or is refused.
        """
        raise NotImplementedError(f"{type(self).__name__} has no get_conditions of its own.")
