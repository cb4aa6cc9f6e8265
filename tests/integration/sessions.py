"""Sessions of either driver that are bound to the running task, and transactions in them."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiomotorengine.connection import get_connection

__all__ = ["begun", "bound_session", "fail_point", "in_transaction"]


@asynccontextmanager
async def bound_session() -> AsyncIterator[Any]:
    """A session of the alias ``default`` that is bound to this task."""
    starting = get_connection().connection.start_session()
    async with await starting if inspect.isawaitable(starting) else starting as session:
        if hasattr(session, "delegate"):  # Motor's, which leaves it to PyMongo's session
            with session.delegate.bind(end_session=False):
                yield session
        else:
            async with session.bind(end_session=False):
                yield session


@asynccontextmanager
async def begun() -> AsyncIterator[Any]:
    """Such a session that has begun a transaction."""
    async with bound_session() as session:
        beginning = session.start_transaction()
        if inspect.isawaitable(beginning):
            await beginning
        yield session


async def in_transaction(work: Callable[[], Awaitable[Any]]) -> Any:
    """What comes of some work in a transaction, which the driver tries until it is committed."""
    async with bound_session() as session:
        return await session.with_transaction(lambda _: work())


@asynccontextmanager
async def fail_point(command: str, *, times: int = 1, **failure: Any) -> AsyncIterator[None]:
    """Let the server fail a command some times.

    Parameters:
        command: the name of the command.
        times: how often.
        failure: how: ``errorCode``, ``errorLabels``, ``closeConnection``.
    """
    admin = get_connection().connection.admin
    data = {"failCommands": [command], **failure}
    await admin.command("configureFailPoint", "failCommand", mode={"times": times}, data=data)
    try:
        yield
    finally:
        await admin.command("configureFailPoint", "failCommand", mode="off")
