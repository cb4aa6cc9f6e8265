"""PointField: one place."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField, is_position
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["PointField"]


@native_kind("point")
class PointField(GeoJsonBaseField):
    """A GeoJSON point: a longitude and a latitude.

    Example:
        >>> from aiomotorengine import Document, PointField
        >>> class Place(Document):
        ...     at = PointField()
        >>> Place(at=[30.5, 50.4]).at
        {'type': 'Point', 'coordinates': [30.5, 50.4]}
    """

    _type = "Point"
    _shape = "[longitude, latitude]"

    def _are_coordinates(self, coordinates: Any) -> bool:
        return is_position(coordinates)
