"""The files beside this one, under mypy and under basedpyright, both in their strict mode.

They say what types attributes, queries and results have, and which mistakes a checker must find.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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


def test_there_are_files_to_check() -> None:
    assert [path.name for path in CHECKED] == [
        "attributes.py",
        "changes.py",
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


# The mistake that is planted is looked for in the same run, which takes long: without it, a checker
# that finds nothing would say nothing.


def test_mypy_finds_what_is_planted_and_nothing_else(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(PLANTED)
    result = run("mypy", "--config-file", "pyproject.toml", PACKAGE, *CHECKED, planted)
    found = [line for line in result.stdout.splitlines() if ": error: " in line]
    assert len(found) == 1, result.stdout + result.stderr
    assert "planted.py" in found[0] and "str | None" in found[0]


def test_basedpyright_finds_what_is_planted_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(PLANTED)
    config = json.loads((HERE / "pyrightconfig.json").read_text())
    config["extraPaths"] = [str(PACKAGE.parent)]
    config["include"] = [str(tmp_path), str(HERE)]
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    result = run(
        "basedpyright", "--outputjson", "--pythonpath", sys.executable, "--project", tmp_path
    )
    [found] = json.loads(result.stdout)["generalDiagnostics"]
    assert Path(found["file"]).name == "planted.py" and "str | None" in found["message"]
