"""DecimalField: rounded to its places, stored as text."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal

from bson import Decimal128

from aiomotorengine import DecimalField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

CASES = [
    Case(DecimalField(), python=None, stored=None),
    Case(DecimalField(), python=Decimal("10.02"), stored="10.02"),
    Case(DecimalField(), python=Decimal("10.0230"), stored="10.02", reads=Decimal("10.02")),
    Case(DecimalField(), python=Decimal("10.56823"), stored="10.57", reads=Decimal("10.57")),
    Case(DecimalField(), python=Decimal("0.125"), stored="0.13", reads=Decimal("0.13")),
    Case(DecimalField(), python=Decimal("-0.125"), stored="-0.13", reads=Decimal("-0.13")),
    Case(DecimalField(), python=Decimal("-0"), stored="-0.00", reads=Decimal("-0.00")),
    Case(DecimalField(), python=Decimal("1E+3"), stored="1000.00", reads=Decimal("1000.00")),
    Case(DecimalField(), python=10, stored="10.00", reads=Decimal("10.00")),
    Case(DecimalField(), python=True, stored="1.00", reads=Decimal("1.00")),
    Case(DecimalField(), python=10.0230, stored="10.02", reads=Decimal("10.02")),
    Case(DecimalField(), python="10.5", stored="10.50", reads=Decimal("10.50")),
    Case(DecimalField(), python="1e30", stored=f"1{'0' * 30}.00", reads=Decimal(f"1{'0' * 30}.00")),
    Case(
        DecimalField(),
        python=Decimal(f"{'123456789' * 10}.005"),
        stored=f"{'123456789' * 10}.01",
        reads=Decimal(f"{'123456789' * 10}.01"),
    ),
    Case(DecimalField(), python=Decimal128("1.5"), stored="1.50", reads=Decimal("1.50")),
    Case(DecimalField(), python=Decimal(f"{'9' * 6145}.00"), stored=f"{'9' * 6145}.00"),
    Case(DecimalField(), python=Decimal("0E+16000000"), stored="0.00", reads=Decimal("0.00")),
    Case(DecimalField(precision=0), python="2.5", stored="3", reads=Decimal(3)),
    Case(DecimalField(precision=7), python="0.0000001", stored="1E-7", reads=Decimal("1E-7")),
    Case(
        DecimalField(precision=4, rounding=decimal.ROUND_DOWN),
        python="10.5682999",
        stored="10.5682",
        reads=Decimal("10.5682"),
    ),
    Case(
        DecimalField(rounding=decimal.ROUND_HALF_EVEN),
        python="0.125",
        stored="0.12",
        reads=Decimal("0.12"),
    ),
    Case(DecimalField(0, 99), python=Decimal("99.00"), stored="99.00"),
    Case(DecimalField(0, 99), python=Decimal("0.00"), stored="0.00"),
    Case(DecimalField(0, 99), python=None, stored=None),
    Refused(DecimalField(required=True), python=None),
    Refused(DecimalField(min_value=0), python=-1),
    Refused(DecimalField(max_value=Decimal("99.99")), python=100),
    Refused(DecimalField(max_value=Decimal("99.99")), python="99.991"),
    Refused(DecimalField(), python=""),
    Refused(DecimalField(), python="x"),
    Refused(DecimalField(), python=Decimal("NaN")),
    Refused(DecimalField(), python=Decimal("sNaN")),
    Refused(DecimalField(0, 99), python=Decimal("NaN")),
    Refused(DecimalField(), python=Decimal("Infinity")),
    Refused(DecimalField(), python=math.inf),
    Refused(DecimalField(), python=math.nan),
    Refused(DecimalField(), python="1e999999999"),
    Refused(DecimalField(), python=Decimal("1E+6145")),
    Refused(DecimalField(), python=Decimal("9" * 6146)),
    *(Refused(DecimalField(), python=value) for value in MISSING),
    Refused(DecimalField(), python=b"1"),
    Refused(DecimalField(), python=[1]),
    Refused(DecimalField(), python={"$gt": 0}),
]
