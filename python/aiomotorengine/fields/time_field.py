"""TimeField: times of the day."""

from __future__ import annotations

from datetime import time
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["TimeField"]


@native_kind("time")
class TimeField(BaseField[time]):
    """A time of the day: a ``time`` without time zone, or its text, such as ``12:30``.

    It is stored as text, ``12:30:00``, with the microseconds where there are any; MongoDB sorts and
    compares such texts as the times.

    Example:
        >>> from aiomotorengine import Document, TimeField
        >>> class Shop(Document):
        ...     opens = TimeField()
        >>> Shop(opens="08:30").to_son()
        {'opens': '08:30:00'}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (time,)
    _made_for_json = MappingProxyType({time: time.isoformat})

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        try:
            as_time(value)
        except (TypeError, ValueError):
            return False
        return True

    @unchanged(NoneType)
    def to_son(self, value: Any) -> str | None:
        return value if value is None else time.isoformat(as_time(value))

    @unchanged(NoneType)
    def from_son(self, value: Any) -> time | None:
        return value if value is None else as_time(value)

    def parse(self, text: str) -> time:
        return as_time(text)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, as_time)

    def _wanted(self, value: Any) -> str:
        return "a time without time zone"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return stored is not None and bool(stored != self.to_son(loaded))

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "time"}

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: time | str | None) -> None: ...


def as_time(value: Any) -> time:
    """The time of the day that a value is, or that its text says.

    Raises:
        TypeError: it is neither time nor text.
        ValueError: the text is no time's; or it is the time of a time zone.
    """
    moment = time.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, time):
        raise TypeError(f"a time or its text is wanted, not {type(value).__name__}.")
    if moment.tzinfo is not None:
        raise ValueError("a time without time zone is wanted.")
    return moment
