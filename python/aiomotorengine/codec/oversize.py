"""What takes most of a document, or of an update, that is larger than MongoDB takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bson
from bson.codec_options import CodecOptions
from pymongo.errors import DocumentTooLarge, OperationFailure

from aiomotorengine.codec.elements import largest_values
from aiomotorengine.errors import LARGEST_DOCUMENT, OversizeDocumentError
from aiomotorengine.fields.stored_key import attribute_path
from aiomotorengine.utils import is_operator

__all__ = ["is_about_size", "oversize_document", "oversize_update", "shares_of", "sizes"]

MOST_SHOWN = 3

RESULT_CODES = frozenset({10334, 17419, 17420})
"""The server's codes for an update that would make a document too large."""

DOCUMENT_CODES = RESULT_CODES | {2}
"""Those for a document. Code 2 it has for other things, too."""


def is_about_size(error: Exception) -> bool:
    """Whether an error may say that a document was too large, for the driver or for the server."""
    if isinstance(error, OperationFailure):
        return error.code in DOCUMENT_CODES
    return isinstance(error, DocumentTooLarge)


def sizes(document_class: Any, raw: bytes) -> str:
    """How large a document is, and which values take most of it, as messages say it."""
    size = f"{len(raw)} bytes of BSON, and {LARGEST_DOCUMENT} are the most"
    return f"{size}; {shares(document_class, raw)}"


def oversize_document(
    document_class: Any, son: Mapping[str, Any], codec_options: CodecOptions[Any]
) -> OversizeDocumentError | None:
    """The error for a document that is too large; ``None`` if it is not.

    Parameters:
        document_class: the class.
        son: what was to be stored, by key in MongoDB.
        codec_options: the encoder's options.
    """
    raw = bson.encode(son, codec_options=codec_options)
    if len(raw) <= LARGEST_DOCUMENT:
        return None
    return OversizeDocumentError(
        f'This "{document_class.__name__}" has {sizes(document_class, raw)}.'
    )


def oversize_update(
    document_class: Any,
    update: Mapping[str, Any],
    error: Exception,
    codec_options: CodecOptions[Any],
) -> OversizeDocumentError | None:
    """The error for an update that is too large, or that would make a document so; else ``None``.

    Parameters:
        document_class: the class of the documents.
        update: the update as MongoDB takes it.
        error: what the driver raised for it.
        codec_options: the encoder's options.
    """
    is_result = isinstance(error, OperationFailure) and error.code in RESULT_CODES
    if not is_result and not isinstance(error, DocumentTooLarge):
        return None
    raw = bson.encode(dict(changes_in(update)), codec_options=codec_options)
    name = document_class.__name__
    if len(raw) > LARGEST_DOCUMENT:
        return OversizeDocumentError(f'This update of "{name}" has {sizes(document_class, raw)}.')
    if not is_result:
        return None  # it is the filters that are large
    return OversizeDocumentError(
        f'After this update a "{name}" would have more than {LARGEST_DOCUMENT} bytes of BSON; '
        f"{shares(document_class, raw)}."
    )


def changes_in(update: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keys that an update changes, whatever its operators, with what these are given."""
    for key, value in update.items():
        if is_operator(key) and isinstance(value, Mapping):
            yield from value.items()
        else:
            yield key, value


def shares_of(document_class: Any, son: Mapping[str, Any], codec_options: CodecOptions[Any]) -> str:
    """Which values take most of what is sent, as messages say it."""
    return shares(document_class, bson.encode(son, codec_options=codec_options))


def shares(document_class: Any, raw: bytes) -> str:
    """Which values take most, by the names of their attributes."""
    return ", ".join(
        f"'{'.'.join(map(str, attribute_path(document_class, keys)))}' takes {size}"
        for keys, size in largest_values(raw, MOST_SHOWN)
    )
