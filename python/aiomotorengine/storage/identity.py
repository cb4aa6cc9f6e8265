"""Which stored document is meant: by its id, and its shard key where it has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from reprlib import repr as short_repr
from typing import Any
from weakref import WeakKeyDictionary

from aiomotorengine.errors import ImmutableFieldError, InvalidDocumentError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.descriptors import immutable
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import value_of
from aiomotorengine.utils import is_condition

__all__ = [
    "ShardKeyPart",
    "freeze_shard_key",
    "identity_query",
    "refuse_shard_key",
    "shard_key_of",
]

ShardKeyPart = tuple[str, tuple[str, ...]]
"""A key in MongoDB, with the names of the attributes that lead to its value."""

found: WeakKeyDictionary[type[Any], tuple[Any, list[ShardKeyPart]]] = WeakKeyDictionary()
"""The shard keys of classes, with what they were made of."""


def identity_query(document: DocumentStorage) -> dict[str, Any]:
    """The query for one document: its ``_id``, and what its ``__shard_key__`` names.

    Servers send a write to the one shard that has the document if its shard key stands in the query
    by itself; in an ``$and`` they do not look for it.

    Raises:
        ValueError: MongoDB would take the id for a condition, and another document for this one.
    """
    id = document._id
    if is_condition(id):
        raise ValueError(
            f"The _id of this {type(document).__name__} can't be {short_repr(id)}: "
            "it would be taken for a condition on the ids of other documents."
        )
    query = {"_id": id}
    document_class: Any = type(document)
    if document_class.__shard_key__:
        for key, names in shard_key_of(document_class):
            query[key] = stored_value(document, names)
    return query


def shard_key_of(document_class: Any) -> list[ShardKeyPart]:
    """The parts of a class's shard key but its ``_id``, in their order.

    Raises:
        InvalidDocumentError: a part is no field.
    """
    given = document_class.__shard_key__
    known = found.get(document_class)
    if known is None or known[0] is not given:
        own = {"id", "_id", *(key.name for key in document_class._declared_key)}
        parts = [part_of(document_class, path) for path in given if path not in own]
        known = found[document_class] = given, parts
    return known[1]


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


def part_of(document_class: Any, path: str) -> ShardKeyPart:
    holder, names, keys = document_class, path.split("."), []
    for name in names:
        field = getattr(holder, "_fields", {}).get(name)
        if field is None:
            raise InvalidDocumentError(
                f"{document_class.__name__}.__shard_key__: "
                f"{document_class.__name__} has no field {path!r}."
            )
        keys.append(field.db_field)
        holder = getattr(field, "embedded_type", None)
    return ".".join(keys), tuple(names)


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
