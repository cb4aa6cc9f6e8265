"""What ``__collection_options__`` says, with the names that keys have in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.errors import InvalidDocumentError

__all__ = ["collection_options", "is_time_series", "refuse_unique", "time_series_keys"]

NAMES_OF_KEYS = ("timeField", "metaField")


def collection_options(document_class: Any) -> dict[str, Any]:
    """What a collection of documents of a class is created with, in the words of ``create``.

    Example:
        >>> from aiomotorengine import DateTimeField, Document
        >>> class Sample(Document):
        ...     __collection_options__ = {"timeseries": {"timeField": "at"}}
        ...     at = DateTimeField(db_field="t")
        >>> collection_options(Sample)
        {'timeseries': {'timeField': 't'}}
    """
    options = dict(document_class.__collection_options__)
    series = options.get("timeseries")
    if isinstance(series, Mapping):
        names = document_class._db_field_map
        options["timeseries"] = {
            option: names.get(value, value) if option in NAMES_OF_KEYS else value
            for option, value in series.items()
        }
    return options


def refuse_unique(document_class: Any) -> None:
    """Refuse unique fields in a class whose documents are a time series.

    Raises:
        InvalidDocumentError: it has one.
    """
    if not is_time_series(document_class):
        return
    for name, field in document_class._fields.items():
        if field.unique or field._settings.unique_with:
            raise InvalidDocumentError.unique_in_time_series(name)


def is_time_series(document_class: Any) -> bool:
    """Whether the documents of a class are a time series."""
    return "timeseries" in document_class.__collection_options__


def time_series_keys(document_class: Any) -> list[str]:
    """The keys by which a time series is laid out: what was measured, and when.

    They are none where the documents of the class are no time series.
    """
    if not is_time_series(document_class):
        return []
    series = collection_options(document_class)["timeseries"]
    return [series[option] for option in reversed(NAMES_OF_KEYS) if option in series]
