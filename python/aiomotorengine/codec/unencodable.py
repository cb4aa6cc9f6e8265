"""Which value of a document the encoder does not take: looked for once it has said no."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from pymongo.errors import OperationFailure, PyMongoError

from aiomotorengine.codec.levels import MOST_STORED_LEVELS, has_more_levels
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.refusals import masked
from aiomotorengine.fields.rules import is_masked
from aiomotorengine.fields.stored_key import field_of
from aiomotorengine.locations import Part, described, locate, shown
from aiomotorengine.utils import escaped, is_operator, is_unicode, is_unicode_throughout

__all__ = [
    "may_be_about_values",
    "unencodable",
    "unencodable_text",
    "unencodable_text_of",
]

REFUSALS = (
    ArithmeticError,
    AttributeError,
    BSONError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the encoder raises for a value that it does not take."""

NOT_IN_UTF8 = "has characters that UTF-8 can't have"
"""As the half of a surrogate pair is one, which JSON may bring."""

OVERFLOW = 15
"""The server's code for commands that are nested too deep."""


def unencodable(
    document_class: Any, son: Mapping[str, Any], codec_options: CodecOptions[Any]
) -> InvalidDocumentError | None:
    """The error for a document that the encoder does not take, which names the value.

    Parameters:
        document_class: the class.
        son: what was to be encoded, by key in MongoDB.
        codec_options: the encoder's options.

    Returns:
        The error, or ``None`` if each value alone is taken: together they are too large.
    """
    for part, inner, field, value in members(document_class, son):
        if has_more_levels(value, MOST_STORED_LEVELS - 1):
            return too_deep_in(str(part), inner, field, value, (part,))
        cause = failure(value, codec_options)
        if cause is not None:
            fails = partial(failure, codec_options=codec_options)
            return found_in(str(part), inner, field, value, cause, fails, (part,))
    return refused_key(son)


def unencodable_text(document_class: Any, son: Mapping[str, Any]) -> InvalidDocumentError | None:
    """The error for a document in which UTF-8 can't have a text, be it a key; ``None`` if it can.

    Parameters:
        document_class: the class.
        son: what is stored for it, by key in MongoDB.
    """
    for part, inner, field, value in members(document_class, son):
        cause = failure_of_text(value)
        if cause is not None:
            return found_in(str(part), inner, field, value, cause, failure_of_text, (part,))
    return refused_key(son)


def unencodable_text_of(field: BaseField[Any], stored: Any) -> InvalidDocumentError | None:
    """The same for what is stored of one field."""
    cause = failure_of_text(stored)
    if cause is None:
        return None
    inner = embedded_class(field, stored)
    return found_in(field.name, inner, field, stored, cause, failure_of_text, ())


def refused_key(son: Mapping[str, Any]) -> InvalidDocumentError | None:
    """The error for the key of a document that UTF-8 can't have, if there is one."""
    key = next((key for key in son if isinstance(key, str) and not is_unicode(key)), None)
    if key is None:
        return None
    name = escaped(key.removeprefix("_"))
    return refusal(name, None, son[key], f"its name {NOT_IN_UTF8}", (name,))


def may_be_about_values(error: Exception) -> bool:
    """Whether an error may say that values were refused: by the encoder, or by the server for how
    deep they are nested.
    """
    if isinstance(error, PyMongoError):
        return isinstance(error, OperationFailure) and error.code == OVERFLOW
    return isinstance(error, REFUSALS)


def found_in(
    name: str,
    document_class: Any,
    field: BaseField[Any] | None,
    value: Any,
    cause: Exception,
    fails: Callable[[Any], Exception | None],
    parts: tuple[Part, ...],
) -> InvalidDocumentError:
    """The error for a value that the encoder does not take, or for what is to blame in it."""
    for part, inner, inner_field, item in members(document_class, value, field):
        inner_cause = fails(item)
        if inner_cause is not None:
            is_named = document_class is not None and not is_operator(part)
            inner_name = str(part) if is_named else name
            return found_in(
                inner_name, inner, inner_field, item, inner_cause, fails, (*parts, part)
            )
    error = refusal(name, field, value, reason_of(value), parts)
    is_secret = field is not None and is_masked(field, value)
    # The encoder quotes what it does not take.
    error.__cause__ = None if is_secret else cause
    return error


def too_deep_in(
    name: str,
    document_class: Any,
    field: BaseField[Any] | None,
    value: Any,
    parts: tuple[Part, ...],
) -> InvalidDocumentError:
    """The error for a value that is nested too deep, or for the field in it that is to blame."""
    # No further than fields lead, since a list that is in itself is as deep in each of its items.
    if document_class is not None or isinstance(field, ContainerField):
        for part, inner, inner_field, item in members(document_class, value, field):
            repeats = inner is not None and inner is document_class
            if not repeats and has_more_levels(item, MOST_STORED_LEVELS):
                inner_name = str(part) if document_class is not None else name
                return too_deep_in(inner_name, inner, inner_field, item, (*parts, part))
    reason = f"it has more than the {MOST_STORED_LEVELS} levels that MongoDB stores"
    return refusal(name, field, value, reason, parts)


def refusal(
    name: str, field: BaseField[Any] | None, value: Any, reason: str, parts: tuple[Part, ...]
) -> InvalidDocumentError:
    error = InvalidDocumentError.invalid(name, reason)
    error.value = value if field is None else masked(field, value)
    is_secret = field is not None and is_masked(field, value)
    locate(error, *parts, about=described(value, secret=is_secret))
    return error


def members(
    document_class: Any, value: Any, field: BaseField[Any] | None = None
) -> Iterator[tuple[Part, Any, BaseField[Any] | None, Any]]:
    """What a value holds: the part of the path, the class of an embedded document, field, value."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if document_class is None or not isinstance(key, str) or is_operator(key):
                # An operator, or a part of one value: it is about the same field.
                inner = inner_field(field, key)
                yield key, document_class or embedded_class(inner, item), inner, item
                continue
            name = document_class._reverse_db_field_map.get(key) or key.lstrip("_") or key
            inner = document_class._fields.get(name) or field_of(document_class, key)
            yield (name if key != "_id" else key), embedded_class(inner, item), inner, item
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            base = inner_field(field, index)
            yield index, document_class or embedded_class(base, item), base, item


def inner_field(field: BaseField[Any] | None, key: Part) -> BaseField[Any] | None:
    """The field of what stands under a key or index in a value; the same where there is none."""
    return field and (field._under_key(str(key)) or field)


def embedded_class(field: BaseField[Any] | None, stored: Any) -> Any:
    """The class of what is stored for a field, if that is an embedded document."""
    return field and getattr(field._in_charge_of(stored), "embedded_type", None)


def failure(value: Any, codec_options: CodecOptions[Any]) -> Exception | None:
    """What the encoder raises for a value."""
    try:
        bson.encode({"": value}, codec_options=codec_options)
    except Exception as error:
        return error
    return None


def failure_of_text(value: Any) -> Exception | None:
    """What is raised for a text that is, or is somewhere in, a value and that UTF-8 can't have."""
    if is_unicode_throughout(value):
        return None
    if isinstance(value, Mapping):
        return next(filter(None, map(failure_of_text, chain(value, value.values()))))
    if not isinstance(value, str):
        return next(filter(None, map(failure_of_text, value)))
    try:
        value.encode()
    except UnicodeEncodeError as error:
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
            if not is_unicode(key):
                return f"its key {shown(key)} {NOT_IN_UTF8}"
    if isinstance(value, int):
        return "it has more than 64 bits"
    if isinstance(value, str):
        return f"it {NOT_IN_UTF8}"
    return f"MongoDB has no type for {type(value).__name__}"
