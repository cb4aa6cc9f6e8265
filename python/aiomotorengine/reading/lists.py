"""What a query finds in lists of one size, whatever the server's answers have in them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from aiomotorengine.reading.documents import Reading

__all__ = ["in_lists"]


async def in_lists(
    found: Reading,
    size: int,
    prepare: Callable[[list[Any]], Awaitable[object]] | None = None,
) -> AsyncGenerator[list[Any], None]:
    """Lists of exactly so many documents, of which the last one may be shorter.

    Where reading fails, what was read before is handed out before the error is raised.

    Parameters:
        found: the documents as they arrive. It is closed in every way out.
        size: how many documents are in a list.
        prepare: what is done with each list before it is handed out.
    """
    kept: list[Any] = []
    error: Exception | None = None
    async with aclosing(found) as arriving:
        while True:
            try:
                documents = await anext(arriving)
            except StopAsyncIteration:
                break
            except Exception as raised:
                error = raised
                break
            kept += documents
            whole = len(kept) - len(kept) % size
            for start in range(0, whole, size):
                some = kept[start : start + size]
                if prepare is not None:
                    await prepare(some)
                yield some
            del kept[:whole]
    if kept:
        if prepare is not None:
            await prepare(kept)
        yield kept
    if error is not None:
        raise error
