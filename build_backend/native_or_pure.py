"""The build backend (PEP 517, PEP 660): maturin where Rust is, hatchling where it is not.

Both read the same ``[project]`` table. What maturin makes holds the native codec; what hatchling
makes is the same library without it, which runs everywhere. The source distribution is the same
either way, so hatchling makes it.

``AIOMOTORENGINE_BUILD`` chooses: ``auto`` (the default), ``native`` (fail if Rust is missing) or
``pure``. Run as a program, this file prints ``native`` or ``pure``.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
import subprocess
import sys
import tomllib
import traceback
from pathlib import Path
from typing import Any

VARIABLE = "AIOMOTORENGINE_BUILD"
MANIFEST = Path(__file__).parent.parent / "rust" / "son_codec" / "Cargo.toml"
REQUIREMENTS = {"native": ["maturin>=1.9.4,<2"], "pure": ["hatchling>=1.27"]}
BACKENDS = {"native": "maturin", "pure": "hatchling.build"}
WAY_OUT = (
    "The native codec could not be built, for the reason above. "
    f"To install the library without it, set {VARIABLE}=pure."
)


def kind() -> str:
    """``native`` or ``pure``: what will be built here."""
    setting = os.environ.get(VARIABLE, "auto")
    if setting not in ("auto", "native", "pure"):
        raise SystemExit(f"{VARIABLE} must be auto, native or pure, not {setting!r}.")
    if setting == "pure":
        return "pure"
    obstacle = why_not_native()
    if setting == "native" and obstacle:
        raise SystemExit(f"{VARIABLE}=native, but {obstacle}.")
    return "pure" if obstacle else "native"


def why_not_native() -> str:
    """What keeps the extension from being built; empty if nothing does."""
    if platform.python_implementation() != "CPython":
        return "the native codec is for CPython only"
    with MANIFEST.open("rb") as file:
        needed = tomllib.load(file)["package"]["rust-version"]
    if not version_of("cargo"):
        return "there is no cargo"
    found = version_of("rustc")
    if not found:
        return "there is no rustc"
    if numbers(found) < numbers(needed):
        return f"rustc is {found}, and the crate needs {needed}"
    return ""


def version_of(program: str) -> str:
    """The version that a program reports; empty if it is missing, or there in name only."""
    try:
        # In the tree: a rust-toolchain file and the user's overrides count as they will later.
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, cwd=MANIFEST.parent
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    match = re.search(r"\d+\.\d+\.\d+", answer)
    return match.group() if match else ""


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def build(hook: str, *arguments: Any) -> str:
    """Have the backend make a wheel; where a native one fails, end with the way out."""
    chosen = kind()
    try:
        return str(getattr(importlib.import_module(BACKENDS[chosen]), hook)(*arguments))
    except (Exception, SystemExit) as error:  # maturin exits
        if chosen == "pure":
            raise
        sys.stdout.flush()  # installers show it together with what comes now
        if not isinstance(error, SystemExit):
            traceback.print_exception(error)
        raise SystemExit(WAY_OUT) from error


# No prepare_metadata hooks: installers then take the metadata from the wheel, which is built once.
# (Hatchling has none either when pip asks.)


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    return REQUIREMENTS[kind()]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    return REQUIREMENTS[kind()]


def get_requires_for_build_sdist(config_settings: Any = None) -> list[str]:
    return REQUIREMENTS["pure"]


def build_wheel(directory: str, config_settings: Any = None, metadata: str | None = None) -> str:
    return build("build_wheel", directory, config_settings, metadata)


def build_editable(directory: str, config_settings: Any = None, metadata: str | None = None) -> str:
    return build("build_editable", directory, config_settings, metadata)


def build_sdist(directory: str, config_settings: Any = None) -> str:
    return str(importlib.import_module(BACKENDS["pure"]).build_sdist(directory, config_settings))


if __name__ == "__main__":
    sys.stdout.write(kind() + "\n")
