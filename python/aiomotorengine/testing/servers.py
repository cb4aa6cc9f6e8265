"""A server for tests: one that is there already, or MongoDB or SecantusDB, started for them."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from aiomotorengine.testing import process

__all__ = [
    "REPLICA_SET",
    "found_server",
    "initiate",
    "mongod_command",
    "program_named",
    "secantus_command",
    "wait_for_primary",
]

REPLICA_SET = "rs0"
SECONDS_TO_ELECT = 30


@contextmanager
def found_server() -> Iterator[str | None]:
    """The URI of a server, for as long as the block lasts; ``None`` where none can be had."""
    uri = os.environ.get("MONGODB_URI")
    if uri:
        yield uri
    elif (mongod := program_named("mongod")) is not None:
        with process.running(partial(mongod_command, mongod)) as port:
            initiate(port, waits_for_journal=False)
            yield uri_of(port)
    elif (secantus := program_named("secantusd-py")) is not None:
        with process.running(partial(secantus_command, secantus)) as port:
            yield uri_of(port)
    else:
        yield None


def program_named(name: str) -> str | None:
    """Where a program is: beside the running Python, as in a virtual environment, or on PATH."""
    beside = Path(sys.executable).parent
    return shutil.which(name, path=str(beside)) or shutil.which(name)


def uri_of(port: int) -> str:
    return f"mongodb://127.0.0.1:{port}/"


def mongod_command(program: str, directory: Path, port: int) -> list[str]:
    """The command line of MongoDB, as a member of a replica set."""
    options = [
        ("--bind_ip", "127.0.0.1"),
        ("--port", str(port)),
        ("--dbpath", str(directory)),
        ("--replSet", REPLICA_SET),
        ("--oplogSize", "256"),  # megabytes; otherwise a twentieth of the disk
        ("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ("--wiredTigerCacheSizeGB", "0.5"),
    ]
    return [program, *(part for option in options for part in option)]


def initiate(port: int, *, waits_for_journal: bool = True) -> None:
    """Make a server the primary of a replica set in which it is alone.

    Parameters:
        port: where it is.
        waits_for_journal: whether a write is confirmed when it is in the journal, which outlives
            the server. To drop a database takes a tenth of a second then, and no time otherwise.
    """
    config = {
        "_id": REPLICA_SET,
        "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}],
        "writeConcernMajorityJournalDefault": waits_for_journal,
    }
    with process.client(port) as client:
        client.admin.command("replSetInitiate", config)
    wait_for_primary(port)


def wait_for_primary(port: int) -> None:
    """Wait until the only member of a replica set takes writes."""
    deadline = time.monotonic() + SECONDS_TO_ELECT
    with process.client(port) as client:
        while not client.admin.command("hello")["isWritablePrimary"]:
            if time.monotonic() > deadline:
                raise process.ServerError("mongod does not become the primary")
            time.sleep(0.05)


def secantus_command(program: str, directory: Path, port: int) -> list[str]:
    """The command line of SecantusDB."""
    options = {
        "--host": "127.0.0.1",
        "--port": str(port),
        "--storage-path": str(directory / "data"),
        "--cache-size": "256M",
    }
    return [program, *(part for option in options.items() for part in option)]
