"""Which fields hold documents of their own, and the documents in their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.storage.base import DocumentStorage

__all__ = ["embedded_documents", "embedded_field"]


def embedded_field(field: BaseField[Any]) -> EmbeddedDocumentField[Any] | None:
    """The embedded document field that this is, or that it is a list (of lists) of."""
    if isinstance(field, ListField):
        field = field.innermost
    return field if isinstance(field, EmbeddedDocumentField) else None


def embedded_documents(value: Any) -> Iterator[DocumentStorage]:
    """The documents in a value of an embedded document field or of a list of them."""
    if isinstance(value, DocumentStorage):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from embedded_documents(item)
