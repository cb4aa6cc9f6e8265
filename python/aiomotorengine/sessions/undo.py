"""What the library has changed in documents during a transaction, so that it can be taken back.

Only what the library itself set is taken back, and only where it still stands: what the program has
assigned, before or after, stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiomotorengine.documents.conversion import conversion_of, find_attribute
from aiomotorengine.storage.descriptors import ABSENT
from aiomotorengine.storage.shard_keys import absent_parts
from aiomotorengine.storage.stored_forms import HiddenValues
from aiomotorengine.storage.values import other_values, value_of

__all__ = ["FORMS", "Changes"]

SLOTS = ("_id", "_is_persisted")
"""The attributes of a document that are the library's own, and that saving it changes."""

FORMS = ("_stored_keys", "_hidden")
"""Those that say in which form it is stored; only reading it anew changes them."""


class Changes:
    """The changes of one transaction, in the order in which they were made."""

    def __init__(self) -> None:
        self._undoers: list[Callable[[], None]] = []
        self._of_versions: list[Callable[[], None]] = []
        """Those of them that put versions back."""

    @contextmanager
    def made_to(
        self, documents: Iterable[Any], attributes: Iterable[tuple[Any, str]] = ()
    ) -> Iterator[None]:
        """Remember what the library changes in documents in this block.

        Parameters:
            documents: the documents.
            attributes: what it sets besides what every save sets: documents, which may be embedded
                in those, each with the name of a field, of a dynamic value, or of one of ``FORMS``.
        """
        documents = list(documents)
        versions = [place for document in documents for place in version_of(document)]
        before = [*versions, *(place for document in documents for place in places_in(document))]
        before += [place for document, name in attributes for place in places_of(document, name)]
        values = [read() for read, _ in before]
        try:
            yield
        finally:
            for index, ((read, put), was) in enumerate(zip(before, values, strict=True)):
                now = read()
                if now is not was:
                    undo = undoer(read, put, was, now)
                    self._undoers.append(undo)
                    if index < len(versions):
                        self._of_versions.append(undo)

    def undo(self) -> None:
        """Take everything back."""
        take_back(self._undoers)
        self.forget()

    def undo_versions(self) -> None:
        """Take back the versions of documents, and nothing else any more."""
        take_back(self._of_versions)
        self.forget()

    def forget(self) -> None:
        """Nothing is to be taken back any more."""
        self._undoers.clear()
        self._of_versions.clear()


def take_back(undoers: Sequence[Callable[[], None]]) -> None:
    """Undo what was done, the last first."""
    for undo in reversed(undoers):
        undo()


Place = tuple[Callable[[], Any], Callable[[Any], None]]
"""A place that has a value: how to read it, and how to put another one there."""


def version_of(document: Any) -> Iterator[Place]:
    """The place of a document's version, if it has one."""
    version = conversion_of(type(document)).version
    if version is not None:
        yield field_place(document, version.name)


def places_in(document: Any) -> Iterator[Place]:
    """The other places of a document in which every save may put something."""
    for slot in SLOTS:
        yield attribute_place(document, slot)
    if absent_parts(document):
        yield attribute_place(document, "_hidden")
    conversion = conversion_of(type(document))
    for holder, name in conversion.stamped(document):
        yield field_place(holder, name)


def places_of(document: Any, name: str) -> Iterator[Place]:
    """The places that belong to an attribute of a document."""
    if name in FORMS:
        yield attribute_place(document, name)
    elif name in type(document)._fields:
        yield field_place(document, name)
        yield stored_form_place(document, name)
    else:
        yield dynamic_place(document, name)


def attribute_place(document: Any, name: str) -> Place:
    return lambda: getattr(document, name), lambda value: setattr(document, name, value)


def field_place(document: Any, name: str) -> Place:
    attribute = find_attribute(type(document), name)
    return lambda: value_of(document, name), lambda value: attribute.keep(document, value)


def stored_form_place(document: Any, name: str) -> Place:
    """Where it is kept what is stored for a field that reads it in another form."""

    def read() -> Any:
        return getattr(document._hidden, "stored_forms", {}).get(name, ABSENT)

    def put(form: Any) -> None:
        forms = HiddenValues.of(document).stored_forms
        if form is ABSENT:
            forms.pop(name, None)
        else:
            forms[name] = form

    return read, put


def dynamic_place(document: Any, name: str) -> Place:
    def put(value: Any) -> None:
        if value is ABSENT:
            delattr(document, name)
        else:
            setattr(document, name, value)

    return lambda: other_values(document).get(name, ABSENT), put


def undoer(read: Callable[[], Any], put: Callable[[Any], None], was: Any, now: Any) -> Any:
    """What puts back what was in a place, unless something else has been put there since."""

    def undo() -> None:
        if read() is now:
            put(was)

    return undo
