"""The id that every document has without a field of its own: ``_id``, also called ``id``."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.object_id_field import ObjectIdField
from aiomotorengine.fields.refusals import required
from aiomotorengine.ids import without_hex
from aiomotorengine.locations import locate
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.primary_keys import key_of, key_to_store
from aiomotorengine.storage.values import has_other, other_values

__all__ = [
    "DOCUMENT_ID",
    "DocumentId",
    "IdAttribute",
    "declared_key",
    "has_object_ids",
    "primary_key",
    "refuse_unset_key",
]


class DocumentId(ObjectIdField):
    """The id of a document, which may be of any type; 24 hex digits mean the ``ObjectId``."""

    is_scalar = False
    takes_lists = True
    _own_types = ()

    def validate(self, value: Any) -> bool:
        return True

    def from_son(self, value: Any) -> Any:
        return value

    def to_query(self, value: Any) -> Any:
        return without_hex(value) if isinstance(value, str) else value

    def to_query_item(self, value: Any) -> Any:
        return without_hex(value)

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return False


DOCUMENT_ID = DocumentId(db_field="_id")
"""The id of documents whose class declares no primary key."""

DOCUMENT_ID.name = "id"


class IdAttribute:
    """``id``, another name of a document's ``_id``.

    A value that is stored under the key ``id`` goes before it.
    """

    def __get__(self, document: DocumentStorage | None, owner: Any = None) -> Any:
        if document is None:
            return primary_key(owner)
        if has_other(document, "id"):
            return other_values(document)["id"]
        return key_of(primary_key(type(document)), document._id)

    def __set__(self, document: DocumentStorage, value: Any) -> None:
        declared = declared_key(type(document))
        if has_other(document, "id"):
            document.__dict__["id"] = value
        elif declared is not None:
            setattr(document, declared.name, value)
        else:
            document._id = key_to_store(DOCUMENT_ID, value)

    def __delete__(self, document: DocumentStorage) -> None:
        if has_other(document, "id"):
            del document.__dict__["id"]
        else:
            self.__set__(document, None)


def primary_key(document_class: Any) -> BaseField[Any]:
    """The field of the ``_id``, for a document class or whatever else has names for a query."""
    declared: tuple[BaseField[Any], ...] = getattr(document_class, "_declared_key", ())
    return declared[0] if declared else DOCUMENT_ID


def has_object_ids(document_class: Any) -> bool:
    """Whether a new ``ObjectId`` is an id for a document that has none yet."""
    return isinstance(primary_key(document_class), ObjectIdField)


def refuse_unset_key(document_class: Any) -> None:
    """Raise ``InvalidDocumentError`` for a class to whose documents the program has to give ids."""
    key = primary_key(document_class)
    if not isinstance(key, ObjectIdField):
        error = required(key.name, None)
        locate(error, key.name)
        raise error


def declared_key(document_class: Any) -> BaseField[Any] | None:
    """The field that a document class has declared as its primary key, if it has."""
    field: BaseField[Any] = primary_key(document_class)
    return None if field is DOCUMENT_ID else field
