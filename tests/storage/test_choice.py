"""Which storage documents have, and that both pass what is said of them here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aiomotorengine import codec, storage
from tests.servers import Server

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


@pytest.mark.parametrize("setting", [None, "auto"])
def test_without_being_asked_it_is_the_best_that_can_be_had(setting: str | None) -> None:
    told = run(setting, "-c", TOLD)
    assert told.stdout.split()[0] == codec.available()[-1], told.stderr
    assert told.stderr == ""


UNAVAILABLE = {
    "missing": (
        "import sys; sys.modules['aiomotorengine._son_codec'] = None\n",
        "install a wheel for this Python",
    ),
    "of another version": (
        "import sys, types\n"
        "extension = types.ModuleType('aiomotorengine._son_codec')\n"
        "extension.CONTRACT = 0\n"
        "sys.modules['aiomotorengine._son_codec'] = extension\n",
        "speaks contract 0",
    ),
}


@pytest.mark.parametrize(("before", "reason"), UNAVAILABLE.values(), ids=UNAVAILABLE)
def test_where_the_extension_cannot_be_had_the_reason_says_why(before: str, reason: str) -> None:
    told = run(None, "-c", before + TOLD)
    assert told.stderr == ""
    assert told.stdout.split()[0] == "python"
    assert reason in told.stdout
    refused = run("native", "-c", before + TOLD)
    assert "ImportError" in refused.stderr
    assert reason in refused.stderr


def test_a_program_tells_it_with_the_rest() -> None:
    told = run(None, "-m", "aiomotorengine")
    [line] = [line for line in told.stdout.splitlines() if line.startswith("storage")]
    assert line.split()[1] == f"{codec.available()[-1]}:"


def test_another_setting_is_refused_with_those_there_are() -> None:
    told = run("rust", "-c", TOLD)
    assert f"{VARIABLE} must be auto, native or python, not 'rust'" in told.stderr


@pytest.mark.parametrize("chosen", ["python", "native"])
def test_a_storage_passes_the_tests_of_storage(
    chosen: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    if chosen == "native" and chosen not in codec.available():
        pytest.skip("there is no native storage")
    if chosen == storage.implementation:
        pytest.skip("they run in this process")
    monkeypatch.setenv("MONGODB_URI", server.uri)  # or it would start servers of its own
    told = run(chosen, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--quick", "tests/storage")
    assert told.returncode == 0, told.stdout + told.stderr
