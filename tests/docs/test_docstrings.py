"""Every public name is explained, and every example in a docstring runs."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
from pathlib import Path
from types import ModuleType

import pytest

import aiomotorengine

PUBLIC = [
    name for name in aiomotorengine.__all__ if not isinstance(getattr(aiomotorengine, name), int)
]


PACKAGE = Path(aiomotorengine.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
"""The modules by name, and where they are."""


OPTIONAL = ("aiomotorengine.interop.pydantic_", "aiomotorengine.pydantic")
"""What the names of modules begin with that import a library which need not be there."""


def source_of(module_name: str) -> str:
    return MODULES[module_name].read_text(encoding="utf-8")


def imported(module_name: str) -> ModuleType:
    if module_name.startswith(OPTIONAL):
        pytest.importorskip("pydantic")
    return importlib.import_module(module_name)


def examples_in(module_name: str) -> list[doctest.DocTest]:
    module = imported(module_name)
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


@pytest.mark.parametrize("module_name", [it for it in MODULES if ">>> " in source_of(it)])
def test_examples_in_docstrings_run(module_name: str) -> None:
    report: list[str] = []
    runner = doctest.DocTestRunner()
    for example in examples_in(module_name):
        runner.run(example, out=report.append)
    assert not runner.failures, "".join(report)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_are_explained_with_an_example(name: str) -> None:
    public = getattr(aiomotorengine, name)
    assert ">>>" in (inspect.getdoc(public) or "")


def test_modules_say_what_they_are_for() -> None:
    assert [it for it in MODULES if not ast.get_docstring(ast.parse(source_of(it)))] == []
