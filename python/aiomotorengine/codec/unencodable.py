"""Which value of a document the encoder does not take: looked for once it has said no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bson
from bson.codec_options import CodecOptions

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.refusals import masked
from aiomotorengine.fields.stored_key import field_of
from aiomotorengine.locations import Part, described, locate, shown
from aiomotorengine.utils import is_operator

__all__ = ["unencodable"]


def unencodable(
    document_class: Any, son: Mapping[str, Any], codec_options: CodecOptions[Any]
) -> InvalidDocumentError | None:
    """The error for a document that the encoder does not take, which names the value.

    Parameters:
        document_class: the class.
        son: what was to be encoded, by key in MongoDB.
        codec_options: the encoder's options.

    Returns:
        The error, or ``None`` if each value alone is taken: it is too large or nested too deep.
    """
    for part, inner, field, value in members(document_class, son):
        cause = failure({"": value}, codec_options)
        if cause is not None:
            name = str(part)
            return found_in(name, inner, field, value, cause, codec_options, (part,))
    return None


def found_in(
    name: str,
    document_class: Any,
    field: BaseField[Any] | None,
    value: Any,
    cause: Exception,
    codec_options: CodecOptions[Any],
    parts: tuple[Part, ...],
) -> InvalidDocumentError | None:
    """The error for a value that the encoder does not take, or for what is to blame in it."""
    if isinstance(cause, RecursionError):
        return None
    for part, inner, inner_field, item in members(document_class, value, field):
        inner_cause = failure({"": item}, codec_options)
        if inner_cause is not None:
            is_named = document_class is not None and not is_operator(part)
            inner_name = str(part) if is_named else name
            return found_in(
                inner_name, inner, inner_field, item, inner_cause, codec_options, (*parts, part)
            )
    error = InvalidDocumentError.invalid(name, reason_of(value))
    error.value = value if field is None else masked(field, value)
    is_secret = field is not None and field._is_secret(value)
    locate(error, *parts, about=described(value, secret=is_secret))
    # The encoder quotes what it does not take.
    error.__cause__ = None if is_secret else cause
    return error


def members(
    document_class: Any, value: Any, field: BaseField[Any] | None = None
) -> Iterator[tuple[Part, Any, BaseField[Any] | None, Any]]:
    """What a value holds: the part of the path, the class of an embedded document, field, value."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if document_class is None or not isinstance(key, str) or is_operator(key):
                # An operator, or a part of one value: it is about the same field.
                yield key, document_class, field, item
                continue
            name = document_class._reverse_db_field_map.get(key) or key.lstrip("_") or key
            inner = document_class._fields.get(name) or field_of(document_class, key)
            yield (name if key != "_id" else key), embedded_class(inner), inner, item
    elif isinstance(value, list | tuple):
        base = field._base_field if isinstance(field, ListField) else field
        for index, item in enumerate(value):
            yield index, document_class or embedded_class(base), base, item


def embedded_class(field: BaseField[Any] | None) -> Any:
    return getattr(field, "embedded_type", None)


def failure(son: Mapping[str, Any], codec_options: CodecOptions[Any]) -> Exception | None:
    try:
        bson.encode(son, codec_options=codec_options)
    except Exception as error:
        return error
    return None


def reason_of(value: Any) -> str:
    """Why the encoder does not take a value; without the value itself, which may be a secret."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                return f"its key {shown(key)} is no text"
            if "\0" in key:
                return f"its key {shown(key)} has a NUL"
    if isinstance(value, int):
        return "it has more than 64 bits"
    if isinstance(value, str):
        return "it has characters that UTF-8 can't have"
    return f"MongoDB has no type for {type(value).__name__}"
