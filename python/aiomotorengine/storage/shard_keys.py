"""The shard key of a class: which stored values it is made of, and that they stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from aiomotorengine.errors import UNKNOWN_CLASS, ImmutableFieldError, InvalidDocumentError
from aiomotorengine.storage.descriptors import immutable
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import value_of

__all__ = [
    "ShardKeyPart",
    "absent_parts",
    "freeze_shard_key",
    "has_defaults",
    "keep_absent_parts",
    "note_absent_parts",
    "refuse_shard_key",
    "shard_key_of",
    "stored_shard_key",
]

ShardKeyPart = tuple[str, tuple[str, ...]]
"""A key in MongoDB, with the names of the attributes that lead to its value."""

shard_keys: WeakKeyDictionary[type[Any], tuple[Any, list[ShardKeyPart]]] = WeakKeyDictionary()
"""The shard keys of classes, with what they were made of."""


def shard_key_of(document_class: Any) -> list[ShardKeyPart]:
    """The parts of a class's shard key but its ``_id``, in their order.

    Raises:
        InvalidDocumentError: a part is no field.
    """
    given = document_class.__shard_key__
    known = shard_keys.get(document_class)
    if known is None or known[0] is not given:
        own = {"id", "_id", *(key.name for key in document_class._declared_key)}
        parts = [part_of(document_class, path) for path in given if path not in own]
        known = shard_keys[document_class] = given, parts
    return known[1]


def part_of(document_class: Any, path: str) -> ShardKeyPart:
    names = tuple(path.split("."))
    fields = list(fields_along(document_class, names))
    if len(fields) < len(names):
        raise InvalidDocumentError(
            f"{document_class.__name__}.__shard_key__: "
            f"{document_class.__name__} has no field {path!r}."
        )
    return ".".join(field.db_field for field in fields), names


def fields_along(document_class: Any, names: Sequence[str]) -> Iterator[Any]:
    """The fields that names lead through, until one is none."""
    holder = document_class
    for name in names:
        field = getattr(holder, "_fields", {}).get(name)
        if field is None:
            return
        yield field
        holder = getattr(field, "embedded_type", None)


# -- its values stay ---------------------------------------------------------------------------


def freeze_shard_key(document_class: Any, fields: Mapping[str, Any]) -> None:
    """Have the fields of a new class's shard key keep their values once a document is stored.

    What an embedded document holds is not watched; it is its own.

    Parameters:
        document_class: the class.
        fields: its fields by name, each of which has its descriptor.
    """
    for path in document_class.__shard_key__:
        field = fields.get(path)
        if field is None or field._settings.primary_key:
            continue  # which stays as it is in any case
        if not field._settings.immutable:
            type.__setattr__(document_class, path, immutable(field.attribute()))


def refuse_shard_key(document_class: Any, key: str) -> None:
    """Raise ``ImmutableFieldError`` for a key of MongoDB that is in the shard key, or holds it.

    Parameters:
        document_class: the class whose documents are updated.
        key: the key, with dots.
    """
    for part, names in shard_key_of(document_class):
        if part == key or part.startswith(f"{key}.") or key.startswith(f"{part}."):
            raise ImmutableFieldError.of(".".join(names))


# -- what is stored of it ----------------------------------------------------------------------


def stored_shard_key(document: Any) -> dict[str, Any]:
    """What is stored for a document under the keys of its shard key.

    What was never stored, and is read as a default, is null to servers.
    """
    absent = absent_parts(document)
    return {
        key: None if key in absent else stored_value(document, names)
        for key, names in shard_key_of(type(document))
    }


def stored_value(document: Any, names: Sequence[str]) -> Any:
    """What is stored for a value in a document, or in one that is embedded in it."""
    *holders, name = names
    for holder in holders:
        document = value_of(document, holder)
        if document is None:
            return None
    field, value = type(document)._fields[name], value_of(document, name)
    hidden = document._hidden
    form = hidden.stored_forms.get(name) if isinstance(hidden, HiddenValues) else None
    if form is not None and form.holds_for(value, field.to_son):
        return form.stored
    return field.to_son(value)


def has_defaults(document_class: Any) -> bool:
    """Whether a part of the shard key may be read as something where nothing is stored."""
    paths = [path.split(".") for path in document_class.__shard_key__]
    try:
        along = [field for names in paths for field in fields_along(document_class, names)]
    except UNKNOWN_CLASS:  # which a field raises again as soon as it has a value
        return False
    return any(field.default is not None for field in along)


def note_absent_parts(document: Any, stored: Mapping[str, Any]) -> None:
    """Have a loaded document know which parts of its shard key are not stored.

    Parameters:
        document: the document.
        stored: what it was loaded from.
    """
    absent = [key for key, _ in shard_key_of(type(document)) if not is_stored(stored, key)]
    if absent:
        keep_absent_parts(document, absent)


def is_stored(stored: Any, path: str) -> bool:
    for key in path.split("."):
        if not isinstance(stored, Mapping) or key not in stored:
            return False
        stored = stored[key]
    return True


def absent_parts(document: Any) -> tuple[str, ...]:
    """The keys of the shard key under which nothing is stored for a document."""
    hidden = document._hidden
    return hidden.absent_parts if isinstance(hidden, HiddenValues) else ()


def keep_absent_parts(document: Any, keys: Iterable[str]) -> None:
    """Say under which keys of the shard key nothing is stored for a document."""
    # Others may hold what is hidden: a transaction, so that it can be had again.
    document._hidden = HiddenValues.of(document).but(absent_parts=tuple(keys))
