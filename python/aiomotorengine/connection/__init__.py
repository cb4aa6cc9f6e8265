"""connect, disconnect, aliases: which client, which database, which event loop."""

from aiomotorengine.connection.aliases import (
    DEFAULT_CONNECTION_NAME,
    AliasDatabase,
    Connections,
    cleanup,
    client_of,
    connect,
    connection_of,
    database_of,
    disconnect,
    driver_of,
    get_connection,
    in_place_of_all,
    is_only_client,
    known_as,
    known_connections,
    register_connection,
)
from aiomotorengine.connection.clients import Connection, OpenClient, generation
from aiomotorengine.connection.errors import (
    ConnectionError,
    IgnoredSettingsWarning,
    UnknownAliasError,
)

__all__ = [
    "DEFAULT_CONNECTION_NAME",
    "AliasDatabase",
    "Connection",
    "ConnectionError",
    "Connections",
    "IgnoredSettingsWarning",
    "OpenClient",
    "UnknownAliasError",
    "cleanup",
    "client_of",
    "connect",
    "connection_of",
    "database_of",
    "disconnect",
    "driver_of",
    "generation",
    "get_connection",
    "in_place_of_all",
    "is_only_client",
    "known_as",
    "known_connections",
    "register_connection",
]
