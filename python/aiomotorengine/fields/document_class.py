"""The document class that a field was given, itself or as a dotted path."""

from __future__ import annotations

from typing import Any

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import get_class

__all__ = ["document_class"]


def document_class(given: Any, argument: str) -> type[Any]:
    """The class, imported if only its path was given.

    Parameters:
        given: what the program passed to the field.
        argument: the name of that argument, for the message.

    Raises:
        ImportError: nothing is found under the path.
        ValueError: it is no document class.
    """
    found = get_class(given) if isinstance(given, str) else given
    if isinstance(found, type) and issubclass(found, DocumentStorage):
        return found
    raise ValueError(
        f"The field '{argument}' argument must be a subclass of Document, not '{found}'."
    )
