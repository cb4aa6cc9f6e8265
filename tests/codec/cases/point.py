"""PointField: a longitude and a latitude."""

from __future__ import annotations

from bson import SON

from aiomotorengine import PointField
from tests.codec.case import Case, Refused

POINT = {"type": "Point", "coordinates": [30.5, 50]}

CASES = [
    Case(PointField(), python=None, stored=None),
    Case(PointField(), python=[30.5, 50], stored=POINT, reads=POINT),
    Case(
        PointField(),
        python=(30.5, 50),
        stored={"type": "Point", "coordinates": (30.5, 50)},
        reads=POINT,
    ),
    Case(PointField(), python=POINT, stored=POINT),
    Case(PointField(), python=POINT | {"name": "home"}, stored=POINT | {"name": "home"}),
    Case(PointField(), python=SON(POINT), stored=SON(POINT), reads=POINT),
    Case(
        PointField(),
        python=[1000, -1000],
        stored={"type": "Point", "coordinates": [1000, -1000]},
        reads={"type": "Point", "coordinates": [1000, -1000]},
    ),
    Case(PointField(False, required=True), python=POINT, stored=POINT),
    Refused(PointField(required=True), python=None),
    Refused(PointField(), python=[]),
    Refused(PointField(), python=[1]),
    Refused(PointField(), python=[1, 2, 3]),
    Refused(PointField(), python=["x", 1]),
    Refused(PointField(), python=[None, 1]),
    Refused(PointField(), python=[[1, 2]]),
    Refused(PointField(), python=""),
    Refused(PointField(), python="text"),
    Refused(PointField(), python=5),
    Refused(PointField(), python={}),
    Refused(PointField(), python={"type": "Line", "coordinates": [1, 2]}),
    Refused(PointField(), python={"type": "Point"}),
    Refused(PointField(), python={"type": "Point", "coordinates": {1, 2}}),
    Refused(PointField(), python={"type": "Point", "coordinates": "12"}),
    Refused(PointField(), python={"coordinates": [1, 2]}),
]
