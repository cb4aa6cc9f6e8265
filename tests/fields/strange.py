"""Values as other libraries have them for what is missing, without these libraries."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn

__all__ = ["MISSING", "NOT_A_TIME", "NO_VALUE", "STRANGE"]


class NoValue:
    """What pandas' ``NA`` is: it equals nothing, and is neither true nor false."""

    def __eq__(self, other: object) -> Any:
        return self

    __ne__ = __eq__
    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise TypeError("boolean value of NA is ambiguous")

    def __repr__(self) -> str:
        return "<NA>"


class NotATime(datetime):
    """What pandas' ``NaT`` is: a datetime that equals nothing."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = datetime.__hash__

    def utcoffset(self) -> NoReturn:
        raise ValueError("NaTType does not support utcoffset")

    def timetuple(self) -> NoReturn:
        raise ValueError("NaTType does not support timetuple")

    def __repr__(self) -> str:
        return "NaT"


class Refuses:
    """An object that refuses whatever it is asked."""

    def _refuse(self, *_: object) -> NoReturn:
        raise RuntimeError("not to be asked")

    __bool__ = __eq__ = __ne__ = __len__ = __iter__ = __float__ = __int__ = __index__ = _refuse
    __hash__ = object.__hash__


NO_VALUE = NoValue()
NOT_A_TIME = NotATime(1, 1, 1)

MISSING: tuple[Any, ...] = (NO_VALUE, NOT_A_TIME)
STRANGE: tuple[Any, ...] = (
    *MISSING,
    Refuses(),
    [NO_VALUE],
    {"a": NO_VALUE},
    Decimal("sNaN"),
    memoryview(b"abc").cast("B", (3, 1)),
)
