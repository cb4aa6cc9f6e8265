"""A search index as MongoDB is asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.indexes.keys import UnknownNameError, stored_path

__all__ = ["SearchDefinition", "name_of", "path_of"]


class SearchDefinition(NamedTuple):
    """A search index as MongoDB is asked for it.

    Attributes:
        name: its name.
        type: ``"search"`` or ``"vectorSearch"``.
        definition: the rest, with the names that keys have in MongoDB.
    """

    name: str
    type: str
    definition: Mapping[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """What ``createSearchIndexes`` takes."""
        return {"name": self.name, "type": self.type, "definition": dict(self.definition)}


def name_of(field: str | BaseField[Any]) -> str:
    """The name, or the dotted path, of an attribute."""
    return field.name if isinstance(field, BaseField) else field


def path_of(document_class: Any, title: str, field: str | BaseField[Any]) -> str:
    """The key in MongoDB of a field that a search index names.

    Parameters:
        document_class: the class.
        title: what messages call the index.
        field: the field, or the name or path of its attribute.

    Raises:
        InvalidDocumentError: there is no such field.
    """
    name = name_of(field)
    try:
        return stored_path(document_class, name)
    except UnknownNameError:
        raise InvalidDocumentError(
            f"{title}: {document_class.__name__} has no field {name!r}."
        ) from None
