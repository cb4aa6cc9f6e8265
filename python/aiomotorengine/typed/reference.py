"""Reference[T]: the annotation of a document that is stored elsewhere."""

from __future__ import annotations

from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

__all__ = ["Reference"]

D = TypeVar("D")

if TYPE_CHECKING:
    # Before it is loaded the attribute takes an id, and reading it raises: type checkers see the
    # document, and let through what else there may be.
    Reference = Annotated[D | Any, "a reference"]
else:

    class Reference:
        """The annotation of a document that is stored elsewhere, and of which the id is stored.

        ``Reference[Author]`` means ``ReferenceField(Author)``: what is assigned is a document or an
        id, and the document can be read once ``load_references`` was awaited. ``Reference[A | B]``
        means a ``GenericReferenceField`` of the two, ``Reference[Any]`` one of all classes.

        Example:
            >>> from bson import ObjectId
            >>> from aiomotorengine import Reference, TypedDocument
            >>> class Author(TypedDocument):
            ...     name: str
            >>> class Book(TypedDocument):
            ...     author: Reference[Author]
            >>> ada = Author(id=ObjectId("0123456789abcdef01234567"), name="Ada")
            >>> Book(author=ada).to_son()
            {'author': ObjectId('0123456789abcdef01234567')}
        """

        __class_getitem__ = classmethod(GenericAlias)
