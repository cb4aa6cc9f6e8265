"""What the package says of itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

import aiomotorengine

ROOT = Path(__file__).parent.parent


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert aiomotorengine.__version__ == project["version"]


def test_the_crate_has_the_version_of_the_package() -> None:
    crate = tomllib.loads((ROOT / "rust" / "son_codec" / "Cargo.toml").read_text())["package"]
    assert crate["version"] == aiomotorengine.__version__
