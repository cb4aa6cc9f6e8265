"""Whether a call goes on: the one thing that each of its parts asks before its next step."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

__all__ = ["Lifecycle", "Phase"]


class Phase(IntEnum):
    """How far a call has come. A phase leads to a later one, never to an earlier."""

    RUNNING = 0
    """Documents are taken from the source, prepared and sent."""

    DRAINING = 1
    """No more are taken; those that are prepared are sent."""

    CLOSING = 2
    """No further batch is begun; those that were handed to the sender are sent."""

    STOPPED = 3
    """Nothing more is sent."""


class Lifecycle:
    """The phase of one call.

    Attributes:
        phase: how far it has come.
    """

    def __init__(self) -> None:
        self.phase = Phase.RUNNING
        self._waiting: asyncio.Task[Any] | None = None
        self._is_interrupted = False

    @property
    def may_take(self) -> bool:
        """Whether more documents are taken from the source."""
        return self.phase <= Phase.RUNNING

    @property
    def may_begin(self) -> bool:
        """Whether documents are prepared, and another batch is begun."""
        return self.phase <= Phase.DRAINING

    @property
    def may_send(self) -> bool:
        """Whether a batch whose turn has come is sent."""
        return self.phase <= Phase.CLOSING

    def drain(self) -> None:
        """A document was refused, and none is wanted after it."""
        self._enter(Phase.DRAINING)

    def close(self) -> None:
        """The source has failed."""
        self._enter(Phase.CLOSING)

    def stop(self) -> None:
        """Something happened after which nothing more is sent."""
        self._enter(Phase.STOPPED)

    def _enter(self, phase: Phase) -> None:
        self.phase = max(self.phase, phase)
        if self._waiting is not None and not self._is_interrupted:
            self._is_interrupted = True
            self._waiting.cancel()

    @contextmanager
    def while_taking(self) -> Iterator[None]:
        """A wait for the source, which ends when nothing more is taken from it.

        The source may take for ever to give the next document. The wait ends as
        ``asyncio.timeout`` ends one.
        """
        task = self._waiting = asyncio.current_task()
        was_cancelling = task.cancelling() if task else 0
        try:
            yield
        except asyncio.CancelledError:
            # Someone else may have cancelled the task too, and that is not to be stopped here.
            if not self._uncancel() or (task and task.cancelling() > was_cancelling):
                raise
        finally:
            self._uncancel()

    def _uncancel(self) -> bool:
        """The wait is over; whether it was interrupted."""
        task, self._waiting = self._waiting, None
        was_interrupted, self._is_interrupted = self._is_interrupted, False
        if task is not None and was_interrupted:
            task.uncancel()
        return was_interrupted
