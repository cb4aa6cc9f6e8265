"""The document class that a field was given: itself, by its name, or as a dotted path."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from weakref import WeakSet

from aiomotorengine import registry
from aiomotorengine.fields.forward_class import ForwardClass
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import get_class

__all__ = ["SELF", "Owners", "class_of_collection", "document_class"]

SELF = "self"
"""What a field is given that means the class in which it stands."""


class Owners(WeakSet[type[Any]]):
    """The classes that have a field: one, unless it is that of a mixin."""

    def only(self) -> type[Any]:
        """The class that ``'self'`` means.

        Raises:
            ImportError: the field is in no class, or in several.
        """
        owners = list(self)
        if len(owners) == 1:
            return owners[0]
        names = " and ".join(sorted(owner.__name__ for owner in owners)) or "no class"
        raise ImportError(f"'self' means one class, and the field is in {names}.")


def document_class(given: Any, argument: str, owners: Owners | None = None) -> type[Any]:
    """The class: imported if its path was given, looked up in the registry if its name was.

    Parameters:
        given: what the program passed to the field.
        argument: the name of that argument, for the message.
        owners: the classes that have the field.

    Raises:
        ImportError: nothing is found under the path or the name, or several classes have the name.
        NameError: an annotation names it, and nothing has that name.
        ValueError: it is no document class.
    """
    if isinstance(given, str) and given == SELF:
        return (owners or Owners()).only()
    found = given
    if isinstance(given, ForwardClass):
        found = given.find()
    elif isinstance(given, str):
        found = get_class(given) if "." in given else registry.get_document(given)
    if isinstance(found, type) and issubclass(found, DocumentStorage):
        return found
    raise ValueError(
        f"The field '{argument}' argument must be a subclass of Document, not '{found}'."
    )


def class_of_collection(collection: str, choices: Collection[type[Any]] | None = None) -> type[Any]:
    """The class whose documents are in a collection; the uppermost, where several share it that
    derive from each other.

    Parameters:
        collection: the name of the collection.
        choices: the classes it may be; by default all.

    Raises:
        LookupError: there is none, or there are several.
    """
    known = registry.documents() if choices is None else choices
    classes = {it for it in known if getattr(it, "__collection__", None) == collection}
    if not classes:
        raise LookupError(f"No document class is known for collection '{collection}'.")
    for one in classes:
        if all(issubclass(other, one) for other in classes):
            return one
    names = ", ".join(sorted(it.__name__ for it in classes))
    raise LookupError(
        f"Several document classes share collection '{collection}': {names}; give choices."
    )
