"""``$densify`` and ``$fill``: documents, and values, that are missing in a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.aggregation.computed import computed, field_named, key_to_set
from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.windows import keys_of
from aiomotorengine.aggregation.windowed import UNITS, is_number
from aiomotorengine.errors import because_of
from aiomotorengine.expressions.f import compared_value
from aiomotorengine.expressions.literal import literal
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.query_builder.transform import REFUSALS

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
        name = field.name if isinstance(field, BaseField) else field
        values = field_named(aggregation, field, self.path)
        refuse_texts(values, name)
        self.range: dict[str, Any] = {"step": step}
        if unit is not None:
            self.range["unit"] = unit
        self.range["bounds"] = (
            bounds if isinstance(bounds, str) else [bound_of(values, name, it) for it in bounds]
        )
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


def bound_of(field: BaseField[Any], name: str, value: Any) -> Any:
    """A bound, as the values of a field are stored.

    Raises:
        ValueError: the field has no such value; the error is a ``TypeError`` as well where that is
            what it said.
    """
    if is_number(value):
        return value  # between those of an IntField there may be others
    try:
        return literal(compared_value(field, value))
    except REFUSALS as error:
        text = f"Invalid bound for field '{name}' in densify(): {error}"
        raise because_of(error, text) from error


def refuse_texts(field: BaseField[Any], name: str) -> None:
    """Refuse a field between whose values there are no steps.

    Raises:
        ValueError: it is one.
    """
    if isinstance(field, StringField | DecimalField):
        kind = type(field).__name__
        raise ValueError(
            f"densify() needs numbers or dates: '{name}' is a {kind}, which stores texts."
        )


def paths_of(aggregation: Naming, names: Any) -> list[str]:
    """The paths of one name or several."""
    several = [names] if isinstance(names, str | BaseField) else list(names or ())
    return [aggregation.get_path(name) for name in several]
