"""Starting a server of our own, and waiting until it answers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

GUARD = Path(__file__).with_name("guard.py")
ATTEMPTS = 3
SECONDS_TO_START = 60
IN_MEMORY = Path("/dev/shm")
BYTES_IN_MEMORY = 8 << 30
SECONDS_TO_STOP = 20


class ServerError(Exception):
    """A server that does not start; the text ends with the last lines of its log."""


@contextmanager
def running(command: Callable[[Path, int], list[str]]) -> Iterator[int]:
    """A server on a free port of this machine, in a directory of its own.

    Parameters:
        command: given the directory and the port, the command line.
    """
    guard, port = started(command)
    try:
        yield port
    finally:
        end(guard)


def started(command: Callable[[Path, int], list[str]]) -> tuple[subprocess.Popen[str], int]:
    for attempt in range(1, ATTEMPTS + 1):
        port = free_port()
        guard = start_guard(command, port)
        try:
            wait_until_it_answers(guard, port)
        except ServerError:
            end(guard)
            if attempt == ATTEMPTS:  # until then: perhaps somebody else took the port
                raise
        except BaseException:
            end(guard)
            raise
        else:
            return guard, port
    raise AssertionError("unreachable")


def start_guard(command: Callable[[Path, int], list[str]], port: int) -> subprocess.Popen[str]:
    """Start a server, and what stops it together with this process."""
    directory = Path(tempfile.mkdtemp(prefix="aiomotorengine-server-", dir=place_for_data()))
    return subprocess.Popen(
        [sys.executable, str(GUARD), str(directory), *command(directory, port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for pytest, which then stops the server in order
    )


def place_for_data() -> str:
    """The folder in which servers keep their data.

    It is in memory where there is plenty, because a server waits for the disk with every write, and
    nobody needs these data after the test. ``TMPDIR`` names another.
    """
    if "TMPDIR" in os.environ or not os.access(IN_MEMORY, os.W_OK):
        return tempfile.gettempdir()
    plenty = shutil.disk_usage(IN_MEMORY).free >= BYTES_IN_MEMORY
    return str(IN_MEMORY) if plenty else tempfile.gettempdir()


def wait_until_it_answers(guard: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    with client(port, serverSelectionTimeoutMS=500) as ours:
        while True:
            if guard.poll() is not None:
                assert guard.stdout is not None
                raise ServerError(f"the server ended: {guard.args!r}\n{guard.stdout.read()}")
            try:
                ours.admin.command("ping")
            except PyMongoError as error:
                if time.monotonic() > deadline:
                    raise ServerError(f"the server does not answer: {guard.args!r}") from error
            else:
                return


def end(guard: subprocess.Popen[str]) -> None:
    """Stop a server: the guard does it when its standard input closes."""
    assert guard.stdin is not None
    assert guard.stdout is not None
    guard.stdin.close()
    guard.wait(SECONDS_TO_STOP)
    guard.stdout.close()


def client(port: int, **options: Any) -> MongoClient[dict[str, Any]]:
    """A client that talks to this one server, whatever it is a member of."""
    return MongoClient(
        "127.0.0.1",
        port,
        directConnection=True,
        connect=False,
        **options,
    )


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
