"""The modules and classes that a command is given: ``shop.models``, ``shop.models:User``."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path
from typing import Any

from aiomotorengine.storage.base import DocumentStorage

__all__ = [
    "BrokenModuleError",
    "CommandError",
    "document_class",
    "full_name",
    "import_module",
    "import_modules",
    "named",
]

PACKAGE = Path(__file__).parents[1]


class CommandError(Exception):
    """A command can't do its work: it was called wrongly, or there is no server. The text says it.

    The program then ends with 2.
    """


class BrokenModuleError(CommandError):
    """A module is there and can't be imported, because something in it raised.

    Attributes:
        module: its name.
        reason: what was raised, and where.
    """

    def __init__(self, module: str, error: BaseException) -> None:
        self.module = module
        self.reason = f"{type(error).__name__}: {error}{place_of(error)}"
        super().__init__(f"{module} can't be imported: {self.reason}")


def import_modules(names: Iterable[str]) -> None:
    """Import modules, whose document classes are known from then on.

    Raises:
        CommandError: there is no such module.
        BrokenModuleError: one raises.
    """
    for name in names:
        import_module(name)


def import_module(name: str) -> Any:
    """Import a module by its dotted name.

    Raises:
        CommandError: there is no such module.
        BrokenModuleError: it raises.
    """
    if not all(part.isidentifier() for part in name.split(".")):
        raise CommandError(f"{name!r} is no name of a module, as shop.models is.")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # It may also be one that the module itself imports.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise BrokenModuleError(name, error) from error
        raise CommandError(
            f"There is no module {error.name!r} in the current directory, nor among what is "
            "installed."
        ) from error
    except (Exception, SystemExit) as error:
        raise BrokenModuleError(name, error) from error


def document_class(given: str) -> Any:
    """The document class that ``shop.models:User`` means.

    Raises:
        CommandError: it means none.
        BrokenModuleError: its module raises.
    """
    found = named(given)
    if not (isinstance(found, type) and issubclass(found, DocumentStorage)):
        raise CommandError(f"{given!r} is no document class.")
    return found


def named(given: str) -> Any:
    """What ``shop.models:User`` means.

    Raises:
        CommandError: it means nothing.
        BrokenModuleError: its module raises.
    """
    module, colon, name = given.partition(":")
    if not (module and colon and name):
        raise CommandError(f"{given!r} has no module in front, as shop.models:User has.")
    try:
        return attrgetter(name)(import_module(module))
    except AttributeError as error:
        raise CommandError(f"Module {module!r} has no {name!r}.") from error


def full_name(document_class: Any) -> str:
    """The name of a class with its module."""
    return f"{document_class.__module__}.{document_class.__qualname__}"


def place_of(error: BaseException) -> str:
    """Where in a program something was raised; nothing where its text says that, as of syntax."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not is_importing(frame.filename)
    ]
    return f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""


def is_importing(filename: str) -> bool:
    """Whether a file is part of the library, or of what imports modules."""
    is_pythons = filename.startswith("<frozen ") or filename == importlib.__file__
    return is_pythons or PACKAGE in Path(filename).parents
