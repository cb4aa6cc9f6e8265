"""How a document shows itself to people: its id and its values, but nothing that is secret."""

from __future__ import annotations

from collections.abc import Iterator
from reprlib import Repr
from typing import Any

from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.password_field import SECRET
from aiomotorengine.fields.rules import is_masked
from aiomotorengine.locations import LONGEST_VALUE
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.stored_forms import has_own_id
from aiomotorengine.storage.values import values_of

__all__ = ["parts_of", "text_of"]

MOST_VALUES = 8
"""How many values of a document are shown."""


class DocumentRepr(Repr):
    """Shortens values, and the documents and lists in them by how deep they are.

    What a document refers to is a document of its own, of which the id says enough.
    """

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = LONGEST_VALUE

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, DocumentStorage) and type(x).__repr__ is text_of:
            is_own = getattr(x, "_id", None) is not None and not has_own_id(x)
            return f"{type(x).__name__}(id={x._id!r})" if is_own else self.document(x, level)
        try:
            return super().repr1(x, level)
        except Exception:  # what a program's own __repr__ raises must not hide the rest
            return f"<{type(x).__name__}>"

    def document(self, document: DocumentStorage, level: int) -> str:
        name = type(document).__name__
        if level <= 0:
            return f"{name}(…)"
        shown: list[str] = []
        most = MOST_VALUES + (getattr(document, "_id", None) is not None)
        for part, value in parts_of(document):
            if len(shown) == most:
                shown.append("…")
                break
            shown.append(f"{part}={self.repr1(value, level - 1)}")
        return f"{name}({', '.join(shown)})"


shorten = DocumentRepr()


def text_of(document: DocumentStorage) -> str:
    """The document's ``repr``."""
    try:
        return shorten.document(document, shorten.maxlevel)
    except Exception:  # a debugger shows documents that are half made or broken, too
        return object.__repr__(document)


def parts_of(document: Any) -> Iterator[tuple[str, Any]]:
    """The id and the values of a document that has them, by name.

    Passwords and the values of fields that are left out of what others get are masked.

    Nothing is asked of fields or methods that a program may have overridden, so nothing is loaded,
    and a date that sets itself stays unset.
    """
    id = getattr(document, "_id", None)
    if id is not None:
        yield "id", SECRET if primary_key(type(document))._settings.exclude else id
    values = values_of(document)
    fields = type(document)._fields
    for name, field in fields.items():
        value = values.get(name)
        if value is not None:
            yield name, SECRET if is_masked(field, value) else value
    for name, value in values.items():
        if name not in fields and not name.startswith("_"):
            yield name, value
