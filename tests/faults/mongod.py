"""A mongod of one's own, to be killed, frozen, restarted and told to fail."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.faults.laboratory import APPLICATION
from tests.servers import Server, initiate, mongod_command, process, wait_for_primary

__all__ = ["Mongod", "fail_point", "mongod"]


class Mongod:
    """A replica set of one, whose data outlive it.

    Parameters:
        directory: where its data are.

    Attributes:
        server: where it is found.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pid_file = directory / "mongod.pid"
        port = process.free_port()
        self.server = Server(
            "mongod", f"mongodb://127.0.0.1:{port}/", "127.0.0.1", port, replica_set="rs0"
        )
        self._guard: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        return int(self._pid_file.read_text())

    def start(self) -> None:
        """Start it on its data, and return when it answers."""
        self._guard = process.start_guard(self._command, self.server.port)
        process.wait_until_it_answers(self._guard, self.server.port)

    def _command(self, _: Path, port: int) -> list[str]:
        return [*mongod_command(self._directory, port), "--pidfilepath", str(self._pid_file)]

    def stop(self) -> None:
        """Stop it, or clear away what is left of it."""
        if self._guard is not None:
            process.end(self._guard)
            self._guard = None

    def kill(self) -> None:
        """End it without a warning, if it runs."""
        if self._guard is not None:
            with suppress(OSError):  # it has ended already, or never got so far
                os.kill(self.pid, signal.SIGKILL)
            self.stop()

    def restart(self) -> None:
        """Start it again after it was killed, and return when it takes writes."""
        self.start()
        wait_for_primary(self.server.port)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It does nothing, and its connections stay open."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)


@contextmanager
def mongod() -> Iterator[Mongod]:
    """A running mongod; its data are removed at the end."""
    data = process.place_for_data()
    with tempfile.TemporaryDirectory(prefix="aiomotorengine-mongod-", dir=data) as directory:
        own = Mongod(Path(directory))
        try:
            own.start()
            initiate(own.server.port)
            yield own
        finally:
            own.stop()


@contextmanager
def fail_point(
    client: MongoClient[dict[str, Any]], *, times: int | None = None, skip: int = 0, **data: Any
) -> Iterator[None]:
    """Commands of the laboratory's client fail.

    Parameters:
        client: where to turn it on.
        times: how often; without it, always.
        skip: after how many; only without ``times``.
        data: what fails, and how: ``failCommands``, ``errorCode``, ``closeConnection``, ...
    """
    mode: Any = {"times": times} if times is not None else {"skip": skip} if skip else "alwaysOn"
    data = {"appName": APPLICATION, **data}
    client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
    try:
        yield
    finally:
        client.admin.command("configureFailPoint", "failCommand", mode="off")
