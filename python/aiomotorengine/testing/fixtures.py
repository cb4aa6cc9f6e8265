"""The fixtures and the option of the pytest plugin.

None of them is asynchronous: databases are dropped over a client that blocks, and the clients of
the library are made for whichever event loop is running.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
from pymongo import MongoClient

from aiomotorengine.connection import in_place_of_all
from aiomotorengine.database import Database
from aiomotorengine.drivers import DRIVERS
from aiomotorengine.testing.commands import SentCommands
from aiomotorengine.testing.numbers import restart_numbers
from aiomotorengine.testing.redirected import RedirectedConnections
from aiomotorengine.testing.servers import found_server

__all__ = ["mongo_commands", "mongo_db", "mongo_uri", "pytest_addoption"]

NO_SERVER = "No MongoDB: set MONGODB_URI, or install mongod or aiomotorengine-rs[quickstart]."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("aiomotorengine").addoption(
        "--mongo-driver",
        choices=sorted(DRIVERS),
        help="the driver on which tests that take mongo_db run",
    )


@pytest.fixture(scope="session")
def mongo_uri() -> Iterator[str]:
    """The URI of a MongoDB server, which is started unless ``MONGODB_URI`` names one.

    A ``mongod`` that is started is a replica set of one. Without any the test is skipped.
    """
    with found_server() as uri:
        if uri is None:
            pytest.skip(NO_SERVER)
        yield uri


@pytest.fixture(scope="session")
def _mongo_client(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client


@pytest.fixture
def _mongo_sent() -> SentCommands:
    return SentCommands()


@pytest.fixture
def mongo_db(
    request: pytest.FixtureRequest,
    mongo_uri: str,
    _mongo_client: MongoClient[dict[str, Any]],
    _mongo_sent: SentCommands,
) -> Iterator[Database]:
    """A new database, to which the alias ``default`` and those of all classes are connected.

    What the program itself connects, under whichever alias, leads to it as well, as do databases
    that ``connect`` returned before the test. Afterwards it is dropped, and connections are what
    they were before.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "master")
    name = f"test_{worker}_{token_hex(4)}"
    driver: str | None = request.config.getoption("--mongo-driver", default=None)
    connections = RedirectedConnections(mongo_uri, name, driver=driver, listener=_mongo_sent)
    restart_numbers()
    try:
        with in_place_of_all(connections):
            yield connections.database
    finally:
        for database in connections.databases:
            _mongo_client.drop_database(database)


@pytest.fixture
def mongo_commands(mongo_db: Database, _mongo_sent: SentCommands) -> Iterator[list[dict[str, Any]]]:
    """The commands that are sent while the test runs, in their order: what MongoDB is sent, as
    mappings whose first key is the command's name.
    """
    with _mongo_sent.kept() as commands:
        yield commands
