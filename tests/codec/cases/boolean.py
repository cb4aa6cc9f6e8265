"""BooleanField: every value is valid, and is stored as true or false."""

from __future__ import annotations

from aiomotorengine import BooleanField
from tests.codec.case import Case, Refused

CASES = [
    Case(BooleanField(), python=True, stored=True),
    Case(BooleanField(), python=False, stored=False),
    Case(BooleanField(), python=None, stored=False, reads=False),
    Case(BooleanField(), python="", stored=False, reads=False),
    Case(BooleanField(), python="no", stored=True, reads=True),
    Case(BooleanField(), python=0, stored=False, reads=False),
    Case(BooleanField(), python=2.5, stored=True, reads=True),
    Case(BooleanField(), python=[], stored=False, reads=False),
    Case(BooleanField(required=True), python=False, stored=False),
    Refused(BooleanField(required=True), python=None),
]
