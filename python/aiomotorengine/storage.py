"""Where a document keeps its values, and the descriptors that read them.

Field values live in the instance's ordinary ``__dict__`` under the attribute name, exactly as they
were assigned or loaded. A plain field's descriptor is therefore no data descriptor: Python finds
the value in the instance first and never calls it. A field whose ``get_value`` does something, a
reference, or a date that stamps itself gets a data descriptor, which asks the field.

What belongs to the document but is no value (its id, where its dynamic values came from) has slots,
so that ``_values`` is the values and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import Any

from aiomotorengine.errors import LoadReferencesRequiredError

__all__ = [
    "CHANGEABLE",
    "Attribute",
    "ConvertedAttribute",
    "DanglingReference",
    "DocumentStorage",
    "HiddenValues",
    "ReferenceAttribute",
    "ReferenceList",
    "StoredAttribute",
    "StoredForm",
]


class DanglingReference:
    """A reference that was looked up and whose target is gone.

    The attribute reads ``None``, and a save still writes the id (K38).
    """

    __slots__ = ("id",)

    def __init__(self, id: Any) -> None:
        self.id = id

    def __repr__(self) -> str:
        return f"DanglingReference({self.id!r})"


class ReferenceList(list[Any]):
    """A loaded list of references of which some targets are gone.

    Those items read ``None``. While the list has as many ``None`` as there were, a save writes the
    ids of the missing targets back in their order (K38).
    """

    def __init__(self, items: Iterable[Any], missing: Iterable[Any]) -> None:
        super().__init__(items)
        self.missing = list(missing)

    @classmethod
    def of(cls, items: list[Any]) -> ReferenceList:
        """The list with its dangling references turned to ``None``, and remembered."""
        known = items.missing if isinstance(items, cls) and items.is_intact else ()
        kept = iter(known)
        missing = []
        for item in items:
            if isinstance(item, DanglingReference):
                missing.append(item.id)
            elif item is None:
                missing.append(next(kept, None))
        return cls((None if isinstance(i, DanglingReference) else i for i in items), missing)

    @property
    def is_intact(self) -> bool:
        """Whether there are as many missing items as there were."""
        return sum(item is None for item in self) == len(self.missing)

    def restored(self) -> list[Any]:
        """The items, with the ids of the missing targets back in their places."""
        if not self.is_intact:
            return list(self)  # the program has changed the list: what it says counts
        ids = iter(self.missing)
        return [next(ids) if item is None else item for item in self]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self), self.missing)


CHANGEABLE = (list, dict)
"""What a field may read that changes in place."""


class StoredForm:
    """What is stored for a field that reads it in another form, so that a save can keep it.

    Parameters:
        stored: the value in MongoDB.
        loaded: what the field read.
        written: what the field would store for a list or dict that was read, which may change in
            place.
    """

    __slots__ = ("_loaded", "_written", "stored")

    def __init__(self, stored: Any, loaded: Any, written: Any = None) -> None:
        self.stored = stored
        self._loaded = loaded
        self._written = written

    def holds_for(self, value: Any, write: Callable[[Any], Any]) -> bool:
        """Whether a document's value is still the one that was read.

        Parameters:
            value: the value.
            write: the field's ``to_son``.
        """
        loaded = self._loaded
        if isinstance(loaded, CHANGEABLE):
            return value is loaded and bool(write(value) == self._written)
        if value is loaded:
            return True
        # Copies by ``pickle`` have numbers of their own; NaN, which equals nothing, as well.
        if type(value) is not type(loaded) or not isinstance(value, int | float):
            return False
        return bool(value == loaded or (value != value and loaded != loaded))


class HiddenValues(dict[str, Any]):
    """Stored values that no attribute shows, by key.

    Attributes:
        stored_forms: by attribute, what is stored for fields that read it in another form.
    """

    __slots__ = ("stored_forms",)

    stored_forms: dict[str, StoredForm]

    @classmethod
    def of(cls, document: DocumentStorage) -> HiddenValues:
        """Those of a document, which has some from now on."""
        hidden = document._hidden
        if not isinstance(hidden, cls):
            hidden = cls(hidden or {})
            hidden.stored_forms = {}
            document._hidden = hidden
        return hidden


class DocumentStorage:
    """The base of every document: what an instance is made of.

    Attributes:
        _id: the document's id, or ``None`` before the first save.
        _is_persisted: whether the document was loaded or saved before.
        _stored_keys: for dynamic attributes that were loaded, the key each came from.
        _hidden: stored values that no attribute shows (their name belongs to the class), by key;
            ``HiddenValues`` where there are also fields that read what is stored in another form.
    """

    __slots__ = ("__dict__", "__weakref__", "_hidden", "_id", "_is_persisted", "_stored_keys")

    _id: Any
    _is_persisted: bool
    _stored_keys: dict[str, str] | None
    _hidden: dict[str, Any] | None

    @property
    def _values(self) -> dict[str, Any]:
        """The stored values by attribute name; live, not a copy."""
        return self.__dict__


class Attribute:
    """What a field becomes in the class body: the way one attribute is read.

    Parameters:
        field: the field; it is what reading the attribute on the class gives.
        name: the attribute's name.
    """

    __slots__ = ("field", "name")

    stamps = False
    """Whether saving sets the value by itself; then ``stamp`` does."""

    def __init__(self, field: Any, name: str) -> None:
        self.field = field
        self.name = name

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
        return self.field.get_value(document.__dict__.get(self.name))


class StoredAttribute(Attribute):
    """A plain field. Python reaches it only on the class, or when the instance has no value."""

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None) -> Any:
        return self.field if document is None else None


class ConvertedAttribute(Attribute):
    """A field whose ``get_value`` has a say in what is read."""

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None) -> Any:
        return self.field if document is None else self.read(document)

    def __set__(self, document: DocumentStorage, value: Any) -> None:
        document.__dict__[self.name] = self.field._kept(value)

    def __delete__(self, document: DocumentStorage) -> None:
        try:
            del document.__dict__[self.name]
        except KeyError:
            raise AttributeError(self.name) from None


class ReferenceAttribute(ConvertedAttribute):
    """A reference: reads as the document it points to, once that is loaded."""

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None) -> Any:
        if document is None:
            return self.field
        if type(document.__dict__.get(self.name)) is DanglingReference:
            return None
        value = self.read(document)
        if value is None or isinstance(value, DocumentStorage):
            return value
        raise LoadReferencesRequiredError.of(self.name, type(document).__name__)
