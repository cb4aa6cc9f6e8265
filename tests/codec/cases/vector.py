"""VectorField: numbers of one kind, as bytes."""

from __future__ import annotations

import math
from array import array

from bson.binary import Binary, BinaryVector, BinaryVectorDtype

from aiomotorengine import ListField, VectorField
from tests.codec.case import Case, Refused

FLOATS = Binary.from_vector([1.0, 0.5, -0.25], BinaryVectorDtype.FLOAT32)
BYTES = Binary.from_vector([1, -128, 127], BinaryVectorDtype.INT8)
BITS = Binary.from_vector([255, 16], BinaryVectorDtype.PACKED_BIT, padding=4)


def floats() -> VectorField:
    return VectorField(dimensions=3)


def integers() -> VectorField:
    return VectorField(dtype="int8")


def bits() -> VectorField:
    return VectorField(dimensions=12, dtype="packed_bit")


CASES = [
    Case(floats(), python=None, stored=None),
    Case(floats(), python=[1.0, 0.5, -0.25], stored=FLOATS),
    Case(floats(), python=(1, 0.5, -0.25), stored=FLOATS, reads=[1.0, 0.5, -0.25]),
    Case(floats(), python=array("f", [1, 0.5, -0.25]), stored=FLOATS, reads=[1.0, 0.5, -0.25]),
    Case(floats(), python=array("d", [1, 0.5, -0.25]), stored=FLOATS, reads=[1.0, 0.5, -0.25]),
    Case(floats(), python=FLOATS, stored=FLOATS, reads=[1.0, 0.5, -0.25]),
    Case(
        floats(),
        python=BinaryVector([1.0, 0.5, -0.25], BinaryVectorDtype.FLOAT32),
        stored=FLOATS,
        reads=[1.0, 0.5, -0.25],
    ),
    Case(VectorField(), python=[], stored=Binary.from_vector([], BinaryVectorDtype.FLOAT32)),
    Case(
        VectorField(),
        python=[0.1, 2**60, -0.0],
        stored=Binary.from_vector([0.1, 2.0**60, -0.0], BinaryVectorDtype.FLOAT32),
        reads=[0.10000000149011612, 2.0**60, -0.0],
    ),
    Case(integers(), python=[1, -128, 127], stored=BYTES),
    Case(integers(), python=array("h", [1, -128, 127]), stored=BYTES, reads=[1, -128, 127]),
    Case(bits(), python=[255, 16], stored=BITS),
    Case(
        VectorField(dtype="packed_bit"),
        python=[255, 16],
        stored=Binary.from_vector([255, 16], BinaryVectorDtype.PACKED_BIT),
    ),
    Case(
        bits(),
        python=BinaryVector([255, 16], BinaryVectorDtype.PACKED_BIT, 4),
        stored=BITS,
        reads=[255, 16],
    ),
    Case(ListField(floats()), python=[[1.0, 0.5, -0.25], None], stored=[FLOATS, None]),
    Refused(VectorField(required=True), python=None),
    Refused(floats(), python=[1.0]),
    Refused(floats(), python=[1.0, 2.0, 3.0, 4.0]),
    Refused(floats(), python=[]),
    Refused(floats(), python=[1.0, math.nan, 2.0]),
    Refused(floats(), python=[1.0, math.inf, 2.0]),
    Refused(floats(), python=[1.0, 1e39, 2.0]),
    Refused(floats(), python=[1.0, 10**400, 2.0]),
    Refused(floats(), python=[1.0, "2", 3.0]),
    Refused(floats(), python=[1.0, True, 3.0]),
    Refused(floats(), python=[1.0, None, 3.0]),
    Refused(floats(), python={1.0, 2.0, 3.0}),
    Refused(floats(), python="123"),
    Refused(floats(), python=b"123"),
    Refused(floats(), python=BYTES),
    Refused(floats(), python=BinaryVector([1, 2, 3], BinaryVectorDtype.INT8)),
    Refused(integers(), python=[128]),
    Refused(integers(), python=[-129]),
    Refused(integers(), python=[1.0]),
    Refused(integers(), python=array("h", [1, 200])),
    Refused(bits(), python=[255, 1]),
    Refused(bits(), python=[255]),
    Refused(bits(), python=[256, 0]),
]
