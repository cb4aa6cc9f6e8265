"""EmbeddedDocument: the base of classes whose documents are only in others."""

from __future__ import annotations

from typing import Any, ClassVar

from aiomotorengine.document import Document
from aiomotorengine.storage.stored_forms import has_own_id
from aiomotorengine.storage.values import values_of

__all__ = ["EmbeddedDocument"]


class EmbeddedDocument(Document, registered=False):
    """A document that is only in others. Its class has no collection.

    Two are equal if they are of one class and are stored alike. So they have no hash: what they are
    equal to changes with their values.

    Raises:
        AbstractClassError: its ``objects`` are asked for, or it is saved by itself.

    Example:
        >>> from aiomotorengine import *
        >>> class Address(EmbeddedDocument):
        ...     street = StringField()
        >>> class Citizen(Document):
        ...     home = EmbeddedDocumentField(Address)
        >>> Citizen(home=Address(street="Loop")).home == Address(street="Loop")
        True
    """

    _is_embedded: ClassVar[bool] = True

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is not type(self):
            return NotImplemented
        try:
            return inner_son(self) == inner_son(other)
        except Exception:  # of a value that its field refuses, or of a method of the program's
            return bool(values_of(self) == values_of(other))

    __hash__ = None  # type: ignore[assignment]  # as Python does it for classes with __eq__


def inner_son(document: Any) -> dict[str, Any]:
    """What is stored for a document in another one."""
    son: dict[str, Any] = document.to_son()
    return {"_id": document._id, **son} if has_own_id(document) else son
