"""The operators for places: ``__near``, ``__geo_within`` and its like, ``__geo_intersects``."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.geojson.geometry_collection_field import SHAPES
from aiomotorengine.query.base import ValueOperator
from aiomotorengine.query.family import PLACES
from aiomotorengine.query.geometry import (
    distance_of,
    geometry_of,
    is_distance,
    is_pair,
    point_of,
    positions_of,
)
from aiomotorengine.query.values import wrong_value

__all__ = [
    "GeoIntersectsQueryOperator",
    "GeoWithinBoxQueryOperator",
    "GeoWithinCenterQueryOperator",
    "GeoWithinDistanceQueryOperator",
    "GeoWithinPolygonQueryOperator",
    "GeoWithinQueryOperator",
    "GeoWithinSphereQueryOperator",
    "Near",
    "NearQueryOperator",
    "NearSphereQueryOperator",
]


class Near:
    """A point, and how far from it a place may be.

    Parameters:
        point: ``[longitude, latitude]``, or a GeoJSON mapping.
        max_distance: how many metres a place is away at most.
        min_distance: how many it is away at least.

    Raises:
        ValueError: a distance is no number, negative or not finite.

    Example:
        >>> from aiomotorengine import Document, Near, PointField, Q
        >>> class Town(Document):
        ...     at = PointField()
        >>> Q(at__near=Near([3, 50], max_distance=1000)).to_query(Town)["at"]["$near"]
        {'$geometry': {'type': 'Point', 'coordinates': [3, 50]}, '$maxDistance': 1000}
    """

    __slots__ = ("max_distance", "min_distance", "point")

    def __init__(
        self, point: Any, max_distance: float | None = None, min_distance: float | None = None
    ) -> None:
        for name, distance in (("max_distance", max_distance), ("min_distance", min_distance)):
            if distance is not None and not is_distance(distance):
                raise ValueError(f"{name} must be a number of metres, 0 or more, not {distance!r}.")
        self.point = point
        self.max_distance = max_distance
        self.min_distance = min_distance

    def __repr__(self) -> str:
        given = [repr(self.point)]
        for name in ("max_distance", "min_distance"):
            if getattr(self, name) is not None:
                given.append(f"{name}={getattr(self, name)!r}")
        return f"Near({', '.join(given)})"


class NearQueryOperator(ValueOperator):
    """Places in the order of their distance from a point; an ``order_by`` takes its place.

    It needs an index of places, and is asked of a query as a whole: it can't be negated, nor be one
    of several alternatives.
    """

    family = PLACES
    can_be_negated = False
    operator = "$near"

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        near = raw if isinstance(raw, Near) else Near(raw)
        position = point_of(field, near.point)
        asked: dict[str, Any] = {"$geometry": {"type": "Point", "coordinates": position}}
        if near.max_distance is not None:
            asked["$maxDistance"] = near.max_distance
        if near.min_distance is not None:
            asked["$minDistance"] = near.min_distance
        return asked


class NearSphereQueryOperator(NearQueryOperator):
    """The same, by MongoDB's ``$nearSphere``."""

    operator = "$nearSphere"


AREAS = frozenset({"Polygon", "MultiPolygon"})

EARTH = 6_378_100
"""The radius of the earth in metres, by which MongoDB makes angles of distances."""


class GeoWithinOperator(ValueOperator):
    """What is inside of something, however that is said. The order is none."""

    family = PLACES
    operator = "$geoWithin"


class GeoWithinQueryOperator(GeoWithinOperator):
    """What is inside of an area: a GeoJSON polygon or several, or the coordinates of a polygon.

    Example:
        >>> from aiomotorengine import Document, PointField, Q
        >>> class Town(Document):
        ...     at = PointField()
        >>> Q(at__geo_within=[[[0, 0], [0, 9], [9, 9], [0, 0]]]).to_query(Town)["at"]["$geoWithin"]
        {'$geometry': {'type': 'Polygon', 'coordinates': [[[0, 0], [0, 9], [9, 9], [0, 0]]]}}
    """

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        wanted = "a GeoJSON Polygon or MultiPolygon, or the coordinates of a polygon"
        return {"$geometry": geometry_of(field, raw, wanted, AREAS)}


class GeoWithinBoxQueryOperator(GeoWithinOperator):
    """What is inside of a box, said by its south-west and its north-east corner.

    Example:
        >>> from aiomotorengine import PointField
        >>> GeoWithinBoxQueryOperator().get_value(PointField(), [(-1, 50), (3, 52)])
        {'$box': [[-1, 50], [3, 52]]}
    """

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        wanted = "the south-west and the north-east corner of a box"
        if not is_pair(raw):
            raise wrong_value(field, wanted, raw)
        return {"$box": positions_of(field, raw, wanted, 2)}


class GeoWithinPolygonQueryOperator(GeoWithinOperator):
    """What is inside of a polygon on a plane, said by its corners, three or more."""

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        return {"$polygon": positions_of(field, raw, "three or more corners of a polygon", 3)}


class GeoWithinCenterQueryOperator(GeoWithinOperator):
    """What is inside of a circle on a plane: a point and a radius, in degrees."""

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        return {"$center": list(distance_of(field, raw, "a point and a radius in degrees"))}


class GeoWithinSphereQueryOperator(GeoWithinOperator):
    """What is inside of a circle on the globe: a point and a radius, in radians."""

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        return {"$centerSphere": list(distance_of(field, raw, "a point and a radius in radians"))}


class GeoWithinDistanceQueryOperator(GeoWithinOperator):
    """What is at most so many metres from a point.

    Unlike ``near`` it sorts nothing and needs no index; it can be counted, be one of several
    alternatives, and be part of an aggregation.

    Example:
        >>> from aiomotorengine import PointField
        >>> GeoWithinDistanceQueryOperator().get_value(PointField(), ((3, 50), 637_810))
        {'$centerSphere': [[3, 50], 0.1]}
    """

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        point, metres = distance_of(field, raw, "a point and a distance in metres")
        return {"$centerSphere": [point, metres / EARTH]}


GEOMETRIES = frozenset({*SHAPES, "GeometryCollection"})


class GeoIntersectsQueryOperator(ValueOperator):
    """Shapes that have at least a point in common with the given one: a GeoJSON mapping, or the
    coordinates of a point, a line or a polygon.

    Example:
        >>> from aiomotorengine import Document, PolygonField, Q
        >>> class Park(Document):
        ...     area = PolygonField()
        >>> Q(area__geo_intersects=[3, 50]).to_query(Park)["area"]
        {'$geoIntersects': {'$geometry': {'type': 'Point', 'coordinates': [3, 50]}}}
    """

    family = PLACES
    operator = "$geoIntersects"

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, Any]:
        wanted = "a GeoJSON geometry, or the coordinates of a point, a line or a polygon"
        return {"$geometry": geometry_of(field, raw, wanted, GEOMETRIES)}
