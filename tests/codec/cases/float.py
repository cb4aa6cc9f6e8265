"""FloatField: what ``float()`` takes."""

from __future__ import annotations

import math
from decimal import Decimal

from bson import Decimal128

from aiomotorengine import FloatField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

CASES = [
    Case(FloatField(), python=None, stored=None),
    Case(FloatField(), python=0.0, stored=0.0),
    Case(FloatField(), python=-0.0, stored=-0.0),
    Case(FloatField(), python=1.5, stored=1.5),
    Case(FloatField(), python=5e-324, stored=5e-324),
    Case(FloatField(), python=math.inf, stored=math.inf),
    Case(FloatField(), python=math.nan, stored=math.nan),
    Case(FloatField(), python=3, stored=3.0, reads=3.0),
    Case(FloatField(), python=True, stored=1.0, reads=1.0),
    Case(FloatField(), python=2**70, stored=2.0**70, reads=2.0**70),
    Case(FloatField(), python="1.5", stored=1.5, reads=1.5),
    Case(FloatField(), python=Decimal("0.25"), stored=0.25, reads=0.25),
    Case(FloatField(), python=Decimal128("0.25"), stored=0.25, reads=0.25),
    Case(FloatField(min_value=0.1, max_value=255.6), python=0.1, stored=0.1),
    Case(FloatField(min_value=0.1, max_value=255.6), python=255.6, stored=255.6),
    Case(FloatField(min_value=0.1, max_value=255.6), python=None, stored=None),
    Case(FloatField(min_value=0.1, max_value=255.6), python=math.nan, stored=math.nan),
    Case(FloatField(required=True), python=0.0, stored=0.0),
    Refused(FloatField(required=True), python=None),
    Refused(FloatField(min_value=0.1), python=0),
    Refused(FloatField(min_value=0.1), python=-math.inf),
    Refused(FloatField(max_value=255.6), python=255.7),
    Refused(FloatField(max_value=1.0), python=Decimal128("1.5")),
    *(Refused(FloatField(), python=value) for value in MISSING),
    Refused(FloatField(), python=""),
    Refused(FloatField(), python="x"),
    Refused(FloatField(), python=10**400),
    Refused(FloatField(), python=[1.5]),
    Refused(FloatField(), python={"$gt": 0}),
]
