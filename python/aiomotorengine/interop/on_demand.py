"""What is imported only when a program asks for it: most never make a dict of a document, and
pydantic need not be there.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["dicts", "pydantic_models", "pydantic_types", "readers"]


@cache
def dicts() -> Any:
    """The module that makes dicts and JSON of documents."""
    return import_module("aiomotorengine.interop.to_dict")


@cache
def readers() -> Any:
    """The module that makes documents of dicts and JSON."""
    return import_module("aiomotorengine.interop.from_dict")


@cache
def pydantic_types() -> Any:
    """The module that makes types of pydantic of document classes.

    Raises:
        ImportError: pydantic is not installed.
    """
    return import_module("aiomotorengine.interop.pydantic_types")


@cache
def pydantic_models() -> Any:
    """The module that makes models of pydantic of document classes, and the other way round.

    Raises:
        ImportError: pydantic is not installed.
    """
    return import_module("aiomotorengine.interop.pydantic_models")
