"""What the package imports when: with itself, when a program connects, when it is asked for."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import ModuleType
from typing import Any

import pytest

import aiomotorengine
from aiomotorengine import on_demand
from tests.compat.test_imports import NAMES

PACKAGE = Path(aiomotorengine.__file__).parent

FOR_CALLS = [
    "aggregation",
    "bulk",
    "query_builder",
    "reading",
    "references",
    "rows",
    "sessions",
    "update",
    "writing",
]
"""What calls that a running program awaits are made of."""

PROGRAM = """
import json, sys
import aiomotorengine

steps = {"import": sorted(sys.modules)}
aiomotorengine.register_connection("shop", "default", driver="pymongo")
steps["connect"] = sorted(sys.modules)
steps["2017"] = []
for path in sys.argv[1:]:
    found = aiomotorengine
    for name in path.split(".")[1:]:
        found = getattr(found, name)
    steps["2017"].append(getattr(found, "__qualname__", type(found).__name__))
print(json.dumps(steps))
"""


@pytest.fixture(scope="module")
def steps() -> dict[str, list[str]]:
    """The names of the modules that a program has loaded, step by step."""
    paths = [f"{module}.{name}" for module, names in NAMES.items() for name in names.split()]
    command = [sys.executable, "-c", PROGRAM, *paths]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    loaded: dict[str, list[str]] = json.loads(output)
    return loaded


def modules_of(package: str) -> set[str]:
    files = [PACKAGE / f"{package}.py", *(PACKAGE / package).rglob("*.py")]
    paths = [file.relative_to(PACKAGE.parent).with_suffix("").parts for file in files]
    names = {".".join(path).removesuffix(".__init__") for path in paths}
    return names if (PACKAGE / package).is_dir() else {f"aiomotorengine.{package}"}


@pytest.mark.parametrize(
    "module", ["motor", "numpy", "pydantic", "fastapi", "pytest", "pandas", "ujson"]
)
def test_the_import_takes_no_package_along_that_a_program_may_not_use(
    steps: dict[str, list[str]], module: str
) -> None:
    assert module not in steps["import"]


def test_the_import_leaves_what_calls_need_to_those_who_connect(
    steps: dict[str, list[str]],
) -> None:
    needed = set().union(*map(modules_of, FOR_CALLS))
    left = needed - set(steps["import"])
    assert len(left) > len(needed) / 2
    assert needed - set(steps["connect"]) == set()


@pytest.mark.parametrize(
    "package", ["changes", "commands", "interop", "migrations", "search", "testing", "typed"]
)
def test_connecting_imports_nothing_that_no_call_needs(
    steps: dict[str, list[str]], package: str
) -> None:
    others = {f"aiomotorengine.{package}"}
    assert modules_of(package).intersection(steps["connect"]) <= others


def test_all_names_of_2017_are_attributes_after_the_import_alone(
    steps: dict[str, list[str]],
) -> None:
    assert len(steps["2017"]) == sum(len(names.split()) for names in NAMES.values())


def for_type_checkers(module: ModuleType) -> Iterator[tuple[str, str]]:
    """The names that a module imports where only type checkers look, with their modules."""
    tree = ast.parse(inspect.getsource(module))
    for block in tree.body:
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            for statement in block.body:
                assert isinstance(statement, ast.ImportFrom)
                for alias in statement.names:
                    yield alias.name, str(statement.module)


ON_DEMAND = [
    ".".join(file.parent.relative_to(PACKAGE.parent).parts)
    for file in sorted(PACKAGE.rglob("__init__.py"))
    if "on_demand.attributes" in file.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", ON_DEMAND)
def test_type_checkers_see_what_is_there(name: str) -> None:
    package = importlib.import_module(name)
    for attribute, module in for_type_checkers(package):
        assert getattr(package, attribute) is getattr(importlib.import_module(module), attribute)


def test_type_checkers_see_all_names_that_are_imported_when_asked_for() -> None:
    assert dict(for_type_checkers(aiomotorengine)) == aiomotorengine.ON_DEMAND


def test_all_names_are_there_and_are_listed() -> None:
    names = {*aiomotorengine.__all__, *aiomotorengine.ON_DEMAND}
    assert names <= set(dir(aiomotorengine))
    assert {name for name in names if not hasattr(aiomotorengine, name)} == set()


@pytest.mark.parametrize("name", ["nothing", "__wrapped__", "_nothing"])
def test_what_is_not_there_is_said_to_be_missing(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'aiomotorengine' has no attribute '{name}'"):
        getattr(aiomotorengine, name)
    with pytest.raises(ImportError, match=f"cannot import name '{name}'"):
        exec(f"from aiomotorengine import {name}")


def test_a_package_that_a_module_lacks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lacking"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "module.py").write_text("import a_package_that_there_is_not\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="'a_package_that_there_is_not'"):
        on_demand.attributes("lacking")("module")


def test_what_was_found_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asked.py").write_text("names = []\n")
    monkeypatch.syspath_prepend(tmp_path)
    asked: Any = importlib.import_module("asked")
    find = on_demand.attributes("asked", {"Decimal": "decimal"})

    def noted(name: str) -> object:
        asked.names.append(name)
        return find(name)

    asked.__getattr__ = noted
    assert asked.Decimal is asked.Decimal
    assert asked.names == ["Decimal"]


@pytest.fixture
def package_for_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The module of a package that is to be imported as a whole by whoever connects."""
    package = tmp_path / "package_for_calls"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(package.name)
    monkeypatch.setattr(on_demand, "packages_for_calls", {package.name: {}})
    yield package / "module.py"
    for name in [package.name, f"{package.name}.module"]:
        sys.modules.pop(name, None)


def test_whoever_connects_waits_for_what_another_thread_imports(package_for_calls: Path) -> None:
    package_for_calls.write_text("import time\ntime.sleep(0.05)\nis_done = True\n")
    together = Barrier(8)

    def is_done_after_connecting(_: int) -> bool:
        together.wait()
        on_demand.import_for_calls()
        return hasattr(sys.modules.get("package_for_calls.module"), "is_done")

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(is_done_after_connecting, range(8)))


def test_what_could_not_be_imported_is_tried_again(package_for_calls: Path) -> None:
    package_for_calls.write_text("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        on_demand.import_for_calls()
    package_for_calls.write_text("# whole now, and of another size")
    importlib.invalidate_caches()
    on_demand.import_for_calls()
    assert "package_for_calls.module" in sys.modules
    assert on_demand.packages_for_calls == {}
