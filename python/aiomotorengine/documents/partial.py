"""Documents that were loaded in part: what is taken away of them, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

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
    nothing_of_part,
)
from aiomotorengine.storage.loaded_part import LoadedPart
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import forget_values, has_value, value_of

__all__ = ["PartReader", "class_inside", "loaded_fields"]

MOST_KEPT = 64
"""What documents have in ``_hidden`` is kept for so many sets of fields without values."""


class PartReader:
    """Which fields of documents are read, where a query has asked for a part of them.

    Parameters:
        document_class: the class of the documents, or one from which that derives; ``None`` where
            it is not known, and all that is stored is read.
        part: the part of them that is loaded.
    """

    def __init__(self, document_class: Any, part: LoadedPart) -> None:
        self._document_class = document_class
        self._part = part
        self._classes: dict[Any, PartOfClass] = {}
        self._hidden: dict[frozenset[str], HiddenValues] = {}

    def asked_for(self, stored: Any) -> Any:
        """What is stored of a document, without the fields that are not loaded: nothing reads
        these. Anything but a document is left as it is.

        Parameters:
            stored: what is stored, which may be more than was asked for.
        """
        if self._document_class is None or not isinstance(stored, Mapping):
            return stored
        inside = self._of_class(class_of(self._document_class, stored)).inside
        if inside.keys().isdisjoint(stored):
            return stored
        left = {}
        for key, value in stored.items():
            if key not in inside:
                left[key] = value
                continue
            read = inside[key]
            if read is not None:
                left[key] = read(value)
        return left

    def restrict(self, document: Any) -> None:
        """Take away of a document, and of those in it, what was not loaded.

        Where a program's ``from_son`` makes something else than a document, that stays as it is.

        Parameters:
            document: what was made of what is stored, with defaults for all that was not loaded.
        """
        if not isinstance(document, DocumentStorage):
            return
        of_class = self._of_class(type(document))
        forget_values(document, of_class.left_out)
        for name, reader in of_class.readers.items():
            for embedded in embedded_documents(value_of(document, name)):
                reader.restrict(embedded)
        self._note(document)

    def _note(self, document: DocumentStorage) -> None:
        """Have a document know which part of it was loaded."""
        part = self._part
        if part.lists or document._hidden is not None:
            keep_loaded_part(document, part)
            return
        # There is one of these for all documents for which nothing was loaded of the same fields.
        nothing = nothing_of_part(document, part)
        hidden = self._hidden.get(nothing)
        if hidden is None:
            hidden = HiddenValues.of_part(part, nothing)
            if len(self._hidden) < MOST_KEPT:
                self._hidden[nothing] = hidden
        document._hidden = hidden

    def _of_class(self, document_class: Any) -> PartOfClass:
        found = self._classes.get(document_class)
        if found is None:
            found = self._classes[document_class] = PartOfClass(document_class, self._part)
        return found


class PartOfClass:
    """Which fields are read of documents of exactly one class.

    Attributes:
        left_out: the attributes that are not loaded.
        readers: by attribute, what is read of the documents in a field, where that is not all.
        inside: by key in MongoDB, what is read of what is stored; ``None`` for nothing.
    """

    __slots__ = ("inside", "left_out", "readers")

    def __init__(self, document_class: Any, part: LoadedPart) -> None:
        fields = document_class._fields
        self.left_out = frozenset(name for name in fields if not part.has(name))
        self.readers: dict[str, PartReader] = {}
        self.inside: dict[str, Callable[[Any], Any] | None] = {}
        for name, field in fields.items():
            read = None
            if name in part.inside and name not in self.left_out:
                reader = PartReader(class_inside(field), part.inside[name])
                self.readers[name] = reader
                read = reader_of_items(field, reader)
            elif name not in self.left_out:
                continue
            self.inside.update(dict.fromkeys((field.db_field, *field._settings.aliases), read))


def reader_of_items(field: BaseField[Any], reader: PartReader) -> Callable[[Any], Any]:
    """What reads what is stored for a field: a document, or a list of them."""
    items = field._item_field
    if items is None:
        return reader.asked_for
    read = reader_of_items(items, reader)
    return lambda stored: [read(item) for item in stored] if isinstance(stored, list) else stored


def class_inside(field: BaseField[Any]) -> Any:
    """The class of the documents that are a field's values, or the items of its lists, if any."""
    return getattr(field._innermost, "embedded_type", None)


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
