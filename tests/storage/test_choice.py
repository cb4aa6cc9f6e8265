"""Which storage documents have, and that both pass what is said of them here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aiomotorengine import codec, storage

ROOT = Path(__file__).parents[2]
VARIABLE = "AIOMOTORENGINE_STORAGE"
TOLD = "from aiomotorengine import storage; print(storage.implementation, storage.reason)"


def run(setting: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What another interpreter says under a setting, or without one."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if setting is not None:
        environment[VARIABLE] = setting
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_storage_in_use_and_its_reason_are_told() -> None:
    assert storage.implementation in ("native", "python")
    assert storage.reason


def test_python_storage_can_be_asked_for() -> None:
    told = run("python", "-c", TOLD)
    assert told.stdout.split()[0] == "python", told.stderr
    assert f"{VARIABLE}=python" in told.stdout


def test_native_storage_can_be_asked_for() -> None:
    told = run("native", "-c", TOLD)
    if "native" in codec.available():
        assert told.stdout.split()[0] == "native", told.stderr
        assert f"{VARIABLE}=native" in told.stdout
    else:
        assert "ImportError" in told.stderr


def test_without_a_setting_it_is_as_with_auto() -> None:
    without, auto = run(None, "-c", TOLD), run("auto", "-c", TOLD)
    assert without.stdout.split()[0] == auto.stdout.split()[0]


def test_another_setting_is_refused_with_those_there_are() -> None:
    told = run("rust", "-c", TOLD)
    assert f"{VARIABLE} must be auto, native or python, not 'rust'" in told.stderr


@pytest.mark.parametrize("chosen", ["python", "native"])
def test_a_storage_passes_the_tests_of_storage(chosen: str) -> None:
    if chosen == "native" and chosen not in codec.available():
        pytest.skip("there is no native storage")
    if chosen == storage.implementation:
        pytest.skip("they run in this process")
    told = run(chosen, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--quick", "tests/storage")
    assert told.returncode == 0, told.stdout + told.stderr
