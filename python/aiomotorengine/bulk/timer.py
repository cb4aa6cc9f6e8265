"""Some work that is done beside a wait, where the wait is long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

__all__ = ["Timer"]


class Timer:
    """Does some work when a wait has lasted long, and again each time it has once more.

    The wait is what stands in the ``async with`` block. The block ends when the work that has begun
    is done as well; where it raises, that work is cancelled.

    Parameters:
        seconds: how long until the first time; ``None`` if there is nothing to do.
        again: how long from there to the next.
        work: what is done.

    Raises:
        BaseException: what the work raised, at the end of the block.
    """

    def __init__(
        self, seconds: float | None, again: float | None, work: Callable[[], Awaitable[None]]
    ) -> None:
        self._seconds = seconds
        self._again = again
        self._work = work
        self._handle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._start(self._seconds)

    def _start(self, seconds: float | None) -> None:
        if seconds is not None:
            self._handle = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        await self._work()
        self._task = None
        self._start(self._again)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._again = None
        if self._handle is not None:
            self._handle.cancel()
        if self._task is None:
            return
        if kind is None:
            await self._task
        else:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
