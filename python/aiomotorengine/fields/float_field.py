"""FloatField: floating-point numbers."""

from __future__ import annotations

from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, Unpack

from bson.decimal128 import Decimal128

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.json_texts import finite
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.schema_rules import bounds
from aiomotorengine.locations import within_bounds
from aiomotorengine.utils import without_underscores

if TYPE_CHECKING:
    from decimal import Decimal

    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["FloatField"]

ANY_FLOAT: frozenset[type] = frozenset({float, NoneType})


@native_kind("float")
class FloatField(BaseField[float]):
    """A floating-point number; anything that ``float()`` takes is converted by it.

    Parameters:
        min_value: the smallest valid value.
        max_value: the largest valid value. ``NaN`` is outside no bounds.

    Example:
        >>> from aiomotorengine import Document, FloatField
        >>> class Sample(Document):
        ...     height = FloatField()
        >>> Sample(height="1.5").to_son()
        {'height': 1.5}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (float, int)
    _made_for_json = MappingProxyType({float: finite})

    def __init__(
        self,
        min_value: float | None = None,
        max_value: float | None = None,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        self.min_value = min_value
        self.max_value = max_value

    @accepts(
        lambda field: (
            ANY_FLOAT if field.min_value is None and field.max_value is None else NONE_ONLY
        )
    )
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        if type(value) is not float:
            try:
                value = as_float(value)
            except Exception:  # whatever a value raises that is asked for its number
                return False
        try:
            if self.min_value is not None and value < self.min_value:
                return False
            return self.max_value is None or not value > self.max_value
        except ArithmeticError:  # a bound that is a Decimal does not compare with NaN
            return True

    @unchanged(float, NoneType)
    def to_son(self, value: Any) -> float | None:
        return value if value is None else as_float(value)

    @unchanged(float, NoneType)
    def from_son(self, value: Any) -> float | None:
        return value if value is None else as_float(value)

    def parse(self, text: str) -> float:
        return float(without_underscores(text))

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "double", **bounds(self.min_value, self.max_value)}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "number", **bounds(self.min_value, self.max_value)}

    def _wanted(self, value: Any) -> str:
        return f"a number{within_bounds(self.min_value, self.max_value)}"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return isinstance(stored, bool) or bool(stored != loaded)

    if TYPE_CHECKING:

        def __set__(
            self, instance: DocumentStorage, value: float | str | Decimal | None
        ) -> None: ...


def as_float(value: Any) -> float:
    """What ``float()`` makes of a value, and the nearest float to one of MongoDB's decimals.

    Raises:
        ValueError, TypeError, OverflowError: as ``float()``.
    """
    return float(value.to_decimal() if isinstance(value, Decimal128) else value)
