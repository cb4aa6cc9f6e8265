"""VectorField: numbers that are searched by how near they are to others, such as embeddings."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

from bson.binary import VECTOR_SUBTYPE, Binary, BinaryVector

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import unchanged
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.vectors import VectorType, is_numpy, load_numpy

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["VectorField"]

VectorDtype = Literal["float32", "int8", "packed_bit"]


@native_kind("vector", binary=Binary)
class VectorField(BaseField[Any]):
    """Numbers of one kind, stored in as few bytes as that takes (binary data of subtype 9).

    Lists, tuples, ``array``s, one-dimensional arrays of numpy and PyMongo's ``BinaryVector`` are
    taken. Vectors that other programs have stored as arrays are read as well, and stay as they are
    until they are changed.

    Parameters:
        dimensions: how many numbers a vector has; for ``packed_bit``, how many bits. By default
            any number.
        dtype: ``"float32"``, ``"int8"`` (from -128 to 127), or ``"packed_bit"``, where each number
            is a byte of eight bits.
        as_numpy: whether the attribute reads as an array of numpy, which can't be changed in place,
            in the place of a list.

    Raises:
        ValueError: ``dtype`` is none of these, or ``dimensions`` is no positive number.
        ImportError: ``as_numpy`` is set, and numpy is not installed.

    Example:
        >>> from aiomotorengine import Document, VectorField
        >>> class Text(Document):
        ...     embedding = VectorField(dimensions=2)
        >>> stored = Text(embedding=[1.0, 0.5]).to_son()
        >>> stored["embedding"].subtype, len(stored["embedding"]), Text.from_son(stored).embedding
        (9, 10, [1.0, 0.5])
    """

    _stored_by = ("dtype",)

    def __init__(
        self,
        dimensions: int | None = None,
        dtype: VectorDtype = "float32",
        as_numpy: bool = False,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        if dtype not in get_args(VectorDtype):
            raise ValueError(f"dtype must be 'float32', 'int8' or 'packed_bit', not {dtype!r}.")
        if dimensions is not None and (type(dimensions) is not int or dimensions < 1):
            raise ValueError(f"dimensions must be a positive number, not {dimensions!r}.")
        super().__init__(*args, **options)
        self.dimensions = dimensions
        self.dtype = dtype
        self.as_numpy = as_numpy
        self._type = VectorType.named(dtype, dimensions)
        if as_numpy:
            load_numpy()

    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        try:
            self._type.binary_of(value)
        except (ArithmeticError, TypeError, ValueError):
            return False
        return True

    @unchanged(NoneType)
    def to_son(self, value: Any) -> Any:
        return None if value is None else self._type.binary_of(value)

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Any:
        if isinstance(value, Binary) and value.subtype == VECTOR_SUBTYPE:
            return value.as_vector(return_numpy=self.as_numpy).data
        if isinstance(value, list) and self.as_numpy:
            return self._type.numpy_of(value)
        return value

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is None:
            return False
        try:
            return type(stored) is not Binary or self._type.binary_of(loaded) != stored
        except (ArithmeticError, TypeError, ValueError):
            return True

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": ["binData", "array"]}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        count = self.dimensions
        if self.dtype == "packed_bit" and count is not None:
            count = -(-count // 8)
        lengths = {} if count is None else {"minItems": count, "maxItems": count}
        kind = "number" if self.dtype == "float32" else "integer"
        return {"type": "array", "items": {"type": kind}, **lengths}

    def _dict_form(self, value: Any, forms: Any) -> Any:
        is_array = isinstance(value, array) or is_numpy(value)
        return forms.plain(value.tolist() if forms.is_json and is_array else value)

    def _wanted(self, value: Any) -> str:
        if self.dimensions is None:
            return self._type.wanted
        if self.dtype == "packed_bit":
            return f"{-(-self.dimensions // 8)} bytes with {self.dimensions} bits"
        return f"{self.dimensions} {self._type.wanted}"

    if TYPE_CHECKING:

        def __set__(
            self,
            instance: DocumentStorage,
            value: Sequence[float] | array[Any] | BinaryVector | Any | None,
        ) -> None: ...
