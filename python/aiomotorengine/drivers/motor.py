"""Motor: PyMongo's synchronous client on threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version as distribution_version
from typing import TYPE_CHECKING, Any

from motor.motor_asyncio import AsyncIOMotorClient

from aiomotorengine import drivers
from aiomotorengine.drivers import repeatable_write as writes

__all__ = [
    "bound_session_of",
    "close_and_wait",
    "close_client",
    "create_client",
    "name",
    "new_session",
    "open_aggregation",
    "open_changes",
    "repeatable_write",
    "start_session",
    "start_transaction",
    "version",
    "works_in_threads",
]

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorCollection

    MotorCollection = AsyncIOMotorCollection[dict[str, Any]]

name = "motor"
version = distribution_version("motor")
works_in_threads = True


def create_client(settings: Mapping[str, Any], io_loop: Any) -> Any:
    # Motor refuses io_loop=None, so it is passed only where there is one.
    own = {} if io_loop is None else {"io_loop": io_loop}
    return AsyncIOMotorClient(**settings, **own)


def close_client(client: Any, loop: asyncio.AbstractEventLoop | None) -> None:
    client.close()


async def close_and_wait(client: Any) -> None:
    # It tells the server that its sessions are over, and waits for an answer.
    await asyncio.to_thread(client.close)


def bound_session_of(client: Any) -> drivers.BoundSession:
    return drivers.BoundSession(client.delegate)


@asynccontextmanager
async def new_session(client: Any) -> AsyncIterator[Any]:
    async with await client.start_session() as session:
        yield session


async def start_session(client: Any, **options: Any) -> Any:
    return await client.start_session(**options)


async def start_transaction(session: Any, **options: Any) -> None:
    session.start_transaction(**options)


@asynccontextmanager
async def repeatable_write(client: Any) -> AsyncIterator[writes.RepeatableWrite | None]:
    write = writes.repeatable_write(client.delegate)
    try:
        yield write
    finally:
        # When a call is cancelled, its thread goes on, and uses the session.
        if write is not None and not write.is_under_way:
            write.release()
            write.session.end_session()


async def open_aggregation(
    collection: Any, pipeline: Sequence[Mapping[str, Any]], **options: Any
) -> Any:
    return collection.aggregate(pipeline, **options)


async def open_changes(watched: Any, pipeline: Sequence[Mapping[str, Any]], **options: Any) -> Any:
    # Otherwise it would ask the server when the first change is asked for.
    return await watched.watch(list(pipeline), **options).__aenter__()
