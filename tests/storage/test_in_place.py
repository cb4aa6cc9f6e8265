"""What the library does with a document leaves its values where they are."""

from __future__ import annotations

import copy
import gc
import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from bson.objectid import ObjectId

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
)


class Author(Document):
    name = StringField(required=True)


class Note(Document):
    text = StringField(max_length=3)
    by = ReferenceField(Author)


class Book(Document):
    title = StringField(required=True)
    number = IntField(unique=True)
    secret = PasswordField()
    changed = DateTimeField(auto_now_on_update=True)
    author = ReferenceField(Author)
    readers = ListField(ReferenceField(Author))
    note = EmbeddedDocumentField(Note)
    notes = ListField(EmbeddedDocumentField(Note))


def has_dict(document: Any) -> bool:
    """Whether there is a dict that holds the document's values."""
    values = [one for one in gc.get_referents(document) if type(one) is dict]
    return any("title" in one or "text" in one or "name" in one for one in values)


AS_NEW = has_dict(Author(name="a"))
"""How a document is when it was made; each storage has its own answer."""


def assert_in_place(*documents: Any) -> None:
    for document in documents:
        assert has_dict(document) == AS_NEW, document


def book_of(author: Any = None, reader: Any = None) -> Any:
    return Book(
        title="a",
        number=1,
        secret="s",
        author=author,
        readers=(reader, reader) if reader else None,
        note=Note(text="b", by=author),
        notes=[Note(text="c", by=reader)],
    )


def parts(book: Any) -> list[Any]:
    return [book, book.note, *book.notes]


def assigned(book: Any) -> None:
    book.title, book.secret, book.changed, book.note.text = "b", "t", None, "d"
    del book.number


LOOKS: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda book: None,
    "read": lambda book: (book.title, book.secret, book.changed, book.readers),
    "assigned": assigned,
    "validate": lambda book: book.validate(),
    "validation_errors": lambda book: book.validation_errors(),
    "to_son": lambda book: book.to_son(),
    "repr": repr,
    "get_field_value": lambda book: [book.get_field_value(name) for name in Book._fields],
    "missing": lambda book: getattr(book, "missing", None),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "explain_codec": lambda book: Book.explain_codec(),
    "hidden": lambda book: setattr(book, "_hidden", {"save": 1}),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_look_at_a_document_moves_nothing(look: Callable[[Any], Any]) -> None:
    author = ObjectId()
    for book in book_of(author, author), Book.from_son(book_of(author, author).to_son()):
        look(book)
        assert_in_place(*parts(book))


CLONES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda book: pickle.loads(pickle.dumps(book)),
    "from_son": lambda book: Book.from_son(book.to_son()),
    "a stored key that is a method's": lambda book: Book.from_son({**book.to_son(), "save": 1}),
}


@pytest.mark.parametrize("clone", CLONES.values(), ids=CLONES)
def test_what_is_made_of_a_document_is_as_a_new_one(clone: Callable[[Any], Any]) -> None:
    assert_in_place(*parts(clone(book_of(ObjectId(), ObjectId()))))


@pytest.mark.usefixtures("mongo")
async def test_saving_changing_and_reading_move_nothing() -> None:
    author = await Author(name="a").save()
    book = await book_of(author, author).save()
    book.title = "b"
    await book.save()
    assert_in_place(author, *parts(book))
    await Book.objects.filter(number=1).update({"title": "c"})
    found: Any = await Book.objects.get(number=1)
    assert found.title == "c"
    assert_in_place(*parts(found))
    assert_in_place(*await Book.objects.find_all())
    await found.delete()
    assert_in_place(*parts(found))


@pytest.mark.usefixtures("mongo", "codec")
async def test_loading_references_moves_nothing() -> None:
    ada, bob = await Author(name="a").save(), await Author(name="b").save()
    book: Any = book_of(ada, bob)
    book.readers = [bob, Author(name="gone", _id=ObjectId())]
    await book.save()
    found: Any = await Book.objects.get(number=1)
    result = await found.load_references()
    assert result["loaded_reference_count"] == 5
    assert_in_place(*parts(found), found.author, found.readers[0], found.note.by)
    [eager] = await Book.objects.find_all(lazy=False)
    assert_in_place(*parts(eager), eager.author, eager.readers[0], eager.note.by)


@pytest.mark.usefixtures("mongo", "codec")
async def test_a_stream_with_refused_documents_moves_nothing() -> None:
    author = await Author(name="a").save()
    books = [book_of(author, author) for _ in range(3)]
    books[2].note.text = "too long"
    file = io.StringIO()
    report = await Book.objects.insert_stream(
        books, ordered=False, on_error="collect", rejects=file
    )
    assert {entry.number for entry in report.rejected} == {1, 2}
    assert len(file.getvalue().splitlines()) == 2
    for book in books:
        assert_in_place(*parts(book))
