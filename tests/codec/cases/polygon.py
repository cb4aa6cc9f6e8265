"""PolygonField: rings, each of which ends where it begins."""

from __future__ import annotations

from aiomotorengine import PolygonField
from tests.codec.case import Case, Refused

RING = [[0, 0], [0, 1], [1, 1], [0, 0]]
HOLE = [[0.25, 0.5], [0.5, 0.75], [0.25, 0.5]]
AREA = {"type": "Polygon", "coordinates": [RING]}
MIXED = [(0, 0), [0, 1], (1, 1), [0.0, 0]]

CASES = [
    Case(PolygonField(), python=None, stored=None),
    Case(PolygonField(), python=AREA, stored=AREA),
    Case(PolygonField(), python=[RING], stored=AREA, reads=AREA),
    Case(
        PolygonField(),
        python=[RING, HOLE],
        stored={"type": "Polygon", "coordinates": [RING, HOLE]},
        reads={"type": "Polygon", "coordinates": [RING, HOLE]},
    ),
    Case(
        PolygonField(),
        python=[MIXED],
        stored={"type": "Polygon", "coordinates": [MIXED]},
        reads={"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0.0, 0]]]},
    ),
    Case(
        PolygonField(),
        python=[[[1, 2]]],
        stored={"type": "Polygon", "coordinates": [[[1, 2]]]},
        reads={"type": "Polygon", "coordinates": [[[1, 2]]]},
    ),
    Refused(PolygonField(required=True), python=None),
    Refused(PolygonField(), python=[]),
    Refused(PolygonField(), python=[[]]),
    Refused(PolygonField(), python=RING),
    Refused(PolygonField(), python=[RING[:-1]]),
    Refused(PolygonField(), python=[RING, HOLE[:-1]]),
    Refused(PolygonField(), python=[[[0, 0], [0, 1, 2], [0, 0]]]),
    Refused(PolygonField(), python=""),
    Refused(PolygonField(), python={"type": "LineString", "coordinates": [RING]}),
]
