"""Connections that lead to the database of a test, whatever the program connects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.monitoring import CommandListener

from aiomotorengine import connection as connections
from aiomotorengine import registry
from aiomotorengine.connection import (
    DEFAULT_CONNECTION_NAME,
    AliasDatabase,
    Connection,
    Connections,
    connection_of,
)
from aiomotorengine.connection.settings import database_in, meaning_of

__all__ = ["RedirectedConnections"]


class RedirectedConnection(Connection):
    """A connection to the database of a test.

    Parameters:
        alias: the connection's name.
        database: the name of the test's database.
        asked: the name that the program has given its own database, if it has.
        settings: those that lead to the test's server.
        databases: to which the names of the test's other databases are added.
    """

    def __init__(
        self,
        alias: str,
        database: str,
        asked: str | None,
        settings: dict[str, Any],
        databases: set[str],
    ) -> None:
        super().__init__(alias, database, settings)
        self._names = (None, asked, database)
        self._databases = databases

    def database_of(self, client: Any) -> str:
        # The URI of the server may have a name as well: of where its users are.
        return self.database

    def database_named(self, name: str | None) -> str:
        if name in self._names:
            return self.database
        other = f"{self.database}_{name}"
        self._databases.add(other)
        return other


class StandIn(RedirectedConnection):
    """The same, of an alias that the program has not connected itself, or not since."""

    @property
    def is_connected(self) -> bool:
        return False


class CurrentDatabase(AliasDatabase):
    """The database of the test, on the client that the alias ``default`` has at the moment."""

    def _source(self) -> tuple[Connection, str]:
        return connection_of(DEFAULT_CONNECTION_NAME), self._database

    def disconnect(self) -> None:
        connections.disconnect()


class RedirectedConnections(Connections):
    """What is known of aliases during a test.

    All of them lead to its database: those that the program connects during the test, and, without
    that, ``default``, the aliases of document classes, and all that were known before.

    Parameters:
        uri: the server.
        name: the database.
        driver: the driver to use, whatever the program has chosen.
        listener: is told of the commands that are sent.

    Attributes:
        databases: the names of all databases of the test.
    """

    def __init__(
        self, uri: str, name: str, *, driver: str | None, listener: CommandListener
    ) -> None:
        super().__init__()
        self._uri = uri
        self._name = name
        self._driver = driver
        self._listener = listener
        self._before = connections.known_connections()
        self.databases = {name}

    @property
    def database(self) -> AliasDatabase:
        """The database of the test."""
        return CurrentDatabase(self[DEFAULT_CONNECTION_NAME], self._name)

    def __missing__(self, alias: str) -> Connection:
        if not self._is_needed(alias):
            raise KeyError(alias)
        before = self._before.get(alias)
        asked = None if before is None else asked_for(before.given_database, before.given)
        settings = self._settings({} if before is None else before.given)
        self[alias] = made = StandIn(alias, self._name, asked, settings, self.databases)
        return made

    def made(self, alias: str, database: str | None, settings: dict[str, Any]) -> Connection:
        asked = asked_for(database, settings)
        leading = self._settings(settings)
        return RedirectedConnection(alias, self._name, asked, leading, self.databases)

    def in_place_of(self, connection: Connection, database: str) -> tuple[Connection, str]:
        # What was made before the test leads to the test's databases as well, or to none.
        if isinstance(connection, RedirectedConnection) or connection.is_forgotten:
            return connection, database
        here = self[connection.alias]
        asked = None if database == connection.database else database
        return here, here.database_named(asked)

    def _is_needed(self, alias: str) -> bool:
        """Whether an alias leads somewhere before the program connects it during the test."""
        if alias == DEFAULT_CONNECTION_NAME or alias in self._before:
            return True
        return any(known.__alias__ == alias for known in registry.documents())

    def _settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Settings that lead to the test's server, and else mean what those of the program do."""
        settings = {**meaning_of(given), "host": self._uri}
        settings["event_listeners"] = [*(settings.get("event_listeners") or ()), self._listener]
        if self._driver is not None:
            settings["driver"] = self._driver
        return settings


def asked_for(database: str | None, settings: Mapping[str, Any]) -> str | None:
    """The database that a program has named, by itself or in a URI."""
    return database_in(settings) if database is None else database
