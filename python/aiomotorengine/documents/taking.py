"""A document takes the values of another one, which was read anew or is what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from aiomotorengine.documents.conversion import find_attribute, keep_dynamic
from aiomotorengine.documents.naming import class_attribute, is_behaviour
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import has_other, other_values, take_values, value_of, values_of

__all__ = ["take_field", "take_over", "take_touched"]


def take_over(document: DocumentStorage, found: DocumentStorage) -> None:
    """Give a document all values of another of its class, and none that it has besides.

    What a program keeps on the instance, under a name with an underscore in front or in the place
    of a method, stays; what it has computed for a cached property does not.
    """
    values = dict(values_of(found))
    for name, value in kept_by_program(document):
        values.setdefault(name, value)
    take_values(document, values)
    document._stored_keys = found._stored_keys
    document._hidden = found._hidden


def kept_by_program(document: DocumentStorage) -> Iterator[tuple[str, Any]]:
    kind = type(document)
    fields = kind._fields  # type: ignore[attr-defined]
    others = other_values(document)
    for name, value in others.items():
        if name.startswith("_"):
            # Loaded values are found under their stored keys as well.
            if name.lstrip("_") not in others:
                yield name, value
        elif name not in fields and replaces_method(kind, name):
            yield name, value


def replaces_method(document_class: type, name: str) -> bool:
    is_cache = isinstance(class_attribute(document_class, name), cached_property)
    return is_behaviour(document_class, name) and not is_cache


def take_field(document: DocumentStorage, found: DocumentStorage, name: str) -> None:
    """Give a document the value that another of its class has in a field.

    Parameters:
        document: the document.
        found: the other.
        name: the attribute's name.
    """
    find_attribute(type(document), name).keep(document, value_of(found, name))
    hidden = found._hidden
    form = hidden.stored_forms.get(name) if isinstance(hidden, HiddenValues) else None
    if form is not None:
        HiddenValues.of(document).stored_forms[name] = form
    elif isinstance(document._hidden, HiddenValues):
        document._hidden.stored_forms.pop(name, None)


def take_touched(
    document: DocumentStorage, found: DocumentStorage, tree: Mapping[str, Any]
) -> None:
    """Give a document the values that another of its class has in some places.

    Parameters:
        document: the document.
        found: the other, which may have nothing else.
        tree: keys in MongoDB, each with what is meant inside of the embedded document there; with
            ``None`` where the whole value is.
    """
    names = type(document)._reverse_db_field_map  # type: ignore[attr-defined]
    for key, inside in tree.items():
        if key not in names:
            take_dynamic(document, found, key)
            continue
        name = names[key]
        mine, other = value_of(document, name), value_of(found, name)
        if inside is not None and isinstance(mine, DocumentStorage) and type(mine) is type(other):
            take_touched(mine, other, inside)
        else:
            take_field(document, found, name)


def take_dynamic(document: DocumentStorage, found: DocumentStorage, key: str) -> None:
    """The same for a value that no field declares."""
    name = key.lstrip("_")
    if has_other(document, name):
        del document.__dict__[name]
    if has_other(found, name):
        keep_dynamic(document, key, other_values(found)[name])
