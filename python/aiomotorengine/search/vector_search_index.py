"""VectorSearchIndex: an index for ``$vectorSearch``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.indexes.keys import field_at
from aiomotorengine.search.definition import SearchDefinition, name_of, path_of
from aiomotorengine.utils import several

__all__ = ["VectorSearchIndex"]


class VectorSearchIndex:
    """An index for ``$vectorSearch``, as an item of ``__search_indexes__``.

    Parameters:
        field: the name, or dotted path, of the attribute that holds the vectors.
        name: its name.
        similarity: how alike two vectors are: ``"cosine"``, ``"euclidean"`` or ``"dotProduct"``.
        filters: the names of attributes by which results may be filtered.
        dimensions: how many numbers a vector has; by default as its field says.
        quantization: ``"scalar"`` or ``"binary"``, where the server makes vectors smaller.

    Example:
        >>> from aiomotorengine import Document, ListField, FloatField, VectorSearchIndex
        >>> class Picture(Document):
        ...     __search_indexes__ = [VectorSearchIndex("embedding", dimensions=512)]
        ...     embedding = ListField(FloatField())
    """

    def __init__(
        self,
        field: str | BaseField[Any],
        *,
        name: str = "vector",
        similarity: str = "cosine",
        filters: Sequence[str | BaseField[Any]] = (),
        dimensions: int | None = None,
        quantization: str | None = None,
    ) -> None:
        self.name = name
        self._field = field
        self._similarity = similarity
        self._filters = several("filters", filters, "a list of fields")
        self._dimensions = dimensions
        self._quantization = quantization

    def definition(self, document_class: Any) -> SearchDefinition:
        """The index on the collection of a class.

        Raises:
            InvalidDocumentError: a name leads nowhere, or nobody says how long a vector is.
        """
        title = f"VectorSearchIndex '{self.name}'"
        path = path_of(document_class, title, self._field)
        dimensions = self._dimensions
        if dimensions is None:
            field = field_at(document_class, name_of(self._field))
            dimensions = getattr(field, "dimensions", None)
        if dimensions is None:
            raise InvalidDocumentError(
                f"{title}: give dimensions, here or to the field '{name_of(self._field)}'."
            )
        vector = {
            "type": "vector",
            "path": path,
            "numDimensions": dimensions,
            "similarity": self._similarity,
        }
        if self._quantization is not None:
            vector["quantization"] = self._quantization
        filters = [
            {"type": "filter", "path": path_of(document_class, title, name)}
            for name in self._filters
        ]
        return SearchDefinition(self.name, "vectorSearch", {"fields": [vector, *filters]})
