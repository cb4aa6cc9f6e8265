"""TimedeltaField: lengths of time."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, Literal, Unpack

from bson.decimal128 import Decimal128
from bson.int64 import Int64

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.int_field import LARGEST, SMALLEST
from aiomotorengine.fields.json_texts import DAYS_OF_YEAR, duration, from_text
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.patterns import compiled_when_read
from aiomotorengine.utils import without_underscores

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["TimedeltaField"]

UNITS = {
    "microseconds": timedelta(microseconds=1),
    "milliseconds": timedelta(milliseconds=1),
    "seconds": timedelta(seconds=1),
}


@native_kind("timedelta")
class TimedeltaField(BaseField[timedelta]):
    """A length of time, stored as a number of units, so that MongoDB can compare, sort and add it.

    Parameters:
        unit: ``'milliseconds'`` or ``'microseconds'``, which are stored as whole numbers; or
            ``'seconds'``, which are stored with their fraction. What is shorter than the unit is
            cut off, as it is from dates.

    Raises:
        ValueError: ``unit`` is none of these.

    Example:
        >>> from datetime import timedelta
        >>> from aiomotorengine import Document, TimedeltaField
        >>> class Run(Document):
        ...     took = TimedeltaField()
        >>> Run(took=timedelta(seconds=1.5)).to_son()
        {'took': 1500}
    """

    is_scalar = True
    takes_lists = False
    # What `str` makes of a timedelta.
    _clock = compiled_when_read(
        r"(?:(?P<days>-?\d+) days?, )?"
        r"(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d(?:\.\d{1,6})?)"
    )
    # The durations of ISO 8601 whose length is known: months have no one length, and years have
    # that which pydantic gives them.
    _iso_duration = compiled_when_read(
        r"(?P<sign>[+-])?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
        r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,6})?)S)?)?"
    )
    _own_types = (timedelta,)
    _stored_by = ("unit",)
    _made_for_json = MappingProxyType({timedelta: duration})

    def __init__(
        self,
        unit: Literal["microseconds", "milliseconds", "seconds"] = "milliseconds",
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if not isinstance(unit, str) or unit not in UNITS:
            raise ValueError(
                "The timedelta field 'unit' argument must be 'microseconds', 'milliseconds' or "
                f"'seconds', not '{unit}'."
            )
        self.unit = unit

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        # Microseconds of some 292,000 years are more than a number of MongoDB's holds.
        return isinstance(value, timedelta) and SMALLEST <= self._number_of(value) <= LARGEST

    @unchanged(NoneType)
    def to_son(self, value: Any) -> Int64 | float | None:
        if value is None:
            return value
        if not isinstance(value, timedelta):
            raise TypeError(f"a timedelta is wanted, not {type(value).__name__}.")
        number = self._number_of(value)
        if isinstance(number, float):
            return number
        if not SMALLEST <= number <= LARGEST:
            raise OverflowError(f"{number} {self.unit} are more than 64 bits hold.")
        return Int64(number)

    @unchanged(NoneType)
    def from_son(self, value: Any) -> timedelta | None:
        if value is None:
            return value
        number = float(value.to_decimal()) if isinstance(value, Decimal128) else value
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise TypeError(f"a number is wanted, not {type(value).__name__}.")
        return number * UNITS[self.unit]

    def parse(self, text: str) -> timedelta:
        """The length of time that a text means: a number of units; or hours, minutes and seconds as
        ``str`` writes them, ``1 day, 0:00:01.5``; or a duration of ISO 8601, ``P1DT1.5S``.
        """
        if found := self._clock.fullmatch(text):
            parts = found.groupdict(default="0")
            return timedelta(**{unit: float(number) for unit, number in parts.items()})
        found = self._iso_duration.fullmatch(text)
        if found and not found["years"]:
            return length_of(text)
        return float(without_underscores(text)) * UNITS[self.unit]

    def _dict_form(self, value: Any, forms: Any) -> Any:
        return duration(value)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, length_of)

    def _wanted(self, value: Any) -> str:
        return "a timedelta"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is None:
            return False
        number = stored.to_decimal() if isinstance(stored, Decimal128) else stored
        written = self._number_of(loaded)
        return bool(written != number) or not SMALLEST <= written <= LARGEST

    def _number_of(self, value: timedelta) -> int | float:
        if self.unit == "seconds":
            return value.total_seconds()
        return value // UNITS[self.unit]

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "double" if self.unit == "seconds" else ["int", "long"]}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "duration"}

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: timedelta | None) -> None: ...


def length_of(text: str) -> timedelta:
    """The length of time of a duration of ISO 8601.

    Raises:
        ValueError: it is none whose length is known.
        OverflowError: it is longer than a ``timedelta`` can be.
    """
    found = TimedeltaField._iso_duration.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration.")
    parts = found.groupdict(default="0")
    sign, years = parts.pop("sign"), float(parts.pop("years"))
    length = timedelta(**{unit: float(number) for unit, number in parts.items()})
    length += timedelta(days=years * DAYS_OF_YEAR)
    return -length if sign == "-" else length
