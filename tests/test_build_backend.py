"""What is built where: with Rust, without it, with one that is too old, or that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
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


# -- a native build that fails -------------------------------------------------------------------

WAY_OUT = (
    "The native codec could not be built, for the reason above. "
    "To install the library without it, set AIOMOTORENGINE_BUILD=pure."
)
HOOKS = ["build_wheel", "build_editable"]


def output_of(hook: str, programs: Path, **environment: str) -> str:
    """What an installer shows of a build that has to fail."""
    code = f"import native_or_pure; native_or_pure.{hook}({str(programs)!r})"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BACKEND.parents[1],
        env={"PATH": str(programs), "PYTHONPATH": str(BACKEND.parent), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout
    return ran.stdout


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("failure", ["raise SystemExit(1)", "raise OSError('no compiler')"])
def test_a_native_build_that_fails_ends_with_the_way_out(
    rust: Path, hook: str, failure: str
) -> None:
    code = f"def {hook}(*arguments):\n    print('error[E0425]: no such function')\n    {failure}\n"
    (rust / "maturin.py").write_text(code)
    told = output_of(hook, rust, PYTHONPATH=f"{BACKEND.parent}{os.pathsep}{rust}")
    first, *others, last = told.splitlines()
    assert (first, last) == ("error[E0425]: no such function", WAY_OUT)
    assert ("OSError: no compiler" in others) == ("no compiler" in failure)


def test_a_pure_build_that_fails_says_nothing_of_native_ones(rust: Path) -> None:
    (rust / "hatchling").mkdir()
    (rust / "hatchling" / "__init__.py").touch()
    code = "def build_wheel(*arguments):\n    raise OSError('the disk is full')\n"
    (rust / "hatchling" / "build.py").write_text(code)
    path = f"{rust}{os.pathsep}{BACKEND.parent}"
    told = output_of("build_wheel", rust, PYTHONPATH=path, AIOMOTORENGINE_BUILD="pure")
    assert told.splitlines()[-1] == "OSError: the disk is full"


@pytest.mark.skipif(find_spec("maturin") is None, reason="maturin is installed where Rust is")
def test_cargo_is_held_to_the_crates_of_the_lock_file(rust: Path) -> None:
    asked = rust / "asked"
    install(rust, "cargo", f"""echo "$@" >> {asked}; [ "$1" = --version ] && echo cargo 1.95.0""")
    told = output_of("build_wheel", rust, PATH=f"{rust}{os.pathsep}{Path(sys.executable).parent}")
    assert told.splitlines()[-1] == WAY_OUT
    [metadata] = [line for line in asked.read_text().splitlines() if line.startswith("metadata")]
    assert "--locked" in metadata.split()
