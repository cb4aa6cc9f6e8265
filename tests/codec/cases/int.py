"""IntField: what ``int()`` takes, within 64 bits."""

from __future__ import annotations

import math
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

from bson import Decimal128, Int64

from aiomotorengine import IntField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING


class Weight(IntEnum):
    HEAVY = 2


CASES = [
    Case(IntField(), python=None, stored=None),
    Case(IntField(), python=0, stored=0),
    Case(IntField(), python=-1, stored=-1),
    Case(IntField(), python=2**31 - 1, stored=2**31 - 1),
    Case(IntField(), python=2**31, stored=2**31),
    Case(IntField(), python=-(2**31), stored=-(2**31)),
    Case(IntField(), python=-(2**31) - 1, stored=-(2**31) - 1),
    Case(IntField(), python=2**63 - 1, stored=2**63 - 1),
    Case(IntField(), python=-(2**63), stored=-(2**63)),
    Case(IntField(), python=True, stored=1, reads=1),
    Case(IntField(), python=Int64(5), stored=5, reads=5),
    Case(IntField(), python=Weight.HEAVY, stored=2, reads=2),
    Case(IntField(), python="10", stored=10, reads=10),
    Case(IntField(), python=" -10 ", stored=-10, reads=-10),
    Case(IntField(), python=b"10", stored=10, reads=10),
    Case(IntField(), python=10.02, stored=10, reads=10),
    Case(IntField(), python=-10.98, stored=-10, reads=-10),
    Case(IntField(), python=Decimal("7.9"), stored=7, reads=7),
    Case(IntField(), python=Fraction(7, 2), stored=3, reads=3),
    Case(IntField(), python=Decimal128("7.9"), stored=7, reads=7),
    Case(IntField(min_value=0, max_value=255), python=0, stored=0),
    Case(IntField(min_value=0, max_value=255), python=255, stored=255),
    Case(IntField(max_value=255), python=255.9, stored=255, reads=255),
    Case(IntField(min_value=0.5), python=1, stored=1),
    Case(IntField(required=True), python=0, stored=0),
    Refused(IntField(required=True), python=None),
    Refused(IntField(min_value=0), python=-1),
    Refused(IntField(max_value=255), python=256),
    Refused(IntField(max_value=255), python="256"),
    Refused(IntField(min_value=0.5), python=0),
    Refused(IntField(), python=Decimal128("1E+6144")),
    Refused(IntField(), python=Decimal128("NaN")),
    *(Refused(IntField(), python=value) for value in MISSING),
    Refused(IntField(), python=2**63),
    Refused(IntField(), python=-(2**63) - 1),
    Refused(IntField(), python=1e300),
    Refused(IntField(), python=math.inf),
    Refused(IntField(), python=math.nan),
    Refused(IntField(), python=""),
    Refused(IntField(), python="x"),
    Refused(IntField(), python="1.5"),
    Refused(IntField(), python=[1]),
    Refused(IntField(), python={"$gt": 0}),
    Refused(IntField(), python=object()),
]
