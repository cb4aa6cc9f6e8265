"""connect, disconnect, aliases: which settings, which database, which clients.

The state is per process: for each alias its settings, its default database and its clients.
"""

from __future__ import annotations

import threading
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, cast

from aiomotorengine import on_demand
from aiomotorengine.connection.clients import Connection, OpenClient, generation
from aiomotorengine.connection.errors import ConnectionError, UnknownAliasError
from aiomotorengine.connection.settings import REFUSALS, with_uri_as_host
from aiomotorengine.database import Database
from aiomotorengine.drivers import Driver
from aiomotorengine.utils import running_loop

__all__ = [
    "DEFAULT_CONNECTION_NAME",
    "AliasDatabase",
    "Connections",
    "cleanup",
    "client_of",
    "connect",
    "connection_of",
    "database_of",
    "disconnect",
    "driver_of",
    "get_connection",
    "in_place_of_all",
    "is_only_client",
    "known_as",
    "known_connections",
    "register_connection",
]

DEFAULT_CONNECTION_NAME = "default"


class AliasDatabase(Database):
    """A database of an alias, on whichever client belongs to the running event loop.

    Parameters:
        source: what is known of the alias.
        database: the database's name.
        end: what the end of an ``async with`` block awaits, once; ``None`` where the alias was
            connected before, and stays so.
    """

    def __init__(
        self, source: Connection, database: str, end: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        super().__init__(source, database)
        self._at_end = end

    @property
    def connection(self) -> Any:
        connection, _ = self._source()
        return connection.client()

    @property
    def database(self) -> Any:
        connection, name = self._source()
        return connection.client()[name]

    @property
    def _alias(self) -> str:
        return cast(str, self._connection.alias)

    def disconnect(self) -> None:
        connection, _ = self._source()
        connection.close()

    def _source(self) -> tuple[Connection, str]:
        """The connection that is used at the moment, and the database's name on its server."""
        return _connections.in_place_of(self._connection, self._database)

    async def _end(self) -> None:
        end, self._at_end = self._at_end, None
        if end is not None:
            await end()

    def __repr__(self) -> str:
        connection, name = self._source()
        return f"<Database {name} on '{connection.alias}'>"


class Connections(dict[str, Connection]):
    """What is known of each alias."""

    def __setitem__(self, alias: str, connection: Connection) -> None:
        super().__setitem__(alias, connection)
        generation.end()

    def __delitem__(self, alias: str) -> None:
        super().__delitem__(alias)
        generation.end()

    def clear(self) -> None:
        super().clear()
        generation.end()

    def made(self, alias: str, database: str | None, settings: dict[str, Any]) -> Connection:
        """What is to be known of an alias that is registered with these settings."""
        return Connection(alias, database, settings)

    def in_place_of(self, connection: Connection, database: str) -> tuple[Connection, str]:
        """What a database that was made with a connection uses instead of it: nothing else.

        Parameters:
            connection: the connection.
            database: the database's name.
        """
        return connection, database


_connections = Connections()
_registry = threading.RLock()
"""Held while an alias is looked up and changed."""


def connect(db: str | None = None, alias: str = DEFAULT_CONNECTION_NAME, **kwargs: Any) -> Database:
    """Connect an alias, unless it is connected already, and return a database on it.

    Nothing is sent to the server yet: a wrong host shows at the first awaited operation. What is
    returned may be used in ``async with``, at whose end the alias is disconnected, unless it was
    connected before.

    Parameters:
        db: the database's name; by default the one in the URI. Or the URI itself. The database is
            also where documents of this alias are kept, if the alias was not connected before.
        alias: the connection's name, to which ``__alias__`` and ``alias=`` refer.
        kwargs: ``driver`` (``"motor"``, the default, or ``"pymongo"``); ``auto_index``, which
            indexes are created before documents are written (``True`` for all that classes declare,
            ``False`` for none, ``None`` for those of unique fields); and the options of the
            client: ``host`` (a name, several ``host:port`` joined by commas, or a ``mongodb://``
            URI), ``port``, ``replicaSet``, ``username``, ``w``, ``j``, ``retryWrites``,
            ``event_listeners``, ``io_loop``, and so on. If the alias is connected already they are
            ignored, and an ``IgnoredSettingsWarning`` says so where they differ.

    Raises:
        ConnectionError: the driver refuses the settings, no database is named, or another one in
            the URI. Passwords are left out of the text.

    Example:
        >>> from aiomotorengine import connect, disconnect
        >>> connect("shop", host="localhost", port=27017).name
        'shop'
        >>> disconnect()
        >>> async def count():
        ...     async with connect("mongodb://localhost/shop") as shop:
        ...         return await shop["orders"].count_documents({})
    """
    db, settings = with_uri_as_host(db, alias, kwargs)
    with _registry:
        known = known_as(alias)
        is_connected = known is not None and known.is_connected
        # A registered alias is connected as it was registered, unless something else is asked for.
        is_new = not is_connected and (known is None or db is not None or bool(settings))
        if is_new:
            register_connection(db, alias, **settings)
            try:
                _connections[alias].client()
            except BaseException:
                del _connections[alias]
                raise
        elif known is not None:
            known.warn_of_ignored(db, settings)
        connection = _connections[alias]
        end = None if is_connected else partial(disconnect_at_end, connection, forget=is_new)
        connection.client()
        return AliasDatabase(connection, connection.database_named(db), end)


def register_connection(db: str | None, alias: str, **kwargs: Any) -> None:
    """Keep the settings of an alias; its client is made when it is first used.

    Parameters:
        db: the database in which documents of this alias are kept; ``None`` for the one in the URI.
            Or the URI itself.
        alias: the connection's name.
        kwargs: as for ``connect``.

    Raises:
        ConnectionError: a URI is given as ``db``, and a ``host``.

    Example:
        >>> from aiomotorengine import register_connection
        >>> register_connection("archive", alias="old", host="localhost", driver="pymongo")
    """
    on_demand.import_for_calls()
    db, settings = with_uri_as_host(db, alias, kwargs)
    with _registry:
        before = known_as(alias)
        _connections[alias] = _connections.made(alias, db, settings)
    if before is not None:
        before.close(forget=True)


def get_connection(alias: str = DEFAULT_CONNECTION_NAME, db: str | None = None) -> Database:
    """A database on an alias.

    Parameters:
        alias: the connection's name.
        db: the database's name; by default the one the alias was connected with.

    Raises:
        ConnectionError: the alias was never connected or registered (this error is a ``KeyError``
            too), or the driver refuses its settings.
    """
    connection = connection_of(alias)
    connection.client()
    return AliasDatabase(connection, connection.database_named(db))


def driver_of(alias: str = DEFAULT_CONNECTION_NAME) -> Driver:
    """The driver of an alias."""
    return connection_of(alias).driver


def disconnect(alias: str = DEFAULT_CONNECTION_NAME) -> None:
    """Close an alias's clients and forget the alias. One without a client is left alone.

    It may be called with or without a running event loop. Motor, and PyMongo's client outside a
    running loop, tell the server that their sessions are over and wait for its answer.

    Parameters:
        alias: the connection's name.

    Example:
        >>> from aiomotorengine import connect, disconnect
        >>> database = connect("shop", alias="shop")
        >>> disconnect("shop")
    """
    with _registry:
        connection = known_as(alias)
        if connection is None or not connection.clients:
            return
        del _connections[alias]
    connection.close(forget=True)


async def disconnect_at_end(connection: Connection, *, forget: bool) -> None:
    """Close the clients of an alias, and wait for that of the running event loop.

    Parameters:
        connection: what was known of the alias when it was connected.
        forget: whether the alias is forgotten, too, if that is still what is known of it.
    """
    with _registry:
        if forget and known_as(connection.alias) is connection:
            del _connections[connection.alias]
    await connection.close_and_wait(forget=forget)


def cleanup() -> None:
    """Close all clients and forget all aliases."""
    with _registry:
        connections = list(_connections.values())
        _connections.clear()
    with ExitStack() as stack:
        for connection in connections:
            stack.callback(connection.close, forget=True)


@contextmanager
def in_place_of_all(connections: Connections) -> Iterator[None]:
    """A block in which other connections are in the place of all that there are.

    At its end these are closed, and those of before are there again, their clients included.
    """
    global _connections
    with _registry:
        before, _connections = _connections, connections
        generation.end()
    try:
        yield
    finally:
        try:
            cleanup()
        finally:
            with _registry:
                _connections = before
                generation.end()


def known_connections() -> dict[str, Connection]:
    """What is known of each alias at the moment."""
    with _registry:
        return dict(_connections)


def known_as(alias: str) -> Connection | None:
    """What is known of an alias, if anything is."""
    try:
        return _connections[alias]
    except KeyError:
        return None


def connection_of(alias: str) -> Connection:
    """What is known of an alias.

    Raises:
        UnknownAliasError: it was never connected or registered.
    """
    try:
        return _connections[alias]
    except KeyError:
        raise UnknownAliasError(alias) from None


def client_of(alias: str) -> OpenClient:
    """The client of an alias for the running event loop, which is made unless there is one.

    Raises:
        UnknownAliasError: the alias was never connected or registered.
        ConnectionError: the settings of the connection were refused.
    """
    connection = _connections.get(alias) or connection_of(alias)
    clients = connection.clients
    if len(clients) == 1 and connection.io_loop is None:
        # So it is in nearly all programs, at each operation. It needs no lock: a connection that is
        # closed has no clients.
        try:
            known = clients.get(get_running_loop())
        except RuntimeError:
            known = clients.get(None)
        if known is not None:
            return known
    return connection.opened()


def is_only_client(opened: OpenClient, alias: str) -> bool:
    """Whether an alias has this client and no other one, whoever asks for it on the same loop.

    It is so until connections change (``clients.generation``).
    """
    connection = known_as(alias)
    if connection is None or connection.io_loop is not None:
        return False
    return [*connection.clients.items()] == [(running_loop(), opened)]


def database_of(alias: str) -> Hashable:
    """By what the database of an alias is known from others: two aliases may lead to one.

    It is made of what the settings say, so two names of one server make two, but for the names of
    this machine.
    """
    connection = known_as(alias)
    try:
        return alias if connection is None else (connection.servers(), connection.database)
    except (ConnectionError, *REFUSALS):
        return alias  # what is wrong with it is said when it is used
