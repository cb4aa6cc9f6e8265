"""What a client said to the server, as PyMongo's command monitoring tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from aiomotorengine import connect, disconnect
from aiomotorengine.connection import get_connection
from tests.harness import Mongo

__all__ = ["Commands", "eventually", "watch"]

SECONDS_TO_HAPPEN = 10


class Commands(CommandListener):
    """The commands of a client, in the order in which they were sent.

    Attributes:
        sent: name and content of each command.
        answered: name and reply of each that succeeded.
        refused: name and the server's answer of each that failed.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.answered: list[tuple[str, Any]] = []
        self.refused: list[tuple[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.sent.append((event.command_name, event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self.answered.append((event.command_name, event.reply))

    def failed(self, event: CommandFailedEvent) -> None:
        self.refused.append((event.command_name, event.failure))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.sent]

    def of(self, name: str) -> list[Any]:
        """The commands of this name."""
        return [command for sent, command in self.sent if sent == name]

    def replies(self, name: str) -> list[Any]:
        """The answers to commands of this name."""
        return [reply for answered, reply in self.answered if answered == name]

    def forget(self) -> None:
        for events in (self.sent, self.answered, self.refused):
            events.clear()


def watch(mongo: Mongo, **options: Any) -> Commands:
    """Connect the alias ``default`` anew, with a listener that keeps all its commands.

    Parameters:
        mongo: where the test's documents are. Its ``database`` is closed by this.
        options: further options of the client.
    """
    commands = Commands()
    name = get_connection().name
    disconnect()
    connect(name, host=mongo.uri, event_listeners=[commands], **options)
    return commands


async def eventually(happened: Callable[[], bool]) -> bool:
    """Whether something that is on its way happens, however slow the machine is today."""
    try:
        async with asyncio.timeout(SECONDS_TO_HAPPEN):
            while not happened():  # noqa: ASYNC110  # listeners are told in the driver's threads
                await asyncio.sleep(0.01)
    except TimeoutError:
        return False
    return True
