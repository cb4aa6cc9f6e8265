"""``$group``: one document for each combination of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiomotorengine.aggregation.accumulator import BaseAggregation, FieldAccumulator
from aiomotorengine.aggregation.computed import computed
from aiomotorengine.aggregation.names import GroupedNames, Names, Naming, key_of
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.utils import is_operator

__all__ = ["GroupBy", "accumulated_by"]


class GroupBy(PipelineOperation):
    """One document for each combination of values; see ``Aggregation.group_by``."""

    def __init__(
        self, aggregation: Naming, /, *groups: BaseField[Any] | str | BaseAggregation, **named: Any
    ) -> None:
        super().__init__(aggregation)
        self.keys: dict[str, str] = {}
        accumulators = [it for it in groups if isinstance(it, BaseAggregation)]
        by_name = {name: it for name, it in named.items() if isinstance(it, BaseAggregation)}
        self.accumulated = accumulated_by(aggregation, accumulators, by_name)
        self.numbers = {
            it.key(aggregation)
            for it in accumulators
            if isinstance(it, FieldAccumulator) and it.is_number
        }
        for group in groups:
            if not isinstance(group, BaseAggregation):
                key, source = key_of(group), self._source(group)
                self.keys[source.removeprefix("_id.") if "." in key else key] = source
        self.computed = {
            refuse_taken(name, self.keys): computed(aggregation, value)
            for name, value in named.items()
            if name not in by_name
        }
        refuse_overlapping(self.keys)

    def _source(self, group: BaseField[Any] | str) -> str:
        key, names = self.aggregation.get_field_name(group), self.names
        return names.find_for_group(group) if isinstance(names, Names) else key

    def names_after(self) -> GroupedNames:
        """What the next stages can name."""
        return GroupedNames(self.names, self.keys, self.accumulated, self.computed, self.numbers)

    def to_query(self) -> dict[str, Any]:
        return {"$group": {"_id": {**nested(self.keys), **self.computed}, **self.accumulated}}


def accumulated_by(
    aggregation: Naming,
    accumulators: Iterable[BaseAggregation],
    by_name: Mapping[str, BaseAggregation],
) -> dict[str, Any]:
    """What is accumulated, by alias.

    Parameters:
        aggregation: the pipeline, as it is before the stage.
        accumulators: those that have their own aliases.
        by_name: others, by theirs.

    Raises:
        TypeError: one of them is no accumulator.
        ValueError: two have one alias, or one has none or one that MongoDB does not take.
    """
    accumulated: dict[str, Any] = {}
    for name, accumulator in by_name.items():
        if not isinstance(accumulator, BaseAggregation):
            raise TypeError(
                f"{name!r} must be an accumulator such as Aggregation.sum('price'), "
                f"not {type(accumulator).__name__}."
            )
    renamed = [accumulator.named(name) for name, accumulator in by_name.items()]
    for accumulator in (*accumulators, *renamed):
        for alias, value in accumulator.to_query(aggregation).items():
            if alias == "_id" or alias in accumulated:
                raise ValueError(
                    f"A group has the name {alias!r} already; give what it computes another alias."
                )
            accumulated[alias] = value
    for name in by_name:
        refuse_taken(name, ())
    return accumulated


def refuse_taken(name: str, keys: Iterable[str]) -> str:
    """The name of a key in a group, which is none of several, and that MongoDB takes.

    Raises:
        ValueError: it is one of them, or MongoDB does not take it.
    """
    if not name or "." in name or is_operator(name):
        raise ValueError(f"{name!r} can't be the name of what an aggregation computes.")
    if any(key.partition(".")[0] == name for key in keys):
        raise ValueError(f"A group is by {name!r} already; give what it computes another name.")
    return name


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
