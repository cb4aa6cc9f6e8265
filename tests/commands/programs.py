"""The program as users start it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.examples.test_demo import environment

SECONDS = 60


class Told(NamedTuple):
    """What came of a run: the code that it ended with, and what it printed."""

    code: int
    out: str
    err: str


@contextmanager
def started(directory: Path, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """The program while it runs; what it prints is for whoever reads it."""
    with subprocess.Popen(
        [sys.executable, "-m", "aiomotorengine", *arguments],
        cwd=directory,
        env=environment(directory, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def run(directory: Path, *arguments: str, **variables: str) -> Told:
    """Start ``python -m aiomotorengine`` in a directory, which has modules with models."""
    ran = subprocess.run(
        [sys.executable, "-m", "aiomotorengine", *arguments],
        cwd=directory,
        env=environment(directory, **variables),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return Told(ran.returncode, ran.stdout, ran.stderr)
