"""How often the event loop had its turn while something was done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Turns", "counted_turns"]


class Turns:
    """The turns of the running event loop from now on, until ``stop``.

    Attributes:
        count: how many there were.
    """

    def __init__(self) -> None:
        self.count = 0
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self.count += 1
        self._handle = self._loop.call_soon(self._turn)

    def stop(self) -> None:
        self._handle.cancel()


@contextmanager
def counted_turns() -> Iterator[Turns]:
    """Count the turns of the event loop for as long as the context lasts.

    Other tasks can do something in each of them, so what happens in many turns kept none of them
    waiting for long.
    """
    turns = Turns()
    try:
        yield turns
    finally:
        turns.stop()
