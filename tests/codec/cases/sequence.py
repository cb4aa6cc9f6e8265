"""SequenceField: numbers; those that are missing only a save knows."""

from __future__ import annotations

from aiomotorengine import SequenceField
from tests.codec.case import Case, Refused

CASES = [
    Case(SequenceField(), python=1, stored=1),
    Case(SequenceField(1000, "numbers", "orders"), python=2**40, stored=2**40),
    Case(SequenceField(), python="5", stored=5, reads=5),
    Case(SequenceField(), python=None, stored=None),
    Refused(SequenceField(), python="x"),
    Refused(SequenceField(required=True), python=None),
]
