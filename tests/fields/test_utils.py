"""Class lookup by path, and telling collections and operators."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Any

import pytest
from bson import SON

from aiomotorengine.utils import get_class, has_operators, is_collection


def test_a_class_is_found_by_its_path_or_by_module_and_name() -> None:
    assert get_class("collections.OrderedDict") is OrderedDict
    assert get_class("collections", "OrderedDict") is OrderedDict


@pytest.mark.parametrize("path", ["Home", "", ".Home", "..pkg.Home"])
def test_a_path_without_a_module_leads_nowhere(path: str) -> None:
    with pytest.raises(ImportError) as raised:
        get_class(path)
    assert str(raised.value) == f"Can't find class {path}."


def test_a_module_without_the_name_is_an_import_error() -> None:
    with pytest.raises(ImportError, match="NoSuchThing in module collections"):
        get_class("collections.NoSuchThing")


def test_the_error_of_a_module_that_cannot_be_imported_is_let_through() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        get_class("no_such_package.Thing")


@pytest.mark.parametrize("value", [[], (), set(), frozenset(), deque(), range(3), {}.values()])
def test_collections(value: Any) -> None:
    assert is_collection(value)


@pytest.mark.parametrize("value", ["", b"", bytearray(), {}, SON(), iter(()), 5, None, object()])
def test_no_collections(value: Any) -> None:
    assert not is_collection(value)


def test_operators_are_keys_that_begin_with_a_dollar() -> None:
    assert has_operators({"a": 1, "$gt": 2})
    assert not has_operators({"a$": 1, 5: 2})
    assert not has_operators({})
