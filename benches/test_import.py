"""How long a program waits for its imports, in multiples of importing Motor alone."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable


def importing(module: str) -> Callable[[], None]:
    """Start a Python that imports a module and ends."""
    # An installed package has its bytecode; the checkout gets it in the first round.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run() -> None:
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=environment)

    return run


def children_time() -> float:
    """The processor time of all child processes that have ended, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_import(compare: Callable[..., None]) -> None:
    compare(
        importing("aiomotorengine"),
        importing("motor.motor_asyncio"),
        table="start of a program, in multiples of one that imports Motor",
        row="import aiomotorengine",
        target=1.3,
        rounds=8,
        clock=children_time,
    )
