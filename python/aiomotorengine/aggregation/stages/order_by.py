"""``$sort``: an order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pymongo import ASCENDING

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.utils import sort_direction

__all__ = ["OrderBy", "sort_keys"]


class OrderBy(PipelineOperation):
    """An order; see ``Aggregation.order_by``."""

    keeps_documents = True

    def __init__(
        self,
        aggregation: Naming,
        field: BaseField[Any] | str,
        direction: int = ASCENDING,
        *others: Any,
    ) -> None:
        super().__init__(aggregation)
        self.keys = sort_keys(aggregation, [(field, direction), *others])

    def to_query(self) -> dict[str, Any]:
        return {"$sort": dict(self.keys)}


def sort_keys(
    aggregation: Naming, keys: Iterable[Any], direction: int = ASCENDING
) -> dict[str, int]:
    """Keys of MongoDB with their directions.

    Parameters:
        aggregation: the pipeline, as it is before the stage.
        keys: fields or names, where a text may begin with ``-`` or ``+``; each also in a pair with
            its direction.
        direction: the direction of those that have none of their own.

    Raises:
        TypeError: a key is neither field nor text.
        ValueError: a direction is none, there are no keys, or it is a field of another class.
    """
    found: dict[str, int] = {}
    for key in keys:
        is_pair = isinstance(key, tuple) and len(key) == 2
        field, wanted = key if is_pair else (key, direction)
        sign = sort_direction(wanted)
        if isinstance(field, str) and field[:1] in ("-", "+"):
            sign, field = (-sign if field[0] == "-" else sign), field[1:]
        found[aggregation.get_path(field)] = sign
    if not found:
        raise ValueError("An order needs a key.")
    return found
