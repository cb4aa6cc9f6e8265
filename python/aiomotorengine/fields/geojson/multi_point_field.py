"""MultiPointField: several places."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField, is_line
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["MultiPointField"]


@native_kind("multi_point")
class MultiPointField(GeoJsonBaseField):
    """Several GeoJSON points: one or more positions.

    Example:
        >>> from aiomotorengine import Document, MultiPointField
        >>> class Trip(Document):
        ...     stops = MultiPointField()
        >>> Trip(stops=[[0, 0], [1, 1]]).stops
        {'type': 'MultiPoint', 'coordinates': [[0, 0], [1, 1]]}
    """

    _type = "MultiPoint"
    _shape = "a list of [longitude, latitude]"

    def _are_coordinates(self, coordinates: Any) -> bool:
        return is_line(coordinates)
