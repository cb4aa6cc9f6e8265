"""Programs of their own, for what may end a process or changes all of it."""

from __future__ import annotations

import os
import subprocess
import sys

from aiomotorengine import codec

__all__ = ["ran"]


def ran(side: str, program: str, *arguments: str, **environment: str) -> str:
    """What a program prints with this codec; it has to end well, and to say nothing else."""
    process = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, codec.VARIABLE: side, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.stderr, process.returncode) == ("", 0), process.stderr
    return process.stdout
