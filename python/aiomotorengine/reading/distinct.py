"""The values that a field has in what a query finds: each once, or with how often it occurs.

What is stored in two forms may read alike: texts whose letters a field changes, or decimals with
more places. Then it is one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.ids import id_key
from aiomotorengine.pacing import Pace
from aiomotorengine.query.family import kind_of
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.query_builder.value_path import ValuePath
from aiomotorengine.reading.asking import naming_failures, with_dicts
from aiomotorengine.reading.documents import aggregate
from aiomotorengine.reading.numbers import values_of
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.query_options import OF_DISTINCT, command_options, refuse_variables

__all__ = ["distinct", "frequencies", "refuse_several_kinds"]


def refuse_several_kinds(name: str, path: ValuePath) -> None:
    """Refuse a field whose items nobody could read, since it takes their place to say of which kind
    they are.

    Parameters:
        name: ``distinct`` or ``item_frequencies``.
        path: the field.

    Raises:
        ValueError: it has such items.
    """
    if path.item is None:
        raise ValueError(
            f"{name}() is for values of one kind, and '{path.name}' is {kind_of(path.field)}."
        )


async def distinct(
    target: Target, filters: QNode, query: Mapping[str, Any], path: ValuePath
) -> list[Any]:
    """The values of a field, each once.

    Parameters:
        target: what is read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        path: the field. Of a list the items are meant.

    Raises:
        ValueError: a condition has a value that can't be encoded; or the query has variables.
        StoredValueError: a stored value is none that the field reads.
        pymongo.errors.PyMongoError: the server refused it, could not be asked, or the values have
            more than 16 MB.
    """
    refuse_variables(target, "distinct()")
    ask = with_dicts(target.collection).distinct
    with naming_failures(target, filters, query):
        stored = await target.call(ask, path.key, query, **command_options(target, OF_DISTINCT))
    found: dict[Any, Any] = {}
    pace = Pace()
    pace.start()
    for one in stored:
        value = path.read(one)
        found.setdefault(value_key(path.item or path.field, value), value)
        await pace.turn_if_due()
    return list(found.values())


async def frequencies(
    target: Target, filters: QNode, query: Mapping[str, Any], path: ValuePath
) -> dict[Any, int]:
    """How often each value of a field occurs, the most frequent first.

    Parameters:
        target: what is read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        path: the field. Of a list the items are counted.

    Raises:
        ValueError: a condition has a value that can't be encoded.
        StoredValueError: a stored value is none that the field reads.
        TypeError: a value can be no key of a dict.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    pipeline = [*values_of(query, path), {"$sortByCount": path.expression}]
    with naming_failures(target, filters, query):
        groups = await aggregate(target, pipeline)
    found: dict[Any, int] = {}
    pace = Pace()
    pace.start()
    for group in groups:
        value = path.read(group["_id"])
        found[value] = found.get(value, 0) + group["count"]
        await pace.turn_if_due()
    if len(found) == len(groups):
        return found
    return dict(sorted(found.items(), key=lambda item: item[1], reverse=True))


def value_key(field: BaseField[Any], value: Any) -> Any:
    """Something hashable that is equal for values which a field reads as the same one."""
    try:
        hash(value)
    except TypeError:
        return id_key(field.to_son(value))
    return type(value), value  # to Python, True is 1
