"""``$search`` and ``$vectorSearch``: what Atlas's search finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.aggregation.stages.base import FirstOperation

__all__ = ["Search", "VectorSearch"]


class Search(FirstOperation):
    """What a search index finds; see ``Aggregation.search``."""

    method = "search"
    operator = "$search"

    def __init__(self, aggregation: Naming, definition: Mapping[str, Any]) -> None:
        super().__init__(aggregation)
        if not isinstance(definition, Mapping):
            raise TypeError(f"{self.method}() takes a mapping, not {type(definition).__name__}.")
        self.definition = dict(definition)

    def to_query(self) -> dict[str, Any]:
        return {self.operator: dict(self.definition)}


class VectorSearch(Search):
    """What a vector search index finds; see ``Aggregation.vector_search``."""

    method = "vector_search"
    operator = "$vectorSearch"
