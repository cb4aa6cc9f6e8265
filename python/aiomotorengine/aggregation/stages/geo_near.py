"""``$geoNear``: documents in the order of their distance from a point."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.computed import key_to_set
from aiomotorengine.aggregation.names import COMPUTED, Naming, ReshapedNames
from aiomotorengine.aggregation.stages.base import FirstOperation
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.expressions import NEAR, mentions
from aiomotorengine.query.family import PLACES, kind_of
from aiomotorengine.query.geometry import point_of
from aiomotorengine.query.places import Near
from aiomotorengine.query_builder.value_path import value_path

__all__ = ["GeoNear"]


class GeoNear(FirstOperation):
    """The nearest first, with how far away they are; see ``Aggregation.geo_near``."""

    method = "geo_near"

    def __init__(
        self,
        aggregation: Naming,
        near: Any,
        field: BaseField[Any] | str | None = None,
        distance: str = "distance",
        max_distance: float | None = None,
        min_distance: float | None = None,
    ) -> None:
        super().__init__(aggregation)
        checked: BaseField[Any] = COMPUTED
        self.path: str | None = None
        if field is not None:
            found = value_path(self.names, field, "Invalid geo_near() field '{}'")
            if not PLACES.has(found.field):
                raise ValueError(
                    f"geo_near() is for places, and '{found.name}' is {kind_of(found.field)}."
                )
            checked, self.path = found.field, found.key
        if isinstance(near, Near):
            max_distance = near.max_distance if max_distance is None else max_distance
            min_distance = near.min_distance if min_distance is None else min_distance
            near = near.point
        self.near = {"type": "Point", "coordinates": point_of(checked, near)}
        self.limits = Near(near, max_distance, min_distance)  # which checks them
        self.distance = key_to_set(aggregation, distance)

    def stage(self, filters: dict[str, Any]) -> dict[str, Any]:
        stage: dict[str, Any] = {"near": self.near, "distanceField": self.distance}
        if self.path is not None:
            stage["key"] = self.path
        if self.limits.max_distance is not None:
            stage["maxDistance"] = self.limits.max_distance
        if self.limits.min_distance is not None:
            stage["minDistance"] = self.limits.min_distance
        if filters:
            stage["query"] = filters
        return {"$geoNear": {**stage, "spherical": True}}

    def to_query(self) -> dict[str, Any]:
        return self.stage({})

    def after_filters(self, filters: dict[str, Any]) -> list[dict[str, Any]]:
        if mentions(filters, NEAR):
            raise ValueError("geo_near() is by distance already: its filters take no 'near'.")
        return [self.stage(filters)]

    def names_after(self) -> Any:
        return ReshapedNames(self.names, {self.distance: COMPUTED})
