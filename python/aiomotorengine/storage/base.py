"""What documents and descriptors derive from: types of the extension, or their twins.

Attributes:
    Storage: what an instance is made of.
    FieldDescriptor: the way one value of an instance is read and set.
    StorageMeta: the type of classes that know how their instances are laid out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiomotorengine.storage.choice import native

__all__ = [
    "DocumentStorage",
    "FieldDescriptor",
    "PythonDescriptor",
    "PythonStorage",
    "Storage",
    "StorageMeta",
]


class PythonStorage:
    """The twin of the extension's ``Storage``."""

    __slots__ = ("__dict__", "__weakref__", "_hidden", "_id", "_is_persisted", "_stored_keys")

    def __getstate__(self) -> Any:
        state: Any = object.__getstate__(self)
        slots = state[1] if isinstance(state, tuple) else {}
        for_copy_of = getattr(slots.get("_is_persisted"), "for_copy_of", None)
        if for_copy_of is not None:
            slots["_is_persisted"] = for_copy_of(self)
        return state


class PythonDescriptor:
    """The twin of the extension's ``FieldDescriptor``.

    Parameters:
        field: the field; it is what reading the attribute on the class gives.
        name: the attribute's name.
    """

    __slots__ = ("field", "name")

    def __init__(self, field: Any, name: str) -> None:
        self.field = field
        self.name = name

    def __get__(self, document: DocumentStorage | None, owner: type | None = None, /) -> Any:
        # Python comes here only on the class, or where the instance has no value.
        return self.field if document is None else self.missing(document)

    def missing(self, document: DocumentStorage) -> Any:
        """What is read where a document has no value."""
        return None

    def value_of(self, document: DocumentStorage) -> Any:
        """The value as it is kept; ``None`` where there is none."""
        return document.__dict__.get(self.name)

    def keep(self, document: DocumentStorage, value: Any) -> None:
        """Keep a value as it is."""
        document.__dict__[self.name] = value

    def remove(self, document: DocumentStorage) -> None:
        """Forget the value.

        Raises:
            AttributeError: there is none.
        """
        try:
            del document.__dict__[self.name]
        except KeyError:
            raise AttributeError(self.name) from None


if TYPE_CHECKING or native is None:
    Storage = PythonStorage
    FieldDescriptor = PythonDescriptor
    StorageMeta = type
else:
    Storage = native.Storage
    FieldDescriptor = native.FieldDescriptor
    StorageMeta = native.StorageMeta


class DocumentStorage(Storage):
    """The base of every document: what an instance is made of.

    Attributes:
        _id: the document's id, or ``None`` before the first save.
        _is_persisted: whether the document was loaded or saved before; where its changes are
            tracked, a ``Snapshot`` that says so, and what was stored then.
        _stored_keys: for dynamic attributes that were loaded, the key each came from; and ``_id``
            for an embedded document that was stored with one.
        _hidden: stored values that no attribute shows (their name belongs to the class), by key;
            ``HiddenValues`` where there are also fields that read what is stored in another form.
    """

    __slots__ = ()

    _id: Any
    _is_persisted: Any
    _stored_keys: dict[str, str] | None
    _hidden: dict[str, Any] | None

    if not TYPE_CHECKING and native is not None:
        __new__ = native.new_instance

    @property
    def _values(self) -> dict[str, Any]:
        """The stored values by attribute name; live, not a copy."""
        return self.__dict__
