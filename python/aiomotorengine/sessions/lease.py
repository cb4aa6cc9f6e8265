"""A session for as long as it is needed, and what has to be done in it to the very end.

Whoever is cancelled goes at once. But a transaction that is neither committed nor aborted holds its
locks for a minute, and a session must not go back while something is done in it. So what ends a
transaction is done by a task of its own, which goes on when nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiomotorengine.connection import OpenClient
from aiomotorengine.sessions.scope import Scope

__all__ = ["Lease"]

in_background: set[asyncio.Task[None]] = set()
"""Tasks that end something; the loop holds them only weakly."""


class Lease:
    """A session that somebody has, and gives back.

    Parameters:
        session: the driver's session.
        release: what gives it back.

    Attributes:
        session: the driver's session.
    """

    def __init__(self, session: Any, release: Callable[[], Awaitable[Any]]) -> None:
        self.session = session
        self._release = release
        self._turn = asyncio.Lock()

    @classmethod
    async def new(cls, opened: OpenClient, **options: Any) -> Lease:
        """A session of its own.

        Parameters:
            opened: the client.
            options: those of the driver's ``start_session``.
        """
        session = await opened.driver.start_session(opened.client, **options)
        return cls(session, session.end_session)

    @classmethod
    def of(cls, scope: Scope) -> Lease:
        """The session of a scope, in which nothing else is done until it is given back."""
        held = scope.hold()

        async def release() -> None:
            held.set_result(None)

        return cls(scope.session, release)

    async def conclude(self, work: Callable[[], Awaitable[Any]]) -> None:
        """Do something to its end, also if this is cancelled; one after the other."""

        async def in_turn() -> None:
            async with self._turn:
                await work()

        task = asyncio.ensure_future(in_turn())
        in_background.add(task)
        task.add_done_callback(in_background.discard)
        await asyncio.shield(task)

    async def give_back(self) -> None:
        """Give the session back, once everything in it is at its end."""
        await self.conclude(self._release)
