"""The version of a document: where its class keeps it, and what it is."""

from __future__ import annotations

from typing import Any

from aiomotorengine.documents.conversion import conversion_of, find_attribute
from aiomotorengine.fields.refusals import refused
from aiomotorengine.fields.version_field import VersionField
from aiomotorengine.locations import locate
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.values import value_of

__all__ = ["FIRST", "kept_version", "set_version", "version_field", "version_of"]

FIRST = 1
"""The version of a document that was inserted."""


def version_field(document_class: Any) -> VersionField | None:
    """The field that holds the version of a class's documents, if there is one."""
    return conversion_of(document_class).version


def version_of(document: DocumentStorage) -> int | None:
    """The version of a document; ``None`` if it has none yet, or its class has no such field.

    Raises:
        InvalidDocumentError: what a program has assigned to it is no number.
    """
    field = version_field(type(document))
    if field is None:
        return None
    value = value_of(document, field.name)
    if not field.validate(value):
        error = refused(field, value)
        locate(error, field.name)
        raise error
    return field.to_son(value)


def kept_version(document: DocumentStorage) -> Any:
    """The same as it is kept, whatever a program has assigned."""
    field = version_field(type(document))
    return None if field is None else value_of(document, field.name)


def set_version(document: DocumentStorage, version: Any) -> None:
    """Give a document a version, if its class has a field for it."""
    field = version_field(type(document))
    if field is not None:
        find_attribute(type(document), field.name).keep(document, version)
