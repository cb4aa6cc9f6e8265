"""The descriptors that metaclasses put into the place of fields: how one value is read and set."""

from __future__ import annotations

from datetime import tzinfo
from functools import cache
from typing import Any

from aiomotorengine.errors import (
    FieldNotLoadedError,
    ImmutableFieldError,
    LoadReferencesRequiredError,
)
from aiomotorengine.storage.base import DocumentStorage, FieldDescriptor
from aiomotorengine.storage.choice import native
from aiomotorengine.storage.dangling import DanglingReference
from aiomotorengine.storage.loaded import is_loaded

__all__ = [
    "ABSENT",
    "Attribute",
    "ConvertedAttribute",
    "ImmutableAttribute",
    "ReferenceAttribute",
    "ShadowedAttribute",
    "StoredAttribute",
    "immutable",
    "way_of_reading",
]


class Attribute(FieldDescriptor):
    """What a field becomes in the class body: the way one attribute is read.

    Parameters:
        field: the field; it is what reading the attribute on the class gives.
        name: the attribute's name.
    """

    __slots__ = ()

    stamps = False
    """Whether saving sets the value by itself; then ``stamp`` does."""

    @property
    def renews(self) -> bool:
        """Whether each save sets the value anew."""
        return False

    def stamp(
        self, document: DocumentStorage, *, creating: bool, renew: bool, zone: tzinfo | None
    ) -> None:
        """Set what a save sets by itself. Called only where ``stamps`` is true.

        Parameters:
            document: the document that is saved.
            creating: whether it is inserted.
            renew: whether a value that is there already may be replaced.
            zone: the time zone in which the client reads dates; ``None`` where it reads them naive.
        """

    def read(self, document: DocumentStorage) -> Any:
        """The value that validation and saving see; never complains about unloaded references."""
        return self.field.get_value(self.value_of(document))

    def missing(self, document: DocumentStorage) -> Any:
        """What is read where a document has no value.

        Raises:
            FieldNotLoadedError: the query has not asked for the field.
        """
        if not is_loaded(document, self.name):
            # A document that a query has found has an id; one in another is seldom stored with one.
            own_keys = document._stored_keys or ()
            is_embedded = document._id is None or "_id" in own_keys
            raise FieldNotLoadedError.of(
                self.name, type(document).__name__, is_embedded=is_embedded
            )
        return None


class StoredAttribute(Attribute):
    """A plain field, which reads as the value is kept."""

    __slots__ = ()


class ConvertedAttribute(Attribute):
    """A field whose ``get_value`` has a say in what is read."""

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None, /) -> Any:
        if document is None:
            return self.field
        # Only where there is none, or ``None``, it may be that it was not loaded.
        if self.value_of(document) is None:
            self.missing(document)
        return self.read(document)

    def __set__(self, document: DocumentStorage, value: Any) -> None:
        self.keep(document, self.field._kept(value))

    def __delete__(self, document: DocumentStorage) -> None:
        self.remove(document)


class ReferenceAttribute(ConvertedAttribute):
    """A reference: reads as the document it points to, once that is loaded."""

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None, /) -> Any:
        if document is None:
            return self.field
        if type(self.value_of(document)) is DanglingReference:
            return None
        value = self.read(document)
        if value is None:
            return self.missing(document)
        if isinstance(value, DocumentStorage):
            return value
        raise LoadReferencesRequiredError.of(self.name, type(document).__name__)


class ImmutableAttribute(Attribute):
    """A field that keeps its value once the document is stored; before the way it is read."""

    __slots__ = ()

    def __set__(self, document: DocumentStorage, value: Any) -> None:
        if document._is_persisted and not self.is_the_same(self.field._kept(value), document):
            raise ImmutableFieldError.of(self.name)
        super().__set__(document, value)  # type: ignore[misc]

    def __delete__(self, document: DocumentStorage) -> None:
        if document._is_persisted:
            raise ImmutableFieldError.of(self.name)
        super().__delete__(document)  # type: ignore[misc]

    def is_the_same(self, value: Any, document: DocumentStorage) -> bool:
        """Whether a value is the one that a document has, or is stored as that."""
        present = self.value_of(document)
        if value is present:
            return True
        try:
            return bool(self.field.to_son(value) == self.field.to_son(present))
        except Exception:  # a value that can't be stored is another one
            return False


def immutable(attribute: Attribute) -> Attribute:
    """The same descriptor for an immutable field."""
    kind: Any = type(attribute)
    made: Attribute = immutable_kind(kind)(attribute.field, attribute.name)
    return made


@cache
def immutable_kind(kind: Any) -> Any:
    # What has no ``__set__`` of its own is set in the ``__dict__`` by Python itself.
    base = ConvertedAttribute if kind is StoredAttribute else kind
    return type(f"Immutable{base.__name__}", (ImmutableAttribute, base), {"__slots__": ()})


def way_of_reading(kind: type) -> type:
    """The class of descriptors that reads as one does, be that immutable or not."""
    return kind.__bases__[1] if issubclass(kind, ImmutableAttribute) else kind


ABSENT: Any = object()


class ShadowedAttribute(FieldDescriptor):
    """In native storage, what a program put into a class in the place of a field.

    The values of instances go before it. In a ``__dict__`` they do by themselves.

    Parameters:
        field: the value that the program wants there; ``ABSENT`` for nothing.
        name: the attribute's name.
    """

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None, /) -> Any:
        if document is not None and native is not None:
            kept = native.value(document, self.name, ABSENT)
            if kept is not ABSENT:
                return kept
        if self.field is ABSENT:
            of = getattr(owner, "__name__", "") if document is None else type(document).__name__
            kind = f"type object '{of}'" if document is None else f"'{of}' object"
            raise AttributeError(f"{kind} has no attribute '{self.name}'")
        get = getattr(type(self.field), "__get__", None)
        return self.field if get is None else get(self.field, document, owner)
