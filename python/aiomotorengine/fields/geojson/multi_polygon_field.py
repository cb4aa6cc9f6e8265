"""MultiPolygonField: several areas."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField, are_areas
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["MultiPolygonField"]


@native_kind("multi_polygon")
class MultiPolygonField(GeoJsonBaseField):
    """Several GeoJSON polygons, each of one or more rings.

    Example:
        >>> from aiomotorengine import Document, MultiPolygonField
        >>> class Islands(Document):
        ...     land = MultiPolygonField()
        >>> Islands(land=[[[[0, 0], [0, 1], [1, 1], [0, 0]]]]).validate()
        True
    """

    _type = "MultiPolygon"
    _shape = "lists of polygons, which are lists of rings of [longitude, latitude]"

    def _are_coordinates(self, coordinates: Any) -> bool:
        return are_areas(coordinates)
