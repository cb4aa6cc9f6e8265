"""PointField, LineStringField and PolygonField.

The shapes that are valid and those that are not: ``tests/codec/cases/``.
"""

from __future__ import annotations

from typing import Any

import pytest
from bson import SON

from aiomotorengine import LineStringField, ListField, PointField, PolygonField
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField
from tests.codec.case import Case
from tests.codec.cases import line_string, point, polygon
from tests.fields.support import holder, is_valid

RING = [[0, 0], [0, 1], [1, 1], [0, 0]]
SHAPES: list[tuple[Any, str, Any]] = [
    (PointField, "Point", [30.5, 50.4]),
    (LineStringField, "LineString", [[0, 0], [1, 1]]),
    (PolygonField, "Polygon", [RING]),
]
every_shape = pytest.mark.parametrize(("field_class", "kind", "coordinates"), SHAPES)


@pytest.mark.parametrize("case", [*point.CASES, *line_string.CASES, *polygon.CASES], ids=str)
def test_shapes(case: Any) -> None:
    assert is_valid(case.field, case.python) == isinstance(case, Case)


@every_shape
def test_the_type_is_an_attribute(field_class: Any, kind: str, coordinates: Any) -> None:
    assert field_class._type == kind
    assert GeoJsonBaseField._type == "GeoBase"


@every_shape
def test_a_list_reads_as_the_object_it_stands_for(
    field_class: Any, kind: str, coordinates: Any
) -> None:
    for value in coordinates, tuple(coordinates):
        document = holder(field_class())(value=value)
        assert document.value == {"type": kind, "coordinates": value}
        assert document.value["coordinates"] is value
        assert document.to_son() == {"value": {"type": kind, "coordinates": value}}


@every_shape
def test_an_object_is_left_alone(field_class: Any, kind: str, coordinates: Any) -> None:
    value = {"type": kind, "coordinates": coordinates}
    document = holder(field_class())(value=value)
    assert document.value is value
    assert document.to_son()["value"] is value


@every_shape
def test_the_field_itself_takes_no_bare_list(field_class: Any, kind: str, coordinates: Any) -> None:
    field = field_class()
    assert not field.validate(coordinates)
    assert field.validate({"type": kind, "coordinates": coordinates})
    assert field.validate(SON(type=kind, coordinates=coordinates))
    assert field.validate(None)


def test_auto_index_comes_first_and_is_not_kept() -> None:
    field = PointField(True, "nm")
    assert field.db_field == "nm"
    assert not hasattr(field, "auto_index")


@every_shape
def test_k22_a_list_in_a_query_is_wrapped(field_class: Any, kind: str, coordinates: Any) -> None:
    wrapped = {"type": kind, "coordinates": coordinates}
    assert field_class().to_query(coordinates) == wrapped
    assert field_class().to_query_item(coordinates) == wrapped


@every_shape
def test_k22_a_list_among_items_is_wrapped(field_class: Any, kind: str, coordinates: Any) -> None:
    document = holder(ListField(field_class()))(value=[coordinates])
    assert document.validate()
    assert document.to_son() == {"value": [{"type": kind, "coordinates": coordinates}]}


def test_k22_positions_are_compared_by_value() -> None:
    assert is_valid(PolygonField(), [[(0, 0), [0, 1], (1, 1), [0, 0]]])
    assert is_valid(PolygonField(), [[[0, 0], [0, 1], [1, 1], (0.0, 0)]])
    assert not is_valid(PolygonField(), [[[0, 0], [0, 1], [1, 1], (1, 0)]])


def test_a_ring_of_one_position_is_valid() -> None:
    assert is_valid(PolygonField(), [[[1, 2]]])


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"type": "Point", "coordinates": [1, 2]},
        {"$near": {"$geometry": {"type": "Point", "coordinates": [1, 2]}}},
        {"$nearSphere": [1, 2], "$maxDistance": 5},
        {"$geoWithin": {"$centerSphere": [[1, 2], 3]}},
        {"$geoIntersects": {"$geometry": {}}},
    ],
)
def test_objects_and_operators_of_geometry_are_left_alone_in_queries(value: Any) -> None:
    assert PointField().to_query(value) is value


@pytest.mark.parametrize("value", [{"$ne": None}, {"$near": [1, 2], "$exists": True}, {"$gt": 1}])
def test_other_operators_are_refused_and_the_field_named(value: Any) -> None:
    field = holder(PointField()).value
    with pytest.raises(ValueError, match=r"^Field 'value' .*raw query"):
        field.to_query(value)


def test_no_operators_among_the_values_of_in() -> None:
    field = holder(PointField()).value
    with pytest.raises(ValueError, match=r"^Field 'value' takes no operators"):
        field.to_query_item({"$near": [1, 2]})


def test_k17_a_list_given_to_update_is_wrapped_and_checked() -> None:
    field = holder(PointField()).value
    assert field.to_update([1, 2]) == {"type": "Point", "coordinates": [1, 2]}
    for value in [1], "text", {"type": "Line", "coordinates": [1, 2]}, {"$set": 1}:
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            field.to_update(value)
