"""This library beside other object-document mappers, in multiples of the driver's own dicts.

The work is the same for all: rows become validated documents of the library and are inserted, and
what is stored becomes documents again. Compared is the client's CPU time; the server is a process
of its own. Without the other libraries installed their rows are left out.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from aiomotorengine import codec
from benches import odms
from benches.odms import Odm
from benches.odms.driver import Driver
from tests.servers import Server

ODMS = {
    "aiomotorengine": ("aiomotorengine", "aiomotorengine_odm", "AiomotorengineOdm"),
    "Beanie": ("beanie", "beanie_odm", "BeanieOdm"),
    "mongoengine (not async)": ("mongoengine", "mongoengine_odm", "MongoengineOdm"),
}
TABLE = "client CPU, in multiples of PyMongo's async client with dicts"
MANY = 5_000
FEW = 200
ROUNDS = 7


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "odm_name" in metafunc.fixturenames:
        names = list(ODMS)
        names[:1] = [f"aiomotorengine, {name}" for name in codec.available()]
        metafunc.parametrize("odm_name", names)


@pytest.fixture(scope="module")
def mongod(running_servers: dict[str, Server]) -> Server:
    return running_servers["mongod"]


@pytest.fixture
def driver_alone(mongod: Server) -> Iterator[Odm]:
    with closing(Driver(mongod.uri)) as yardstick:
        yield yardstick


@pytest.fixture
def odm(odm_name: str, mongod: Server, driver_alone: Odm) -> Iterator[Odm]:
    name, _, implementation = odm_name.partition(", ")
    package, module, class_name = ODMS[name]
    pytest.importorskip(package)
    made: Any = getattr(importlib.import_module(f"benches.odms.{module}"), class_name)
    with codec.use(implementation or codec.implementation), closing(made(mongod.uri)) as library:
        yield library


def test_insert_many(
    odm: Odm, odm_name: str, driver_alone: Odm, compare: Callable[..., None]
) -> None:
    rows = odms.rows(MANY)

    def emptied(library: Odm) -> Callable[[], tuple[()]]:
        def prepare() -> tuple[()]:
            library.empty()
            return ()

        return prepare

    compare(
        lambda: odm.insert(rows),
        lambda: driver_alone.insert(rows),
        table=TABLE,
        row=odm_name,
        column="insert many",
        rounds=ROUNDS,
        before_work=emptied(odm),
        before_yardstick=emptied(driver_alone),
    )


def test_read_many(
    odm: Odm, odm_name: str, driver_alone: Odm, compare: Callable[..., None]
) -> None:
    rows = odms.rows(MANY)
    for library in (odm, driver_alone):
        library.empty()
        library.insert(rows)
    assert len(odm.find()) == len(driver_alone.find()) == MANY
    compare(
        odm.find,
        driver_alone.find,
        table=TABLE,
        row=odm_name,
        column="read many",
        rounds=ROUNDS,
    )


def test_insert_one_by_one(
    odm: Odm, odm_name: str, driver_alone: Odm, compare: Callable[..., None]
) -> None:
    rows = odms.rows(FEW)
    compare(
        lambda: [odm.insert_one(row) for row in rows],
        lambda: [driver_alone.insert_one(row) for row in rows],
        table=TABLE,
        row=odm_name,
        column="insert one",
        rounds=ROUNDS,
    )
