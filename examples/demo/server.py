"""A server of the demo's own: a process beside it, in a directory that goes when it does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pymongo import MongoClient
from pymongo.errors import PyMongoError

__all__ = ["ServerError", "server_uri"]

COMMAND = "secantusd-py"
START_SECONDS = 60
STOP_SECONDS = 5


class ServerError(Exception):
    """The embedded server is not installed, or did not start."""


@contextmanager
def server_uri() -> Iterator[str]:
    """The URI of a server: the one that ``MONGODB_URI`` names, or else one that is started here.

    Raises:
        ServerError: it cannot be started.
    """
    given = os.environ.get("MONGODB_URI")
    if given:
        yield given
    else:
        with embedded_server() as uri:
            yield uri


@contextmanager
def embedded_server() -> Iterator[str]:
    """Start SecantusDB on a free local port; stop it and remove its files at the end.

    Raises:
        ServerError: it is not installed, or did not start.
    """
    with TemporaryDirectory(prefix="aiomotorengine-demo-") as name:
        directory = Path(name)
        port = free_port()
        uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        process = start(directory, port)
        try:
            wait_until_it_answers(process, uri, directory / "log")
            yield uri
        finally:
            stop(process)


def start(directory: Path, port: int) -> subprocess.Popen[bytes]:
    # An empty configuration, so that no file of the user's has a say.
    config = directory / "secantusd.toml"
    config.touch()
    with (directory / "log").open("wb") as log:
        # A session of its own: Ctrl-C is for the demo, which then stops the server in good order.
        return subprocess.Popen(
            [
                *(command(), "--config", str(config)),
                *("--storage-path", str(directory / "data"), "--cache-size", "256M"),
                *("--host", "127.0.0.1", "--port", str(port), "--log-level", "WARNING"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def command() -> str:
    # The environment's own first: it need not be on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which(COMMAND, path=path)
    if found is None:
        raise ServerError(
            f"The command {COMMAND} is not there. Install the extra 'quickstart', run 'make demo', "
            "or name a server of yours in MONGODB_URI."
        )
    return found


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
