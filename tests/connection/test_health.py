"""health(): what it says of servers that answer, do not, or do not let anybody in."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

import aiomotorengine
from aiomotorengine import Document, IntField
from aiomotorengine.connection import connect, disconnect, get_connection, register_connection
from aiomotorengine.health import Health, health
from tests.harness import Mongo
from tests.integration.sessions import begun, fail_point
from tests.servers import NotAvailableError, kinds, mongod_command, process

LONG = 60
"""Seconds after which a call that should have given up hangs, and fails the test."""


class Pet(Document):
    age = IntField()


@pytest.fixture
def unanswered() -> Iterator[int]:
    """A port where connections are accepted and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def without_primary() -> Iterator[int]:
    """A member of a replica set that was never initiated."""
    try:
        kinds()["mongod"].version()
    except (KeyError, NotAvailableError) as reason:
        pytest.skip(f"it takes a mongod of its own: {reason}")
    with process.running(mongod_command) as port:
        yield port


async def asked(alias: str = "default", **options: Any) -> Health:
    async with asyncio.timeout(LONG):
        return await health(alias, **options)


def test_it_is_in_the_top_package() -> None:
    assert aiomotorengine.health is health


async def test_a_server_that_answers(mongo: Mongo) -> None:
    state = await health()
    expected = await mongo.database.command("buildInfo")
    primary = f"{mongo.host}:{mongo.port}" if mongo.replica_set else None
    assert (state.ok, bool(state), state.error) == (True, True, None)
    assert (state.version, state.primary) == (expected["version"], primary)
    assert state.topology == ("ReplicaSetWithPrimary" if mongo.replica_set else "Single")
    assert state.latency_ms is not None and state.latency_ms > 0


async def test_a_direct_connection_to_a_primary(mongo: Mongo) -> None:
    connect("shop", alias="direct", host=mongo.host, port=mongo.port, directConnection=True)
    state = await health("direct")
    disconnect("direct")
    assert (state.ok, state.topology) == (True, "Single")
    assert state.primary == (f"{mongo.host}:{mongo.port}" if mongo.replica_set else None)


async def test_what_it_says_does_not_change(mongo: Mongo) -> None:
    state = await health()
    with pytest.raises(AttributeError):
        state.ok = False  # type: ignore[misc]
    assert json.loads(json.dumps(state._asdict()))["version"] == state.version


async def test_an_alias_that_was_never_connected() -> None:
    state = await health("nowhere")
    assert (state.ok, bool(state), state.topology) == (False, False, None)
    assert state.error is not None
    assert state.error.startswith("There is no connection with the alias 'nowhere'; call ")


async def test_settings_that_are_refused() -> None:
    register_connection("shop", "late", host="mongodb://user:x/hunter2@a")
    state = await health("late")
    assert not state.ok
    assert state.error is not None
    assert state.error.startswith("Cannot connect to database late :\n")
    assert "hunter2" not in repr(state)


# PyMongo's async client leaves the socket behind if it is closed while its monitor connects.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_a_server_that_is_gone(driver: str) -> None:
    connect("shop", host="127.0.0.1", port=1)
    state = await asked(timeout=0.3)
    assert (state.ok, state.latency_ms, state.version) == (False, None, None)
    assert (state.topology, state.primary) == ("Unknown", None)
    assert state.error is not None and "127.0.0.1:1" in state.error


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_a_server_that_does_not_answer(driver: str, unanswered: int) -> None:
    connect("shop", host="127.0.0.1", port=unanswered)
    state = await asked(timeout=0.3)
    assert not state.ok and state.error
    assert state.topology == "Unknown"


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_a_replica_set_without_a_primary(driver: str, without_primary: int) -> None:
    connect("shop", host=f"127.0.0.1:{without_primary}", replicaSet="rs0")
    state = await asked(timeout=0.5)
    assert (state.ok, state.topology, state.primary) == (False, "ReplicaSetNoPrimary", None)
    assert state.error


@pytest.mark.mongod_only("fail points are MongoDB's own")
async def test_a_server_that_stops_answering(mongo: Mongo) -> None:
    assert await health()
    async with fail_point("ping", blockConnection=True, blockTimeMS=3_000):
        state = await asked(timeout=0.3)
    assert (state.ok, state.latency_ms) == (False, None)
    assert state.error
    assert (await asked(timeout=LONG)).ok  # a connection that was waiting is not used again


@pytest.mark.mongod_only("fail points are MongoDB's own")
@pytest.mark.parametrize("code", [13, 59, 323])
async def test_a_version_that_is_not_told_is_no_matter(mongo: Mongo, code: int) -> None:
    async with fail_point("buildInfo", errorCode=code):
        state = await health()
    assert (state.ok, state.version, state.error) == (True, None, None)


@pytest.mark.mongod_only("fail points are MongoDB's own")
async def test_a_server_that_refuses(mongo: Mongo) -> None:
    async with fail_point("ping", errorCode=8000):
        state = await health()
    assert not state.ok
    assert state.error == "Failing command via 'failCommand' failpoint"


@pytest.mark.parametrize("seconds", [0, -1, "soon"])
async def test_a_timeout_that_is_none_raises_nothing(mongo: Mongo, seconds: Any) -> None:
    state = await asked(timeout=seconds)
    assert not state.ok and state.error


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_a_transaction_of_the_task_goes_on(mongo: Mongo) -> None:
    await Pet.objects.create(age=1)
    async with begun() as session:
        await Pet.objects.create(age=2)
        assert (await health()).ok
        ending = session.commit_transaction()
        if ending is not None:
            await ending
    assert await Pet.objects.count() == 2


async def test_it_may_be_cancelled(driver: str, unanswered: int) -> None:
    connect("shop", host="127.0.0.1", port=unanswered, serverSelectionTimeoutMS=100)
    task = asyncio.create_task(health(timeout=LONG))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert get_connection().name == "shop"
