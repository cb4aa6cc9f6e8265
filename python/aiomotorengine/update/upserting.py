"""What an upsert inserts: a whole document, as a save of it would store it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from bson.objectid import ObjectId

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import AbstractClassError, InvalidDocumentError
from aiomotorengine.fields.document_id import refuse_unset_key
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.refusals import required
from aiomotorengine.locations import locate
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import Discriminator
from aiomotorengine.storage.values import value_of
from aiomotorengine.update.compiling import is_pipeline
from aiomotorengine.update.equalities import field_at, values_to_insert
from aiomotorengine.update.operators import gives_value
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import Operation

__all__ = ["Insertion"]


class Insertion:
    """The document that is inserted where a query finds none.

    What the query asks to be equal, and what the update changes, it gets by these: a counter starts
    from its change. Everything else it gets from a new instance of the class.

    Parameters:
        document_class: its class.
        query: the query, as MongoDB takes it.
        operations: what the update does, stamps included.
        zone: the time zone in which the client reads dates; ``None`` where it reads them naive.
        stamps: whether its automatic dates are set.

    Attributes:
        equalities: what it gets by the query, by key.
        id: its ``_id``: what the query or the update says, or the program sets; else that which
            ``operations`` has made.

    Raises:
        ValueError: the update has an expression, something is inside of a list that is not there
            yet, or the query asks for two values where there is one.
    """

    def __init__(
        self,
        document_class: Any,
        query: Mapping[str, Any],
        operations: Sequence[Operation],
        zone: tzinfo | None,
        *,
        stamps: bool = True,
    ) -> None:
        if is_pipeline(operations):
            raise ValueError("upsert=True can't be sent together with an F expression.")
        self._document_class = document_class
        self._zone = zone
        self._stamps = stamps
        self.equalities = values_to_insert(document_class, query)
        self.id = self.equalities.get("_id")
        self._given: dict[str, bool] = {}
        """Keys that have something to do with it, and whether they get a value by that."""
        for operator, path, value in operations:
            self._given[path.db_name] = gives_value(operator)
            if path.db_name == "_id":
                self.id = value
            if operator == "$rename":
                self._given[value] = False
        self._changed = set(self._given)
        for key in (*self._changed, *self.equalities):
            refuse_items(document_class, key)

    def operations(self, *, validate: bool = True) -> Iterator[Operation]:
        """What an update does besides, if it inserts the document.

        Parameters:
            validate: whether the document is to be whole, and to have what is required.

        Raises:
            InvalidDocumentError: a required field, or a primary key that nothing makes, has no
                value.
            AbstractClassError: there are no documents of its very class.
        """
        if self.id is None:
            yield from self._new_id()
        yield from self._discriminator()
        if not validate:
            return
        for key, value in self.equalities.items():
            if key == "_id" or any(is_nested(key, changed) for changed in self._changed):
                continue
            field = field_at(self._document_class, key)
            self._given[key] = field is None or not field._is_missing(value)
            yield insertion(key, value)
        yield from self._defaults(self._new_document())

    def _new_id(self) -> Iterator[Operation]:
        """The ``_id`` where neither the query nor the update says one.

        Raises:
            InvalidDocumentError: nothing makes the primary key, or it is said to be null.
        """
        is_unsaid = "_id" not in self._changed and "_id" not in self.equalities
        make = conversion_of(self._document_class).make_key if is_unsaid else None
        self.id = None if make is None else make()
        if self.id is None:
            refuse_unset_key(self._document_class)
        if is_unsaid:
            self.id = ObjectId() if self.id is None else self.id
            yield insertion("_id", self.id)

    def _new_document(self) -> Any:
        """A document that has nothing but defaults. Its key is there, and is not made once more."""
        conversion = conversion_of(self._document_class)
        if conversion.make_key is None or conversion.has_own_constructor:
            return self._document_class()
        return self._document_class(_id=self.id)

    def _discriminator(self) -> Iterator[Operation]:
        """What says of which class it is, where the class shares its collection.

        Raises:
            AbstractClassError: there are no documents of that very class.
        """
        discriminator: Discriminator | None = self._document_class._discriminator
        if discriminator is None or discriminator.key in (*self.equalities, *self._changed):
            return
        if discriminator.value is None:
            raise AbstractClassError.without_value(self._document_class)
        self._given[discriminator.key] = True
        yield insertion(discriminator.key, discriminator.value)

    def _defaults(self, document: Any, *names: str, prefix: str = "") -> Iterator[Operation]:
        """What a new document has, but for what is given.

        Parameters:
            document: the document.
            names: where it is embedded, by attributes' names.
            prefix: the same by keys of MongoDB, with a dot at its end.
        """
        document_class: Any = type(document)
        conversion = conversion_of(document_class)
        if conversion.has_stamps:
            conversion.stamp(document, creating=True, renew=True, zone=self._zone)
        unset = () if self._stamps or names else {it.field.db_field for it in conversion.stamps}
        for db_name, stored in document.to_son().items():
            if db_name == "_id":
                continue  # a to_son of the program's own may give one
            key, value = prefix + db_name, None if db_name in unset else stored
            name = document_class._reverse_db_field_map.get(db_name)
            field = document_class._fields.get(name)
            is_required = field is not None and field.required
            embedded = getattr(field, "embedded_type", None)
            if key in self._given:
                if is_required and not self._given[key]:
                    raise missing(*names, field.name)
            elif any(given.startswith(f"{key}.") for given in self._given):
                if embedded is not None:
                    value = value_of(document, field.name)
                    inner = value if isinstance(value, DocumentStorage) else embedded()
                    yield from self._defaults(inner, *names, field.name, prefix=f"{key}.")
            else:
                if is_required and field._is_missing(value):
                    raise missing(*names, field.name)
                yield insertion(key, value)


def missing(*parts: str) -> InvalidDocumentError:
    """The error for a required field that would have no value."""
    error = required(parts[-1], None)
    locate(error, *parts)
    return error


def insertion(key: str, value: Any) -> Operation:
    return "$setOnInsert", UpdatePath(key, None, key), value


def refuse_items(document_class: Any, key: str) -> None:
    """Raise ``ValueError`` for a key that leads into a list, which an insert would make a mapping.

    ``$`` and ``$[]`` are left to the server, which says so itself.
    """
    parts = key.split(".")
    for end in range(1, len(parts)):
        field = field_at(document_class, ".".join(parts[:end]))
        if isinstance(field, ListField) and not parts[end].startswith("$"):
            raise ValueError(
                f"An upsert can't insert '{key}': it is inside of a list that is not there yet."
            )


def is_nested(one: str, other: str) -> bool:
    """Whether two keys are equal, or one is inside of the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
