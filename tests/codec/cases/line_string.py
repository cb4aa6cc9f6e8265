"""LineStringField: one or more positions."""

from __future__ import annotations

from aiomotorengine import LineStringField
from tests.codec.case import Case, Refused

LINE = {"type": "LineString", "coordinates": [[0, 0], [1.5, 1]]}

CASES = [
    Case(LineStringField(), python=None, stored=None),
    Case(LineStringField(), python=LINE, stored=LINE),
    Case(LineStringField(), python=[[0, 0], [1.5, 1]], stored=LINE, reads=LINE),
    Case(
        LineStringField(),
        python=((0, 0), [1.5, 1]),
        stored={"type": "LineString", "coordinates": ((0, 0), [1.5, 1])},
        reads=LINE,
    ),
    Case(
        LineStringField(),
        python=[[0, 0]],
        stored={"type": "LineString", "coordinates": [[0, 0]]},
        reads={"type": "LineString", "coordinates": [[0, 0]]},
    ),
    Refused(LineStringField(required=True), python=None),
    Refused(LineStringField(), python=[]),
    Refused(LineStringField(), python=[0, 0]),
    Refused(LineStringField(), python=[[0, 0], [1]]),
    Refused(LineStringField(), python=[[0, 0], ["x", 1]]),
    Refused(LineStringField(), python=""),
    Refused(LineStringField(), python={"type": "Point", "coordinates": [[0, 0]]}),
    Refused(LineStringField(), python={"type": "LineString", "coordinates": None}),
]
