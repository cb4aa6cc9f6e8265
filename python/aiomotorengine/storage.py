"""Where a document keeps its values, and the descriptors that read them.

In Python's storage, field values live in the instance's ordinary ``__dict__`` under the attribute
name, exactly as they were assigned or loaded. A plain field's descriptor is therefore no data
descriptor: Python finds the value in the instance first and never calls it. A field whose
``get_value`` does something, a reference, or a date that stamps itself gets a data descriptor,
which asks the field.

In native storage (``rust/son_codec/src/storage``) they lie in the instance itself, and every
descriptor is a data descriptor. They move to the ``__dict__``, for good, when somebody asks for it
or sets an attribute that has no descriptor.

What belongs to the document but is no value (its id, where its dynamic values came from) has slots,
so that ``_values`` is the values and nothing else.

``AIOMOTORENGINE_STORAGE`` chooses, when the library is imported: ``auto`` (native if the extension
can be had), ``native`` (an ``ImportError`` that says why, if it cannot) or ``python``.

Attributes:
    implementation: ``"native"`` or ``"python"``, the storage in use.
    reason: why, in a sentence.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from datetime import tzinfo
from types import ModuleType
from typing import TYPE_CHECKING, Any

from aiomotorengine import extension
from aiomotorengine.errors import LoadReferencesRequiredError

__all__ = [
    "ABSENT",
    "CHANGEABLE",
    "Attribute",
    "ConvertedAttribute",
    "DanglingReference",
    "DocumentStorage",
    "HiddenValues",
    "LiveValues",
    "ReferenceAttribute",
    "ReferenceList",
    "ShadowedAttribute",
    "StorageMeta",
    "StoredAttribute",
    "StoredForm",
    "construct_directly",
    "fill_directly",
    "forget_constructions",
    "has_other",
    "has_own_id",
    "implementation",
    "keep_own_id",
    "lay_out",
    "other_values",
    "reason",
    "setter_changed",
    "shadowed",
    "take_values",
    "value_of",
    "values_of",
]

VARIABLE = "AIOMOTORENGINE_STORAGE"


def choose(setting: str) -> tuple[ModuleType | None, str]:
    """The extension, if it is to keep the values, and why it is or is not.

    Raises:
        ImportError: ``native`` is asked for and cannot be had.
        ValueError: the setting is none of the three.
    """
    if setting == "python":
        return None, f"{VARIABLE}=python asks for it"
    if setting == "native":
        return extension.load(), f"{VARIABLE}=native asks for it"
    if setting != "auto":
        raise ValueError(f"{VARIABLE} must be auto, native or python, not {setting!r}.")
    try:
        return extension.load(), "the extension is there"
    except ImportError as error:
        return None, str(error)


_native, reason = choose(os.environ.get(VARIABLE, "auto"))
implementation = "native" if _native else "python"


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


OWN_ID = {"_id": "_id"}
"""The ``_stored_keys`` of an embedded document that was stored with an ``_id``, and has no others.
They share this one, which nobody changes."""


def keep_own_id(document: DocumentStorage) -> None:
    """Say that a loaded document was stored in another one with the ``_id`` that it has."""
    keys = document._stored_keys
    document._stored_keys = {**keys, **OWN_ID} if keys else OWN_ID


def has_own_id(document: DocumentStorage) -> bool:
    """Whether a document is stored in another one with an ``_id``: it is if it was."""
    return "_id" in (getattr(document, "_stored_keys", None) or ()) and document._id is not None


class PythonStorage:
    """The twin of the extension's ``Storage``."""

    __slots__ = ("__dict__", "__weakref__", "_hidden", "_id", "_is_persisted", "_stored_keys")


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
        return self.field if document is None else None

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


if TYPE_CHECKING or _native is None:
    Storage = PythonStorage
    FieldDescriptor = PythonDescriptor
    StorageMeta = type
else:
    Storage = _native.Storage
    FieldDescriptor = _native.FieldDescriptor
    StorageMeta = _native.StorageMeta


class DocumentStorage(Storage):
    """The base of every document: what an instance is made of.

    Attributes:
        _id: the document's id, or ``None`` before the first save.
        _is_persisted: whether the document was loaded or saved before.
        _stored_keys: for dynamic attributes that were loaded, the key each came from; and ``_id``
            for an embedded document that was stored with one.
        _hidden: stored values that no attribute shows (their name belongs to the class), by key;
            ``HiddenValues`` where there are also fields that read what is stored in another form.
    """

    __slots__ = ()

    _id: Any
    _is_persisted: bool
    _stored_keys: dict[str, str] | None
    _hidden: dict[str, Any] | None

    if not TYPE_CHECKING and _native is not None:
        __new__ = _native.new_instance

    @property
    def _values(self) -> dict[str, Any]:
        """The stored values by attribute name; live, not a copy."""
        return self.__dict__


class LiveValues(MutableMapping[str, Any]):
    """The values of a document, live.

    Where they lie in the instance, they stay there until somebody looks here.

    Parameters:
        document: the document.
    """

    __slots__ = ("_document",)

    def __init__(self, document: DocumentStorage) -> None:
        self._document = document

    def __getitem__(self, name: str) -> Any:
        return self._document._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._document._values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._document._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document._values)

    def __len__(self) -> int:
        return len(self._document._values)

    def __repr__(self) -> str:
        return repr(self._document._values)


# -- values by name ------------------------------------------------------------------------------


def lay_out(document_class: Any, names: Iterable[str]) -> None:
    """Say which values the instances of a class will have."""
    if _native is None:
        return
    _native.set_layout(document_class, tuple(names))
    makers = [vars(base)["__new__"] for base in document_class.__mro__ if "__new__" in vars(base)]
    if makers[0] is _native.new_instance and makers[1] is not object.__new__:
        # That of a mixin behind the library's classes, which has none with Python's storage.
        type.__setattr__(document_class, "__new__", makers[1])


def setter_changed(document_class: Any) -> None:
    """Say that a class, and all that derive from it, have another ``__setattr__`` than before."""
    if _native is not None:
        _native.setter_changed(document_class)
        for derived in type.__subclasses__(document_class):
            setter_changed(derived)


def construct_directly(
    document_class: Any,
    defaults: dict[str, Any],
    converters: Mapping[str, Callable[[Any], Any]],
    factories: Mapping[str, Callable[[], Any]],
    *,
    has_own_constructor: bool,
) -> None:
    """Say how the instances of a class are made and filled, until hooks change.

    Parameters:
        document_class: the class.
        defaults: the values of all fields that are not given.
        converters: what turns given values into those that are kept.
        factories: what makes values that are not given.
        has_own_constructor: whether it has an ``__init__`` or ``__new__`` of its own.
    """
    if _native is not None and is_stored_plainly(document_class):
        told = lasts(document_class), has_own_constructor, defaults
        named = list(converters.items()), list(factories.items())
        _native.set_construction(document_class, *told, *named)


def fill_directly(document_class: Any) -> None:
    """Have the ``__init__`` of the base of all documents called at less cost, where it can be."""
    if _native is not None:
        document_class.__init__ = _native.initializer(document_class)


def lasts(document_class: type) -> bool:
    """Whether a class is found under its name, and so is there as long as its module.

    Native instances of others are known to the collector from the beginning: a class that nobody
    else holds goes with its last instance, even if that is its own attribute.
    """
    found: Any = sys.modules.get(document_class.__module__)
    for name in document_class.__qualname__.split("."):
        found = getattr(found, "__dict__", {}).get(name)
    return found is document_class


def is_stored_plainly(document_class: type) -> bool:
    """Whether a class has nothing of its own where the storage keeps what is no value."""
    kept = ("__dict__", "_hidden", "_id", "_is_persisted", "_stored_keys")
    return all(
        inspect.getattr_static(document_class, name)
        is inspect.getattr_static(DocumentStorage, name)
        for name in kept
    )


def shadowed(document_class: Any, name: str, value: Any) -> Any:
    """What to put into a class, where instances have values of that name, for a value.

    Parameters:
        document_class: the class.
        name: the attribute's name.
        value: what the program wants there; ``ABSENT`` for nothing.

    Returns:
        The value itself where instances look for it first, as for a property, or have no values.
    """
    if _native is None or hasattr(type(value), "__set__") or hasattr(type(value), "__delete__"):
        return value
    return ShadowedAttribute(value, name) if has_values(document_class, name) else value


def has_values(document_class: Any, name: str) -> bool:
    """Whether there is a field of that name, in the class or in one derived from it."""
    if name in getattr(document_class, "_fields", ()):
        return True
    return any(has_values(derived, name) for derived in type.__subclasses__(document_class))


def forget_constructions() -> None:
    """Say that classes may make their instances otherwise from now on."""
    if _native is not None:
        _native.forget_constructions()


def value_of(document: DocumentStorage, name: str) -> Any:
    """A value by name, as it is kept; ``None`` where there is none."""
    if _native is not None:
        return _native.value(document, name)
    return document.__dict__.get(name)


def take_values(document: DocumentStorage, values: dict[str, Any]) -> None:
    """Give a document these values, in the place of all that it has."""
    if _native is None or not _native.take_values(document, values):
        document.__dict__ = values


def values_of(document: DocumentStorage) -> Mapping[str, Any]:
    """All values by name, to be read only."""
    if _native is not None:
        copied: dict[str, Any] = _native.values_of(document)
        return copied
    return document.__dict__


def other_values(document: DocumentStorage) -> Mapping[str, Any]:
    """At least all values that are no fields' own, by name, to be read only."""
    if _native is not None:
        return _native.others(document) or {}
    return document.__dict__


def has_other(document: DocumentStorage, name: str) -> bool:
    """Whether the instance has something under a name that is no field's."""
    return name in other_values(document)


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
        if document is not None and _native is not None:
            kept = _native.value(document, self.name, ABSENT)
            if kept is not ABSENT:
                return kept
        if self.field is ABSENT:
            of = getattr(owner, "__name__", "") if document is None else type(document).__name__
            kind = f"type object '{of}'" if document is None else f"'{of}' object"
            raise AttributeError(f"{kind} has no attribute '{self.name}'")
        get = getattr(type(self.field), "__get__", None)
        return self.field if get is None else get(self.field, document, owner)


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


class StoredAttribute(Attribute):
    """A plain field, which reads as the value is kept."""

    __slots__ = ()


class ConvertedAttribute(Attribute):
    """A field whose ``get_value`` has a say in what is read."""

    __slots__ = ()

    def __get__(self, document: DocumentStorage | None, owner: type | None = None, /) -> Any:
        return self.field if document is None else self.read(document)

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
        if value is None or isinstance(value, DocumentStorage):
            return value
        raise LoadReferencesRequiredError.of(self.name, type(document).__name__)
