"""SearchIndex: an index for ``$search``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.indexes.keys import field_at, fields_at
from aiomotorengine.schema.bson_schema import bson_types
from aiomotorengine.search.definition import SearchDefinition, name_of, path_of

__all__ = ["SearchIndex"]

TYPES = {
    "bool": "boolean",
    "date": "date",
    "double": "number",
    "int": "number",
    "long": "number",
    "objectId": "objectId",
    "string": "string",
    "binData": "uuid",
}
"""What search calls the types of values."""

DOCUMENT = {"type": "document", "dynamic": True}


class SearchIndex:
    """An index for ``$search``, as an item of ``__search_indexes__``.

    Parameters:
        fields: names or dotted paths of attributes that are searched; what they hold is indexed as
            its type says.
        name: its name.
        mappings: the mappings in MongoDB's words, in the place of ``fields`` and ``dynamic``.
        dynamic: whether all other keys are searched as well.
        definition: what the definition of an index has besides, as ``analyzer``.

    Example:
        >>> from aiomotorengine import Document, SearchIndex, StringField
        >>> class Article(Document):
        ...     __search_indexes__ = [SearchIndex("title", "text", analyzer="lucene.english")]
        ...     title = StringField()
        ...     text = StringField()
    """

    def __init__(
        self,
        *fields: str | BaseField[Any],
        name: str = "default",
        mappings: Mapping[str, Any] | None = None,
        dynamic: bool = False,
        **definition: Any,
    ) -> None:
        self.name = name
        self._fields = fields
        self._mappings = mappings
        self._dynamic = dynamic
        self._definition = definition

    def definition(self, document_class: Any) -> SearchDefinition:
        """The index on the collection of a class.

        Raises:
            InvalidDocumentError: a name leads nowhere.
        """
        mappings = self._mappings
        if mappings is None:
            mappings = {"dynamic": self._dynamic}
            if self._fields:
                title = f"SearchIndex '{self.name}'"
                mappings["fields"] = nested(
                    (path_of(document_class, title, field), mapping_of(document_class, field))
                    for field in self._fields
                )
        return SearchDefinition(self.name, "search", {"mappings": mappings, **self._definition})


def mapping_of(document_class: Any, field: str | BaseField[Any]) -> dict[str, Any]:
    """How what a field holds is searched. Items of lists are searched as single values are."""
    found = field_at(document_class, name_of(field))
    types = [] if found is None else [kind for one in fields_at(found) for kind in bson_types(one)]
    return next(({"type": TYPES[one]} for one in types if one in TYPES), dict(DOCUMENT))


def nested(mappings: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """The mappings by keys, of which those with dots stand in one of a document."""
    found: dict[str, Any] = {}
    for path, mapping in mappings:
        *outer, last = path.split(".")
        inner = found
        for key in outer:
            document = inner.setdefault(key, {"type": "document"})
            inner = document.setdefault("fields", {})
        inner[last] = mapping
    return found
