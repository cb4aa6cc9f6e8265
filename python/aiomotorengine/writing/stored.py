"""What is stored for a document in hand."""

from __future__ import annotations

from typing import Any

from aiomotorengine.reading import finding
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.discriminators import condition_of
from aiomotorengine.storage.identity import identity_query

__all__ = ["stored_document"]


async def stored_document(target: Target, document: Any) -> Any | None:
    """The document that is stored under the id of another; ``None`` if there is none.

    Raises:
        ValueError: MongoDB would take the id for a condition.
        StoredValueError: what is stored can't be read.
    """
    kind = type(document)
    query = {**identity_query(document), **condition_of(kind)}
    return await finding.first(target.plain().with_class(kind), query)
