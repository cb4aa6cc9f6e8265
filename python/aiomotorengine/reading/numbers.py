"""What is computed of a field's values in all that a query finds: sums and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson.decimal128 import Decimal128

from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.query.family import DATES, NUMBERS, Family, kind_of
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.query_builder.value_path import ValuePath, as_number
from aiomotorengine.reading.asking import first_stages, naming_failures
from aiomotorengine.reading.documents import aggregate
from aiomotorengine.sessions.target import Target

__all__ = ["accumulate", "refuse_others", "values_of"]

SUMMED = Family("numbers", (*NUMBERS.fields, DecimalField), reaches_items=False)
COMPARED = Family("numbers and dates", (*SUMMED.fields, *DATES.fields), reaches_items=False)

FAMILIES = {"sum": SUMMED, "avg": SUMMED, "min": COMPARED, "max": COMPARED}


def refuse_others(name: str, path: ValuePath) -> None:
    """Refuse a field that has no values of which something is computed.

    Parameters:
        name: ``sum``, ``avg``, ``min`` or ``max``.
        path: the field.

    Raises:
        ValueError: it has none.
    """
    family, fields = FAMILIES[name], (path.field, path.item)
    if not any(field is not None and family.has(field) for field in fields):
        raise ValueError(
            f"{name}() is for {family.values}, and '{path.name}' is {kind_of(path.field)}."
        )


def values_of(query: Mapping[str, Any], path: ValuePath) -> list[dict[str, Any]]:
    """The stages that lead to each single value of a field.

    Raises:
        ValueError: the query is by distance.
    """
    return [*first_stages(query), *({"$unwind": f"${key}"} for key in path.lists)]


async def accumulate(
    target: Target, filters: QNode, query: Mapping[str, Any], path: ValuePath, name: str
) -> Any:
    """What an accumulator makes of the values of a field. Without any it is ``None``, the sum 0.

    Parameters:
        target: what is read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        path: the field. Of a list the items are meant.
        name: ``sum``, ``avg``, ``min`` or ``max``.

    Raises:
        ValueError: a condition has a value that can't be encoded.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    # Lists are unwound before, so that each value is one of their items.
    operand = as_number(path.item, path.expression)
    group = {"_id": None, "value": {f"${name}": operand}}
    pipeline = [*values_of(query, path), {"$group": group}]
    with naming_failures(target, filters, query):
        found = await aggregate(target, pipeline)
    nothing = 0 if name == "sum" else None
    value = found[0]["value"] if found else nothing
    if value is None:
        return None
    if isinstance(value, Decimal128):
        return value.to_decimal()
    # What is summed up has the unit of the field; an average of whole numbers is none.
    is_read = name in ("min", "max") or isinstance(path.item, TimedeltaField)
    return path.read(value) if is_read else value
