"""MultiLineStringField: GeoJSON of several shapes."""

from __future__ import annotations

from aiomotorengine import MultiLineStringField
from tests.codec.case import Case, Refused

SHAPE = [[[0, 1], [2, 3]], [[4, 5]]]
STORED = {"type": "MultiLineString", "coordinates": SHAPE}

CASES = [
    Case(MultiLineStringField(), python=None, stored=None),
    Case(MultiLineStringField(), python=SHAPE, stored=STORED, reads=STORED),
    Case(
        MultiLineStringField(),
        python=tuple(SHAPE),
        stored=STORED | {"coordinates": tuple(SHAPE)},
        reads=STORED,
    ),
    Case(MultiLineStringField(), python=STORED, stored=STORED),
    Case(MultiLineStringField(required=True), python=STORED, stored=STORED),
    Refused(MultiLineStringField(required=True), python=None),
    Refused(MultiLineStringField(), python=[]),
    Refused(MultiLineStringField(), python=[[0, 1]]),
    Refused(MultiLineStringField(), python=[*SHAPE, 5]),
    Refused(MultiLineStringField(), python={"type": "Point", "coordinates": SHAPE}),
    Refused(MultiLineStringField(), python={"type": "MultiLineString"}),
    Refused(MultiLineStringField(), python="text"),
    Refused(MultiLineStringField(), python={}),
]
