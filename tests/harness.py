"""The options and fixtures that all tests and benches share.

A test takes ``codec``, ``driver``, ``server`` or ``mongo``, and does not ask which it got. Their
combinations are the corners of a matrix. Each test runs in one corner, which its name determines,
so a run as a whole meets them all; with ``--corners=all`` each runs in every corner, but for those
that make up the server's answers, which need no second server. Of the seeds of a random test a run
takes one of each few, and ``--corners=all`` takes all. ``--codec``, ``--driver`` and
``--server`` narrow the matrix. What keeps the values of documents, ``AIOMOTORENGINE_STORAGE``, is
chosen for a process, and no axis of it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bson.objectid import ObjectId
from pymongo import MongoClient

import aiomotorengine
from aiomotorengine import codec as codec_api
from aiomotorengine import drivers, storage
from aiomotorengine.connection import cleanup, connect
from aiomotorengine.database import Database
from aiomotorengine.drivers import pymongo_async
from tests.servers import NotAvailableError, Server, kinds

FORGED = "forged"
ONE_SEED_OF = "one_seed_of"
AXES = ("codec", "driver", "server")
WITH_CLIENTS = pytest.StashKey[set[Path]]()
TESTS_OF_A_SERVER = 200
"""After so many it is renewed, if it is one that gets slower with what was written."""

NOT_ON = {"mongod_only": ("server", "secantus"), "motor_only": ("driver", "pymongo")}
"""Marks of tests that cannot run everywhere, and where it is that they cannot."""


# -- options, and what they leave to run with ----------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aiomotorengine")
    group.addoption(
        "--corners",
        choices=["one", "all"],
        default="one",
        help="in how many corners of codec x driver x server each test runs",
    )
    group.addoption(
        "--quick",
        action="store_true",
        help="run each test function once, with one set of parameters, unless it starts programs",
    )
    group.addoption("--codec", choices=["python", "native"], help="run with this codec only")
    group.addoption("--driver", choices=sorted(drivers.DRIVERS), help="run on this driver only")
    group.addoption("--server", choices=sorted(kinds()), help="run on this server only")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to go on without what was asked for by name."""
    server: str | None = config.getoption("server")
    if server and (reason := missing(server)):
        raise pytest.UsageError(reason)
    if config.getoption("codec") == "native":
        try:
            codec_api.load_native()
        except ImportError as error:
            raise pytest.UsageError(str(error)) from error


def codecs(config: pytest.Config) -> list[str]:
    chosen: str | None = config.getoption("codec")
    return [chosen] if chosen else codec_api.available()


def driver_names(config: pytest.Config) -> list[str]:
    chosen: str | None = config.getoption("driver")
    return [chosen] if chosen else sorted(drivers.DRIVERS)


def server_choice(config: pytest.Config) -> list[str]:
    """The servers asked for, those that cannot be had included."""
    chosen: str | None = config.getoption("server")
    return [chosen] if chosen else list(kinds())


def server_names(config: pytest.Config) -> list[str]:
    reasons = {name: missing(name) for name in server_choice(config)}
    available = [name for name, reason in reasons.items() if reason is None]
    if not available:
        raise pytest.UsageError(f"there is no server to test on: {reasons}")
    return available


@cache
def missing(server: str) -> str | None:
    """Why a server cannot be had, if it cannot."""
    try:
        kinds()[server].version()
    except NotAvailableError as error:
        return str(error)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Have the collector go through thousands of tests neither while they are made, nor at each
    ``gc.collect()`` that some of them call.
    """
    gc.disable()
    result = yield
    gc.freeze()
    gc.enable()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Iterator[None]:
    """Add the axes to a function's parameters, and keep the sets of parameters that are to run.

    The other tests are not made at all, since there are more of them than of those that run.
    """
    if "codec" in metafunc.fixturenames:
        metafunc.parametrize("codec", codecs(metafunc.config), indirect=True)
    if "driver" in metafunc.fixturenames:
        metafunc.parametrize("driver", driver_names(metafunc.config), indirect=True)
    if "server" in metafunc.fixturenames:
        names = server_names(metafunc.config)
        metafunc.parametrize("server", names, indirect=True, scope="session")
    yield  # the other parameters are added here
    calls: list[Any] = metafunc._calls
    calls[:] = sample([Call(metafunc.definition, it) for it in calls], name_for(metafunc.config))


class Call:
    """A test function and a set of parameters that it could be called with.

    Parameters:
        function: the function, as an item that is never run.
        spec: what pytest knows of the parameters.

    Attributes:
        params: the parameters by name; ``function`` and ``spec`` as above.
    """

    def __init__(self, function: pytest.Function, spec: Any) -> None:
        self.function = function
        self.spec = spec
        self.params: dict[str, Any] = spec.params

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        of_the_set = (mark for mark in self.spec.marks if mark.name == name)
        return next(of_the_set, None) or closest_marker(self.function, name)


@lru_cache(maxsize=10)
def closest_marker(function: pytest.Function, name: str) -> pytest.Mark | None:
    """The marker of a function; it is asked for again and again, for each set of parameters."""
    return function.get_closest_marker(name)


def sample(calls: Sequence[Call], name: Callable[[Call], str]) -> list[Any]:
    """What pytest knows of one of those with the same name, the same in every run and process."""
    groups: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        groups[name(call)].append(call)
    chosen = set()
    for same, group in groups.items():
        possible = [it for it in group if why_not_here(it, it.params) is None] or group
        number = int.from_bytes(sha256(same.encode()).digest())
        chosen.add(possible[number % len(possible)])
    return [call.spec for call in calls if call in chosen]


def name_for(config: pytest.Config) -> Callable[[Call], str]:
    """What gives calls of which one is enough the same name."""
    if config.getoption("quick"):
        return lambda call: call.function.nodeid
    return name_without if config.getoption("corners") == "one" else name_without_what_is_no_matter


def name_without(call: Call, axes: Sequence[str] = AXES) -> str:
    """What calls that differ along these axes have in common, by default all corners of a test."""
    name = call.function.nodeid
    if axes == AXES and (seeds := call.get_closest_marker(ONE_SEED_OF)):
        return f"{name}[seed {call.params['seed'] // seeds.args[0]}]"
    corner = {axis: str(call.params[axis]) for axis in AXES if axis in call.params}
    kept = "-".join(value for axis, value in corner.items() if axis not in axes)
    others = call.spec.id.removeprefix("-".join(corner.values()))
    return f"{name}[{kept}{others}]"


def name_without_what_is_no_matter(call: Call) -> str:
    """What the calls have in common of which one is enough, however much time there is."""
    return name_without(call, ["server"] if call.get_closest_marker(FORGED) else [])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    refuse_changing_names(items)
    if config.getoption("quick"):
        config.hook.pytest_deselected(items=[item for item in items if starts_programs(item)])
        items[:] = [item for item in items if not starts_programs(item)]
    config.stash[WITH_CLIENTS] = {item.path for item in items if makes_clients(item)}
    # Those that take long begin first, or others would wait at the end for who is with one of them.
    items.sort(key=is_short)
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if reason := why_not_here(item, params):
            item.add_marker(pytest.mark.skip(reason=reason))


def refuse_changing_names(items: Sequence[pytest.Item]) -> None:
    """A test is known by its name to other processes, and keeps its corner by it."""
    new_id = str(ObjectId())[8:18]  # which all new ids of this process have in common
    texts_in_a_set = r"\{(?=[^{}]*')[^{}:]*,[^{}:]*\}"  # in another order
    changing = re.compile(f" at 0x[0-9a-f]{{6}}|{new_id}|{texts_in_a_set}")
    for item in items:
        if changing.search(item.nodeid):
            raise pytest.UsageError(f"this is another name in each process: {item.nodeid}")


def starts_programs(item: pytest.Item) -> bool:
    """Whether a test's module starts programs, or the test pytest itself, which takes longer than
    most tests do.
    """
    if not isinstance(item, pytest.Function):
        return False
    return hasattr(item.module, "subprocess") or "pytester" in item.fixturenames


def makes_clients(item: pytest.Item) -> bool:
    """Whether a test connects to a server, or may do it."""
    return isinstance(item, pytest.Function) and not {"driver", "server"}.isdisjoint(
        item.fixturenames
    )


def is_short(item: pytest.Item) -> bool:
    """Whether a test takes a moment, as far as can be told from its module."""
    return not (starts_programs(item) or "faults" in item.path.parts)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores, since tests wait for servers and programs."""
    cores = os.cpu_count() or 1
    return cores + (cores + 1) // 2


def why_not_here(test: Call | pytest.Item, params: Mapping[str, Any]) -> str | None:
    """Why a test cannot run in its corner, if it cannot."""
    for name, (axis, other) in NOT_ON.items():
        marker = test.get_closest_marker(name)
        if marker is not None and params.get(axis) == other:
            (reason,) = marker.args
            return str(reason)
    return None


# -- the header ----------------------------------------------------------------------------------


def pytest_report_header(config: pytest.Config) -> list[str]:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return [
        f"aiomotorengine: {aiomotorengine.__version__} on {python}",
        f"matrix: {what_runs(config)}; {workers(config)}",
        f"codec: {', '.join(codecs(config))}; {native_state()}",
        f"storage: {storage.implementation}; {storage.reason}",
        f"driver: {', '.join(map(driver_state, driver_names(config)))}",
        f"server: {', '.join(map(server_state, server_choice(config)))}",
    ]


def what_runs(config: pytest.Config) -> str:
    if config.getoption("quick"):
        return "each function once, those that start programs left out (quick)"
    if config.getoption("corners") == "one":
        return "one corner of codec x driver x server for each test (--corners=all runs all)"
    return "each test in all corners of codec x driver x server"


def workers(config: pytest.Config) -> str:
    """How many processes run tests, where pytest-xdist is told to start some."""
    count = config.getoption("numprocesses", default=None)
    return f"{count} workers, each with servers of its own" if count else "one process"


def native_state() -> str:
    try:
        codec_api.load_native()
    except ImportError as error:
        return f"native not available: {error}"
    return "native available"


def driver_state(name: str) -> str:
    return f"{name} {version(name)}"


def server_state(name: str) -> str:
    reason = missing(name)
    return f"{name} not available: {reason}" if reason else f"{name} {kinds()[name].version()}"


# -- fixtures ------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def nothing_was_left_open() -> Iterator[None]:
    """Has the collector look once at all that ``nothing_is_left_open`` has put out of its sight."""
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Has what a module's tests have left open found there: the warning of it is an error of the
    test that runs when the collector comes by.

    What stays is put out of the collector's sight, or it would take longer with each module.
    """
    yield
    if request.path in request.config.stash[WITH_CLIENTS]:
        gc.collect()
        gc.freeze()


@pytest.fixture
def codec(request: pytest.FixtureRequest) -> Iterator[str]:
    """The codec in use: ``python``, and ``native`` where there is one."""
    with codec_api.use(request.param):
        yield request.param


@pytest.fixture
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The driver that ``connect`` uses: ``motor`` and ``pymongo`` in turn."""
    name: str = request.param
    monkeypatch.setattr(drivers, "default_driver", name)
    return name


@pytest.fixture(scope="session")
def running_servers() -> Iterator[dict[str, Server]]:
    """The servers started so far; the stack behind it stops them when the session ends."""
    with ExitStack() as stack:
        yield StartedOnDemand(stack)


class StartedOnDemand(dict[str, Server]):
    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self.stack = stack

    def __missing__(self, name: str) -> Server:
        server = self[name] = self.stack.enter_context(kinds()[name].start())
        return server


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, running_servers: dict[str, Server]) -> Server:
    """A server that answers: MongoDB and SecantusDB in turn, or the one of ``MONGODB_URI``."""
    return running_servers[request.param]


@pytest.fixture(scope="session")
def drop_database(running_servers: dict[str, Server]) -> Iterator[Callable[[Server, str], None]]:
    """Removes a database, over a connection that is made once for all tests, and after many all
    that a server has.
    """
    clients: dict[str, MongoClient[dict[str, Any]]] = {}
    dropped: Counter[str] = Counter()

    def drop(server: Server, name: str) -> None:
        if server.uri not in clients:
            clients[server.uri] = stack.enter_context(MongoClient(server.uri))
        clients[server.uri].drop_database(name)
        dropped[server.uri] += 1
        if dropped[server.uri] % TESTS_OF_A_SERVER == 0:
            server.renew()

    with ExitStack() as stack:
        yield drop


@dataclass(frozen=True)
class Mongo:
    """Where a test's documents are.

    Attributes:
        server: the server's name: ``mongod``, ``secantus`` or ``external``.
        uri: the server's address; ``host`` and ``port`` say the same, of its first member.
        replica_set: the name of its replica set, if it has one.
        driver: the driver's name.
        database: what ``connect`` returned for the alias ``default``.
    """

    server: str
    uri: str
    host: str
    port: int
    replica_set: str | None
    driver: str
    database: Database


@pytest.fixture
async def mongo(
    server: Server, driver: str, drop_database: Callable[[Server, str], None]
) -> AsyncIterator[Mongo]:
    """Connects the alias ``default`` to a database of the test's own, through each driver."""
    # A client that is told of changes, instead of asking, takes a third connection for that.
    options = {"host": server.uri, "serverMonitoringMode": "poll"}
    database = connect(f"test_{uuid4().hex}", **options)
    name = database.name
    yield Mongo(
        server.name, server.uri, server.host, server.port, server.replica_set, driver, database
    )
    cleanup()
    # PyMongo's client closes in a task, which would be cancelled with the loop before it is done.
    await asyncio.gather(*pymongo_async.closing, return_exceptions=True)
    drop_database(server, name)
