"""DateField: days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.locations import within_bounds

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["DateField"]

ANY_DATE: frozenset[type] = frozenset({date, NoneType})


@native_kind("date")
class DateField(BaseField[date]):
    """A day of the calendar: a ``date``, or its text, such as ``2020-02-29``.

    It is stored as the date of MongoDB with which that day begins in UTC. A ``datetime`` is not
    taken, since which day it is on depends on the time zone: ``moment.date()`` says which one is
    meant.

    Parameters:
        min_value: the first valid day, or its text.
        max_value: the last valid day.

    Raises:
        TypeError, ValueError: a bound is no day.

    Example:
        >>> from datetime import date
        >>> from aiomotorengine import DateField, Document
        >>> class Person(Document):
        ...     born = DateField(min_value=date(1900, 1, 1))
        >>> Person(born=date(2020, 2, 29)).to_son()
        {'born': datetime.datetime(2020, 2, 29, 0, 0)}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (date,)
    _made_for_json = MappingProxyType({date: date.isoformat})

    def __init__(
        self,
        min_value: date | str | None = None,
        max_value: date | str | None = None,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        self.min_value = None if min_value is None else as_date(min_value)
        self.max_value = None if max_value is None else as_date(max_value)

    @accepts(
        lambda field: ANY_DATE if field.min_value is None and field.max_value is None else NONE_ONLY
    )
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        try:
            day = as_date(value)
        except (TypeError, ValueError):
            return False
        if self.min_value is not None and day < self.min_value:
            return False
        return self.max_value is None or day <= self.max_value

    @unchanged(NoneType)
    def to_son(self, value: Any) -> datetime | None:
        return value if value is None else datetime.combine(as_date(value), time.min)

    @unchanged(NoneType)
    def from_son(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return in_utc(value).date()
        return value if value is None else as_date(value)

    def parse(self, text: str) -> date:
        return as_date(text)

    def _as_key(self, value: Any) -> str:
        return as_date(value).isoformat()

    def _dict_form(self, value: Any, forms: Any) -> Any:
        return forms.plain(as_date(value))

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, as_date)

    def _wanted(self, value: Any) -> str:
        return f"a date{within_bounds(self.min_value, self.max_value)}"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if isinstance(stored, datetime):
            return in_utc(stored).time() != time.min
        return stored is not None

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "date"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: date | str | None) -> None: ...


def as_date(value: Any) -> date:
    """The day that a value is, or that its text says.

    Raises:
        TypeError: it is neither day nor text.
        ValueError: the text is no day's.
    """
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise TypeError(f"a date or its text is wanted, not {type(value).__name__}.")


def in_utc(moment: datetime) -> datetime:
    """A moment as it was read, in UTC."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC)
