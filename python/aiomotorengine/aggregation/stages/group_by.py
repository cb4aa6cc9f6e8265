"""``$group``: one document for each combination of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiomotorengine.aggregation.accumulator import BaseAggregation
from aiomotorengine.aggregation.names import GroupedNames, Naming, key_of
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField

__all__ = ["GroupBy"]


class GroupBy(PipelineOperation):
    """One document for each combination of values; see ``Aggregation.group_by``."""

    def __init__(
        self, aggregation: Naming, *groups: BaseField[Any] | str | BaseAggregation
    ) -> None:
        super().__init__(aggregation)
        self.keys: dict[str, str] = {}
        self.accumulated: dict[str, Any] = {}
        for group in groups:
            if isinstance(group, BaseAggregation):
                for alias, accumulated in group.to_query(aggregation).items():
                    if alias == "_id" or alias in self.accumulated:
                        raise ValueError(
                            f"A group has the name {alias!r} already; give what it computes "
                            "another alias."
                        )
                    self.accumulated[alias] = accumulated
            else:
                key, source = key_of(group), self._source(group)
                self.keys[source.removeprefix("_id.") if "." in key else key] = source
        refuse_overlapping(self.keys)

    def _source(self, group: BaseField[Any] | str) -> str:
        key, names = self.aggregation.get_field_name(group), self.aggregation.names
        return names.find_for_group(group) if isinstance(names, GroupedNames) else key

    def names_after(self) -> GroupedNames:
        """What the next stages can name."""
        return GroupedNames(self.aggregation.names, self.keys, self.accumulated)

    def to_query(self) -> dict[str, Any]:
        return {"$group": {"_id": nested(self.keys), **self.accumulated}}


def nested(keys: Mapping[str, str]) -> dict[str, Any]:
    """The ``_id`` of a group: MongoDB takes no dots in its keys, but mappings in mappings."""
    result: dict[str, Any] = {}
    for path, source in keys.items():
        *outer, last = path.split(".")
        inside = result
        for key in outer:
            inside = inside.setdefault(key, {})
        inside[last] = f"${source}"
    return result


def refuse_overlapping(keys: Iterable[str]) -> None:
    """Refuse to group by something and also by a part of it.

    Raises:
        ValueError: one key is the beginning of another.
    """
    paths = sorted(keys)
    for path in paths:
        part = next((other for other in paths if other.startswith(f"{path}.")), None)
        if part is not None:
            raise ValueError(f"A group by {path!r} can't be by {part!r}, a part of it, as well.")
