"""The documents of the reference tests: authors, books and shelves, lazy and eager."""

from __future__ import annotations

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    ListField,
    ReferenceField,
    StringField,
)

__all__ = ["Author", "Book", "Chain", "Comment", "EagerBook", "Left", "Review", "Right"]


class Author(Document):
    name = StringField(required=True)


class Comment(Document):
    text = StringField()
    by = ReferenceField(Author, db_field="b")
    readers = ListField(ReferenceField(Author))


class Review(Document):
    """Embedded documents in embedded documents."""

    first = EmbeddedDocumentField(Comment)
    others = ListField(EmbeddedDocumentField(Comment))


class Book(Document):
    title = StringField()
    author = ReferenceField(Author, db_field="a")
    readers = ListField(ReferenceField(Author), db_field="rs")
    groups = ListField(ListField(ReferenceField(Author)))
    review = EmbeddedDocumentField(Review)
    comments = ListField(EmbeddedDocumentField(Comment))


class EagerBook(Document):
    """The same rows, references always loaded."""

    __collection__ = "Book"
    __lazy__ = False
    title = StringField()
    author = ReferenceField(Author, db_field="a")
    readers = ListField(ReferenceField(Author), db_field="rs")


class Left(Document):
    """Refers to ``Right``, which refers back; both load at once."""

    __lazy__ = False
    name = StringField()
    right = ReferenceField("tests.references.library.Right")
    rights = ListField(ReferenceField("tests.references.library.Right"))


class Right(Document):
    __lazy__ = False
    name = StringField()
    left = ReferenceField(Left)


class Chain(Document):
    """Refers to the next of its kind; loads at once."""

    __lazy__ = False
    name = StringField()
    next = ReferenceField("tests.references.library.Chain")
    others = ListField(ReferenceField("tests.references.library.Chain"))
