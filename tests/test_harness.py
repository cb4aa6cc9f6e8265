"""Which tests run: each in one corner of the matrix, in all of them, or each function once."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from aiomotorengine import codec, drivers
from tests.forking import ran
from tests.harness import missing
from tests.servers import kinds

ROOT = Path(__file__).parents[1]

SOURCE = """
import pytest

@pytest.mark.parametrize("number", range(99))
def test_each(codec, driver, server, number): ...

@pytest.mark.mongod_only("it has no such thing")
@pytest.mark.parametrize("number", range(9))
def test_mongod(server, number): ...

@pytest.mark.motor_only("it has no such thing")
@pytest.mark.parametrize("number", range(9))
def test_motor(driver, number): ...

@pytest.mark.forged
@pytest.mark.parametrize("number", range(9))
def test_forged(driver, server, number): ...

@pytest.fixture(params=range(3))
def third(request): ...

def test_fixture(codec, driver, server, third): ...

@pytest.mark.one_seed_of(3)
@pytest.mark.parametrize("seed", range(9))
def test_random(seed): ...
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "test_these.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The tests that run if nothing else is asked for."""
    path = tmp_path_factory.mktemp("chosen") / "test_these.py"
    path.write_text(SOURCE)
    return collected(path)


def output_of(module: Path, *options: str) -> str:
    plugins = ["-p", "tests.harness", "-p", "no:cacheprovider"]
    ours = ["-c", "pyproject.toml", *plugins, "-q"]
    told = ran("pytest", *ours, *options, str(module), directory=ROOT, environment=os.environ)
    return told.out + told.err


def collected(module: Path, *options: str) -> list[str]:
    """The tests that would run, as ``test_each[native-motor-mongod-5]``."""
    lines = output_of(module, "--collect-only", *options).splitlines()
    return [line.partition("::")[2] for line in lines if "::" in line]


def count_of(tests: list[str]) -> Counter[str]:
    return Counter(test.partition("[")[0] for test in tests)


def corners_of(tests: list[str]) -> set[str]:
    return {test.rpartition("-")[0] for test in tests if test.startswith("test_each")}


def servers() -> int:
    return sum(missing(name) is None for name in kinds())


def corners() -> int:
    """How many there are on this machine."""
    return len(codec.available()) * len(drivers.DRIVERS) * servers()


def test_each_test_has_one_corner_and_a_run_meets_all(module: Path, chosen: list[str]) -> None:
    once = {"test_each": 99, "test_mongod": 9, "test_motor": 9, "test_forged": 9, "test_random": 3}
    once["test_fixture"] = 3
    assert count_of(chosen) == once
    assert len(corners_of(chosen)) == corners()
    assert chosen == collected(module)


def test_a_test_for_mongod_gets_no_corner_of_another_server(chosen: list[str]) -> None:
    if missing("mongod") or "mongod" not in kinds():
        pytest.skip("there is no mongod")
    assert [test for test in chosen if test.startswith("test_mongod[secantus")] == []


def test_a_test_for_motor_gets_no_corner_of_another_driver(chosen: list[str]) -> None:
    assert [test for test in chosen if test.startswith("test_motor[pymongo")] == []


def test_all_corners(module: Path) -> None:
    tests = collected(module, "--corners=all")
    count = {"test_each": 99 * corners(), "test_mongod": 9 * servers()}
    count |= {name: 9 * len(drivers.DRIVERS) for name in ("test_motor", "test_forged")}
    count |= {"test_random": 9, "test_fixture": 3 * corners()}
    assert count_of(tests) == count


def test_a_narrowed_matrix(module: Path) -> None:
    [corner] = corners_of(collected(module, "--codec=python", "--driver=motor", *one_server()))
    assert corner.startswith("test_each[python-motor-")


def one_server() -> list[str]:
    return [f"--server={next(name for name in kinds() if missing(name) is None)}"]


def test_each_function_once(module: Path) -> None:
    assert set(count_of(collected(module, "--quick")).values()) == {1}
    module.write_text(f"import subprocess\n{SOURCE}")
    assert collected(module, "--quick") == []


@pytest.mark.parametrize("value", ["object()", "ObjectId()"])
def test_names_that_change_are_refused(module: Path, value: str) -> None:
    module.write_text(
        "import pytest\n"
        "from bson import ObjectId\n"
        f"@pytest.mark.parametrize('value', [{value}], ids=repr)\n"
        "def test_value(value): ...\n"
    )
    assert "this is another name in each process: " in output_of(module)


LEAVING = """
import asyncio, socket

async def leave(address):
    left = [await asyncio.open_connection(*address)]
    left.append(left)  # so that only the collector finds it

def test_leaving(driver):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asyncio.run(leave(listening.getsockname()))
"""


def test_what_is_left_open_is_an_error_of_the_module_that_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "test_first.py").write_text(LEAVING)
    (tmp_path / "test_second.py").write_text("def test_other(): ...")
    told = output_of(tmp_path, "--driver=pymongo", "-rE")
    assert "2 passed, 1 error" in told
    assert "test_first.py::test_leaving[pymongo] - " in told
    assert "unclosed transport" in told


KEEPING = """
import sys

class Kept: ...

def test_keeping(driver):
    sys.kept = Kept()
    sys.kept.itself = sys.kept  # so that only the collector finds it
    sys.kept.file = open(__file__)
"""


def test_what_is_let_go_of_by_a_later_module_is_found_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "test_first.py").write_text(KEEPING)
    (tmp_path / "test_second.py").write_text("import sys\ndef test_other(): del sys.kept")
    told = output_of(tmp_path, "--driver=pymongo", "-rE")
    assert "2 passed, 1 error" in told
    assert "test_second.py::test_other - " in told
    assert "unclosed file" in told
