"""PolygonField: an area."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField, is_area
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["PolygonField"]


@native_kind("polygon")
class PolygonField(GeoJsonBaseField):
    """A GeoJSON polygon: one or more rings, each a line that ends where it begins.

    Example:
        >>> from aiomotorengine import Document, PolygonField
        >>> class Field(Document):
        ...     area = PolygonField()
        >>> Field(area=[[[0, 0], [0, 1], [1, 1], [0, 0]]]).validate()
        True
    """

    _type = "Polygon"
    _shape = "lists of [longitude, latitude] that end where they begin"

    def _are_coordinates(self, coordinates: Any) -> bool:
        return is_area(coordinates)
