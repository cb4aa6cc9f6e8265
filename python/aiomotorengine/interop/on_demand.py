"""What needs pydantic, which is imported only when somebody asks for that."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["pydantic_models", "pydantic_types"]


def pydantic_types() -> Any:
    """The module that makes types of pydantic of document classes.

    Raises:
        ImportError: pydantic is not installed.
    """
    return import_module("aiomotorengine.interop.pydantic_types")


def pydantic_models() -> Any:
    """The module that makes models of pydantic of document classes, and the other way round.

    Raises:
        ImportError: pydantic is not installed.
    """
    return import_module("aiomotorengine.interop.pydantic_models")
