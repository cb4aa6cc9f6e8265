"""The documents of the tests of deletion: a library, its contracts and its readers."""

from __future__ import annotations

from typing import Any

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
)

__all__ = [
    "Author",
    "Book",
    "Branch",
    "Club",
    "Contract",
    "Desk",
    "Folder",
    "Left",
    "Novelist",
    "Page",
    "Plain",
    "Poem",
    "Reader",
    "Right",
    "Shelf",
    "count",
    "stored",
]


class Author(Document):
    name = StringField()


class Novelist(Author):
    prizes = IntField()


class Book(Document):
    title = StringField()
    author = ReferenceField(Author, db_field="a", on_delete="cascade")
    editor = ReferenceField(Author, on_delete="nullify")


class Page(Document):
    """Goes with its book, which goes with its author."""

    book = ReferenceField("tests.deletion.library.Book", on_delete="cascade")
    number = IntField()


class Shelf(Document):
    books = ListField(ReferenceField(Book, on_delete="pull"), db_field="bs")
    rows = ListField(ListField(ReferenceField(Book, on_delete="pull")))


class Contract(Document):
    author = ReferenceField(Author, on_delete="deny")
    book = ReferenceField(Book, on_delete="deny")


class Poem(Document):
    """Refers to its author, and says nothing of what becomes of it then."""

    author = ReferenceField(Author)


class Desk(Document):
    """Embedded in a branch."""

    of = ReferenceField("tests.deletion.library.Reader", db_field="o", on_delete="nullify")
    users = ListField(ReferenceField("tests.deletion.library.Reader", on_delete="pull"))


class Branch(Document):
    desk = EmbeddedDocumentField(Desk, db_field="d")
    desks = ListField(EmbeddedDocumentField(Desk))
    rows = ListField(ListField(EmbeddedDocumentField(Desk)))


class Reader(Document):
    name = StringField()


class Club(Document):
    """Only its own kind refers to it."""

    parent = ReferenceField("tests.deletion.library.Club", on_delete="deny")


class Folder(Document):
    parent = ReferenceField("tests.deletion.library.Folder", on_delete="cascade")


class Left(Document):
    right = ReferenceField("tests.deletion.library.Right", on_delete="cascade")


class Right(Document):
    left = ReferenceField(Left, on_delete="cascade")


class Plain(Document):
    """Nobody refers to it."""

    number = IntField()


async def stored(document: Document) -> Any:
    """What is stored for a document; ``None`` where it is gone."""
    return await type(document).objects.coll().find_one({"_id": document._id}, {"_id": 0})


async def count(*document_classes: type[Document]) -> list[int]:
    """How many documents of each class there are."""
    return [await document_class.objects.count() for document_class in document_classes]
