"""``$group``: one document for each combination of values."""

from __future__ import annotations

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
                self.keys[key_of(group)] = self._source(group)

    def _source(self, group: BaseField[Any] | str) -> str:
        names = self.aggregation.names
        return names.find_for_group(group) if isinstance(names, GroupedNames) else key_of(group)

    def names_after(self) -> GroupedNames:
        """What the next stages can name."""
        return GroupedNames(self.aggregation.names, self.keys, self.accumulated)

    def to_query(self) -> dict[str, Any]:
        keys = {key: f"${source}" for key, source in self.keys.items()}
        return {"$group": {"_id": keys, **self.accumulated}}
