"""The few calls in which Motor and PyMongo's own async client differ.

Each driver is a module of this package. It is imported when the first client of its kind is made,
so a program that uses one of them does not need the other.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, cast

from pymongo.errors import InvalidOperation

from aiomotorengine.drivers import private_names
from aiomotorengine.drivers.repeatable_write import RepeatableWrite

__all__ = ["DRIVERS", "BoundSession", "Driver", "default_driver", "get_driver"]

DRIVERS: Mapping[str, str] = {
    "motor": "aiomotorengine.drivers.motor",
    "pymongo": "aiomotorengine.drivers.pymongo_async",
}
"""The name of each driver and the module that speaks to it."""

default_driver = "motor"
"""The driver of a connection that names none."""


class Driver(Protocol):
    """What a driver's module offers.

    Attributes:
        name: the driver's name, as ``connect(driver=...)`` takes it.
        version: the version of the package behind it.
        works_in_threads: whether a call that is cancelled goes on in a thread.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def works_in_threads(self) -> bool: ...

    def create_client(self, settings: Mapping[str, Any], io_loop: Any) -> Any:
        """A client for these settings, which belongs to ``io_loop`` where one is given.

        It talks to no server yet. Settings that the driver refuses raise the driver's own error.
        """

    def close_client(self, client: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        """Close a client that was used from ``loop``, from wherever this is called.

        It never waits for a running loop; what is left to do there is scheduled on it.
        """

    async def close_and_wait(self, client: Any) -> None:
        """Close a client of the running event loop; closing goes on where waiting is cancelled."""

    def bound_session_of(self, client: Any) -> BoundSession:
        """What gives the session that operations of this client use without being given one; or
        ``None`` where there is no such.
        """

    def new_session(self, client: Any) -> AbstractAsyncContextManager[Any]:
        """A session of its own, which goes before the one that is bound to the task."""

    async def start_session(self, client: Any, **options: Any) -> Any:
        """A session with these options, which whoever asks for it ends."""

    async def start_transaction(self, session: Any, **options: Any) -> None:
        """Begin a transaction in a session; nothing is sent yet."""

    def repeatable_write(self, client: Any) -> AbstractAsyncContextManager[RepeatableWrite | None]:
        """A write that can be sent again, and is over at the end; ``None`` if there is no such."""

    async def open_aggregation(
        self, collection: Any, pipeline: Sequence[Mapping[str, Any]], **options: Any
    ) -> Any:
        """The driver's cursor of an aggregation."""

    async def open_changes(
        self, watched: Any, pipeline: Sequence[Mapping[str, Any]], **options: Any
    ) -> Any:
        """The driver's change stream of a collection or database, which the server knows by now."""


class BoundSession:
    """Gives the session of a client of PyMongo's that the running task is bound to, if any.

    Parameters:
        client: the client.

    Attributes:
        binding: gives ``None`` while the task is bound to no session, whichever client's. Mostly it
            does, and asking it costs a call of C; the client would be asked for long.
    """

    __slots__ = ("_lookup", "binding")

    def __init__(self, client: Any) -> None:
        # There is no public way to ask.
        self._lookup: Callable[[], Any] = getattr(client, "_get_bound_session", lambda: None)
        bindings = private_names.bound_sessions(self._lookup)
        self.binding: Callable[[], Any] = self if bindings is None else bindings.get

    def __call__(self) -> Any:
        try:
            return self._lookup()
        except InvalidOperation:
            return None  # it is another client's; an operation without a session says so


def get_driver(name: str) -> Driver:
    """The driver of that name.

    Raises:
        ValueError: there is none.
        ImportError: its package is not installed.
    """
    if name not in DRIVERS:
        raise ValueError(f"unknown driver {name!r}; use one of {', '.join(sorted(DRIVERS))}")
    return cast(Driver, importlib.import_module(DRIVERS[name]))
