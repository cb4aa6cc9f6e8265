"""How long a program waits for its imports, in multiples of importing Motor alone."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable

import pytest


def running(program: str) -> Callable[[], None]:
    """Start a Python that runs a program and ends."""
    # An installed package has its bytecode; the checkout gets it in the first round.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run() -> None:
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)

    return run


def children_time() -> float:
    """The processor time of all child processes that have ended, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


CONNECTED = """
from aiomotorengine import Document, IntField, StringField, connect

class User(Document):
    name = StringField()
    age = IntField()

connect("shop")
"""

CLIENT = """
from motor.motor_asyncio import AsyncIOMotorClient

AsyncIOMotorClient()["shop"]
"""

IMPORT_MOTOR = "import motor.motor_asyncio"

PROGRAMS: list[tuple[str, str, str, float | None]] = [
    ("import aiomotorengine", "import aiomotorengine", IMPORT_MOTOR, 1.3),
    ("all of its names, import *", "from aiomotorengine import *", IMPORT_MOTOR, None),
    ("a class, and connect(), to Motor with a client", CONNECTED, CLIENT, None),
]


@pytest.mark.parametrize(("row", "program", "yardstick", "target"), PROGRAMS)
def test_import(
    compare: Callable[..., None], row: str, program: str, yardstick: str, target: float | None
) -> None:
    compare(
        running(program),
        running(yardstick),
        table="start of a program, in multiples of one that imports Motor",
        row=row,
        target=target,
        rounds=8,
        clock=children_time,
    )
