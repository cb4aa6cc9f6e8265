"""MultiPointField: GeoJSON of several shapes."""

from __future__ import annotations

from aiomotorengine import MultiPointField
from tests.codec.case import Case, Refused

SHAPE = [[0, 1], [2.5, 3]]
STORED = {"type": "MultiPoint", "coordinates": SHAPE}

CASES = [
    Case(MultiPointField(), python=None, stored=None),
    Case(MultiPointField(), python=SHAPE, stored=STORED, reads=STORED),
    Case(
        MultiPointField(),
        python=tuple(SHAPE),
        stored=STORED | {"coordinates": tuple(SHAPE)},
        reads=STORED,
    ),
    Case(MultiPointField(), python=STORED, stored=STORED),
    Case(MultiPointField(required=True), python=STORED, stored=STORED),
    Refused(MultiPointField(required=True), python=None),
    Refused(MultiPointField(), python=[]),
    Refused(MultiPointField(), python=[0, 1]),
    Refused(MultiPointField(), python=[*SHAPE, 5]),
    Refused(MultiPointField(), python={"type": "Point", "coordinates": SHAPE}),
    Refused(MultiPointField(), python={"type": "MultiPoint"}),
    Refused(MultiPointField(), python="text"),
    Refused(MultiPointField(), python={}),
]
