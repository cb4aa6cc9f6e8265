"""What a query finds: its documents, batch by batch."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from aiomotorengine import raw_io

__all__ = ["Selection", "batches"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is read, as it was when reading began: a query set may be changed meanwhile.

    Attributes:
        document_class: the class of the documents.
        query: the filter, as MongoDB takes it.
        order: keys and directions.
        skip: how many are left out.
        limit: how many at most; ``None`` for all, 0 for none.
    """

    document_class: type[Any]
    query: Mapping[str, Any]
    order: list[tuple[str, int]]
    skip: int
    limit: int | None


async def batches(collection: Any, selection: Selection) -> AsyncGenerator[list[Any], None]:
    """The documents of a selection, in batches as they arrive.

    Raises:
        ValueError: the limit or the number to skip is negative.
    """
    if selection.limit is not None and selection.limit < 0:
        raise ValueError(f"The limit must not be negative: {selection.limit}.")
    if selection.skip < 0:
        raise ValueError(f"The number to skip must not be negative: {selection.skip}.")
    if selection.limit == 0:
        return
    found = raw_io.find(
        collection,
        selection.document_class,
        selection.query,
        sort=selection.order,
        skip=selection.skip,
        limit=selection.limit or 0,
    )
    # Whoever stops reading early closes this generator, and that must close the cursor.
    async with aclosing(found):
        async for batch in found:
            yield batch
