"""A driver that connects to nothing and writes down what it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bson.codec_options import CodecOptions
from pymongo.errors import ConfigurationError
from pymongo.write_concern import WriteConcern

from aiomotorengine.drivers import BoundSession

__all__ = [
    "bound_session_of",
    "close_and_wait",
    "close_client",
    "closed",
    "create_client",
    "made",
    "name",
    "version",
]

name = "recording"
version = "0"

made: list[RecordedClient] = []
closed: list[RecordedClient] = []


class RecordedClient:
    """What a client was made of: ``settings``, and ``io_loop``."""

    def __init__(self, settings: Mapping[str, Any], io_loop: Any) -> None:
        self.settings = dict(settings)
        self.io_loop = io_loop

    def __getitem__(self, name: str) -> RecordedDatabase:
        return RecordedDatabase(self, name)

    def get_default_database(self) -> RecordedDatabase:
        raise ConfigurationError("it does not read URIs")


class RecordedDatabase:
    def __init__(self, client: RecordedClient, name: str) -> None:
        self.client = client
        self.name = name
        self.codec_options = CodecOptions[dict[str, Any]]()

    def __getitem__(self, name: str) -> RecordedCollection:
        collection = RecordedCollection(f"{self.name}.{name}")
        collection.database = self
        return collection


class RecordedCollection(str):
    """Its whole name, and whose it is."""

    database: RecordedDatabase
    codec_options = CodecOptions[Any]()
    write_concern = WriteConcern()


def create_client(settings: Mapping[str, Any], io_loop: Any) -> RecordedClient:
    client = RecordedClient(settings, io_loop)
    made.append(client)
    return client


def bound_session_of(client: RecordedClient) -> BoundSession:
    """No client of this driver has sessions."""
    return BoundSession(client)


async def close_and_wait(client: RecordedClient) -> None:
    closed.append(client)


def close_client(client: RecordedClient, loop: asyncio.AbstractEventLoop | None) -> None:
    closed.append(client)
