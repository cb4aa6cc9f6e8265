"""Vectors as bytes: what of lists and arrays is one, and what is stored for it."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from importlib import import_module
from math import isfinite
from typing import Any, NamedTuple

from bson.binary import VECTOR_SUBTYPE, Binary, BinaryVector, BinaryVectorDtype

__all__ = ["VectorType", "is_numpy", "load_numpy"]


class VectorType(NamedTuple):
    """A kind of vectors.

    Attributes:
        dtype: what PyMongo calls it.
        code: what Python's arrays call numbers of that size.
        numpy: what numpy calls them, in the order of bytes that is stored.
        kinds: of which kinds numpy's numbers may be.
        types: of which types the numbers in lists are.
        wanted: the same in words.
        dimensions: how many numbers there are, or bits; ``None`` for any number.
    """

    dtype: BinaryVectorDtype
    code: str
    numpy: str
    kinds: str
    types: frozenset[type]
    wanted: str
    dimensions: int | None

    @classmethod
    def named(cls, name: str, dimensions: int | None) -> VectorType:
        return KINDS[name]._replace(dimensions=dimensions)

    def binary_of(self, value: Any) -> Binary:
        """What is stored for a vector.

        Raises:
            TypeError: it is no vector, or has something that is no number of the kind.
            ValueError: it has another length, or a number that is not finite.
            OverflowError: a number is out of range.
        """
        padding = None
        if isinstance(value, Binary):
            if value.subtype != VECTOR_SUBTYPE:
                raise TypeError("these bytes are no vector")
            value = value.as_vector()
        if isinstance(value, BinaryVector):
            if value.dtype != self.dtype:
                raise TypeError(f"it is a vector of {value.dtype.name}")
            value, padding = value.data, value.padding
        data = self._numpy_bytes(value) if is_numpy(value) else self._bytes(value)
        return self._binary(data, padding)

    def numpy_of(self, value: Sequence[Any]) -> Any:
        """An array of numpy for numbers that are stored one by one; of others, what they are."""
        try:
            data = self._bytes(value)
        except (ArithmeticError, TypeError, ValueError):
            return value
        return load_numpy().frombuffer(data, dtype=self.numpy)

    def _binary(self, data: bytes, padding: int | None) -> Binary:
        is_packed = self.dtype is BinaryVectorDtype.PACKED_BIT
        if padding is None:
            padding = -(self.dimensions or 0) % 8 if is_packed else 0
        length = len(data) * 8 - padding if is_packed else len(data) // SIZES[self.code]
        if self.dimensions not in (None, length):
            raise ValueError(f"it has {length} of {self.dimensions} dimensions")
        if padding and (not is_packed or padding not in range(8) or not data):
            raise ValueError(f"it can't have a padding of {padding}")
        if padding and data[-1] & ((1 << padding) - 1):
            raise ValueError("bits behind the last dimension are set")
        return Binary(self.dtype.value + bytes([padding]) + data, VECTOR_SUBTYPE)

    def _bytes(self, value: Any) -> bytes:
        """The bytes of the numbers in a list, a tuple or one of Python's arrays."""
        if isinstance(value, array):
            if value.typecode != self.code:
                value = value.tolist()
        elif not isinstance(value, list | tuple):
            raise TypeError(f"{type(value).__name__} is no vector")
        if not isinstance(value, array):
            if not self.types.issuperset(map(type, value)):
                raise TypeError("it has what is no number of the kind")
            value = array(self.code, value)
        if self.code == "f" and not all(map(isfinite, value)):
            raise ValueError("it has numbers that are not finite")
        if sys.byteorder == "big" and self.code == "f":
            value = value[:]
            value.byteswap()
        data: bytes = value.tobytes()
        return data

    def _numpy_bytes(self, value: Any) -> bytes:
        """The same for an array of numpy, of which no number becomes an object of Python's."""
        numpy = load_numpy()
        if value.ndim != 1 or value.dtype.kind not in self.kinds:
            raise TypeError(f"an array of {value.dtype} with {value.ndim} dimensions is no vector")
        if value.dtype != self.numpy:
            if self.code == "f":
                with numpy.errstate(over="ignore"):
                    value = value.astype(self.numpy)
            else:
                limits = numpy.iinfo(self.numpy)
                if value.size and (value.min() < limits.min or value.max() > limits.max):
                    raise OverflowError("it has numbers out of range")
                value = value.astype(self.numpy)
        if self.code == "f" and not numpy.isfinite(value).all():
            raise ValueError("it has numbers that are not finite")
        data: bytes = value.tobytes()
        return data


WHOLE = frozenset({int})

KINDS = {
    "float32": VectorType(
        BinaryVectorDtype.FLOAT32,
        "f",
        "<f4",
        "fiu",
        frozenset({float, int}),
        "finite numbers",
        None,
    ),
    "int8": VectorType(
        BinaryVectorDtype.INT8, "b", "|i1", "iu", WHOLE, "whole numbers from -128 to 127", None
    ),
    "packed_bit": VectorType(
        BinaryVectorDtype.PACKED_BIT, "B", "|u1", "iu", WHOLE, "whole numbers from 0 to 255", None
    ),
}

SIZES = {"f": 4, "b": 1, "B": 1}


def is_numpy(value: Any) -> bool:
    """Whether a value is an array of numpy. Nobody has one who has not imported it."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def load_numpy() -> Any:
    """The module numpy.

    Raises:
        ImportError: it is not installed.
    """
    return import_module("numpy")
