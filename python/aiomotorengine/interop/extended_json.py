"""MongoDB's Extended JSON of what is stored for a document, and back.

https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bson import json_util
from bson.binary import UuidRepresentation
from bson.errors import BSONError

from aiomotorengine.codec.unencodable import unencodable_text
from aiomotorengine.documents.embedded import embedded_documents
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import InvalidDocumentError, StoredValueError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.generic_embedded_document_field import GenericEmbeddedDocumentField
from aiomotorengine.fields.refusals import masked
from aiomotorengine.interop.reading import parts_of
from aiomotorengine.interop.selection import Selection
from aiomotorengine.locations import Part, locate
from aiomotorengine.storage.discriminators import class_of
from aiomotorengine.storage.origins import mark_as_made
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import values_of
from aiomotorengine.utils import is_unicode_throughout
from aiomotorengine.validation import refusals_of

__all__ = ["extended", "is_extended", "loaded", "read_extended"]

STANDARD: Any = {"uuid_representation": UuidRepresentation.STANDARD}

WRITING = {
    "relaxed": json_util.RELAXED_JSON_OPTIONS.with_options(**STANDARD),
    "canonical": json_util.CANONICAL_JSON_OPTIONS.with_options(**STANDARD),
}

READING = json_util.JSONOptions(tz_aware=False, **STANDARD)


UNREADABLE = (BSONError, ArithmeticError, LookupError, TypeError, ValueError)
"""What the driver raises for objects that look like Extended JSON and are none."""


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


class BrokenExtendedJson:
    """Stands for an object that looks like Extended JSON and is none.

    Attributes:
        form: the object.
    """

    __slots__ = ("form",)

    def __init__(self, form: dict[str, Any]) -> None:
        self.form = form


def read_extended(
    document_class: Any, text: str | bytes | bytearray, *, validate: bool = True
) -> tuple[Any, list[Exception]]:
    """A new document of the Extended JSON of a stored one, and all that is wrong with it.

    Parameters:
        document_class: the class.
        text: the text.
        validate: whether the document is validated; otherwise only what can't be read is refused.

    Returns:
        The document, and what refuses it; ``None`` where too little of it can be read.

    Raises:
        InvalidDocumentError: it is no JSON object, or nested too deeply.
        ValueError: it is no JSON.
    """
    unreadable: list[BrokenExtendedJson] = []

    def convert(form: dict[str, Any]) -> Any:
        try:
            return json_util.object_hook(form, READING)
        except UNREADABLE:
            unreadable.append(BrokenExtendedJson(form))
            return unreadable[-1]

    try:
        stored = loaded(document_class, text, object_hook=convert)
        refusals: list[Exception] = []
        if unreadable:
            refusals += refusals_of_text(document_class, stored)
            stored = {key: it for key, it in stored.items() if not any(unreadable_in(it))}
        document = read_stored(document_class, stored, refusals)
        if document is not None:
            mark_as_new(document)
            known = {parts_of(refusal)[:1] for refusal in refusals}
            for refusal in refusals_of(document) if validate else ():
                if parts_of(refusal)[:1] not in known:
                    refusals.append(refusal)
            if validate and not refusals and not is_unicode_throughout(stored):
                refused_text = unencodable_text(document_class, document.to_son())
                refusals += [] if refused_text is None else [refused_text]
    except RecursionError as error:
        raise too_deep(document_class) from error
    return document, refusals


def loaded(document_class: Any, text: str | bytes | bytearray, **options: Any) -> dict[str, Any]:
    """The object that a text of JSON has for a document.

    Parameters:
        document_class: the class of the document.
        text: the text.
        options: those of ``json.loads``.

    Raises:
        InvalidDocumentError: it is no JSON object, or nested too deeply.
        ValueError: it is no JSON.
    """
    try:
        mapping = json.loads(text, **options)
    except RecursionError as error:
        raise too_deep(document_class) from error
    if not isinstance(mapping, dict):
        name, kind = document_class.__name__, type(mapping).__name__
        raise InvalidDocumentError(f"A {name} is made of a JSON object, not of {kind}.")
    return mapping


def too_deep(document_class: Any) -> InvalidDocumentError:
    name = document_class.__name__
    return InvalidDocumentError(f"A {name} can't be read: the JSON is nested too deeply.")


def refusals_of_text(document_class: Any, stored: Mapping[str, Any]) -> Iterator[Exception]:
    """What refuses the objects in a text that are no Extended JSON, each with its place."""
    key = primary_key(document_class)
    for stored_key, value in stored.items():
        name = document_class._reverse_db_field_map.get(stored_key, stored_key)
        field = key if stored_key == "_id" else document_class._fields.get(name)
        name = name if field is None else field.name
        for way, form in unreadable_in(value):
            refusal = InvalidDocumentError.invalid(name, "it is no Extended JSON")
            refusal.value = form if field is None else masked(field, form)
            locate(refusal, name, *way)
            yield refusal


def unreadable_in(value: Any, *way: Part) -> Iterator[tuple[tuple[Part, ...], Any]]:
    """The objects in a value that are no Extended JSON, with the way to each."""
    if isinstance(value, BrokenExtendedJson):
        yield way, value.form
    elif isinstance(value, list | Mapping):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for part, item in items:
            yield from unreadable_in(item, *way, part)


def read_stored(document_class: Any, stored: dict[str, Any], refusals: list[Exception]) -> Any:
    """The document of what would be stored for it, as far as fields can read that.

    Parameters:
        document_class: the class.
        stored: what would be stored.
        refusals: what refuses it; a refusal is added for each value that a field can't read.

    Returns:
        The document; ``None`` if there is none without what can't be read.
    """
    try:
        return document_class.from_son(stored)
    except StoredValueError as error:
        first = error
    discriminator = document_class._discriminator
    kind = {} if discriminator is None else {discriminator.key: stored.get(discriminator.key)}
    kind = {key: value for key, value in kind.items() if key in stored}
    readable = dict(kind)
    unreadable: list[StoredValueError] = []
    for key, value in stored.items():
        try:
            document_class.from_son({**kind, key: value})
        except StoredValueError as error:
            unreadable.append(error)
        except Exception:  # its class makes no document of this alone
            readable[key] = value
        else:
            readable[key] = value
    refusals += map(as_refusal, unreadable or [first])
    try:
        return document_class.from_son(readable)
    except StoredValueError:
        return None


def as_refusal(error: StoredValueError) -> InvalidDocumentError:
    """What refuses a value that its field can't read, in the words of other refusals."""
    if isinstance(error, InvalidDocumentError):  # a key that the class does not know
        return error
    parts = error.location.parts
    name = next((part for part in reversed(parts) if isinstance(part, str)), "")
    refusal = InvalidDocumentError.invalid(name)
    refusal.value = error.value
    refusal.__cause__ = error
    locate(refusal, *parts)
    return refusal


def mark_as_new(document: Any) -> None:
    """Say of a document, and of those in it, that they are not stored.

    So a save writes what fields have read, and not the form in which they have read it.
    """
    if isinstance(document._hidden, HiddenValues):
        hidden = HiddenValues.of(document)
        hidden.stored_forms.clear()
        hidden.absent_parts = ()
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
        is_kind = discriminator is not None and stored_key == discriminator.key
        name = stored_key if is_kind else names.get(stored_key, stored_key.lstrip("_"))
        field = key if is_id else document_class._fields.get(name)
        if field is not None and field._settings.exclude:
            continue
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
    if isinstance(field, GenericEmbeddedDocumentField):
        inner = field._in_charge_of(value)
        if inner is field:
            return value
        shown = within(inner, value, selection)
        if selection is not None and selection.leaves_out(field.discriminator):
            return shown
        # What says the class is no key of that class.
        return field._named(value[field.discriminator], shown)
    if isinstance(field, EmbeddedDocumentField):
        is_document = isinstance(value, Mapping)
        return shown_of(field.embedded_type, value, selection) if is_document else value
    if not isinstance(field, ContainerField) or not field._is_container(value):
        return value
    found = list(field._members(value))
    members = [
        member
        for member in found
        if not (member[1]._settings.exclude and member[1]._is_secret(None))
    ]  # passwords in lists and mappings are left out as those in fields are
    if isinstance(value, Mapping):
        inside = {
            key: within(inner, item, selection and selection.below(key))
            for key, inner, item in members
            if selection is None or selection.shows(key)
        }
        return inside if found else value
    return [
        within(inner, item, selection and selection.of_item(index))
        for index, inner, item in members
        if isinstance(index, int) and (selection is None or selection.shows_item(index))
    ]
