"""Documents that were loaded in part: what is taken away of them, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.documents.conversion import find_attribute
from aiomotorengine.documents.embedded import embedded_documents
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import keep_loaded_part, loaded_part
from aiomotorengine.storage.loaded_part import LoadedPart
from aiomotorengine.storage.values import has_value, value_of

__all__ = ["loaded_fields", "restrict"]


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
    part = loaded_part(document)
    if part is None:
        return None
    kind: Any = type(document)
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
        # Nothing is there that could say it.
        inner = field.innermost if isinstance(field, ListField) else field
        yield from (f"{name}.{path}" for path in paths_of(inner.embedded_type, inside))
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
        inner = field.innermost if isinstance(field, ListField) else field
        yield from (f"{name}.{path}" for path in paths_of(inner.embedded_type, inside))
