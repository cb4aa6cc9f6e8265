"""A place to try one thing: a server behind a proxy, and an observer who sees it all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from pymongo import MongoClient, common

from aiomotorengine import Document, IntField, StringField
from aiomotorengine.connection import cleanup, connect, get_connection
from tests.faults.proxy import Proxy
from tests.servers import Server

__all__ = [
    "APPLICATION",
    "Item",
    "KeyedItem",
    "Laboratory",
    "Observer",
    "eventually",
    "items",
    "laboratory",
    "observing",
]

APPLICATION = "aiomotorengine-faults"
"""By which fail points know us."""

SECONDS_TO_HAPPEN = 10
SECONDS_BETWEEN_CHECKS_OF_A_SERVER = 0.01
"""For half a second after a connection is lost, the drivers would not look at the server again."""


class Item(Document):
    """A document that says itself which one it is."""

    number = IntField(required=True)
    text = StringField()


class KeyedItem(Document):
    """The same, with something that has to be unique."""

    number = IntField(required=True)
    key = IntField(unique=True)
    text = StringField()


def items(count: int, start: int = 0) -> list[Any]:
    """New documents, with their numbers."""
    return [Item(number=number) for number in range(start, start + count)]


@dataclass(frozen=True)
class Observer:
    """Sees what is in a database, without asyncio and without a proxy.

    Attributes:
        client: a client of the server itself.
        database: the name of a database of the laboratory's own.
    """

    client: MongoClient[dict[str, Any]]
    database: str

    def collection(self, document_class: type[Document]) -> Any:
        return self.client[self.database][str(document_class.__collection__)]

    def stored(self, document_class: type[Document]) -> list[dict[str, Any]]:
        """What is in the database, whatever anyone says."""
        # Not in the context of the test, where a session of another client may be bound.
        return Context().run(lambda: list(self.collection(document_class).find({})))

    def store(self, document_class: type[Document], *rows: dict[str, Any]) -> None:
        """Put something into the database behind everyone's back."""
        self.collection(document_class).insert_many(rows)

    def clear(self) -> None:
        """Remove all documents. The collections stay, since making them anew takes long."""
        database = self.client[self.database]
        for found in database.list_collections():
            name = found["name"]
            if found["type"] != "collection":
                database.drop_collection(name)  # whose documents cannot all be removed
            elif not name.startswith("system."):
                database[name].delete_many({})


@dataclass
class Laboratory:
    """Where a test works.

    Attributes:
        proxy: the way to the server that its client has.
        uri: the proxy's address.
        driver: the driver's name.
        observer: who sees what is in the database.
    """

    proxy: Proxy
    uri: str
    driver: str
    observer: Observer

    def connect(self, **options: Any) -> None:
        """Connect the alias ``default`` anew, through the proxy unless ``host`` is given."""
        cleanup()
        # Streams of heartbeats notice only every half second that they should end.
        settings = {"serverMonitoringMode": "poll", "serverSelectionTimeoutMS": 5000}
        settings |= {"host": self.uri, "directConnection": True, "appname": APPLICATION}
        connect(self.observer.database, driver=self.driver, **{**settings, **options})

    async def ping(self) -> None:
        """Ask the server whether it is there, through the proxy and the client."""
        await get_connection().ping()

    async def disconnect(self) -> None:
        """Close the client, after which no connection is left."""
        self.proxy.plan()
        cleanup()
        assert await eventually(lambda: self.proxy.connections == 0), "connections were left open"


@contextmanager
def laboratory(server: Server, driver: str, observer: Observer) -> Iterator[Laboratory]:
    """A place to work on a server. Its client is connected already."""
    with (
        patch.object(common, "MIN_HEARTBEAT_INTERVAL", SECONDS_BETWEEN_CHECKS_OF_A_SERVER),
        Proxy(server.host, server.port) as proxy,
    ):
        uri = server.uri.replace(f"{server.host}:{server.port}", f"127.0.0.1:{proxy.port}")
        lab = Laboratory(proxy, uri, driver, observer)
        lab.connect()
        try:
            yield lab
        finally:
            cleanup()
            observer.clear()


@contextmanager
def observing(server: Server) -> Iterator[Observer]:
    """An observer of a database that is dropped at the end."""
    client: MongoClient[dict[str, Any]]
    with MongoClient(server.uri, directConnection=True) as client:
        observer = Observer(client, f"faults_{uuid4().hex}")
        yield observer
        client.drop_database(observer.database)


async def eventually(happened: Callable[[], bool]) -> bool:
    """Whether something that is on its way happens, however slow the machine is today."""
    try:
        async with asyncio.timeout(SECONDS_TO_HAPPEN):
            while not happened():  # noqa: ASYNC110  # it happens in other threads and processes
                await asyncio.sleep(0.005)
    except TimeoutError:
        return False
    return True
