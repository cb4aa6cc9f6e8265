"""The indexes that a class declares: in fields, in embedded documents, and in ``__indexes__``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from pymongo import ASCENDING, DESCENDING, GEOSPHERE

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import generation
from aiomotorengine.fields.geojson.geo_json_base_field import GeoJsonBaseField
from aiomotorengine.indexes.classes import classes_beside
from aiomotorengine.indexes.definition import IndexDefinition
from aiomotorengine.indexes.index import definition_of, seconds
from aiomotorengine.indexes.keys import (
    Key,
    UnknownNameError,
    embedded_at,
    fields_at,
    stored_path,
)

__all__ = ["declared_by", "declared_for", "refusals_of", "unique_indexes"]

DIRECTIONS = (ASCENDING, DESCENDING)

Found = WeakKeyDictionary[type[Any], tuple[int, list[IndexDefinition]]]
"""Indexes of classes, with the number of the generation of fields that was asked."""

all_found: Found = WeakKeyDictionary()
unique_found: Found = WeakKeyDictionary()


def declared_by(document_class: Any) -> list[IndexDefinition]:
    """The indexes that a class declares: those of its fields in their order, then the others.

    Raises:
        InvalidDocumentError: a name in one of them leads nowhere, or two have one name.
        ImportError: the class of embedded documents is not to be found.
    """
    return kept(all_found, document_class, all_declared)


def all_declared(document_class: Any) -> list[IndexDefinition]:
    listed = (one for declare in declarations_of(document_class) for one in declare())
    return without_repetition(document_class, listed)


def declarations_of(document_class: Any) -> Iterator[Callable[[], Iterable[IndexDefinition]]]:
    """What makes the indexes of each field, and then of each item of ``__indexes__``."""
    for field in document_class._fields.values():
        yield partial(of_field, document_class, field)
    for item in items_of(document_class):
        yield partial(of_item, document_class, item)


def unique_indexes(document_class: Any) -> list[IndexDefinition]:
    """The indexes of the fields of a class with ``unique=True``."""
    return kept(unique_found, document_class, all_unique)


def all_unique(document_class: Any) -> list[IndexDefinition]:
    fields = document_class._fields.values()
    return [unique_index(document_class, field) for field in fields if field.unique]


def kept(
    found: Found, document_class: Any, find: Callable[[Any], list[IndexDefinition]]
) -> list[IndexDefinition]:
    """What was found for a class already, or is now."""
    known = found.get(document_class)
    if known is None or known[0] != generation.number:
        known = found[document_class] = generation.number, find(document_class)
    return known[1]


def declared_for(document_class: Any, alias: str | None = None) -> list[IndexDefinition]:
    """What all classes declare whose documents are in the collection of a class.

    Parameters:
        document_class: the class.
        alias: the connection that a call names.

    Raises:
        InvalidDocumentError: as above; or two of them declare different indexes of one name.
    """
    beside = classes_beside(document_class, alias)
    return without_repetition(
        document_class, (one for other in beside for one in declared_by(other))
    )


def without_repetition(
    document_class: Any, definitions: Iterable[IndexDefinition]
) -> list[IndexDefinition]:
    by_name: dict[str, IndexDefinition] = {}
    for definition in definitions:
        first = by_name.setdefault(definition.name, definition)
        if (first.keys, first.options) != (definition.keys, definition.options):
            raise InvalidDocumentError(
                f"{definition.title}: another index of the collection "
                f"'{document_class.__collection__}' has the name '{definition.name}', too. "
                f"It is {first.title}; give one of them a name."
            )
    return list(by_name.values())


def refusals_of(document_class: Any) -> Iterator[Exception]:
    """Why indexes that a class declares can't be made: what is raised for each of them."""
    listed: list[IndexDefinition] = []
    for declare in declarations_of(document_class):
        try:
            listed += declare()
        except Exception as error:
            yield error
    try:
        without_repetition(document_class, listed)
    except InvalidDocumentError as error:
        yield error


def items_of(document_class: Any) -> Iterator[Any]:
    """What ``__indexes__`` of a class and of its bases hold; the bases come first."""
    seen: list[Any] = []
    for base in reversed(document_class.__mro__):
        for item in vars(base).get("__indexes__", ()):
            if item not in seen:
                seen.append(item)
                yield item


def of_item(document_class: Any, item: Any) -> list[IndexDefinition]:
    return [definition_of(document_class, item)]


def of_field(document_class: Any, field: BaseField[Any]) -> Iterator[IndexDefinition]:
    if field.unique:
        yield unique_index(document_class, field)
    yield from indexes_of(field, field.db_field, is_unique=bool(field.unique))
    if field._settings.unique_with:
        yield compound_of(document_class, field)
    yield from below(field, field.db_field, (document_class,))


def below(field: BaseField[Any], prefix: str, seen: tuple[Any, ...]) -> Iterator[IndexDefinition]:
    """The indexes of documents that are embedded in a field.

    Of these, unique ones do not count: many documents have no such part, or an empty list of them,
    and would be duplicates of one another.

    Parameters:
        field: the field.
        prefix: its key in MongoDB.
        seen: the classes that hold it, which may come again in themselves.
    """
    for embedded in embedded_at(field):
        if embedded in seen:
            continue
        for inner in embedded._fields.values():
            path = f"{prefix}.{inner.db_field}"
            yield from indexes_of(inner, path)
            yield from below(inner, path, (*seen, embedded))


def indexes_of(
    field: BaseField[Any], key: str, *, is_unique: bool = False
) -> Iterator[IndexDefinition]:
    """What a field asks for by ``index`` and ``expires``.

    Parameters:
        field: the field.
        key: its key in MongoDB.
        is_unique: whether it has a unique index already, which serves as an ordinary one.
    """
    asked = field._settings
    kind = kind_of(field)
    if kind is not None and not (is_unique and kind in DIRECTIONS):
        options: dict[str, Any] = {"sparse": True} if asked.sparse and kind in DIRECTIONS else {}
        if kind in DIRECTIONS:
            options |= expiry_of(field)
        yield defined(field, ((key, kind),), options)
    if asked.expires is not None and not is_unique and kind not in DIRECTIONS:
        yield defined(field, ((key, ASCENDING),), expiry_of(field))


def kind_of(field: BaseField[Any]) -> int | str | None:
    """The kind of index that a field, or the items of a list, ask for; ``None`` for none."""
    inside = list(fields_at(field))
    asked: Any = next(
        (one._settings.index for one in (field, *inside) if one._settings.index), None
    )
    if asked is True:
        is_place = any(isinstance(one, GeoJsonBaseField) for one in inside)
        return GEOSPHERE if is_place else ASCENDING
    kind: int | str | None = asked
    return kind


def unique_index(document_class: Any, field: BaseField[Any]) -> IndexDefinition:
    """The index of a field with ``unique=True``."""
    options = unique_options(document_class, field) | expiry_of(field)
    return defined(field, ((field.db_field, ASCENDING),), options)


def compound_of(document_class: Any, field: BaseField[Any]) -> IndexDefinition:
    """The index of a field with ``unique_with``.

    Raises:
        InvalidDocumentError: it names what is no field.
    """
    keys: list[Key] = [(field.db_field, ASCENDING)]
    for name in field._settings.unique_with:
        try:
            keys.append((stored_path(document_class, name), ASCENDING))
        except UnknownNameError:
            raise InvalidDocumentError(
                f"Field '{field.name}' can't be unique with {name!r}: "
                f"{document_class.__name__} has no field {name!r}."
            ) from None
    return defined(field, tuple(keys), unique_options(document_class, field))


def unique_options(document_class: Any, field: BaseField[Any]) -> dict[str, Any]:
    discriminator = document_class._discriminator
    if discriminator is not None and field.name not in discriminator.root._fields:
        # Documents of the other classes in the collection have no such key.
        return {"unique": True, "partialFilterExpression": {field.db_field: {"$exists": True}}}
    return {"unique": True, "sparse": True} if field._settings.sparse else {"unique": True}


def expiry_of(field: BaseField[Any]) -> dict[str, Any]:
    expires = field._settings.expires
    return {} if expires is None else {"expireAfterSeconds": seconds("expires", expires)}


def defined(
    field: BaseField[Any], keys: tuple[Key, ...], options: Mapping[str, Any]
) -> IndexDefinition:
    return IndexDefinition.of(keys, options, None, f"that of Field '{field.name}'")
