"""MultiPolygonField: GeoJSON of several shapes."""

from __future__ import annotations

from aiomotorengine import MultiPolygonField
from tests.codec.case import Case, Refused

SHAPE = [[[[0, 0], [0, 1], [1, 1], [0, 0]]]]
STORED = {"type": "MultiPolygon", "coordinates": SHAPE}

CASES = [
    Case(MultiPolygonField(), python=None, stored=None),
    Case(MultiPolygonField(), python=SHAPE, stored=STORED, reads=STORED),
    Case(
        MultiPolygonField(),
        python=tuple(SHAPE),
        stored=STORED | {"coordinates": tuple(SHAPE)},
        reads=STORED,
    ),
    Case(MultiPolygonField(), python=STORED, stored=STORED),
    Case(MultiPolygonField(required=True), python=STORED, stored=STORED),
    Refused(MultiPolygonField(required=True), python=None),
    Refused(MultiPolygonField(), python=[]),
    Refused(MultiPolygonField(), python=[[[0, 0], [0, 1]]]),
    Refused(MultiPolygonField(), python=[*SHAPE, 5]),
    Refused(MultiPolygonField(), python={"type": "Point", "coordinates": SHAPE}),
    Refused(MultiPolygonField(), python={"type": "MultiPolygon"}),
    Refused(MultiPolygonField(), python="text"),
    Refused(MultiPolygonField(), python={}),
]
