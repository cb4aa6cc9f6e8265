"""GeometryCollectionField: several geometries of any kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiomotorengine.fields.geojson.geo_json_base_field import (
    GeoJsonBaseField,
    are_areas,
    are_lines,
    is_area,
    is_line,
    is_position,
)
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["GeometryCollectionField"]

SHAPES: dict[str, Callable[[Any], bool]] = {
    "Point": is_position,
    "LineString": is_line,
    "Polygon": is_area,
    "MultiPoint": is_line,
    "MultiLineString": are_lines,
    "MultiPolygon": are_areas,
}


@native_kind("geometry_collection")
class GeometryCollectionField(GeoJsonBaseField):
    """Several GeoJSON geometries of any kind; a bare list of them stands for the collection.

    Example:
        >>> from aiomotorengine import Document, GeometryCollectionField
        >>> class Walk(Document):
        ...     sights = GeometryCollectionField()
        >>> Walk(sights=[{"type": "Point", "coordinates": [0, 0]}]).sights
        {'type': 'GeometryCollection', 'geometries': [{'type': 'Point', 'coordinates': [0, 0]}]}
    """

    _type = "GeometryCollection"
    _shape = "a list of GeoJSON geometries"
    _content = "geometries"

    def get_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return {"type": self._type, "geometries": value}
        return value

    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        if not isinstance(value, dict) or value.get("type") != self._type:
            return False
        geometries = value.get("geometries")
        # MongoDB takes none that is empty, and none inside of another.
        if not isinstance(geometries, list | tuple) or not geometries:
            return False
        return all(map(is_geometry, geometries))

    def _wanted(self, value: Any) -> str:
        return f"a GeoJSON {self._type} or {self._shape}"


def is_geometry(value: Any) -> bool:
    """Whether a value is a GeoJSON geometry that is no collection."""
    if not isinstance(value, dict) or not isinstance(kind := value.get("type"), str):
        return False
    return kind in SHAPES and SHAPES[kind](value.get("coordinates"))
