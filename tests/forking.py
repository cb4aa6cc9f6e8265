"""Programs as forks of one process that has the library already, since to import it takes longest.

A program finds what it finds where it is started: arguments, directory, environment. But what is
decided as the library is imported (``AIOMOTORENGINE_CODEC`` and its like) stays as it is in this
process, and nothing is done after a program's last line. Where that matters, programs are started
as processes of their own.
"""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

__all__ = ["Told", "ran"]

PRELOADED = [
    __name__,
    *(f"aiomotorengine.commands.{name}" for name in ("bench", "check", "indexes", "migrate")),
    "motor.motor_asyncio",
    "pytest",
]

forks = get_context("forkserver")
forks.set_forkserver_preload(PRELOADED)


class Told(NamedTuple):
    """What came of a run: the code that it ended with, and what it printed."""

    code: int
    out: str
    err: str


def ran(
    module: str,
    *arguments: str,
    directory: Path,
    environment: Mapping[str, str],
    seconds: float = 60,
) -> Told:
    """What came of ``python -m module arguments`` in a directory.

    Raises:
        TimeoutError: it took longer than so many seconds.
    """
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        given = module, list(arguments), str(directory), dict(environment), str(out), str(err)
        program = forks.Process(target=run, args=given)
        program.start()
        program.join(seconds)
        if program.exitcode is None:
            program.kill()
            program.join()
            raise TimeoutError(f"{module} {arguments}: {out.read_text()}")
        return Told(program.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def run(
    module: str,
    arguments: list[str],
    directory: str,
    environment: dict[str, str],
    out: str,
    err: str,
) -> None:
    """Be that program, in a process that was forked for it."""
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    sys.path.insert(0, directory)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
