"""The document classes that there are, and which of them a name means.

Each is known by its module and qualified name. One that is made again, as when a module is loaded
anew, takes the place of the one before. Nothing here keeps a class alive.
"""

from __future__ import annotations

from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from aiomotorengine.utils import get_class

__all__ = ["classes_named", "documents", "find", "get_document", "is_registered", "register"]

by_name: WeakValueDictionary[tuple[str, str], type[Any]] = WeakValueDictionary()
lock = Lock()
"""Modules may be imported by several threads."""


def documents() -> list[type[Any]]:
    """The document classes of the program, in the order in which they were made.

    Abstract classes are among them, and those of embedded documents.

    Example:
        >>> from aiomotorengine import Document, registry
        >>> class Invoice(Document):
        ...     pass
        >>> Invoice in registry.documents(), Document in registry.documents()
        (True, False)
    """
    with lock:
        return list(by_name.values())


def get_document(name: str) -> type[Any]:
    """The document class of a name.

    Parameters:
        name: the class's own name; or with its module, as ``"shop.models.Invoice"``, which is
            imported if need be.

    Raises:
        ImportError: no class is known by it, or more than one is.

    Example:
        >>> from aiomotorengine import Document, registry
        >>> class Receipt(Document):
        ...     pass
        >>> registry.get_document("Receipt") is Receipt
        True
    """
    if "." not in name:
        return with_bare_name(name)
    for document_class in documents():
        if full_name(document_class) == name:
            return document_class
    found: type[Any] = get_class(name)
    return found


def find(module: str, qualname: str) -> type[Any] | None:
    """The document class of a module that has a qualified name; ``None`` if there is none."""
    return by_name.get((module, qualname))


def classes_named(name: str) -> list[type[Any]]:
    """The document classes whose own name is this one, of whatever modules."""
    return [it for it in documents() if it.__name__ == name]


def with_bare_name(name: str) -> type[Any]:
    holders = classes_named(name)
    if not holders:
        raise ImportError(f"Can't find class {name}.")
    if len(holders) > 1:
        names = ", ".join(sorted(map(full_name, holders)))
        raise ImportError(f"Class name '{name}' is ambiguous: {names}.")
    return holders[0]


def full_name(document_class: type[Any]) -> str:
    return f"{document_class.__module__}.{document_class.__qualname__}"


def register(document_class: type[Any]) -> None:
    """Make a class known. The one that is known by the same names is so no more."""
    key = document_class.__module__, document_class.__qualname__
    with lock:
        by_name.pop(key, None)
        by_name[key] = document_class


def is_registered(document_class: type[Any]) -> bool:
    """Whether a class was not made again since."""
    key = document_class.__module__, document_class.__qualname__
    return by_name.get(key) is document_class
