"""MultiLineStringField: several lines."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField, are_lines
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["MultiLineStringField"]


@native_kind("multi_line_string")
class MultiLineStringField(GeoJsonBaseField):
    """Several GeoJSON lines, each of one or more positions.

    Example:
        >>> from aiomotorengine import Document, MultiLineStringField
        >>> class River(Document):
        ...     arms = MultiLineStringField()
        >>> River(arms=[[[0, 0], [1, 1]], [[0, 1], [1, 1]]]).validate()
        True
    """

    _type = "MultiLineString"
    _shape = "lists of [longitude, latitude]"

    def _are_coordinates(self, coordinates: Any) -> bool:
        return are_lines(coordinates)
