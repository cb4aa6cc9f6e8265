"""Runs a server for as long as its parent lives: ``python guard.py DIRECTORY COMMAND...``.

The parent holds the other end of standard input. When that closes, because the parent is done or
because it died in whatever way, the server is stopped and its directory removed. A server that
ends by itself shows the end of its log on standard output, and the guard ends as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

LOG = "server.log"
LINES_SHOWN = 30
SECONDS_TO_STOP = 5


def main(directory: Path, command: list[str]) -> int:
    try:
        with (directory / LOG).open("wb") as log:
            server = subprocess.Popen(
                command, cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            return watch(server, directory / LOG)
        finally:
            stop(server)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def watch(server: subprocess.Popen[bytes], log: Path) -> int:
    is_done = threading.Event()

    def wait_for_parent() -> None:
        os.read(sys.stdin.fileno(), 1)  # which ends when the other end is closed
        is_done.set()

    threading.Thread(target=wait_for_parent, daemon=True).start()
    while server.poll() is None:
        if is_done.wait(0.1):
            return 0
    lines = log.read_text(errors="replace").splitlines()
    print(*lines[-LINES_SHOWN:], sep="\n")
    return 1


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
