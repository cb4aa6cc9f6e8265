"""The demo runs from beginning to end, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pymongo import MongoClient

import aiomotorengine
from tests.servers import NotAvailableError, Server, mongod_program

ROOT = Path(__file__).parents[2]
LIMIT = "596"
"""As many earthquakes as there are, so that the answers about them are those of the whole."""
SECONDS = 120
"""More than a run takes on a busy machine; one that hangs is stopped then."""


def environment(directory: Path, **more: str) -> dict[str, str]:
    """This process's environment, with the library that is tested and a place for files, and
    without a MongoDB of the machine's.
    """
    kept = {name: value for name, value in os.environ.items() if name != "MONGODB_URI"}
    path = [part for part in os.get_exec_path() if not Path(part, "mongod").exists()]
    return {
        **kept,
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(Path(aiomotorengine.__file__).parents[1]),
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "80",
        "TMPDIR": str(directory),
        **more,
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "examples.demo", *arguments]


def run_demo(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def assert_tells_all(ran: subprocess.CompletedProcess[str]) -> None:
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    for answer in (
        "596/596",
        "What was inserted (insert_stream)",
        "Earthquake     596        596          0         0         1",
        "A second country PH is refused.",
        "7.1   2024-07-11 02:13        640   106 km WSW of Sangay     Philippines",
        "United States",
        "Airports within 200 km of the magnitude 7.1, Philippines",
        "What followed within 300 km of the magnitude 7.1, Philippines",
        "107         4.9   2024-07-19 06:19   31 km W of Gadung",
        "How long it took",
        "geo: the nearest first",
        "Made, validated, encoded and sent: 1,",
    ):
        assert answer in ran.stdout


def test_demo_on_a_server_that_is_there(server: Server, driver: str, tmp_path: Path) -> None:
    env = environment(tmp_path, MONGODB_URI=server.uri)
    ran = run_demo("--driver", driver, "--limit", LIMIT, env=env)
    assert_tells_all(ran)
    assert f"driver           {driver} " in ran.stdout
    with MongoClient[dict[str, object]](server.uri) as client:
        assert "aiomotorengine_demo" not in client.list_database_names()


def test_demo_with_a_server_of_its_own(tmp_path: Path) -> None:
    ran = run_demo("--limit", LIMIT, env=environment(tmp_path))
    assert_tells_all(ran)
    assert "SecantusDB" in ran.stdout
    assert "The server took" in ran.stdout
    assert_nothing_is_left(tmp_path)


def test_demo_with_a_mongod_that_is_installed(tmp_path: Path) -> None:
    try:
        mongod = mongod_program()
    except NotAvailableError as error:
        pytest.skip(str(error))
    files = tmp_path / "files"
    files.mkdir()
    env = environment(files)
    path = os.pathsep.join([str(mongod.parent), env["PATH"]])
    ran = run_demo("--limit", LIMIT, env=env | {"PATH": path})
    assert_tells_all(ran)
    assert "MongoDB" in ran.stdout
    assert "The server took" in ran.stdout
    assert_nothing_is_left(files)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_that_is_interrupted_stops_its_server(number: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        command(),
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        # Whoever started pytest may have had it ignore Ctrl-C, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            assert process.stdout is not None
            assert any(line.startswith("insert countries") for line in process.stdout)
            assert processes_in(tmp_path) != []
            process.send_signal(number)
            process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert process.returncode == 128 + number
    assert_nothing_is_left(tmp_path)


def test_demo_without_a_server_says_why(tmp_path: Path) -> None:
    ran = run_demo(env=environment(tmp_path, MONGODB_URI="mongodb://nowhere/?nothing"))
    assert ran.returncode == 1
    assert ran.stderr.startswith("The demo has no server: ")


def assert_nothing_is_left(directory: Path) -> None:
    assert processes_in(directory) == []
    assert list(directory.iterdir()) == []


def processes_in(directory: Path) -> list[str]:
    """The command lines that name the directory, as the server's does."""
    running = subprocess.run(
        ["ps", "-A", "-ww", "-o", "args"], capture_output=True, encoding="utf-8", check=True
    )
    return [line for line in running.stdout.splitlines() if str(directory) in line]
