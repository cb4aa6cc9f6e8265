"""The operators for numbers: ``__mod``, and those of bits, ``__bits_all_set`` and its like."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.base import ValueOperator
from aiomotorengine.query.family import BITS, NUMBERS
from aiomotorengine.query.values import is_count, is_whole_number, wrong_value

__all__ = [
    "BitsAllClearQueryOperator",
    "BitsAllSetQueryOperator",
    "BitsAnyClearQueryOperator",
    "BitsAnySetQueryOperator",
    "ModQueryOperator",
]


class ModQueryOperator(ValueOperator):
    """Numbers that, divided by one, leave another over: ``age__mod=(4, 1)``.

    Example:
        >>> ModQueryOperator().to_query("age", [4, 1])
        {'age': {'$mod': [4, 1]}}
    """

    family = NUMBERS
    operator = "$mod"

    def get_value(self, field: BaseField[Any], raw: Any) -> list[int]:
        is_pair = isinstance(raw, list | tuple) and len(raw) == 2
        if not is_pair or not all(map(is_whole_number, raw)) or raw[0] == 0:
            raise wrong_value(
                field, "a divisor that is not 0 and a remainder, whole numbers, as in (4, 1)", raw
            )
        return list(raw)


class BitsOperator(ValueOperator):
    """What is asked of some bits: those of a mask, a number or bytes; or those at some positions,
    counted from 0 for the lowest.
    """

    family = BITS

    def get_value(self, field: BaseField[Any], raw: Any) -> Any:
        if isinstance(raw, bytes | bytearray | memoryview):
            return bytes(raw)
        if is_count(raw):
            return raw
        if isinstance(raw, list | tuple | set | frozenset) and all(map(is_count, raw)):
            return list(raw)
        raise wrong_value(
            field, "a mask (a whole number, 0 or more, or bytes) or a list of positions", raw
        )


class BitsAllSetQueryOperator(BitsOperator):
    """All of the bits are 1.

    Example:
        >>> BitsAllSetQueryOperator().to_query("flags", 5)
        {'flags': {'$bitsAllSet': 5}}
    """

    operator = "$bitsAllSet"


class BitsAnySetQueryOperator(BitsOperator):
    """At least one of the bits is 1."""

    operator = "$bitsAnySet"


class BitsAllClearQueryOperator(BitsOperator):
    """All of the bits are 0."""

    operator = "$bitsAllClear"


class BitsAnyClearQueryOperator(BitsOperator):
    """At least one of the bits is 0."""

    operator = "$bitsAnyClear"
