"""Several classes in one collection: by which stored value each is known.

A class with ``__discriminator__`` is the root of such classes. Those that derive from it are stored
with it, and each has a value of its own under that key.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

from aiomotorengine.errors import InvalidDocumentError, UnknownClassWarning

__all__ = [
    "Discriminator",
    "class_of",
    "condition_of",
    "discriminator_of",
    "family_of",
    "root_of",
]


lock = RLock()
"""Modules may be imported by several threads."""


class Discriminator:
    """By what documents of a class are told from others of their collection.

    Attributes:
        key: the key in MongoDB.
        value: what is stored under it; ``None`` for an abstract class, which has no documents.
        root: the class in whose collection they are.
    """

    __slots__ = ("_classes", "_path", "_warned", "key", "root", "value")

    def __init__(self, document_class: Any, parent: Discriminator | None) -> None:
        name = document_class.__name__
        self.key: str = document_class.__discriminator__
        self.root: type[Any] = document_class if parent is None else parent.root
        self._path: str = name if parent is None else f"{parent._path}.{name}"
        own = document_class.__discriminator_value__
        self.value: str | None = None if document_class.__abstract__ else own or self._path
        self._classes: WeakValueDictionary[str, type[Any]] = (
            WeakValueDictionary() if parent is None else parent._classes
        )
        self._warned: set[str] = set() if parent is None else parent._warned

    def admit(self, document_class: type[Any]) -> None:
        """Make a class known by its value. It may be one that was made before, made again.

        Raises:
            InvalidDocumentError: another class has that value.
        """
        if self.value is None:
            return
        holder = self._classes.get(self.value)
        if holder is not None and not are_same(holder, document_class):
            raise InvalidDocumentError(
                f"{document_class.__name__} is stored with {self.root.__name__}: it can't have the "
                f"__discriminator_value__ {self.value!r}, which {holder.__name__} has."
            )
        with lock:
            self._classes.pop(self.value, None)
            self._classes[self.value] = document_class

    def class_of(self, value: Any) -> type[Any] | None:
        """The class that is known by a stored value."""
        return self._classes.get(value) if isinstance(value, str) else None

    def classes_below(self, document_class: type[Any]) -> dict[str, type[Any]]:
        """A class and those that derive from it, by their values, in the order of their making."""
        with lock:
            known = list(self._classes.items())
        return {value: kind for value, kind in known if issubclass(kind, document_class)}

    def warn(self, document_class: type[Any], value: Any) -> None:
        """Say, once for each value, that what is stored is of no class that is known."""
        shown = repr(value)
        if shown in self._warned:
            return
        holder = self.class_of(value)
        reason = "import its module"
        if holder is not None:
            reason = f"{holder.__name__} does not derive from it"
        warnings.warn(
            f"No class is known for {self.key} {shown} of {document_class.__name__}; {reason}.",
            UnknownClassWarning,
            stacklevel=2,
        )
        self._warned.add(shown)


def are_same(one: type[Any], other: type[Any]) -> bool:
    """Whether two classes have the same name in the same module."""
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


SHARED = ("__collection__", "__alias__", "__discriminator__")
"""What the classes of one collection have from their root."""

OF_ROOTS = (*SHARED, "__collection_options__")
"""What only a root may say."""


def discriminator_of(document_class: Any, body: Mapping[str, Any]) -> Discriminator | None:
    """The discriminator of a new class, which gets the collection of its root; ``None`` if it has
    none.

    Parameters:
        document_class: the class.
        body: what stands in the class body.

    Raises:
        InvalidDocumentError: its bases are stored in different collections, or it is to have one of
            its own.
    """
    inherited = [vars(it).get("_discriminator") for it in document_class.__mro__[1:]]
    parents: dict[Any, Discriminator] = {}
    for parent in filter(None, inherited):
        parents.setdefault(parent.root, parent)
    if not parents:
        is_root = document_class.__discriminator__ is not None
        return Discriminator(document_class, None) if is_root else None
    name, [root, *others] = document_class.__name__, parents
    if others:
        raise InvalidDocumentError(
            f"{name} can't be stored with {root.__name__} and with {others[0].__name__} at once."
        )
    for setting in OF_ROOTS:
        is_same = setting == "__discriminator__" and body.get(setting) == root.__discriminator__
        if setting in body and not is_same:
            raise InvalidDocumentError(
                f"{name} is stored with {root.__name__}: it can't have a {setting} of its own."
            )
    for setting in SHARED:
        type.__setattr__(document_class, setting, getattr(root, setting))
    return Discriminator(document_class, parents[root])


def condition_of(document_class: Any) -> dict[str, Any]:
    """What a query for documents of a class asks for, so that it finds no others."""
    discriminator: Discriminator | None = document_class._discriminator
    if discriminator is None or discriminator.root is document_class:
        return {}
    values = list(discriminator.classes_below(document_class))
    # A class that was made again in the meantime, as by a reload of its module, is no longer known
    # by its value; its documents are the same.
    if discriminator.value is not None and discriminator.value not in values:
        values.insert(0, discriminator.value)
    return {discriminator.key: values[0] if len(values) == 1 else {"$in": values}}


def class_of(document_class: Any, stored: Mapping[str, Any]) -> Any:
    """The class that a stored document is of, where it is read as one of a class."""
    discriminator: Discriminator | None = document_class._discriminator
    if discriminator is None:
        return document_class
    found = discriminator.class_of(stored.get(discriminator.key))
    return found if found is not None and issubclass(found, document_class) else document_class


def family_of(document_class: Any) -> tuple[Any, ...]:
    """A class with all those that its documents may be of: nearly always itself alone."""
    discriminator: Discriminator | None = getattr(document_class, "_discriminator", None)
    if discriminator is None:
        return (document_class,)
    others = discriminator.classes_below(document_class).values()
    return (document_class, *(it for it in others if it is not document_class))


def root_of(document_class: Any) -> Any:
    """The class in whose collection documents of a class are: nearly always itself."""
    discriminator: Discriminator | None = document_class._discriminator
    return document_class if discriminator is None else discriminator.root
