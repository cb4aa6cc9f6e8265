"""Documents that were loaded in part: what is taken away of them, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiomotorengine.documents.conversion import find_attribute
from aiomotorengine.documents.embedded import embedded_documents
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.derived import is_derived
from aiomotorengine.storage.discriminators import class_of
from aiomotorengine.storage.loaded import (
    keep_loaded_part,
    lists_in_part,
    loaded_part,
    nothing_loaded,
)
from aiomotorengine.storage.loaded_part import LoadedPart
from aiomotorengine.storage.values import has_value, value_of

__all__ = ["asked_for", "class_inside", "loaded_fields", "restrict"]


def asked_for(document_class: Any, part: LoadedPart, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a document, without the fields that are not loaded: nothing reads these.

    Parameters:
        document_class: the class of the document, or one from which that derives.
        part: the part of it that is loaded.
        stored: what is stored, which may be more than was asked for.
    """
    left = dict(stored)
    for name, field in class_of(document_class, stored)._fields.items():
        for key in (field.db_field, *field._settings.aliases):
            if key not in left:
                continue
            if not part.has(name):
                del left[key]
            elif name in part.inside:
                left[key] = asked_for_inside(field, part.inside[name], left[key])
    return left


def asked_for_inside(field: BaseField[Any], part: LoadedPart, stored: Any) -> Any:
    """The same for what is stored of a field: a document, or a list of them."""
    items = field._item_field
    if items is not None:
        if not isinstance(stored, list):
            return stored
        return [asked_for_inside(items, part, item) for item in stored]
    inner = class_inside(field)
    if inner is None or not isinstance(stored, Mapping):
        return stored
    return asked_for(inner, part, stored)


def class_inside(field: BaseField[Any]) -> Any:
    """The class of the documents that are a field's values, or the items of its lists, if any."""
    return getattr(field._innermost, "embedded_type", None)


def restrict(document: Any, part: LoadedPart) -> None:
    """Take away of a document, and of those in it, what was not loaded.

    Where a program's ``from_son`` makes something else than a document, that stays as it is.

    Parameters:
        document: what was made of what is stored, with defaults for all that was not loaded.
        part: the part of it that was loaded.
    """
    if not isinstance(document, DocumentStorage):
        return
    kind: Any = type(document)
    for name in kind._fields:
        if not part.has(name):
            if has_value(document, name):
                find_attribute(kind, name).remove(document)
        elif name in part.inside:
            for embedded in embedded_documents(value_of(document, name)):
                restrict(embedded, part.inside[name])
    keep_loaded_part(document, part)


def loaded_fields(document: DocumentStorage) -> frozenset[str] | None:
    """The fields of a document that may be read, by name or by path; ``None`` for a whole one."""
    kind: Any = type(document)
    part = loaded_part(document)
    if part is None and is_derived(document):
        return frozenset(kind._fields)  # with defaults for what was not computed
    if part is None:
        return None
    return frozenset(
        path
        for name in kind._fields
        if has_value(document, name)
        for path in paths_in(kind, document, name, part)
    )


def paths_in(kind: Any, document: Any, name: str, part: LoadedPart) -> Iterator[str]:
    """The paths that are loaded of a field: its own, or those of the parts of its documents."""
    inside = part.inside.get(name)
    if inside is None:
        yield name
        return
    value = value_of(document, name)
    field = kind._fields[name]
    embedded = list(embedded_documents(value))
    if not embedded:
        if name not in nothing_loaded(document) and name not in lists_in_part(document):
            yield name  # it was assigned since, or is known to be all
            return
        # Nothing is there that could say it.
        yield from (f"{name}.{path}" for path in paths_of(class_inside(field), inside))
        return
    if not all(map(loaded_part, embedded)):
        yield name  # one that was assigned since is whole
        return
    found = set[str]().union(*(loaded_fields(it) or () for it in embedded))
    yield from (f"{name}.{path}" for path in sorted(found))


def paths_of(document_class: Any, part: LoadedPart) -> Iterator[str]:
    for name, field in document_class._fields.items():
        if not part.has(name):
            continue
        inside = part.inside.get(name)
        if inside is None:
            yield name
            continue
        yield from (f"{name}.{path}" for path in paths_of(class_inside(field), inside))
