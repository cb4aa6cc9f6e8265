"""What was stored for a document and no attribute shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded_part import LoadedPart

__all__ = ["CHANGEABLE", "HiddenValues", "StoredForm", "has_own_id", "keep_own_id"]

CHANGEABLE = (list, dict, set, tuple)

"""What a field may read that changes in place, or holds what does."""


class StoredForm:
    """What is stored for a field that reads it in another form, so that a save can keep it.

    Parameters:
        stored: the value in MongoDB.
        loaded: what the field read.
        written: what the field would store for a list, dict or the like that was read, which may
            change in place.
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
        absent_parts: the keys of the shard key under which nothing is stored.
        loaded: the part that was loaded of the document; ``None`` for all (``loaded.py``).
        lists_in_part: by attribute, the lists that were loaded in part.
        nothing_loaded: the attributes for which nothing was loaded though they were asked for, and
            nothing was written since: it is not known that nothing is stored for them.
        is_shared: whether other documents have the same ones, which say what was loaded and nothing
            else; nothing of them is changed.
    """

    __slots__ = (
        "absent_parts",
        "is_shared",
        "lists_in_part",
        "loaded",
        "nothing_loaded",
        "stored_forms",
    )

    absent_parts: tuple[str, ...]
    is_shared: bool
    lists_in_part: dict[str, Any]
    loaded: LoadedPart | None
    nothing_loaded: frozenset[str]
    stored_forms: dict[str, StoredForm]

    @classmethod
    def of(cls, document: DocumentStorage) -> HiddenValues:
        """Those of a document, which has some of its own from now on, to be changed."""
        hidden = document._hidden
        if isinstance(hidden, cls) and not hidden.is_shared:
            return hidden
        own = cls.with_nothing(hidden or {})
        if isinstance(hidden, cls):
            own.loaded, own.nothing_loaded = hidden.loaded, hidden.nothing_loaded
        document._hidden = own
        return own

    @classmethod
    def with_nothing(cls, values: Mapping[str, Any] = {}) -> HiddenValues:
        """These values, and nothing else."""
        hidden = cls(values)
        hidden.stored_forms, hidden.lists_in_part = {}, {}
        hidden.absent_parts, hidden.loaded, hidden.is_shared = (), None, False
        hidden.nothing_loaded = frozenset()
        return hidden

    @classmethod
    def of_part(cls, part: LoadedPart, nothing_loaded: Iterable[str] = ()) -> HiddenValues:
        """Those of all documents of which this part was loaded, nothing for the same attributes,
        and nothing else is hidden.
        """
        hidden = cls.with_nothing()
        hidden.loaded, hidden.nothing_loaded = part, frozenset(nothing_loaded)
        hidden.is_shared = True
        return hidden

    def but(self, *, absent_parts: tuple[str, ...]) -> HiddenValues:
        """The same with other absent parts."""
        hidden = HiddenValues.with_nothing(self)
        hidden.stored_forms, hidden.absent_parts = self.stored_forms, absent_parts
        hidden.loaded, hidden.lists_in_part = self.loaded, self.lists_in_part
        hidden.nothing_loaded = self.nothing_loaded
        return hidden


OWN_ID = {"_id": "_id"}

"""The ``_stored_keys`` of an embedded document that was stored with an ``_id``, and has no others.
They share this one, which nobody changes."""


def keep_own_id(document: DocumentStorage) -> None:
    """Say that a loaded document was stored in another one with the ``_id`` that it has."""
    keys = document._stored_keys
    document._stored_keys = {**keys, **OWN_ID} if keys else OWN_ID


def has_own_id(document: DocumentStorage) -> bool:
    """Whether a document is stored in another one with an ``_id``: it is if it was, or if its class
    has a primary key of its own.
    """
    if getattr(document, "_id", None) is None:
        return False
    return bool(getattr(document, "_declared_key", ())) or "_id" in (
        getattr(document, "_stored_keys", None) or ()
    )
