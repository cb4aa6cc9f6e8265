"""DateTimeField: points in time, which a save may set by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from types import NoneType
from typing import Any, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NO_TYPES, accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.descriptors import Attribute, ConvertedAttribute

__all__ = ["FORMAT", "DateTimeField"]

FORMAT = "%Y-%m-%d %H:%M:%S"

DATETIME: frozenset[type] = frozenset({datetime})
AS_TEXT: Mapping[type, Callable[[Any], Any]] = {datetime: datetime.isoformat}


class ProvisionalDate(datetime):
    """The date that an unsaved document shows: naive local time, since its client is not known.

    A save makes it what its client reads, at the same moment.
    """

    def __repr__(self) -> str:
        return repr(self.in_zone(None))

    def in_zone(self, zone: tzinfo | None) -> datetime:
        """The moment in a time zone; naive local time where that is ``None``."""
        moment = datetime.combine(self.date(), self.time())
        return moment if zone is None else moment.astimezone(zone)


class StampedAttribute(ConvertedAttribute):
    """A date that saving sets to now, and that keeps what it was set to (K8)."""

    __slots__ = ()

    stamps = True

    @property
    def renews(self) -> bool:
        renews: bool = bool(self.field.auto_now_on_update)
        return renews

    @property
    def zone(self) -> tzinfo | None:
        """The time zone that the field itself asks for."""
        zone: tzinfo | None = self.field._settings.tz
        return zone

    def read(self, document: DocumentStorage) -> Any:
        value = self.value_of(document)
        if value is None and not document._is_persisted:
            moment = now()
            value = ProvisionalDate.combine(moment.date(), moment.time())
            self.keep(document, value)
        return value.in_zone(self.zone) if type(value) is ProvisionalDate else value

    def stamp(
        self, document: DocumentStorage, *, creating: bool, renew: bool, zone: tzinfo | None
    ) -> None:
        zone = self.zone or zone
        value = self.value_of(document)
        is_missing = value is None and (creating or self.renews)
        if is_missing or (renew and self.renews):
            self.keep(document, now(zone))
        elif type(value) is ProvisionalDate:
            self.keep(document, value.in_zone(zone))


@native_kind("datetime")
class DateTimeField(BaseField[datetime]):
    """A point in time, to the millisecond.

    Aware values are stored in UTC and come back naive, unless the client is ``tz_aware``. Filters
    and updates also take text such as ``2010-12-31 23:59:59`` or ``2010-12-31T23:59:59Z``, and a
    ``date``, which means the beginning of that day.

    Parameters:
        auto_now_on_insert: whether an insert sets a missing value to now: aware if the client is
            ``tz_aware``, else naive local time.
        auto_now_on_update: whether every save sets the value to now.
        tz: the time zone in which the value reads, aware. Naive values, of filters as well, are
            meant in it.
        min_value: the earliest valid date.
        max_value: the latest valid date.

    Example:
        >>> from datetime import datetime
        >>> from aiomotorengine import DateTimeField, Document
        >>> class Event(Document):
        ...     at = DateTimeField()
        ...     made = DateTimeField(auto_now_on_insert=True)
        >>> event = Event(at=datetime(2010, 11, 12))
        >>> event.at.year, event.made == event.made
        (2010, True)
    """

    is_scalar = True
    takes_lists = False
    _own_types = (datetime,)
    _stored_by = ("_settings.tz",)

    def __init__(
        self,
        auto_now_on_insert: bool = False,
        auto_now_on_update: bool = False,
        *args: Any,
        tz: tzinfo | None = None,
        min_value: datetime | None = None,
        max_value: datetime | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        self._settings = self._settings.but(tz=tz, min_value=min_value, max_value=max_value)
        self.auto_now_on_insert = auto_now_on_insert
        self.auto_now_on_update = auto_now_on_update

    def get_value(self, value: Any) -> Any:
        """The value, or now where an automatic date has none or is of the kind that moves.

        Documents do not ask this: their dates are stamped by saves and stay the same between them.
        """
        if self.auto_now_on_update or (self.auto_now_on_insert and value is None):
            return now(self._settings.tz)
        return value

    @accepts(lambda field: frozenset({datetime, NoneType}))
    def validate(self, value: Any) -> bool:
        # pandas' NaT is a datetime by its class, and equal to nothing.
        return value is None or (isinstance(value, datetime) and bool(value == value))

    @unchanged(datetime, NoneType, but=lambda field: DATETIME if field._settings.tz else NO_TYPES)
    def to_son(self, value: Any) -> Any:
        zone = self._settings.tz
        if isinstance(value, str):
            value = moment_of(value)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time.min)  # where a day begins, by default in UTC
        if zone is None or not isinstance(value, datetime) or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=zone)

    @unchanged(datetime, NoneType, but=lambda field: DATETIME if field._settings.tz else NO_TYPES)
    def from_son(self, value: Any) -> datetime | None:
        zone = self._settings.tz
        if value is None:
            return None
        if isinstance(value, datetime):
            if zone is None:
                return value
            stored = value.replace(tzinfo=UTC) if value.tzinfo is None else value
            return stored.astimezone(zone)
        if isinstance(value, str):
            return datetime.strptime(value, FORMAT).replace(tzinfo=zone)
        raise TypeError(f"{self._title} takes a datetime or text, not {type(value).__name__}.")

    def parse(self, text: str) -> datetime:
        return moment_of(text)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "date"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    @property
    def _made_for_json(self) -> Mapping[type, Callable[[Any], Any]]:  # type: ignore[override]  # else one for all fields
        return AS_TEXT if self._settings.tz is None else {datetime: self._text_of}

    def _text_of(self, value: datetime) -> str:
        aware: datetime = value if value.tzinfo is not None else self.to_son(value)
        return aware.isoformat()

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, moment_of)

    def _wanted(self, value: Any) -> str:
        return "a datetime"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if self._settings.tz is not None:
            return not isinstance(stored, datetime | NoneType)
        return stored is not loaded

    def overrides(self, method: str, base: type[BaseField[Any]] | None = None) -> bool:
        # This class's own ``get_value`` converts nothing: documents have ``StampedAttribute`` for
        # what it does, and in lists and updates nothing is stamped.
        if method == "get_value" and base is None:
            base = DateTimeField
        return super().overrides(method, base)

    def attribute(self) -> Attribute:
        is_automatic = self.auto_now_on_insert or self.auto_now_on_update
        if is_automatic and not self.overrides("get_value"):
            return StampedAttribute(self, self.name)
        return super().attribute()


def moment_of(text: str) -> datetime:
    """The moment that a text means: of ISO 8601, or as ``FORMAT`` says.

    Raises:
        ValueError: it means none.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.strptime(text, FORMAT)  # which also takes 1:02 for 01:02


def now(zone: tzinfo | None = None) -> datetime:
    """The present, cut to the milliseconds that MongoDB keeps.

    Parameters:
        zone: the time zone; ``None`` for naive local time.
    """
    moment = datetime.now(zone)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
