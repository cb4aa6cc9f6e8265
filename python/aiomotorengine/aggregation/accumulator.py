"""BaseAggregation: what a group computes of its documents."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.fields.base_field import BaseField

__all__ = ["BaseAggregation", "FieldAccumulator"]


class BaseAggregation:
    """The base of accumulators. One of one's own writes ``to_query``.

    Parameters:
        field: what is accumulated; a text is a key in MongoDB, a dotted path, or an alias of an
            earlier group.
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

    def __init__(self, field: BaseField[Any] | str, alias: str | None = None) -> None:
        self.field = field
        self.alias = alias

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

    def to_query(self, aggregation: Naming) -> dict[str, Any]:
        path = aggregation.get_field_name(self.field)
        key = self.field.db_field if isinstance(self.field, BaseField) else self.field
        if "." in key:
            key = path.rpartition(".")[2]
        return {self.alias or key: {self.operator: f"${path}"}}
