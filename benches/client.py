"""A connected client on a loop of its own, for work whose processor time is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from aiomotorengine import connect
from aiomotorengine.connection import cleanup
from tests.servers import Server

__all__ = ["Client", "anew", "client_of"]

T = TypeVar("T")
DATABASE = "aiomotorengine_bench"


class Client:
    """Runs coroutines one after the other on one loop, with the alias ``default`` connected.

    It is the loop that runs them. The runner, when it takes its signal handler back, makes a text
    of what a coroutine has returned.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def empty(self, document_class: Any) -> Any:
        """The driver's collection of a class, without documents."""

        async def drop() -> Any:
            collection = document_class.objects.coll()
            await collection.drop()
            return collection

        return self.run(drop())

    def filled(self, document_class: Any, rows: list[Any]) -> Any:
        """The driver's collection of a class, in which these documents are, and no others."""
        collection = self.empty(document_class)

        async def insert() -> None:
            await collection.insert_many(rows)

        self.run(insert())
        return collection


@contextmanager
def client_of(server: Server, driver: str) -> Iterator[Client]:
    """Connect to a server through a driver; what was stored is dropped at the end."""
    with asyncio.Runner() as runner:

        async def start() -> None:
            await connect(DATABASE, host=server.uri, driver=driver).ping()

        async def end() -> None:
            await connect(DATABASE).connection.drop_database(DATABASE)
            cleanup()
            await asyncio.sleep(0)

        runner.run(start())
        yield Client(runner.get_loop())
        runner.run(end())


def anew(value: Any) -> Any:
    """A dict with dicts and lists of its own, as a document has embedded documents of its own."""
    if isinstance(value, dict):
        return {key: anew(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(anew, value))
    return value
