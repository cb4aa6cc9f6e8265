"""LineStringField: a line."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField, is_line
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["LineStringField"]


@native_kind("line_string")
class LineStringField(GeoJsonBaseField):
    """A GeoJSON line: one or more positions.

    Example:
        >>> from aiomotorengine import Document, LineStringField
        >>> class Road(Document):
        ...     course = LineStringField()
        >>> Road(course=[[0, 0], [1, 1]]).course["type"]
        'LineString'
    """

    _type = "LineString"
    _shape = "a list of [longitude, latitude]"

    def _are_coordinates(self, coordinates: Any) -> bool:
        return is_line(coordinates)
