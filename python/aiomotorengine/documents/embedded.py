"""Which fields hold documents of their own, and the documents in their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import USUAL_COLLECTIONS

__all__ = ["embedded_documents", "embedded_fields"]


def embedded_fields(field: BaseField[Any]) -> Iterator[EmbeddedDocumentField[Any]]:
    """The embedded document fields that this is, or that its values have inside of them."""
    return (leaf for leaf in field._leaves if isinstance(leaf, EmbeddedDocumentField))


def embedded_documents(value: Any) -> Iterator[DocumentStorage]:
    """The documents in a value of a field that holds some."""
    if isinstance(value, DocumentStorage):
        yield value
    elif isinstance(value, USUAL_COLLECTIONS):
        for item in value:
            yield from embedded_documents(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from embedded_documents(item)
