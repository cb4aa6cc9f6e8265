"""GeometryCollectionField: GeoJSON of several kinds."""

from __future__ import annotations

from aiomotorengine import GeometryCollectionField
from tests.codec.case import Case, Refused

POINT = {"type": "Point", "coordinates": [0, 1]}
LINES = {"type": "MultiLineString", "coordinates": [[[0, 1], [2, 3]]]}
STORED = {"type": "GeometryCollection", "geometries": [POINT, LINES]}

CASES = [
    Case(GeometryCollectionField(), python=None, stored=None),
    Case(GeometryCollectionField(), python=[POINT, LINES], stored=STORED, reads=STORED),
    Case(
        GeometryCollectionField(),
        python=(POINT,),
        stored={"type": "GeometryCollection", "geometries": (POINT,)},
        reads={"type": "GeometryCollection", "geometries": [POINT]},
    ),
    Case(GeometryCollectionField(), python=STORED, stored=STORED),
    Refused(GeometryCollectionField(required=True), python=None),
    Refused(GeometryCollectionField(), python=[]),
    Refused(GeometryCollectionField(), python=[[0, 1]]),
    Refused(GeometryCollectionField(), python=[STORED]),
    Refused(GeometryCollectionField(), python=[POINT, {"type": "Point", "coordinates": [0]}]),
    Refused(GeometryCollectionField(), python={"type": "GeometryCollection"}),
    Refused(GeometryCollectionField(), python={"type": "Point", "geometries": [POINT]}),
    Refused(GeometryCollectionField(), python=[{"type": ["Point"], "coordinates": [0, 1]}]),
    Refused(GeometryCollectionField(), python="text"),
]
