"""The clients of an alias, one for each event loop that uses it (K45).

One that was made before any loop ran belongs to the first that does; every other loop gets its own,
from the same settings.
"""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property, lru_cache
from typing import Any, Protocol, cast
from weakref import WeakSet

from pymongo.driver_info import DriverInfo

from aiomotorengine import drivers
from aiomotorengine.connection.errors import ConnectionError, IgnoredSettingsWarning
from aiomotorengine.connection.settings import REFUSALS, database_name, normalised, servers_in
from aiomotorengine.drivers import Driver, get_driver
from aiomotorengine.redaction import without_secrets
from aiomotorengine.utils import running_loop

__all__ = ["Connection", "OpenClient", "generation"]

MOST_COLLECTIONS = 1_000
"""How many collections are kept of a client: all, but where their names come from data."""


class Generation:
    """Says whether connections have changed, as that of fields does for what is compiled of them.

    Attributes:
        current: another object whenever an alias means another connection, or a connection has got
            a client, or has one no more. What was found by aliases holds while it is the same.
    """

    __slots__ = ("current",)

    def __init__(self) -> None:
        self.current = object()

    def end(self) -> None:
        """Say that something has changed."""
        self.current = object()


generation = Generation()


class Holder(Protocol):
    """What keeps something of a client."""

    def let_go(self) -> None:
        """Keep nothing of it any more."""


class OpenClient:
    """A client, and the collections of its alias, which are made once: they never change.

    Parameters:
        client: the driver's client.
        database: the database's name.
        driver: what speaks to the driver.
        auto_index: whether the indexes of classes that do not say it themselves are created before
            their documents are written: all, none, or with ``None`` those of unique fields.

    Attributes:
        driver: what speaks to the driver.
        auto_index: as above.
        bound_session: gives the session that operations use here without being given one, if any.
        binding: gives ``None`` where there is certainly no such session, at less cost.
        holders: what keeps something of the client for longer than a call, as classes do.

    Raises:
        pymongo.errors.InvalidName: it is no name of a database.
    """

    def __init__(
        self, client: Any, database: str, driver: Driver, auto_index: bool | None = None
    ) -> None:
        self.client = client
        self.driver = driver
        self.auto_index = auto_index
        self.bound_session = driver.bound_session_of(client)
        self.binding = self.bound_session.binding
        self.collection: Callable[[str], Any] = lru_cache(MOST_COLLECTIONS)(
            client[database].__getitem__
        )
        self.holders: WeakSet[Holder] = WeakSet()

    def release(self) -> None:
        """Have all that keep something of the client let go of it, since it is closed."""
        for holder in list(self.holders):
            holder.let_go()


class Connection:
    """What is known of one alias: its settings and its clients, one for each event loop.

    Parameters:
        alias: the connection's name.
        database: the database's name; ``None`` for the one in the URI.
        settings: what ``connect`` was given besides.

    Attributes:
        given: the settings, as they were given; and ``given_database``, the database.
    """

    def __init__(self, alias: str, database: str | None, settings: dict[str, Any]) -> None:
        self.alias = alias
        self.given_database = self._database = database
        self.given: Mapping[str, Any] = dict(settings)
        self.io_loop: asyncio.AbstractEventLoop | None = settings.pop("io_loop", None)
        # The driver packages have an option of this name too, of another type.
        named = not isinstance(settings.get("driver"), DriverInfo | None)
        self.driver_name: str = settings.pop("driver") if named else drivers.default_driver
        self._auto_index: Any = settings.pop("auto_index", None)
        self.settings = settings
        self.clients: dict[asyncio.AbstractEventLoop | None, OpenClient] = {}
        self.is_forgotten = False
        self.lock = threading.Lock()

    @property
    def database(self) -> str:
        """The database's name, which is known once there is a client."""
        if self._database is None:
            self.client()
        return cast(str, self._database)

    @property
    def is_connected(self) -> bool:
        """Whether the settings stay what they are when the alias is connected with others."""
        return bool(self.clients)

    def database_named(self, name: str | None) -> str:
        """The name, on the server, of the database that a program asks for; ``None`` for that of
        the documents.
        """
        return self.database if name is None else name

    def servers(self) -> frozenset[tuple[str, int | None]]:
        """The servers that the settings name.

        Raises:
            pymongo.errors.PyMongoError: they name none.
        """
        return servers_in(self.settings)

    def warn_of_ignored(self, database: str | None, settings: Mapping[str, Any]) -> None:
        """Say that the alias was connected with other settings than these."""
        known = {"driver": self.driver_name, **self.given}
        missing = object()
        others = [name for name, value in settings.items() if known.get(name, missing) != value]
        what = [f"what is given for {', '.join(others)} is ignored"] if others else []
        if database is not None and database != self.database:
            what.append(f"its documents stay in the database {self.database!r}")
        if what:
            warnings.warn(
                f"The alias '{self.alias}' is connected already: {', and '.join(what)}. Call "
                f"disconnect('{self.alias}') before, or use another alias.",
                IgnoredSettingsWarning,
                stacklevel=3,
            )

    @cached_property
    def driver(self) -> Driver:
        """What speaks to the driver."""
        try:
            return get_driver(self.driver_name)
        except ValueError as error:
            raise self.refused(error) from error

    def client(self) -> Any:
        """The driver's client for the running event loop."""
        return self.opened().client

    def collection(self, name: str) -> Any:
        """The driver's collection of that name, for the running event loop."""
        return self.opened().collection(name)

    def opened(self) -> OpenClient:
        """The client for the running event loop, which is made unless there is one."""
        with self.lock:
            if self.is_forgotten:
                # A client made now would belong to nobody, and nobody would close it.
                raise ConnectionError(
                    f"The connection '{self.alias}' of this database was closed; use what "
                    "aiomotorengine.connect returns when it is called again."
                )
            if self.io_loop is not None:
                return self.clients.get(self.io_loop) or self.create(self.io_loop)
            loop = running_loop()
            if loop is None:
                # Nothing can be awaited here, so any client of the alias will do.
                return next(iter(self.clients.values()), None) or self.create(None)
            self.close_where(lambda other: other is not None and other.is_closed())
            if loop not in self.clients:
                is_early = None in self.clients
                self.clients[loop] = self.clients.pop(None) if is_early else self.create(loop)
                generation.end()
            return self.clients[loop]

    def create(self, loop: asyncio.AbstractEventLoop | None) -> OpenClient:
        try:
            if not isinstance(self.io_loop, asyncio.AbstractEventLoop | None):
                raise TypeError(f"io_loop must be an event loop, not {self.io_loop!r}")
            if self._auto_index not in (None, True, False):
                raise TypeError(f"auto_index must be True, False or None, not {self._auto_index!r}")
            client = self.driver.create_client(normalised(self.settings), self.io_loop)
            self._database = self.database_of(client)
            opened = OpenClient(client, self._database, self.driver, self._auto_index)
        except REFUSALS as error:
            cause = without_secrets(error, self.settings)
        else:
            self.clients[loop] = opened
            generation.end()
            return opened
        # Out of the handler, or the driver's own words would be the context of what is raised.
        raise self.refused(cause) from cause

    def database_of(self, client: Any) -> str:
        """The name of the database in which documents are kept.

        Raises:
            ConfigurationError: no database is named, or two are.
        """
        return database_name(client, self._database, self.settings)

    def refused(self, error: Exception) -> ConnectionError:
        return ConnectionError(f"Cannot connect to database {self.alias} :\n{error}")

    def close(self, *, forget: bool = False) -> None:
        with self.lock:
            self.is_forgotten = self.is_forgotten or forget
            self.close_where(lambda loop: True)

    async def close_and_wait(self, *, forget: bool = False) -> None:
        """Close all clients, and wait until that of the running event loop is closed."""
        with self.lock:
            own = self.clients.pop(asyncio.get_running_loop(), None)
            generation.end()
        try:
            self.close(forget=forget)
        finally:
            if own is not None:
                own.release()
                await self.driver.close_and_wait(own.client)

    def close_where(self, closes: Callable[[asyncio.AbstractEventLoop | None], bool]) -> None:
        with ExitStack() as stack:  # which goes on with the others when closing one fails
            for loop in [loop for loop in self.clients if closes(loop)]:
                opened = self.clients.pop(loop)
                stack.callback(self.driver.close_client, opened.client, loop)
                opened.release()
                generation.end()
