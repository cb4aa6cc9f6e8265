"""``$densify`` and ``$fill``: documents, and values, that are missing in a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.aggregation.computed import computed, key_to_set
from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.windows import keys_of
from aiomotorengine.aggregation.windowed import UNITS, is_number
from aiomotorengine.fields.base_field import BaseField

__all__ = ["Densify", "Fill"]

METHODS = ("linear", "locf")


class Densify(PipelineOperation):
    """Documents where a series has gaps; see ``Aggregation.densify``."""

    def __init__(
        self,
        aggregation: Naming,
        field: BaseField[Any] | str,
        step: float,
        unit: str | None = None,
        bounds: str | Sequence[Any] = "full",
        partition_by: Any = (),
    ) -> None:
        super().__init__(aggregation)
        if not is_number(step) or step <= 0:
            raise ValueError(f"step must be a number above 0, not {step!r}.")
        if unit is not None and unit not in UNITS:
            raise ValueError(f"unit must be one of {', '.join(UNITS)}, not {unit!r}.")
        is_pair = isinstance(bounds, list | tuple) and len(bounds) == 2
        if not is_pair and bounds not in ("full", "partition"):
            raise ValueError(f"bounds must be 'full', 'partition' or a pair, not {bounds!r}.")
        self.path = aggregation.get_path(field)
        self.range: dict[str, Any] = {"step": step}
        if unit is not None:
            self.range["unit"] = unit
        self.range["bounds"] = bounds if isinstance(bounds, str) else list(bounds)
        self.partition = paths_of(aggregation, partition_by)

    def to_query(self) -> dict[str, Any]:
        stage: dict[str, Any] = {"field": self.path}
        if self.partition:
            stage["partitionByFields"] = list(self.partition)
        return {"$densify": {**stage, "range": dict(self.range)}}


class Fill(PipelineOperation):
    """Values where a series has none; see ``Aggregation.fill``."""

    def __init__(
        self, aggregation: Naming, /, order_by: Any, partition_by: Any, outputs: dict[str, Any]
    ) -> None:
        super().__init__(aggregation)
        if not outputs:
            raise ValueError("fill() needs something to fill in.")
        self.order = keys_of(aggregation, order_by)
        by_method = [
            name for name, value in outputs.items() if isinstance(value, str) and value in METHODS
        ]
        if by_method and not self.order:
            raise ValueError(f"fill() of {by_method[0]!r} needs an order_by.")
        self.partition = paths_of(aggregation, partition_by)
        self.outputs = {
            key_to_set(aggregation, name): {"method": value}
            if name in by_method
            else {"value": computed(aggregation, value)}
            for name, value in outputs.items()
        }

    def to_query(self) -> dict[str, Any]:
        stage: dict[str, Any] = {}
        if self.partition:
            stage["partitionByFields"] = list(self.partition)
        if self.order:
            stage["sortBy"] = dict(self.order)
        return {"$fill": {**stage, "output": dict(self.outputs)}}


def paths_of(aggregation: Naming, names: Any) -> list[str]:
    """The paths of one name or several."""
    several = [names] if isinstance(names, str | BaseField) else list(names or ())
    return [aggregation.get_path(name) for name in several]
