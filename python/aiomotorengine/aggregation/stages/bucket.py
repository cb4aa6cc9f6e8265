"""``$bucket`` and ``$bucketAuto``: one document for each range of values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.aggregation.accumulator import BaseAggregation
from aiomotorengine.aggregation.computed import (
    computed,
    field_behind,
    field_named,
    path_or_expression,
)
from aiomotorengine.aggregation.names import COMPUTED, Naming, ReshapedNames
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.aggregation.stages.group_by import accumulated_by
from aiomotorengine.arguments import positive
from aiomotorengine.errors import because_of
from aiomotorengine.expressions.f import compared_value
from aiomotorengine.expressions.literal import literal
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.values import Computed
from aiomotorengine.query_builder.transform import REFUSALS
from aiomotorengine.utils import is_operator, several

__all__ = ["Bucket", "BucketAuto"]

GRANULARITIES = (
    *("R5", "R10", "R20", "R40", "R80", "1-2-5"),
    *("E6", "E12", "E24", "E48", "E96", "E192", "POWERSOF2"),
)


class Bucket(PipelineOperation):
    """Ranges between given boundaries; see ``Aggregation.bucket``."""

    def __init__(
        self,
        aggregation: Naming,
        by: Any,
        boundaries: Iterable[Any],
        default: Any = None,
        accumulators: dict[str, BaseAggregation] | None = None,
    ) -> None:
        super().__init__(aggregation)
        self.by = path_or_expression(aggregation, by, as_number=True)
        field = field_of(aggregation, by)
        given = several("boundaries", boundaries, "a list of values")
        self.boundaries = [boundary_of(aggregation, by, field, value) for value in given]
        if len(self.boundaries) < 2:
            raise ValueError("bucket() needs two boundaries or more.")
        self.default = None if default is None else constant(aggregation, default)
        self.accumulated = accumulated_by(aggregation, (), accumulators or {})

    def to_query(self) -> dict[str, Any]:
        stage: dict[str, Any] = {"groupBy": self.by, "boundaries": list(self.boundaries)}
        if self.default is not None:
            stage["default"] = self.default
        if self.accumulated:
            stage["output"] = dict(self.accumulated)
        return {"$bucket": stage}

    def names_after(self) -> Any:
        return names_of_buckets(self.names, self.accumulated)


class BucketAuto(PipelineOperation):
    """Ranges that have about as many documents each; see ``Aggregation.bucket_auto``."""

    def __init__(
        self,
        aggregation: Naming,
        by: Any,
        buckets: int,
        granularity: str | None = None,
        accumulators: dict[str, BaseAggregation] | None = None,
    ) -> None:
        super().__init__(aggregation)
        self.by = path_or_expression(aggregation, by, as_number=True)
        self.buckets = positive("buckets", buckets)
        if granularity is not None and granularity not in GRANULARITIES:
            raise ValueError(
                f"granularity must be one of {', '.join(GRANULARITIES)}, not {granularity!r}."
            )
        self.granularity = granularity
        self.accumulated = accumulated_by(aggregation, (), accumulators or {})

    def to_query(self) -> dict[str, Any]:
        stage: dict[str, Any] = {"groupBy": self.by, "buckets": self.buckets}
        if self.accumulated:
            stage["output"] = dict(self.accumulated)
        if self.granularity is not None:
            stage["granularity"] = self.granularity
        return {"$bucketAuto": stage}

    def names_after(self) -> Any:
        return names_of_buckets(self.names, self.accumulated)


def field_of(aggregation: Naming, by: Any) -> BaseField[Any]:
    """The field by whose values it is grouped, as far as it is known."""
    if isinstance(by, BaseField | str):
        return field_named(aggregation, by, aggregation.get_path(by))
    return field_behind(aggregation, by)


def boundary_of(aggregation: Naming, by: Any, field: BaseField[Any], value: Any) -> Any:
    """A boundary, as the field compares it.

    Raises:
        ValueError: as for ``constant``; or the field compares no such value.
    """
    if field is not COMPUTED and not isinstance(value, Computed):
        try:
            value = compared_value(field, value)
        except REFUSALS as error:
            name = by.name if isinstance(by, BaseField) else by
            what = f"field '{name}'" if isinstance(name, str) else repr(by)
            text = f"Invalid boundary for {what} in bucket(): {error}"
            raise because_of(error, text) from error
    return constant(aggregation, value)


def constant(aggregation: Naming, value: Any) -> Any:
    """A value of this stage, as MongoDB takes it.

    What the server has computed of a boundary it computes once more, for each document. So a text
    would be a path there although it was a ``$literal``.

    Raises:
        ValueError: it is one that the server would not take for itself.
    """
    if isinstance(value, Computed):
        return computed(aggregation, value)
    if isinstance(value, str) and not is_operator(value):
        return value
    sent = literal(value)
    if isinstance(sent, dict):
        raise ValueError(f"bucket() can't take {value!r}: to the server it would be an expression.")
    return sent


def names_of_buckets(names: Any, accumulated: dict[str, Any]) -> ReshapedNames:
    # Without anything to accumulate, the server counts.
    keys = accumulated or {"count": None}
    return ReshapedNames(names, dict.fromkeys(["_id", *keys], COMPUTED), keeps=False)
