"""``rust/memory_checks.py`` ends with an error, and prints it, whatever found it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from aiomotorengine.storage.choice import VARIABLE

ROOT = Path(__file__).parent.parent

WATCHED = f"""
import os, sys
ran = " ".join(sys.argv[1:3])
found = ran == os.environ.get("FOUND_IN") and os.environ["{VARIABLE}"] == os.environ["FOUND_WITH"]
if found or sys.argv[1] == "-c":
    sys.exit("the detector's report")
print(ran)
"""
"""A Python under a detector that reports what is planted, and what it is told to."""


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.syspath_prepend(ROOT / "rust")
    checks = importlib.import_module("memory_checks")
    program = tmp_path / "watched.py"
    program.write_text(WATCHED)
    command = sys.executable, str(program)
    watched = checks.Detector(command, "the detector's report", tests=(), fuzzing=())
    asleep = checks.Detector(command, "another report", tests=(), fuzzing=())
    detectors = {"watched": lambda: watched, "asleep": lambda: asleep}
    monkeypatch.setattr(checks, "DETECTORS", detectors)
    return checks.main


def test_the_tests_and_the_fuzzer_run_with_each_storage(main: Any, capfd: Any) -> None:
    assert main(["watched"]) == 0
    lines = capfd.readouterr().out.splitlines()
    for storage in "python", "native":
        mine = [line for line in lines if line.startswith(f"{storage}: ")]
        assert mine == [f"{storage}: -m pytest", f"{storage}: -m tests.fuzz"]


@pytest.mark.parametrize("storage", ["python", "native"])
@pytest.mark.parametrize("program", ["-m pytest", "-m tests.fuzz"])
def test_what_is_found_in_either_is_printed_and_an_error(
    program: str, storage: str, main: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setenv("FOUND_IN", program)
    monkeypatch.setenv("FOUND_WITH", storage)
    assert main(["watched"]) == 1
    assert f"{storage}: the detector's report\n" in capfd.readouterr().out


def test_a_detector_that_does_not_see_what_is_planted_is_an_error(main: Any, capfd: Any) -> None:
    assert main(["asleep"]) == 1
    assert "did not report the error that was made on purpose" in capfd.readouterr().err
