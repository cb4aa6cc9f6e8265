"""What is built where: with Rust, without it, and with one that is too old."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).parents[1] / "build_backend" / "native_or_pure.py"


def built(programs: Path, setting: str | None = None) -> subprocess.CompletedProcess[str]:
    """What the backend decides where ``PATH`` holds these programs alone."""
    environment = {"PATH": str(programs)}
    if setting is not None:
        environment["AIOMOTORENGINE_BUILD"] = setting
    command = [sys.executable, str(BACKEND)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def install(programs: Path, name: str, answer: str) -> None:
    program = programs / name
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)


@pytest.fixture
def rust(tmp_path: Path) -> Path:
    """A directory with a Rust toolchain that is recent enough."""
    install(tmp_path, "cargo", "echo cargo 1.95.0")
    install(tmp_path, "rustc", "echo 'rustc 1.95.0-nightly (59807616e 2026-04-14)'")
    return tmp_path


def test_with_rust_the_native_codec_is_built(rust: Path) -> None:
    assert built(rust).stdout == "native\n"


@pytest.mark.parametrize("missing", ["cargo", "rustc"])
def test_without_rust_the_library_is_pure(rust: Path, missing: str) -> None:
    (rust / missing).unlink()
    assert built(rust).stdout == "pure\n"


def test_rust_that_is_too_old_counts_as_none(rust: Path) -> None:
    install(rust, "rustc", "echo 'rustc 1.63.0'")
    assert built(rust).stdout == "pure\n"


def test_rust_that_is_there_in_name_only_counts_as_none(rust: Path) -> None:
    install(rust, "cargo", "echo 'error: no default toolchain is configured' >&2; exit 1")
    assert built(rust).stdout == "pure\n"


def test_pure_can_be_asked_for(rust: Path) -> None:
    assert built(rust, "pure").stdout == "pure\n"


def test_native_that_is_asked_for_and_cannot_be_built_is_an_error(rust: Path) -> None:
    assert built(rust, "native").stdout == "native\n"
    install(rust, "rustc", "echo 'rustc 1.63.0'")
    refused = built(rust, "native")
    assert refused.returncode == 1
    assert "AIOMOTORENGINE_BUILD=native, but rustc is 1.63.0" in refused.stderr


def test_another_setting_is_an_error(rust: Path) -> None:
    refused = built(rust, "fast")
    assert refused.returncode == 1
    assert refused.stderr == "AIOMOTORENGINE_BUILD must be auto, native or pure, not 'fast'.\n"
