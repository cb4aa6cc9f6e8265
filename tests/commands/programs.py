"""The program as users start it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.examples.test_demo import environment
from tests.forking import Told, ran


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
    """What ``python -m aiomotorengine`` does in a directory, which has modules with models."""
    return ran(
        "aiomotorengine",
        *arguments,
        directory=directory,
        environment=environment(directory, **variables),
    )
