"""PyMongo's own async client, which works on the event loop itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pymongo

from aiomotorengine.drivers import BoundSession
from aiomotorengine.drivers import repeatable_write as writes
from aiomotorengine.drivers.transports import AsyncMongoClient, drop_sockets
from aiomotorengine.utils import running_loop

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

name = "pymongo"
version: str = pymongo.version
works_in_threads = False

closing: set[asyncio.Task[None]] = set()
"""Clients on their way out; the loop itself would hold their tasks only weakly."""


def create_client(settings: Mapping[str, Any], io_loop: Any) -> Any:
    client: Any = AsyncMongoClient(**{"connect": False, **settings})
    if io_loop is not None:
        client._loop = io_loop  # or it would bind itself to the loop that first uses it
    return client


def bound_session_of(client: Any) -> BoundSession:
    return BoundSession(client)


def close_client(client: Any, loop: asyncio.AbstractEventLoop | None) -> None:
    loop = getattr(client, "_loop", None) or loop
    if loop is None:
        return  # never used: it has no sockets and no tasks
    here = running_loop()
    if loop.is_running() and here is loop:
        close_in_task(client)
    elif loop.is_running():
        loop.call_soon_threadsafe(close_in_task, client)
    elif loop.is_closed() or here is not None:
        drop_sockets(client)  # nobody can run that loop from here
    else:
        loop.run_until_complete(close_and_wait(client))


async def close_and_wait(client: Any) -> None:
    await asyncio.wait([close_in_task(client)])


def close_in_task(client: Any) -> asyncio.Task[None]:
    task: asyncio.Task[None] = asyncio.ensure_future(client.close())
    closing.add(task)
    task.add_done_callback(lambda done: finish_closing(done, client))
    return task


def new_session(client: Any) -> AbstractAsyncContextManager[Any]:
    session: AbstractAsyncContextManager[Any] = client.start_session()
    return session


async def start_session(client: Any, **options: Any) -> Any:
    return client.start_session(**options)


async def start_transaction(session: Any, **options: Any) -> None:
    await session.start_transaction(**options)


@asynccontextmanager
async def repeatable_write(client: Any) -> AsyncIterator[writes.RepeatableWrite | None]:
    write = writes.repeatable_write(client)
    try:
        yield write
    finally:
        if write is not None:
            write.release()
            await write.session.end_session()


async def open_aggregation(
    collection: Any, pipeline: Sequence[Mapping[str, Any]], **options: Any
) -> Any:
    return await collection.aggregate(pipeline, **options)


async def open_changes(watched: Any, pipeline: Sequence[Mapping[str, Any]], **options: Any) -> Any:
    return await watched.watch(list(pipeline), **options)


def finish_closing(task: asyncio.Task[None], client: Any) -> None:
    """Give the sockets back that ``close`` has left open, since its loop ended, or since a monitor
    was connecting meanwhile.
    """
    closing.discard(task)
    if not task.cancelled():
        task.exception()  # nobody else asks for it
    drop_sockets(client)
