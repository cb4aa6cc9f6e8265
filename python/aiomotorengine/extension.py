"""The extension in Rust: whether it can be had, and why not."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

__all__ = ["CONTRACT", "NAME", "load"]

NAME = "aiomotorengine._son_codec"

CONTRACT = 33
"""Raised with every change of what is promised; an extension of another number is refused."""


def load() -> ModuleType:
    """The extension.

    Raises:
        ImportError: it is not there, was built for another version of the library, or Python runs
            without the lock that it counts on.
    """
    try:
        extension = importlib.import_module(NAME)
    except ImportError as error:
        raise ImportError(
            f"the native codec cannot be imported ({error}); install a wheel for this Python, or "
            "build it with a Rust toolchain: make build"
        ) from error
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise ImportError("the native codec needs the GIL, which this Python was told to leave off")
    if extension.CONTRACT != CONTRACT:
        raise ImportError(
            f"the native codec speaks contract {extension.CONTRACT}, this library {CONTRACT}; "
            "it is from another version: run make build"
        )
    return extension
