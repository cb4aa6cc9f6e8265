"""What each shape makes of a stored document: the reference, in Python.

Rows have what the attributes of a loaded document would read: so one is loaded, and read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiomotorengine.codec.shape import RowValue, Shape
from aiomotorengine.documents.conversion import dynamic_attributes, find_attribute
from aiomotorengine.documents.partial import PartReader
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import is_loaded
from aiomotorengine.storage.primary_keys import key_of
from aiomotorengine.storage.stored_forms import has_own_id

__all__ = ["Shaping", "shaping"]

Shaping = Callable[[Mapping[str, Any]], Any]
"""Makes what a shape asks for of a stored document."""


def shaping(document_class: Any, shape: Shape) -> Shaping:
    """What makes of a stored document of a class what a shape asks for.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, StringField
        >>> class Home(Document):
        ...     road = StringField(db_field="r")
        >>> class User(Document):
        ...     home = EmbeddedDocumentField(Home)
        >>> stored = {"_id": 1, "home": {"r": "Loop"}}
        >>> values = (RowValue("home.road", ("home", "road")), RowValue("home", ("home",)))
        >>> shaping(User, Shape("tuple", values=values))(stored)
        ('Loop', {'road': 'Loop'})
    """
    if shape.is_keyed:
        make = shaping(document_class, shape._replace(is_keyed=False))
        return lambda stored: (stored["_id"], make(stored))
    if shape.kind == "raw":
        return lambda stored: stored
    reader = None if shape.part is None else PartReader(document_class, shape.part)
    if shape.kind == "partial":
        return lambda stored: document_of(document_class, reader, stored)
    return lambda stored: row_of(document_class, shape, reader, stored)


def document_of(document_class: Any, reader: PartReader | None, stored: Mapping[str, Any]) -> Any:
    if reader is None:
        return document_class.from_son(stored)
    document = document_class.from_son(reader.asked_for(stored))
    reader.restrict(document)
    return document


def row_of(
    document_class: Any, shape: Shape, reader: PartReader | None, stored: Mapping[str, Any]
) -> Any:
    computed = shape.computed
    if computed:
        found = {key: stored.get(key) for key in computed}
        stored = {key: stored[key] for key in stored if key not in computed}
    if reader is not None:
        stored = reader.asked_for(stored)
    document = document_class.from_son(stored)
    values = [
        found[value.computed] if value.computed else value_of_row(document, value)
        for value in shape.values
    ]
    if shape.kind == "flat":
        return values[0]
    if shape.kind == "tuple":
        return tuple(values)
    return dict(zip((value.name for value in shape.values), values, strict=True))


def value_of_row(document: Any, value: RowValue) -> Any:
    if not value.path:
        id = document._id
        return key_of(type(document)._primary_key, id) if value.is_read else id
    return along(document, value.path)


def along(holder: Any, path: Sequence[str]) -> Any:
    """What attributes lead to; of a list, that of each item."""
    if not path:
        return holder
    if isinstance(holder, list | tuple):
        return [along(item, path) for item in holder]
    if not isinstance(holder, DocumentStorage):
        return None
    name, *inner = path
    value = attribute_of(holder, name)
    return along(value, inner) if inner else shown(type(holder)._fields.get(name), value)  # type: ignore[attr-defined]


def attribute_of(document: Any, name: str) -> Any:
    """What the attribute of a field reads, whether a reference was loaded or not."""
    kind = type(document)
    if name not in kind._fields:  # it is another one of the classes in the collection
        return key_of(kind._primary_key, document._id) if is_key(kind, name) else None
    if not kind._is_read_directly():
        return document.get_field_value(name)
    return find_attribute(kind, name).read(document)


def is_key(document_class: Any, name: str) -> bool:
    return any(key.name == name for key in document_class._declared_key)


def shown(field: BaseField[Any] | None, value: Any) -> Any:
    """A value as a row has it: without documents in it.

    Parameters:
        field: the field; ``None`` for a value of none.
        value: what the attribute reads.
    """
    inner = field.innermost if isinstance(field, ListField) else field
    if inner is not None and inner._holds_others:
        return without_documents(value, dict_of)
    if isinstance(inner, ReferenceField | GenericReferenceField):
        return without_documents(value, inner.to_son)
    return value


def without_documents(value: Any, form: Callable[[Any], Any]) -> Any:
    """A value with something else in the place of each document in it."""
    if isinstance(value, DocumentStorage):
        return form(value)
    if isinstance(value, list | tuple):
        items = [without_documents(item, form) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, Mapping):
        return {key: without_documents(item, form) for key, item in value.items()}
    return value


def dict_of(document: Any) -> dict[str, Any]:
    """An embedded document by the names of its attributes."""
    kind = type(document)
    values: dict[str, Any] = {"_id": document._id} if has_own_id(document) else {}
    for name, field in kind._fields.items():
        if is_loaded(document, name):
            values[name] = shown(field, attribute_of(document, name))
    values.update(dynamic_attributes(document))
    return values
