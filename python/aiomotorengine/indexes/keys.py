"""What the text of an index's key means: ``-home.town`` names a field, and says in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pymongo import ASCENDING, DESCENDING, GEOSPHERE, HASHED, TEXT

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.dict_field import DictField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField

__all__ = [
    "Key",
    "KeyLike",
    "UnknownNameError",
    "embedded_at",
    "field_at",
    "fields_at",
    "key_of",
    "stored_path",
]

Kind = int | str
Key = tuple[str, Kind]
"""A key in MongoDB with what kind of index is on it: a direction, or ``"text"`` and its like."""

KeyLike = str | BaseField[Any] | tuple[str | BaseField[Any], Kind]
"""What a declaration takes for a key."""

KINDS: dict[str, Kind] = {
    "+": ASCENDING,
    "-": DESCENDING,
    "$": TEXT,
    "#": HASHED,
    "*": GEOSPHERE,
}
"""By the character in front of a name."""

EVERYTHING = "$**"
"""Stands for all keys, or for all below another."""


class UnknownNameError(LookupError):
    """No field has the name."""


def key_of(document_class: Any, given: KeyLike) -> Key:
    """The key in MongoDB, and the kind of index.

    Parameters:
        document_class: whose fields are meant.
        given: a name or path of attributes, with what stands for the kind in front; a field; or a
            pair of either with the kind.

    Raises:
        UnknownNameError: a name leads nowhere.
        TypeError: it is none of these.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class Game(Document):
        ...     score = IntField(db_field="s")
        >>> key_of(Game, "-score"), key_of(Game, ("score", "hashed")), key_of(Game, "$**")
        (('s', -1), ('s', 'hashed'), ('$**', 1))
    """
    if isinstance(given, tuple):
        named, kind = given
        return stored_path(document_class, name_of(named)), kind
    name, kind = name_of(given), ASCENDING
    if name[:1] in KINDS and name not in document_class._fields and not name.startswith(EVERYTHING):
        kind, name = KINDS[name[0]], name[1:]
    return stored_path(document_class, name), kind


def name_of(given: Any) -> str:
    if isinstance(given, BaseField):
        return given.name
    if not isinstance(given, str):
        raise TypeError(f"An index has names or fields for its keys, not {given!r}.")
    return given


def stored_path(document_class: Any, path: str) -> str:
    """The key in MongoDB for a path of attributes.

    A name with an underscore in front that is no field's is a key of MongoDB already, and so is all
    that follows it.

    Raises:
        UnknownNameError: a name leads nowhere; what is unknown is its argument.
    """
    return ".".join(walk(document_class, path)[0])


def field_at(document_class: Any, path: str) -> BaseField[Any] | None:
    """The field at the end of a path of attributes; ``None`` where there is none."""
    try:
        return walk(document_class, path)[1]
    except UnknownNameError:
        return None


def walk(document_class: Any, path: str) -> tuple[list[str], BaseField[Any] | None]:
    """The keys in MongoDB along a path of attributes, and the field at its end.

    Raises:
        UnknownNameError: as above.
    """
    parts = path.split(".")
    keys: list[str] = []
    field: BaseField[Any] | None = None
    for place, name in enumerate(parts):
        if name == EVERYTHING or (field is not None and field._holds_anything):
            return [*keys, *parts[place:]], None
        inner = None if field is None else field._under_key(name)
        if inner is not None:  # an item of a list, or a key of a mapping
            field = inner
            keys.append(name)
            continue
        holders = [document_class] if field is None else embedded_at(field)
        found = next((one for one in (own_field(holder, name) for holder in holders) if one), None)
        if found is not None:
            key, field = found
            keys.append(key)
        elif holders and name.startswith("_"):
            return [*keys, *parts[place:]], None
        elif holders and name == "id":
            return [*keys, "_id", *parts[place + 1 :]], None
        else:
            raise UnknownNameError(path if place else name)
    return keys, field


def own_field(document_class: Any, name: str) -> tuple[str, BaseField[Any]] | None:
    """The field of a name, with its key in MongoDB; ``None`` if the class has none."""
    key = declared_key(document_class)
    if key is not None and name in ("id", key.name):
        return "_id", key
    field: BaseField[Any] | None = document_class._fields.get(name)
    return None if field is None else (field.db_field, field)


def fields_at(field: BaseField[Any]) -> Iterator[BaseField[Any]]:
    """The field itself, or those of what stands under the same key: items of lists, alternatives.

    An index reaches the items of a list by the key of the list, but no values of a mapping.
    """
    if isinstance(field, DictField) or not field._inner_fields:
        yield field
        return
    for inner in field._inner_fields:
        yield from fields_at(inner)


def embedded_at(field: BaseField[Any]) -> list[Any]:
    """The classes of the documents that stand under the key of a field."""
    fields = (one for one in fields_at(field) if isinstance(one, EmbeddedDocumentField))
    return [one.embedded_type for one in fields]
