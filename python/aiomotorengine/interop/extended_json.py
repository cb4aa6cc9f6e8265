"""MongoDB's Extended JSON of what is stored for a document, and back.

https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import json_util
from bson.binary import UuidRepresentation

from aiomotorengine.documents.embedded import embedded_documents
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.interop.selection import Selection
from aiomotorengine.storage.discriminators import class_of
from aiomotorengine.storage.origins import mark_as_made
from aiomotorengine.storage.values import values_of

__all__ = ["extended", "from_extended", "is_extended"]

STANDARD: Any = {"uuid_representation": UuidRepresentation.STANDARD}

WRITING = {
    "relaxed": json_util.RELAXED_JSON_OPTIONS.with_options(**STANDARD),
    "canonical": json_util.CANONICAL_JSON_OPTIONS.with_options(**STANDARD),
}

READING = json_util.JSONOptions(tz_aware=False, **STANDARD)


def is_extended(mode: str) -> bool:
    """Whether a mode of JSON is one of Extended JSON.

    Raises:
        ValueError: there is no such mode.
    """
    if mode != "plain" and mode not in WRITING:
        raise ValueError(f"mode must be 'plain', 'relaxed' or 'canonical', not {mode!r}.")
    return mode != "plain"


def extended(
    document: Any, mode: str, selection: Selection | None, exclude_none: bool, **options: Any
) -> str:
    """What is stored for a document, without the fields that are left out for others.

    Parameters:
        document: the document.
        mode: ``"relaxed"`` or ``"canonical"``.
        selection: what is shown of it.
        exclude_none: whether what is null is left out.
        options: those of ``json.dumps``.
    """
    son = document.to_son()
    if document._id is not None:
        son = {"_id": document._id, **son}
    shown = shown_of(type(document), son, selection)
    if exclude_none:
        shown = {key: value for key, value in shown.items() if value is not None}
    return json_util.dumps(shown, json_options=WRITING[mode], **options)


def from_extended(document_class: Any, text: str | bytes | bytearray) -> Any:
    """A new document of the Extended JSON of a stored one.

    Raises:
        InvalidDocumentError: it is no JSON object.
        StoredValueError: a field can't read what is stored for it.
    """
    stored = json_util.loads(text, json_options=READING)
    if not isinstance(stored, Mapping):
        name, kind = document_class.__name__, type(stored).__name__
        raise InvalidDocumentError(f"A {name} is made of a JSON object, not of {kind}.")
    document = document_class.from_son(stored)
    mark_as_new(document)
    return document


def mark_as_new(document: Any) -> None:
    """Say of a document, and of those in it, that they are not stored."""
    mark_as_made(document)
    for value in values_of(document).values():
        for embedded in embedded_documents(value):
            mark_as_new(embedded)


def shown_of(
    document_class: Any, son: Mapping[str, Any], selection: Selection | None
) -> dict[str, Any]:
    """What of a stored document is shown."""
    discriminator = document_class._discriminator
    document_class = class_of(document_class, son)
    key = primary_key(document_class)
    names = names_of_keys(document_class)
    shown = {}
    for stored_key, value in son.items():
        is_id = stored_key == "_id"
        name = names.get(stored_key, stored_key.lstrip("_"))
        field = key if is_id else document_class._fields.get(name)
        if field is not None and field._settings.exclude:
            continue
        is_kind = discriminator is not None and stored_key == discriminator.key
        if field is None and not (is_kind or is_dynamic(document_class)):
            continue  # no attribute shows it
        if selection is None:
            shown[stored_key] = value if field is None else within(field, value, None)
        elif selection.shows_id(key.name) if is_id else selection.shows(name):
            below = selection.below(name)
            shown[stored_key] = value if field is None else within(field, value, below)
    return shown


def names_of_keys(document_class: Any) -> dict[str, str]:
    """The attribute that is read from each key, be it the field's own or an alias."""
    names = {
        alias: name
        for name, field in document_class._fields.items()
        for alias in field._settings.aliases
    }
    own: dict[str, str] = document_class._reverse_db_field_map
    return names | own


def within(field: BaseField[Any], value: Any, selection: Selection | None) -> Any:
    """What of a stored value is shown."""
    field = field._in_charge_of(value)
    if isinstance(field, EmbeddedDocumentField):
        is_document = isinstance(value, Mapping)
        return shown_of(field.embedded_type, value, selection) if is_document else value
    if not isinstance(field, ContainerField) or not field._is_container(value):
        return value
    members = list(field._members(value))
    if isinstance(value, Mapping):
        inside = {
            key: within(inner, item, selection and selection.below(key))
            for key, inner, item in members
            if selection is None or selection.shows(key)
        }
        return inside if members else value
    return [
        within(inner, item, selection and selection.of_item(index))
        for index, inner, item in members
        if isinstance(index, int) and (selection is None or selection.shows_item(index))
    ]
