"""Dates that MongoDB stores and ``datetime`` can't be: those beyond the years 1 to 9999.

PyMongo raises for the whole of what it decodes, and says neither which document it was nor where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS

from aiomotorengine.errors import StoredValueError
from aiomotorengine.fields.stored_key import attribute_path
from aiomotorengine.locations import Location, Part

__all__ = ["refused_date", "unless_asked_for", "with_any_date"]


def with_any_date(options: CodecOptions[Any]) -> CodecOptions[Any]:
    """Codec options by which such a date is a ``DatetimeMS``, unless they say what it is."""
    if options.datetime_conversion != DatetimeConversion.DATETIME:
        return options
    return options.with_options(datetime_conversion=DatetimeConversion.DATETIME_AUTO)


def refused_date(document_class: Any, stored: Mapping[str, Any]) -> StoredValueError | None:
    """The error for the first such date of a stored document; ``None`` if it has none.

    Parameters:
        document_class: the class that the document was to become; ``None`` if to none.
        stored: the document, decoded with the options of ``with_any_date``.
    """
    for keys, value in values_in(stored):
        if isinstance(value, DatetimeMS):
            about = f"{value!r} is stored there, a date beyond the years 1 to 9999"
            error = StoredValueError(value, Location(attribute_path(document_class, keys), about))
            error.document_class, error.id = document_class, stored.get("_id")
            return error
    return None


def unless_asked_for(
    options: CodecOptions[Any], document_class: Any, stored: Mapping[str, Any]
) -> StoredValueError | None:
    """The same, unless the codec options of the program say what such a date is."""
    if options.datetime_conversion != DatetimeConversion.DATETIME:
        return None
    return refused_date(document_class, stored)


def values_in(stored: Mapping[str, Any]) -> Iterator[tuple[tuple[Part, ...], Any]]:
    """All values that hold no others, with the keys and indexes that lead to each."""
    # Not by recursion: a document may have more levels than there is stack.
    waiting: list[tuple[tuple[Part, ...], Any]] = [((), stored)]
    while waiting:
        keys, value = waiting.pop()
        inside: list[tuple[Part, Any]] = []
        if isinstance(value, Mapping):
            inside = list(value.items())
        elif isinstance(value, list):
            inside = list(enumerate(value))
        else:
            yield keys, value
        waiting.extend(((*keys, key), item) for key, item in reversed(inside))
