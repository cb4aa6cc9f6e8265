"""Random moments at which something happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

__all__ = ["random_moment"]


def random_moment(random: Random) -> Callable[[], Coroutine[Any, Any, None]]:
    """What is over after some steps of the event loop, or some milliseconds."""
    steps, seconds = random.randint(0, 200), random.uniform(0, 0.06)
    by_steps = random.random() < 0.5

    async def moment() -> None:
        if not by_steps:
            await asyncio.sleep(seconds)
            return
        for _ in range(steps):
            await asyncio.sleep(0)

    return moment
