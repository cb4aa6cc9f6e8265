"""The commands that a test sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

__all__ = ["SentCommands"]


class SentCommands(CommandListener):
    """A listener that keeps the commands of its clients, while somebody asks for them; but for
    those by which a client comes and goes.
    """

    def __init__(self) -> None:
        self._kept: list[dict[str, Any]] | None = None

    @contextmanager
    def kept(self) -> Iterator[list[dict[str, Any]]]:
        """A block in which commands are put into the list that this gives."""
        commands: list[dict[str, Any]] = []
        self._kept = commands
        try:
            yield commands
        finally:
            self._kept = None

    def started(self, event: CommandStartedEvent) -> None:
        # Of those by which a client logs in nothing is shown, not even the name. And the client of
        # an event loop that is gone says that its sessions are over when the next one comes.
        is_of_the_test = event.command and event.command_name != "endSessions"
        if self._kept is not None and is_of_the_test:
            self._kept.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass
