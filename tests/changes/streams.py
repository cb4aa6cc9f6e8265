"""Reading streams of changes in tests, so that one that tells nothing fails and does not hang."""

from __future__ import annotations

import asyncio
from typing import Any

from aiomotorengine import Change, ChangeStream

__all__ = ["next_of", "told"]

SECONDS_TO_BE_TOLD = 30


async def next_of(changes: ChangeStream[Any]) -> Change[Any]:
    """The next change."""
    async with asyncio.timeout(SECONDS_TO_BE_TOLD):
        return await changes.next()


async def told(changes: ChangeStream[Any], count: int) -> list[Any]:
    """The next changes."""
    return [await next_of(changes) for _ in range(count)]
