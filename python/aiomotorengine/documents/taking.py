"""A document takes the values of another one, which was read anew or is what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from aiomotorengine.documents.conversion import (
    find_attribute,
    keep_dynamic,
    keep_hidden,
    own_hidden,
)
from aiomotorengine.documents.naming import class_attribute, is_behaviour
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import count_as_loaded
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import (
    has_other,
    other_values,
    take_values,
    value_of,
    values_of,
)

__all__ = ["TouchedPlace", "take_field", "take_over", "touched_places"]


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
    if isinstance(document._hidden, HiddenValues):
        own = HiddenValues.of(document)
        own.lists_in_part.pop(name, None)
        own.nothing_loaded -= {name}
        count_as_loaded(document, [name])
    hidden = found._hidden
    form = hidden.stored_forms.get(name) if isinstance(hidden, HiddenValues) else None
    if form is not None:
        HiddenValues.of(document).stored_forms[name] = form
    elif isinstance(document._hidden, HiddenValues):
        HiddenValues.of(document).stored_forms.pop(name, None)


class TouchedPlace(NamedTuple):
    """A place of which a document takes the value of another one.

    Attributes:
        holder: the document, or one that is embedded in it.
        source: the other one, or what it has there.
        key: the key in MongoDB.
    """

    holder: DocumentStorage
    source: DocumentStorage
    key: str

    @property
    def name(self) -> str:
        """The name of the attribute there."""
        kind: Any = type(self.holder)
        declared: str | None = kind._reverse_db_field_map.get(self.key)
        return self.key.lstrip("_") if declared is None else declared

    def take(self) -> None:
        """Give the holder the value."""
        kind: Any = type(self.holder)
        if self.key in kind._reverse_db_field_map:
            take_field(self.holder, self.source, self.name)
        else:
            take_dynamic(self.holder, self.source, self.key)


def touched_places(
    document: DocumentStorage, found: DocumentStorage, tree: Mapping[str, Any]
) -> Iterator[TouchedPlace]:
    """The places that are touched in a document.

    Parameters:
        document: the document.
        found: another of its class, which may have nothing else than what was touched.
        tree: keys in MongoDB, each with what is meant inside of the embedded document there; with
            ``None`` where the whole value is.
    """
    for key, inside in tree.items():
        place = TouchedPlace(document, found, key)
        mine, other = value_of(document, place.name), value_of(found, place.name)
        if inside is not None and isinstance(mine, DocumentStorage) and type(mine) is type(other):
            yield from touched_places(mine, other, inside)
        else:
            yield place


def take_dynamic(document: DocumentStorage, found: DocumentStorage, key: str) -> None:
    """Give a document the value that another has under a key that no field declares."""
    if not type(document).__dynamic__:  # type: ignore[attr-defined]
        return take_hidden(document, found, key)
    name = key.lstrip("_")
    if has_other(document, name):
        del document.__dict__[name]
    if has_other(found, name):
        keep_dynamic(document, key, other_values(found)[name])


def take_hidden(document: DocumentStorage, found: DocumentStorage, key: str) -> None:
    """The same where no attribute shows such values."""
    if found._hidden and key in found._hidden:
        keep_hidden(document, key, found._hidden[key])
    elif document._hidden:
        own_hidden(document).pop(key, None)
