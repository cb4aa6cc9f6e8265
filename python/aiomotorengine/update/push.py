"""``$push``: items are added to a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiomotorengine.arguments import integer
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.update.items import field_of_items, stored_items
from aiomotorengine.update.path import UpdatePath, changed_path
from aiomotorengine.update.update_operator import UpdateOperator
from aiomotorengine.utils import is_operator, sort_direction

__all__ = ["Push", "Pushed"]


class Pushed(NamedTuple):
    """What ``$push`` is given.

    Attributes:
        items: the items.
        position: before which index they are put; by default at the end.
        slice: how many items the list keeps: the first, or with a negative number the last.
        sort: by what it is sorted: a direction, or names of the items' fields with directions.
    """

    items: Sequence[Any]
    position: int | None = None
    slice: int | None = None
    sort: int | Mapping[str, int] | None = None


class Push(UpdateOperator):
    """Items that are added to a list, which may be sorted and cut then."""

    operator = "$push"

    def convert(self, path: UpdatePath, raw: Pushed, validate: bool) -> dict[str, Any]:
        given: dict[str, Any] = {
            "$each": stored_items(path, self.operator, raw.items, validate=validate)
        }
        if raw.position is not None:
            given["$position"] = integer("position", raw.position)
        if raw.slice is not None:
            given["$slice"] = integer("slice", raw.slice)
        if raw.sort is not None:
            given["$sort"] = self.order(path, raw.sort)
        return given

    def order(self, path: UpdatePath, sort: int | Mapping[str, int]) -> int | dict[str, int]:
        """What the list is sorted by, with MongoDB's keys.

        Raises:
            ValueError: the items have no such field, or a direction is none.
        """
        if not isinstance(sort, Mapping):
            return sort_direction(sort)
        field = field_of_items(path, self.operator)
        return {key_in(field, key): sort_direction(direction) for key, direction in sort.items()}


def key_in(field: BaseField[Any], key: str) -> str:
    """The key in MongoDB of what is inside of an item.

    Raises:
        ValueError: there is nothing of that name.
    """
    embedded = getattr(field, "embedded_type", None)
    if embedded is not None:
        return changed_path(embedded, key).db_name
    if not field._holds_anything or any(map(is_operator, key.split("."))):
        raise ValueError(f"Can't sort the items of '{field.name}' by {key!r}.")
    return key
