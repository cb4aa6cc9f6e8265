"""Decimal128Field: decimal numbers, stored as MongoDB's own."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal

from bson import Decimal128

from aiomotorengine import Decimal128Field
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

NINES = "9" * 34
"""The most digits that there are."""

AS_GIVEN = (
    "0", "-0", "0.00", "10", "-10.25", "1.50", "0.1", "1E+3", "1.23E-7", "1E-6176", "-1E-6176",
    "0E-6176", "1E+6111", "0E+6111", NINES, f"-{NINES[:2]}.{NINES[2:]}", f"{NINES}E+6111",
)  # fmt: skip

CASES = [
    Case(Decimal128Field(), python=None, stored=None),
    *(Case(Decimal128Field(), python=Decimal(text), stored=Decimal128(text)) for text in AS_GIVEN),
    Case(
        Decimal128Field(),
        python=Decimal("1E+6144"),
        stored=Decimal128("1E+6144"),
        reads=Decimal(f"1{'0' * 33}E+6111"),
    ),
    Case(
        Decimal128Field(),
        python=10**40,
        stored=Decimal128(f"1{'0' * 33}E+7"),
        reads=Decimal(f"1{'0' * 33}E+7"),
    ),
    Case(
        Decimal128Field(),
        python=Decimal("0E+9999"),
        stored=Decimal128("0E+6111"),
        reads=Decimal("0E+6111"),
    ),
    Case(Decimal128Field(), python=10, stored=Decimal128("10"), reads=Decimal(10)),
    Case(Decimal128Field(), python=True, stored=Decimal128("1"), reads=Decimal(1)),
    Case(Decimal128Field(), python=0.1, stored=Decimal128("0.1"), reads=Decimal("0.1")),
    Case(Decimal128Field(), python=1e-7, stored=Decimal128("1E-7"), reads=Decimal("1E-7")),
    Case(Decimal128Field(), python="10.50", stored=Decimal128("10.50"), reads=Decimal("10.50")),
    Case(
        Decimal128Field(),
        python=Decimal128("1.5"),
        stored=Decimal128("1.5"),
        reads=Decimal("1.5"),
    ),
    Case(Decimal128Field(precision=2), python=Decimal("1.25"), stored=Decimal128("1.25")),
    Case(
        Decimal128Field(precision=2),
        python=Decimal("1.5"),
        stored=Decimal128("1.50"),
        reads=Decimal("1.50"),
    ),
    Case(
        Decimal128Field(precision=2),
        python=Decimal("1E+3"),
        stored=Decimal128("1000.00"),
        reads=Decimal("1000.00"),
    ),
    Case(
        Decimal128Field(precision=2),
        python=Decimal("0.125"),
        stored=Decimal128("0.13"),
        reads=Decimal("0.13"),
    ),
    Case(
        Decimal128Field(precision=2),
        python=Decimal("-0"),
        stored=Decimal128("-0.00"),
        reads=Decimal("-0.00"),
    ),
    Case(Decimal128Field(precision=0), python="2.5", stored=Decimal128("3"), reads=Decimal(3)),
    Case(
        Decimal128Field(precision=1, rounding=decimal.ROUND_DOWN),
        python=0.99,
        stored=Decimal128("0.9"),
        reads=Decimal("0.9"),
    ),
    Case(
        Decimal128Field(precision=2),
        python=Decimal(f"0.{'123456789' * 10}"),
        stored=Decimal128("0.12"),
        reads=Decimal("0.12"),
    ),
    Case(Decimal128Field(0, 99), python=Decimal(99), stored=Decimal128("99")),
    Case(Decimal128Field(0.1, "0.3"), python=Decimal("0.1"), stored=Decimal128("0.1")),
    Refused(Decimal128Field(required=True), python=None),
    Refused(Decimal128Field(min_value=0), python=Decimal(-1)),
    Refused(Decimal128Field(max_value=Decimal("99.99")), python=Decimal(100)),
    Refused(Decimal128Field(max_value=Decimal("99.99")), python="99.991"),
    Refused(Decimal128Field(), python=Decimal(f"{NINES}.9")),
    Refused(Decimal128Field(), python=Decimal("1E+6145")),
    Refused(Decimal128Field(), python=Decimal("1E-6177")),
    Refused(Decimal128Field(), python="1e999999999"),
    Refused(Decimal128Field(precision=2), python=Decimal("1E+33")),
    Refused(Decimal128Field(precision=2), python=Decimal(NINES)),
    Refused(Decimal128Field(), python=Decimal("NaN")),
    Refused(Decimal128Field(), python=Decimal("sNaN")),
    Refused(Decimal128Field(precision=2), python=Decimal("NaN")),
    Refused(Decimal128Field(0, 99), python=Decimal("NaN")),
    Refused(Decimal128Field(), python=Decimal("-Infinity")),
    Refused(Decimal128Field(), python=math.inf),
    Refused(Decimal128Field(), python=math.nan),
    Refused(Decimal128Field(), python=Decimal128("NaN")),
    Refused(Decimal128Field(), python=""),
    Refused(Decimal128Field(), python="x"),
    Refused(Decimal128Field(), python=b"1"),
    Refused(Decimal128Field(), python=[1]),
    Refused(Decimal128Field(), python={"$gt": 0}),
    *(Refused(Decimal128Field(), python=value) for value in MISSING),
]
