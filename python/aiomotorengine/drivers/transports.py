"""PyMongo's async client, which here knows the transports of the connections that it has made.

PyMongo closes a connection in a task of its own, which may be cancelled before its first step: the
pool has forgotten the connection by then, and nobody closes it any more. That happens when an event
loop ends while a client is being closed on it, and to monitors that are stopped as they connect.
"""

from __future__ import annotations

from collections.abc import MutableSet
from contextlib import suppress
from functools import partial
from typing import Any
from weakref import WeakSet

import pymongo
from pymongo.asynchronous.pool import AsyncConnection, Pool
from pymongo.errors import ConfigurationError

__all__ = ["AsyncMongoClient", "drop_sockets"]


class AsyncMongoClient(pymongo.AsyncMongoClient[dict[str, Any]]):
    """The client.

    Parameters:
        settings: as PyMongo's client takes them.
    """

    def __init__(self, **settings: Any) -> None:
        self._transports: WeakSet[Any] = WeakSet()
        try:
            super().__init__(**settings, _pool_class=partial(KnownPool, self._transports))
        except (ConfigurationError, TypeError) as error:
            if "_pool_class" not in str(error):
                raise
            super().__init__(**settings)  # of a version that takes no such option


class KnownPool(Pool):
    """A pool of connections whose transports are known.

    Parameters:
        transports: gets those of the connections that are made.
        arguments: as PyMongo's pool takes them; ``options`` too.
    """

    def __init__(self, transports: MutableSet[Any], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._transports = transports

    async def connect(self, handler: Any = None) -> AsyncConnection:
        connection = await super().connect(handler)
        # What a version of PyMongo keeps elsewhere is not known, and is closed by PyMongo alone.
        with suppress(AttributeError, TypeError, ValueError):
            transport, _ = connection.conn.conn
            self._transports.add(transport)
        return connection


def drop_sockets(client: Any) -> None:
    """Close a client's sockets at once, without its loop.

    A program that ends its loop with the client open leaves sockets behind that nothing closes
    any more. PyMongo offers no way to do it, hence the private names; what is missing is skipped,
    and the sockets are then left to the garbage collector.
    """
    loop = getattr(client, "_loop", None)
    for transport in list(client._transports):
        # With TLS, the socket is that of the transport below.
        below = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None) or transport
        sock = getattr(below, "_sock", None)
        with suppress(RuntimeError):  # its loop is closed and takes no more callbacks
            transport.abort()
        if sock is None:
            continue
        if loop is None or loop.is_closed():
            below._sock = None  # it would wait for a callback
        sock.close()
    client._closed = True  # or it would warn that it was left open
