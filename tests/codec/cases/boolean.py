"""BooleanField: what is true or false in Python, and texts that say so."""

from __future__ import annotations

import math
from decimal import Decimal

from aiomotorengine import BooleanField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

CASES = [
    Case(BooleanField(), python=True, stored=True),
    Case(BooleanField(), python=False, stored=False),
    Case(BooleanField(), python=None, stored=False, reads=False),
    Case(BooleanField(), python="", stored=False, reads=False),
    Case(BooleanField(), python="no", stored=False, reads=False),
    Case(BooleanField(), python=" TRUE ", stored=True, reads=True),
    Case(BooleanField(), python=1, stored=True, reads=True),
    Case(BooleanField(), python=0, stored=False, reads=False),
    Case(BooleanField(), python=2.5, stored=True, reads=True),
    Case(BooleanField(), python=[], stored=False, reads=False),
    Case(BooleanField(required=True), python=False, stored=False),
    Refused(BooleanField(required=True), python=None),
    Refused(BooleanField(), python="x"),
    Refused(BooleanField(), python=math.nan),
    Refused(BooleanField(), python=Decimal("NaN")),
    *(Refused(BooleanField(), python=value) for value in MISSING),
]
