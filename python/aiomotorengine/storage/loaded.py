"""Which fields of a document were loaded, where a query has not asked for all.

A document that was loaded in part says so in its ``HiddenValues``, and the documents in it do as
well, each for itself. Its class's other fields have no value at all then, so what is assigned
later is there like what was loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded_part import LoadedPart
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import has_value, value_of

__all__ = [
    "count_as_loaded",
    "forget_nothing",
    "is_loaded",
    "is_partial",
    "keep_loaded_part",
    "lists_in_part",
    "loaded_part",
    "nothing_loaded",
    "nothing_of_part",
    "part_with_inner",
]


def loaded_part(document: DocumentStorage) -> LoadedPart | None:
    """The part that was loaded of a document; ``None`` for a whole one."""
    hidden = document._hidden
    return hidden.loaded if isinstance(hidden, HiddenValues) else None


def is_partial(document: DocumentStorage) -> bool:
    """Whether a document was loaded in part."""
    return document._hidden is not None and loaded_part(document) is not None


def is_loaded(document: DocumentStorage, name: str) -> bool:
    """Whether a field of a document may be read: it was loaded, or assigned since.

    An instance that was never filled, as ``object.__new__`` makes them, has not even hidden values.
    """
    hidden = getattr(document, "_hidden", None)
    is_whole = not isinstance(hidden, HiddenValues) or hidden.loaded is None
    return is_whole or has_value(document, name)


def keep_loaded_part(document: DocumentStorage, part: LoadedPart) -> None:
    """Have a document know which part of it was loaded; its values are in place."""
    hidden = HiddenValues.of(document)
    hidden.loaded, hidden.nothing_loaded = part, nothing_of_part(document, part)
    hidden.lists_in_part = {name: value_of(document, name) for name in part.lists}


def nothing_of_part(document: DocumentStorage, part: LoadedPart) -> frozenset[str]:
    """The fields of a part for which nothing was loaded, though something may be stored."""
    return frozenset([name for name in part.in_part if value_of(document, name) is None])


def lists_in_part(document: DocumentStorage) -> list[str]:
    """The attributes that have a list of which only a part was loaded, and no other since."""
    hidden: Any = document._hidden
    if not isinstance(hidden, HiddenValues):
        return []
    return [
        name
        for name, loaded in hidden.lists_in_part.items()
        if loaded is not None and value_of(document, name) is loaded
    ]


def nothing_loaded(document: DocumentStorage) -> frozenset[str]:
    """The attributes for which nothing was loaded, though asked for, and that have no value yet.

    Something may be stored for them nonetheless, be it meanwhile, of another type or under another
    key.
    """
    hidden: Any = document._hidden
    if not isinstance(hidden, HiddenValues):
        return frozenset()
    return frozenset(name for name in hidden.nothing_loaded if value_of(document, name) is None)


def forget_nothing(document: DocumentStorage) -> None:
    """Have a document, which is sent now, say of what it has values for that something is stored:
    ``None`` in their place is to be sent as well from now on.
    """
    hidden: Any = document._hidden
    if isinstance(hidden, HiddenValues) and hidden.nothing_loaded:
        left = nothing_loaded(document)
        if left != hidden.nothing_loaded:
            HiddenValues.of(document).nothing_loaded = left


def part_with_inner(document: DocumentStorage) -> LoadedPart | None:
    """The part that was loaded of a document, and of what is embedded in it by now."""
    part = loaded_part(document)
    if part is None or not part.inside:
        return part
    inside = dict(part.inside)
    for name in inside:
        value = value_of(document, name)
        inner = part_with_inner(value) if isinstance(value, DocumentStorage) else None
        if inner is not None:
            inside[name] = inner
    return part._replace(inside=inside)


def count_as_loaded(document: DocumentStorage, names: Iterable[str] | None = None) -> None:
    """Have a partial document say of what it has that it was loaded: that is what is stored.

    Parameters:
        document: the document.
        names: the attributes; by default all, also of what is embedded in it.
    """
    part = None if document._hidden is None else loaded_part(document)
    if part is None:
        return
    kind: Any = type(document)
    forget_nothing(document)
    nothing = nothing_loaded(document)
    present = [name for name in names or kind._fields if has_value(document, name)]
    still_in_part = lists_in_part(document)
    inside = dict(part.inside)
    for name in present:
        value = value_of(document, name)
        inner = None
        if isinstance(value, DocumentStorage):
            if names is None:
                count_as_loaded(value)
            inner = loaded_part(value)
        if inner is not None:
            inside[name] = inner
        elif name not in still_in_part and name not in nothing:
            inside.pop(name, None)
    known = part.names.difference(present) if part.leaves_out else part.names.union(present)
    lists = part.lists.intersection(still_in_part)
    grown = part._replace(names=known, inside=inside, lists=lists)
    if grown != part:
        hidden = HiddenValues.of(document)
        hidden.loaded = grown
        hidden.lists_in_part = {name: value_of(document, name) for name in lists}
