"""connect, disconnect, aliases: which client, which database, which event loop.

The state is per process: for each alias its settings, its default database and its clients. A
client belongs to the event loop that uses it (K45). One that was made before any loop ran belongs
to the first that does; every other loop gets its own, from the same settings.
"""

from __future__ import annotations

import asyncio
import re
import threading
import warnings
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property, lru_cache, partial
from typing import Any, cast

from pymongo.driver_info import DriverInfo
from pymongo.errors import ConfigurationError, PyMongoError
from pymongo.uri_parser import parse_uri, split_hosts

from aiomotorengine import drivers, on_demand
from aiomotorengine.connection_settings import hosts_in
from aiomotorengine.database import Database
from aiomotorengine.drivers import Driver, get_driver
from aiomotorengine.redaction import without_secrets
from aiomotorengine.utils import running_loop

__all__ = [
    "DEFAULT_CONNECTION_NAME",
    "AliasDatabase",
    "Connection",
    "ConnectionError",
    "Connections",
    "IgnoredSettingsWarning",
    "UnknownAliasError",
    "cleanup",
    "client_of",
    "connect",
    "connection_of",
    "database_of",
    "disconnect",
    "driver_of",
    "get_connection",
    "in_place_of_all",
    "known_as",
    "known_connections",
    "register_connection",
]

DEFAULT_CONNECTION_NAME = "default"

MOST_COLLECTIONS = 1_000
"""How many collections are kept of a client: all, but where their names come from data."""

THIS_MACHINE = {"127.0.0.1": "localhost", "::1": "localhost"}
"""Other names of a host."""

REFUSALS = (PyMongoError, ValueError, TypeError, LookupError, OSError)
"""What the drivers raise for settings they do not take."""


class ConnectionError(Exception):  # noqa: A001  # programs import it by this name
    """The settings of a connection were refused, or there is no such connection."""


class UnknownAliasError(ConnectionError, KeyError):
    """An alias was used that nothing has connected or registered."""

    def __init__(self, alias: str) -> None:
        super().__init__(alias)
        self.alias = alias

    def __str__(self) -> str:
        return (
            f"There is no connection with the alias '{self.alias}'; call "
            f"aiomotorengine.connect(<database>, alias='{self.alias}') first."
        )


class IgnoredSettingsWarning(RuntimeWarning):
    """An alias that is connected already was connected with other settings, which do not count."""


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
        self.collection: Callable[[str], Any] = lru_cache(MOST_COLLECTIONS)(
            client[database].__getitem__
        )


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
        found: set[tuple[str, int | None]] = set()
        port = self.settings.get("port") or 27017
        for entry in hosts_in(self.settings) or ["localhost"]:
            if entry.startswith("mongodb+srv://"):
                found.add((entry.rpartition("@")[2].partition("/")[0], None))
            elif "://" in entry:
                found.update(parse_uri(entry, port, validate=False)["nodelist"])
            else:
                found.update(split_hosts(re.sub(r"\s", "", entry), port))
        return frozenset((THIS_MACHINE.get(host, host), port) for host, port in found)

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
        try:
            self.close(forget=forget)
        finally:
            if own is not None:
                await self.driver.close_and_wait(own.client)

    def close_where(self, closes: Callable[[asyncio.AbstractEventLoop | None], bool]) -> None:
        with ExitStack() as stack:  # which goes on with the others when closing one fails
            for loop in [loop for loop in self.clients if closes(loop)]:
                stack.callback(self.driver.close_client, self.clients.pop(loop).client, loop)


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
    try:
        yield
    finally:
        try:
            cleanup()
        finally:
            with _registry:
                _connections = before


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


def with_uri_as_host(
    database: str | None, alias: str, settings: Mapping[str, Any]
) -> tuple[str | None, dict[str, Any]]:
    """A database and the settings, in which a URI that was given as the database is the host.

    Raises:
        ConnectionError: a host is given, too.
    """
    if not isinstance(database, str) or "://" not in database:
        return database, dict(settings)
    if settings.get("host") is not None:
        raise ConnectionError(
            f"Cannot connect to database {alias} :\n"
            "a URI is given as the database, and 'host' as well; leave one of them out"
        )
    return None, {**settings, "host": database}


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


def database_name(client: Any, given: str | None, settings: Mapping[str, Any]) -> str:
    """The name of the database in which documents are kept.

    Parameters:
        client: the driver's client.
        given: the name that the program gave.
        settings: the options of the client.

    Raises:
        ConfigurationError: no database is named, or two are.
    """
    uris = [host for host in hosts_in(settings) if "://" in host]
    in_uri: str | None = None
    if uris:
        with suppress(ConfigurationError):  # there is none
            in_uri = client.get_default_database().name
    if given is None and in_uri is None:
        raise ConfigurationError(
            "no database is named: give its name, or a URI that has one (mongodb://host/name)"
        )
    if given is None:
        return cast(str, in_uri)
    if in_uri is not None and in_uri != given and not is_where_users_are(uris, settings):
        raise ConfigurationError(
            f"the database is {given!r}, and {in_uri!r} in the URI; leave one of them out"
        )
    return given


def is_where_users_are(uris: Iterable[str], settings: Mapping[str, Any]) -> bool:
    """Whether the database in a URI says where the user is looked up, as it does by default."""
    names = {name.lower() for name in settings}
    has_user = "username" in names or any("@" in uri for uri in uris)
    says_where = "authsource" in names or any("authsource=" in uri.lower() for uri in uris)
    return has_user and not says_where


def normalised(given: dict[str, Any]) -> dict[str, Any]:
    """The client's options, with what the drivers do not do by themselves.

    Raises:
        ConfigurationError: ``replicaSet`` is not a text.
    """
    settings = dict(given)
    # PyMongo does not strip the blanks that people put after commas.
    stripped = [re.sub(r"\s*,\s*", ",", host.strip()) for host in hosts_in(settings)]
    if stripped:
        settings["host"] = stripped[0] if isinstance(settings["host"], str) else stripped
    if "replicaSet" in settings:
        if not isinstance(settings["replicaSet"], str):
            raise ConfigurationError("the replicaSet keyword parameter is required")
        settings.pop("port", None)  # each host of a set has its own
    if "j" in settings:
        settings["journal"] = settings.pop("j")  # MongoDB's name for it, and PyMongo's own
    options = {name.lower() for name in settings}
    in_uri = any("uuidrepresentation=" in entry.lower() for entry in stripped)
    if "uuidrepresentation" not in options and not in_uri:
        settings["uuidRepresentation"] = "standard"
    return settings
