"""Fields of places and shapes, one class a file."""

from aiomotorengine.fields.geojson.geometry_collection_field import GeometryCollectionField
from aiomotorengine.fields.geojson.line_string_field import LineStringField
from aiomotorengine.fields.geojson.multi_line_string_field import MultiLineStringField
from aiomotorengine.fields.geojson.multi_point_field import MultiPointField
from aiomotorengine.fields.geojson.multi_polygon_field import MultiPolygonField
from aiomotorengine.fields.geojson.point_field import PointField
from aiomotorengine.fields.geojson.polygon_field import PolygonField

__all__ = [
    "GeometryCollectionField",
    "LineStringField",
    "MultiLineStringField",
    "MultiPointField",
    "MultiPolygonField",
    "PointField",
    "PolygonField",
]
