"""What the text of an index's key means: ``-home.town`` names a field, and says in which order."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING, GEOSPHERE, HASHED, TEXT

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.list_field import ListField

__all__ = ["Key", "KeyLike", "UnknownNameError", "field_at", "key_of", "stored_path"]

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

ANYTHING = (BaseField, DynamicField)
"""The classes of fields whose values may be mappings of any kind."""


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
        if isinstance(field, ListField):
            if name.isdecimal():
                keys.append(name)
                field = field._base_field
                continue
            field = field.innermost
        holder = document_class if place == 0 else getattr(field, "embedded_type", None)
        if (place and type(field) in ANYTHING) or name == EVERYTHING:
            return [*keys, *parts[place:]], None
        if holder is None:
            raise UnknownNameError(path)
        if name not in holder._fields:
            declared = next(iter(holder._declared_key), None)
            if declared is not None and name in ("id", declared.name):
                field = declared
                keys.append("_id")
                continue
            if name == "id" or name.startswith("_"):
                stored = "_id" if name == "id" else name
                return [*keys, stored, *parts[place + 1 :]], None
            raise UnknownNameError(name if place == 0 else path)
        field = holder._fields[name]
        keys.append(field.db_field)
    return keys, field
