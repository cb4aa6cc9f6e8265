"""Every public name is explained, and every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import aiomotorengine

NOT_PYTHON = "aiomotorengine._son_codec"
PUBLIC = [
    name for name in aiomotorengine.__all__ if not isinstance(getattr(aiomotorengine, name), int)
]


def module_names() -> Iterator[str]:
    yield aiomotorengine.__name__
    for module in pkgutil.walk_packages(aiomotorengine.__path__, "aiomotorengine."):
        if module.name != NOT_PYTHON:
            yield module.name


OPTIONAL = ("aiomotorengine.interop.pydantic_", "aiomotorengine.pydantic")
"""What the names of modules begin with that import a library which need not be there."""


def imported(module_name: str) -> ModuleType:
    if module_name.startswith(OPTIONAL):
        pytest.importorskip("pydantic")
    return importlib.import_module(module_name)


def examples_in(module_name: str) -> list[doctest.DocTest]:
    module = imported(module_name)
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


@pytest.mark.parametrize("module_name", sorted(module_names()))
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


@pytest.mark.parametrize("module_name", sorted(module_names()))
def test_modules_say_what_they_are_for(module_name: str) -> None:
    assert imported(module_name).__doc__
