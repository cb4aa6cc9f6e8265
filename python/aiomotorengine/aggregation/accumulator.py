"""BaseAggregation: what a group computes of its documents."""

from __future__ import annotations

from copy import copy
from typing import Any

from aiomotorengine.aggregation.computed import key_or_expression
from aiomotorengine.aggregation.names import Naming
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.base_field import BaseField

__all__ = ["BaseAggregation", "FieldAccumulator"]


class BaseAggregation:
    """The base of accumulators. One of one's own writes ``to_query``.

    Parameters:
        field: what is accumulated: a field; a text, which is a key in MongoDB, a dotted path, or
            an alias of an earlier group; or an expression with ``F`` and the like.
        alias: the result's key.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class Most(BaseAggregation):
        ...     def to_query(self, aggregation):
        ...         return {self.alias: {"$max": f"${aggregation.get_field_name(self.field)}"}}
        >>> class City(Document):
        ...     people = IntField(db_field="p")
        >>> City.objects.aggregate.group_by(Most(City.people, "most")).to_query()
        [{'$group': {'_id': {}, 'most': {'$max': '$p'}}}]
    """

    def __init__(self, field: BaseField[Any] | str | Expression, alias: str | None = None) -> None:
        self.field: Any = field
        self.alias = alias

    def named(self, alias: str) -> BaseAggregation:
        """The same under another alias."""
        renamed = copy(self)
        renamed.alias = alias
        return renamed

    def to_query(self, aggregation: Naming) -> dict[str, Any]:
        """The entries of the group's stage, by alias.

        Parameters:
            aggregation: the pipeline; its ``get_field_name(field)`` gives the key in MongoDB.
        """
        raise NotImplementedError(f"{type(self).__name__} has no to_query of its own.")


class FieldAccumulator(BaseAggregation):
    """One operator on one field. The alias defaults to the field's key in MongoDB, of a path the
    last one.
    """

    operator: str
    is_number = False
    """Whether it is computed of numbers, and of decimals that are stored as text as well."""

    def to_query(self, aggregation: Naming) -> dict[str, Any]:
        operand = self.operand(aggregation)
        return {self.key(aggregation): {self.operator: operand}}

    def operand(self, aggregation: Naming) -> Any:
        """What the operator is given."""
        return key_or_expression(aggregation, self.field, as_number=self.is_number)

    def key(self, aggregation: Naming) -> str:
        """The alias, or the key that takes its place.

        Raises:
            ValueError: it is an expression, which has no key, and there is no alias.
        """
        if self.alias:
            return self.alias
        if isinstance(self.field, BaseField):
            return self.field.db_field
        if not isinstance(self.field, str):
            raise ValueError(
                f"{self.field!r} has no name: give what is computed of it an alias, as in "
                "group_by(total=...)."
            )
        if "." in self.field:
            return aggregation.get_field_name(self.field).rpartition(".")[2]
        return self.field
