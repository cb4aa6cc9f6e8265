"""The sum of a field's values in a group."""

from __future__ import annotations

from aiomotorengine.aggregation.accumulator import FieldAccumulator

__all__ = ["SumAggregation"]


class SumAggregation(FieldAccumulator):
    """The sum of a field's values in a group; ``Aggregation.sum`` makes it.

    Parameters:
        field: a field; or a text, which is a key in MongoDB, a dotted path, or an alias of an
            earlier group.
        alias: the result's key; by default the field's key in MongoDB, of a path the last one.

    Example:
        >>> from aiomotorengine import Aggregation, Document, IntField
        >>> class City(Document):
        ...     people = IntField(db_field="p")
        >>> City.objects.aggregate.group_by(Aggregation.sum(City.people)).to_query()
        [{'$group': {'_id': {}, 'p': {'$sum': '$p'}}}]
    """

    operator = "$sum"
    is_number = True
