"""A replica set of three, whose members step down, are killed and freeze."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from pymongo import MongoClient, common
from pymongo.errors import AutoReconnect, PyMongoError

from tests.faults.laboratory import Laboratory, Observer, laboratory
from tests.faults.mongod import Mongod
from tests.servers import REPLICA_SET, process

__all__ = ["DISASTERS", "ReplicaSet", "replica_set", "replica_set_laboratory"]

MEMBERS = 3
SECONDS_TO_RECOVER = 60
SECONDS_TO_STEP_DOWN = 2
SECONDS_BETWEEN_CHECKS_OF_A_SERVER = common.MIN_HEARTBEAT_INTERVAL
"""As in a program: the driver's one retry must not meet what was said a moment ago."""

SETTINGS = {
    "electionTimeoutMillis": 500,
    "heartbeatIntervalMillis": 100,
    "heartbeatTimeoutSecs": 1,
}
"""A member is missed, and another one elected, within about a second."""


@dataclass
class ReplicaSet:
    """Three members, each with its data.

    Attributes:
        members: the members, running or not.
        observer: sees what is in the database, as the primary of the moment has it.
    """

    members: list[Mongod]
    observer: Observer

    @property
    def uri(self) -> str:
        return uri_of(self.members)

    def primary(self) -> Mongod:
        """The member that takes writes, as soon as there is one."""
        found: Mongod = self._wait_for(
            lambda: next(iter(self._in_state("isWritablePrimary")), None)
        )
        return found

    def secondary(self) -> Mongod:
        """A member that does not."""
        primary = self.primary()
        return next(member for member in self.members if member is not primary)

    def recover(self) -> None:
        """Return when there are a primary and two secondaries."""
        self.primary()
        self._wait_for(lambda: len(self._in_state("secondary")) == MEMBERS - 1)

    def _in_state(self, state: str) -> list[Mongod]:
        return [member for member in self.members if hello(member).get(state)]

    def _wait_for(self, happened: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + SECONDS_TO_RECOVER
        while not (found := happened()):
            if time.monotonic() > deadline:
                raise process.ServerError("the replica set does not recover")
            time.sleep(0.02)
        return found


def uri_of(members: list[Mongod]) -> str:
    hosts = ",".join(f"{member.server.host}:{member.server.port}" for member in members)
    return f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"


def hello(member: Mongod) -> Mapping[str, Any]:
    """What a member says of itself; nothing, if it does not answer."""
    try:
        soon = {"serverSelectionTimeoutMS": 500, "socketTimeoutMS": 500}
        with process.client(member.server.port, **soon) as client:
            return client.admin.command("hello")
    except PyMongoError:
        return {}


# -- disasters -----------------------------------------------------------------------------------


@contextmanager
def stepping_down(members: ReplicaSet) -> Iterator[None]:
    """The primary gives up its office."""
    order = {"replSetStepDown": SECONDS_TO_STEP_DOWN, "force": True}
    primary = members.primary()
    # It may close the connection on which it was told.
    with process.client(primary.server.port) as client, suppress(AutoReconnect):
        client.admin.command(order)
    yield


@contextmanager
def killed(member: Mongod) -> Iterator[None]:
    member.kill()
    try:
        yield
    finally:
        member.start()


DISASTERS: Mapping[str, Callable[[ReplicaSet], Any]] = {
    "the primary steps down": stepping_down,
    "the primary is killed": lambda members: killed(members.primary()),
    "the primary freezes": lambda members: members.primary().frozen(),
    "a secondary is killed": lambda members: killed(members.secondary()),
    "a secondary freezes": lambda members: members.secondary().frozen(),
}
"""What happens to a replica set; each lasts as long as its context."""


# -- a place to work -----------------------------------------------------------------------------


@contextmanager
def replica_set() -> Iterator[ReplicaSet]:
    """Three members that have found each other; their data are removed at the end."""
    client: MongoClient[dict[str, Any]]
    with ExitStack() as stack:
        members = []
        for _ in range(MEMBERS):
            data = process.place_for_data()
            directory = tempfile.TemporaryDirectory(prefix="aiomotorengine-mongod-", dir=data)
            members.append(Mongod(Path(stack.enter_context(directory))))
            stack.callback(members[-1].kill)  # told to stop, it would first wait for clients to go
        with ThreadPoolExecutor() as threads:
            list(threads.map(Mongod.start, members))
        initiate(members)
        client = stack.enter_context(MongoClient(uri_of(members)))
        own = ReplicaSet(members, Observer(client, f"faults_{uuid4().hex}"))
        own.recover()
        yield own


def initiate(members: list[Mongod]) -> None:
    config = {
        "_id": REPLICA_SET,
        "settings": SETTINGS,
        "members": [
            {"_id": number, "host": f"{member.server.host}:{member.server.port}"}
            for number, member in enumerate(members)
        ],
    }
    with process.client(members[0].server.port) as client:
        client.admin.command("replSetInitiate", config)


@contextmanager
def replica_set_laboratory(members: ReplicaSet, driver: str) -> Iterator[Laboratory]:
    """A place to work on a replica set, with a client that finds its members by itself."""
    with (
        laboratory(members.members[0].server, driver, members.observer) as lab,
        patch.object(common, "MIN_HEARTBEAT_INTERVAL", SECONDS_BETWEEN_CHECKS_OF_A_SERVER),
    ):
        lab.connect(
            host=members.uri,
            directConnection=False,
            connectTimeoutMS=500,  # in which a member that is frozen is noticed
            heartbeatFrequencyMS=500,
            serverMonitoringMode="auto",
            serverSelectionTimeoutMS=20_000,
        )
        yield lab
