"""Points, shapes and distances in the values of filters, checked and as MongoDB takes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import inf
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.geojson.geo_json_base_field import is_position
from aiomotorengine.fields.geojson.geometry_collection_field import is_geometry
from aiomotorengine.query.values import wrong_value
from aiomotorengine.utils import has_operators

__all__ = ["distance_of", "geometry_of", "is_distance", "is_pair", "point_of", "positions_of"]

POINT = "a point: [longitude, latitude], or a GeoJSON Point"

BY_DEPTH = {1: "Point", 2: "LineString", 3: "Polygon"}
"""What coordinates stand for, by how many lists are in one another."""


def point_of(field: BaseField[Any], raw: Any) -> list[float]:
    """The longitude and the latitude of a point.

    Parameters:
        field: the field that is compared.
        raw: a pair of numbers, or a GeoJSON mapping.

    Raises:
        ValueError: it is neither.
    """
    position = raw
    if isinstance(raw, Mapping):
        is_point = raw.get("type") == "Point" and not has_operators(raw)
        position = raw.get("coordinates") if is_point else None
    if not is_position(position) or not all(map(is_coordinate, position)):
        raise wrong_value(field, POINT, raw)
    return list(position)


def positions_of(field: BaseField[Any], raw: Any, wanted: str, count: int) -> list[list[float]]:
    """Several points, each as its longitude and latitude.

    Parameters:
        field: the field that is compared.
        raw: a list of points.
        wanted: what messages call it.
        count: how many they are at least.

    Raises:
        ValueError: it is no such list.
    """
    if not isinstance(raw, list | tuple) or len(raw) < count:
        raise wrong_value(field, wanted, raw)
    return [point_of(field, point) for point in raw]


def geometry_of(
    field: BaseField[Any], raw: Any, wanted: str, types: Collection[str]
) -> dict[str, Any]:
    """A geometry in GeoJSON.

    Parameters:
        field: the field that is compared.
        raw: a GeoJSON mapping, or the coordinates of a point, a line or a polygon.
        wanted: what messages call it.
        types: GeoJSON's names of those that are wanted.

    Raises:
        ValueError: it is none of these.
    """
    geometry = raw
    if isinstance(raw, list | tuple):
        geometry = {"type": BY_DEPTH.get(depth_of(raw)), "coordinates": raw}
    if not isinstance(geometry, Mapping) or has_operators(geometry):
        raise wrong_value(field, wanted, raw)
    kind, found = geometry.get("type"), dict(geometry)
    parts = [found]
    if kind == "GeometryCollection":
        parts = found.get("geometries") or [None]
    if kind not in types or not isinstance(parts, list | tuple) or not all(map(is_shape, parts)):
        raise wrong_value(field, wanted, raw)
    return found


def is_shape(value: Any) -> bool:
    """Whether a value is a GeoJSON geometry without anything that MongoDB would take for an
    operator.
    """
    return is_geometry(value) and not any(
        isinstance(inner, Mapping) and has_operators(inner) for inner in (value, *value.values())
    )


def depth_of(value: Any) -> int:
    """How many lists are in one another, as far as the first item of each tells."""
    depth = 0
    while isinstance(value, list | tuple) and value and depth <= len(BY_DEPTH):
        value, depth = value[0], depth + 1
    return depth


def is_coordinate(value: Any) -> bool:
    return not isinstance(value, bool) and -inf < value < inf


def is_distance(value: Any) -> bool:
    """Whether a value is a number, 0 or more, and finite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf


def is_pair(value: Any) -> bool:
    """Whether a value is two values."""
    return isinstance(value, list | tuple) and len(value) == 2


def distance_of(field: BaseField[Any], raw: Any, wanted: str) -> tuple[list[float], float]:
    """A point, and how far away from it.

    Parameters:
        field: the field that is compared.
        raw: the two.
        wanted: what messages call them.

    Raises:
        ValueError: it is something else.
    """
    if not is_pair(raw) or not is_distance(raw[1]):
        raise wrong_value(field, wanted, raw)
    return point_of(field, raw[0]), raw[1]
