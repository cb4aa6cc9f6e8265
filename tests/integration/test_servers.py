"""The servers that the suite starts: what tests may expect of them; that none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import motor.motor_asyncio
import pymongo
import pytest

import aiomotorengine
from tests.harness import Mongo
from tests.servers import Server, kinds, process

PATIENCE = 20  # seconds until something that should happen is taken not to


def becomes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_server_answers_and_takes_writes(mongo: Mongo) -> None:
    assert (await mongo.database.ping())["ok"] == 1.0
    hello = await mongo.database.command("hello")
    assert hello["isWritablePrimary"]
    assert hello.get("setName") == mongo.replica_set


async def test_a_test_has_a_database_of_its_own(mongo: Mongo) -> None:
    assert await mongo.database.list_collection_names() == []
    await mongo.database.things.insert_one({"a": 1})
    assert aiomotorengine.connection.get_connection().name == mongo.database.name


async def test_the_driver_is_the_one_in_turn(mongo: Mongo) -> None:
    clients = {"motor": motor.motor_asyncio.AsyncIOMotorClient, "pymongo": pymongo.AsyncMongoClient}
    assert isinstance(mongo.database.connection, clients[mongo.driver])


def test_a_server_is_started_once(server: Server, running_servers: dict[str, Server]) -> None:
    assert running_servers[server.name] is server


@pytest.mark.mongod_only("fail points are MongoDB's own")
async def test_mongod_can_be_told_to_fail(mongo: Mongo) -> None:
    failure = {"failCommands": ["ping"], "errorCode": 8000}
    admin = mongo.database.connection.admin
    await admin.command("configureFailPoint", "failCommand", mode={"times": 1}, data=failure)
    with pytest.raises(pymongo.errors.OperationFailure) as caught:
        await mongo.database.ping()
    assert caught.value.code == 8000


def test_a_server_named_by_the_environment_takes_the_place_of_all(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    if server.name == "external":
        pytest.skip("the run is on such a server already")
    monkeypatch.setenv("MONGODB_URI", server.uri)
    (external,) = kinds().values()
    assert external.version() == f"{server.host}:{server.port}"
    with external.start() as same:
        assert (same.name, same.port) == ("external", server.port)
        assert same.replica_set == server.replica_set


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://ann:secret@example.org:1/?authSource=admin")
    assert kinds()["external"].version() == "example.org:1"


def test_a_server_that_ends_by_itself_is_an_error_with_its_log() -> None:
    def command(directory: Path, port: int) -> list[str]:
        return [sys.executable, "-c", "print('no room left'); raise SystemExit(3)"]

    with pytest.raises(process.ServerError, match="no room left"), process.running(command):
        pass


# A parent that starts a server under the guard, says which process it is, and lives until killed.
PARENT = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background has it ignored
guard, directory, *command = sys.argv[1:]
subprocess.Popen(
    [sys.executable, guard, directory, *command], stdin=subprocess.PIPE, start_new_session=True
)
time.sleep(600)
"""
# A server that says its number, and ends when it is told to.
SERVER = "import os, time; open('pid', 'w').write(f'{os.getpid()} '); time.sleep(600)"
# The same, which does not listen when it is told to.
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVER}"


@pytest.mark.parametrize(
    ("how", "server_code"),
    [(signal.SIGINT, SERVER), (signal.SIGKILL, SERVER), (signal.SIGKILL, DEAF)],
    ids=["Ctrl-C", "crash", "crash, deaf server"],
)
def test_no_server_is_left_behind(how: signal.Signals, server_code: str) -> None:
    directory = Path(tempfile.mkdtemp())
    command = [sys.executable, "-c", server_code]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(process.GUARD), str(directory), *command],
        stderr=subprocess.DEVNULL,
    )
    written = directory / "pid"
    assert becomes_true(lambda: written.exists() and written.read_text().endswith(" "))
    pid = int(written.read_text())
    assert lives(pid)
    parent.send_signal(how)
    parent.wait(PATIENCE)
    assert becomes_true(lambda: not lives(pid))
    assert becomes_true(lambda: not directory.exists())
