"""The average of a field's values in a group."""

from __future__ import annotations

from aiomotorengine.aggregation.accumulator import FieldAccumulator

__all__ = ["AverageAggregation"]


class AverageAggregation(FieldAccumulator):
    """The average of a field's values in a group; ``Aggregation.avg`` makes it.

    Parameters:
        field: a field; or a text, which is a key in MongoDB, a dotted path, or an alias of an
            earlier group.
        alias: the result's key; by default the field's key in MongoDB, of a path the last one.

    Example:
        >>> from aiomotorengine import Aggregation, Document, IntField
        >>> class City(Document):
        ...     people = IntField(db_field="p")
        >>> City.objects.aggregate.group_by(Aggregation.avg(City.people)).to_query()
        [{'$group': {'_id': {}, 'p': {'$avg': '$p'}}}]
    """

    operator = "$avg"
    is_number = True
