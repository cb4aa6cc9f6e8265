"""The files beside this one, under mypy and under basedpyright, both in their strict mode.

They say what types attributes, queries and results have, and which mistakes a checker must find.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import aiomotorengine

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PACKAGE = Path(aiomotorengine.__file__).parent
CHECKED = sorted(path for path in HERE.glob("*.py") if path.name != Path(__file__).name)

PLANTED = """
from typing import assert_type

from aiomotorengine import Document, StringField


class User(Document):
    name = StringField()


assert_type(User().name, int)
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def mypy(*paths: Path) -> subprocess.CompletedProcess[str]:
    return run("mypy", "--config-file", "pyproject.toml", *paths)


def basedpyright(project: Path) -> subprocess.CompletedProcess[str]:
    return run("basedpyright", "--pythonpath", sys.executable, "--project", project)


def test_there_are_files_to_check() -> None:
    assert [path.name for path in CHECKED] == [
        "attributes.py",
        "connecting.py",
        "dicts.py",
        "hooks.py",
        "migrations.py",
        "queries.py",
        "refused.py",
        "refused_typed.py",
        "schema.py",
        "typed.py",
    ]


def test_mypy_agrees() -> None:
    result = mypy(*CHECKED)
    assert result.returncode == 0, result.stdout + result.stderr


def test_basedpyright_agrees() -> None:
    result = basedpyright(HERE)
    assert result.returncode == 0, result.stdout + result.stderr


def test_mypy_agrees_with_the_package_itself() -> None:
    result = mypy(PACKAGE)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("checker", ["mypy", "basedpyright"])
def test_a_mistake_is_found(checker: str, tmp_path: Path) -> None:
    """Otherwise the tests above would say nothing."""
    planted = tmp_path / "planted.py"
    planted.write_text(PLANTED)
    if checker == "mypy":
        result = mypy(planted)
    else:
        config = (HERE / "pyrightconfig.json").read_text()
        config = config.replace("../../python", PACKAGE.parent.as_posix())
        (tmp_path / "pyrightconfig.json").write_text(config)
        result = basedpyright(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "str | None" in result.stdout
