"""The running numbers by which values of documents are told apart: 1, 2, 3 … for each class."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

__all__ = ["next_number", "restart_numbers"]

last: WeakKeyDictionary[type[Any], int] = WeakKeyDictionary()
"""The number that was given last. It is one for all factories of a class, or two of them would make
the same unique values."""


def next_number(document_class: type[Any]) -> int:
    """The next number for a document of a class."""
    number = last[document_class] = last.get(document_class, 0) + 1
    return number


def restart_numbers() -> None:
    """Begin again with 1, as in a database that is empty."""
    last.clear()
