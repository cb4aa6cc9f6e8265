"""What is imported when it is first asked for, so that programs wait only for what they use.

A package whose ``__init__`` takes its ``__getattr__`` from here has its modules, and names out of
them, as attributes, and has imported none of them.

An import holds the event loop. So what the calls of a running program need is imported as a whole
when the program connects.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import walk_packages
from threading import Lock
from types import MappingProxyType
from typing import Any

__all__ = ["attributes", "import_for_calls"]

NO_NAMES: Mapping[str, str] = MappingProxyType({})

packages_for_calls: dict[str, Mapping[str, str]] = {}
"""The packages that are to be imported as a whole, and are not yet, with the names out of them."""

importing = Lock()
"""Several threads may connect at once: none goes on before all is there."""


def attributes(
    package: str, names: Mapping[str, str] = NO_NAMES, *, for_calls: bool = False
) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that imports what it has when it is asked for it.

    Parameters:
        package: its ``__name__``.
        names: what is imported from the package itself, with the modules in which it is.
        for_calls: whether calls that a running program awaits need its modules, so that all of them
            are imported when the program connects.

    Example:
        >>> import email
        >>> attribute = attributes("email", {"Address": "email.headerregistry"})
        >>> attribute("Address").__module__, attribute("utils").__name__
        ('email.headerregistry', 'email.utils')
    """

    def attribute(name: str) -> Any:
        if name in names:
            value = getattr(import_module(names[name]), name)
        else:
            value = submodule(package, name)
        setattr(sys.modules[package], name, value)  # Python finds it there from now on
        return value

    if for_calls:
        packages_for_calls[package] = names
    return attribute


def submodule(package: str, name: str) -> Any:
    """A module of a package.

    Raises:
        AttributeError: there is none of that name.
    """
    full_name = f"{package}.{name}"
    if not name.startswith("__"):  # which Python itself asks modules for, one after the other
        try:
            return import_module(full_name)
        except ModuleNotFoundError as error:
            if error.name != full_name:
                raise
    raise AttributeError(f"module {package!r} has no attribute {name!r}")


def import_for_calls() -> None:
    """Import the packages that calls need, with all of their modules."""
    with importing:
        while packages_for_calls:
            package, names = next(iter(packages_for_calls.items()))
            module = sys.modules[package]
            for found in walk_packages(module.__path__, f"{package}."):
                import_module(found.name)
            for name in names:
                getattr(module, name)
            # All is there now, and Python reads what a module has faster if it has no __getattr__.
            vars(module).pop("__getattr__", None)
            del packages_for_calls[package]  # only now: an import may fail, or be interrupted
