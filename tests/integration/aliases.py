"""More than one connection in a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from aiomotorengine import connect, disconnect
from aiomotorengine.database import Database
from tests.harness import Mongo

__all__ = ["other_database"]


@asynccontextmanager
async def other_database(mongo: Mongo, alias: str = "other") -> AsyncIterator[Database]:
    """Another database of the same server, on an alias of its own."""
    name = f"test_{uuid4().hex}"
    yield connect(name, alias=alias, host=mongo.uri)
    disconnect(alias)
    database = connect(name, alias=alias, host=mongo.uri)
    await database.connection.drop_database(name)
    disconnect(alias)
