"""What PyMongo keeps elsewhere one day costs the closing of sockets, and no connection."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pymongo
import pytest
from pymongo.asynchronous.pool import Pool
from pymongo.errors import ConfigurationError

from aiomotorengine.drivers.transports import AsyncMongoClient, KnownPool, drop_sockets


@pytest.mark.parametrize(
    "connection",
    [
        SimpleNamespace(),
        SimpleNamespace(conn=None),
        SimpleNamespace(conn=SimpleNamespace(conn=(1, 2, 3))),
        SimpleNamespace(conn=SimpleNamespace(conn=(1, 2))),
    ],
    ids=["no interface", "no transport", "three of them", "no object"],
)
async def test_a_connection_whose_transport_is_unknown(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(pool: Pool, handler: Any = None) -> Any:
        return connection

    monkeypatch.setattr(Pool, "connect", connect)
    pool = KnownPool.__new__(KnownPool)
    pool._transports = AsyncMongoClient(connect=False)._transports
    assert await pool.connect() is connection
    assert not list(pool._transports)


@pytest.mark.parametrize("error", [ConfigurationError, TypeError])
async def test_a_version_that_takes_no_pools(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pymongo.AsyncMongoClient.__init__

    def refusing(client: Any, **settings: Any) -> None:
        if "_pool_class" in settings:
            raise error("Unknown option _pool_class")
        made(client, **settings)

    monkeypatch.setattr(pymongo.AsyncMongoClient, "__init__", refusing)
    client = AsyncMongoClient(connect=False)
    assert client.options.pool_options.max_pool_size == 100
    drop_sockets(client)


async def test_settings_are_refused_as_pymongo_does() -> None:
    with pytest.raises(ConfigurationError, match="no_such_option"):
        AsyncMongoClient(connect=False, no_such_option=1)
