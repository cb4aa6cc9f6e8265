"""What the tests of all fields need: a document class around a field, and a way through BSON."""

from __future__ import annotations

from typing import Any

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from aiomotorengine import BaseField, Document

__all__ = ["OPTIONS", "holder", "is_valid", "reloaded"]

OPTIONS: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)


def holder(field: BaseField[Any]) -> Any:
    """A document class whose attribute ``value`` is the field."""

    class Holder(Document):
        value = field

    return Holder


def is_valid(field: BaseField[Any], value: Any) -> bool:
    """Whether a document takes the value, with all that validation of a document does."""
    try:
        return bool(holder(field)(value=value).validate())
    except ValueError:
        return False


def reloaded(document: Any) -> Any:
    """The document as it comes back from MongoDB."""
    raw = bson.encode(document.to_son(), codec_options=OPTIONS)
    return type(document).from_son(bson.decode(raw, codec_options=OPTIONS))
