"""What must be equal when two codecs made the same: values, types, order, and what is hidden."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import NoneType
from typing import Any

from bson.errors import InvalidBSON
from bson.objectid import ObjectId

from aiomotorengine.codec import DocumentError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference
from aiomotorengine.storage.loaded import lists_in_part, nothing_loaded

__all__ = ["description", "outcome", "reading", "snapshot"]

PLAIN = {NoneType, bool, bytes, int, str, ObjectId}
"""What most values are: types whose equality says all, and whose values hold no others."""


def snapshot(value: Any, *, whole: bool = True) -> Any:
    """A value as nested tuples that are equal only for the same types, in the same order.

    Parameters:
        value: anything.
        whole: whether documents are taken with what they know about themselves (their id, where
            their dynamic values came from), or with their values only.
    """
    return freeze(value, whole, ())


def freeze(value: Any, whole: bool, around: tuple[int, ...]) -> Any:
    kind = type(value)
    if kind in PLAIN:
        return kind, value
    if id(value) in around:
        return kind, "again"  # it contains itself
    around = (*around, id(value))
    if isinstance(value, DocumentStorage):
        values = freeze(dict(value._values), whole, around)
        if not whole:
            return kind, values
        return (
            kind,
            freeze(value._id, whole, around),
            value._is_persisted,
            freeze(value._stored_keys, whole, around),
            freeze(value._hidden, whole, around),
            freeze(stored_forms(value), whole, around),
            known_part(value),
            values,
        )
    if isinstance(value, Mapping):
        return kind, tuple((key, freeze(value[key], whole, around)) for key in value)
    if isinstance(value, list | tuple):
        return kind, tuple(freeze(item, whole, around) for item in value)
    if isinstance(value, set | frozenset):
        return kind, frozenset(freeze(item, whole, around) for item in value)
    if isinstance(value, float):
        return kind, struct.pack("<d", value)  # so that NaN equals itself and -0.0 is not 0.0
    if isinstance(value, datetime):
        return kind, value.isoformat(), value.utcoffset()
    if isinstance(value, Decimal):
        return kind, str(value)
    if isinstance(value, re.Pattern):
        return kind, value.pattern, value.flags
    if isinstance(value, DanglingReference):
        return kind, freeze(value.id, whole, around)
    return kind, value


def known_part(document: Any) -> Any:
    """What a document knows of the part that was loaded of it."""
    return document.loaded_fields(), nothing_loaded(document), frozenset(lists_in_part(document))


def stored_forms(document: DocumentStorage) -> dict[str, Any]:
    """What is stored for fields that have read it in another form."""
    forms = getattr(document._hidden, "stored_forms", {})
    return {name: forms[name].stored for name in sorted(forms)}


def outcome(function: Any, *arguments: Any) -> Any:
    """What a call comes to: its result, or the class, text, number and cause of its error."""
    try:
        result = function(*arguments)
    except Exception as error:
        return "raised", description(error)
    return "returned", snapshot(result)


def reading(function: Any, damaged: bytes) -> Any:
    """As ``outcome``, for the bytes of a document that are no good.

    PyMongo finds different words for the same bytes, depending on what it sees beyond their end
    (3 of 2,000 calls with one finding of ``tests/fuzz.py``), so its own complaint has none here.
    """
    kind, result = outcome(function, damaged)
    if kind == "raised" and result[0] is DocumentError:
        *_, result = result  # of the one document that there is
    if kind == "raised" and result[0] is InvalidBSON:
        return kind, InvalidBSON
    return kind, result


def description(error: BaseException) -> Any:
    cause = error.__cause__
    return (
        type(error),
        str(error),
        getattr(error, "index", None),
        None if cause is None else description(cause),
    )
