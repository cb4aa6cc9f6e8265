"""``$pull`` and ``$pullAll``: items are removed from a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiomotorengine.query_builder.node import QNode
from aiomotorengine.update.conditions import condition_on_items
from aiomotorengine.update.items import field_of_items, items_to_find
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import UpdateOperator

__all__ = ["Conditions", "Pull", "PullAll"]


class PullAll(UpdateOperator):
    """Items that are removed, wherever equal ones are in the list."""

    operator = "$pullAll"
    gives_value = False

    def convert(self, path: UpdatePath, raw: Sequence[Any], validate: bool) -> list[Any]:
        return items_to_find(path, self.operator, raw)


class Conditions(NamedTuple):
    """What is asked of the items that are removed.

    Attributes:
        queries: conditions.
        keywords: more of them.
    """

    queries: Sequence[QNode]
    keywords: Mapping[str, Any]


class Pull(UpdateOperator):
    """Items that are removed because they meet conditions."""

    operator = "$pull"
    gives_value = False

    def convert(self, path: UpdatePath, raw: Conditions, validate: bool) -> Any:
        field = field_of_items(path, self.operator)
        return condition_on_items(field.name, field, raw.queries, raw.keywords)
