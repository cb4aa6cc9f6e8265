"""What is larger than MongoDB takes is told with the values that take most of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pymongo.errors import DocumentTooLarge

from aiomotorengine import BinaryField, Document, EmbeddedDocumentField, ListField, StringField
from aiomotorengine.errors import LARGEST_DOCUMENT, OversizeDocumentError

pytestmark = pytest.mark.usefixtures("mongo")


class Page(Document):
    image = BinaryField(db_field="i")


class Book(Document):
    name = StringField(db_field="n")
    cover = BinaryField(db_field="c")
    pages = ListField(EmbeddedDocumentField(Page))


MUCH = bytes(LARGEST_DOCUMENT + 100_000)
HALF = bytes(LARGEST_DOCUMENT // 2)

SAVES: dict[str, Callable[[Any], Any]] = {
    "new": lambda large: Book(name="a", **large).save(),
    "create": lambda large: Book.objects.create(name="a", **large),
    "preset id": lambda large: Book(_id=5, **large).save(),
}


@pytest.mark.parametrize("how", SAVES)
async def test_a_save_names_the_document_and_what_takes_most(how: str) -> None:
    with pytest.raises(OversizeDocumentError) as raised:
        await SAVES[how]({"cover": MUCH})
    text = str(raised.value)
    assert text.startswith(f'This "Book" has {len(MUCH)}'[:-4])
    assert f"and {LARGEST_DOCUMENT} are the most; 'cover' takes {len(MUCH) + 8}, " in text
    assert isinstance(raised.value.__cause__, DocumentTooLarge)
    assert await Book.objects.count() == 0


async def test_what_takes_most_is_told_by_its_path() -> None:
    book = await Book(name="a").save()
    assert book is not None
    book.pages = [Page(image=b"x"), Page(image=MUCH)]
    with pytest.raises(OversizeDocumentError, match=r"; 'pages\.1\.image' takes \d+, "):
        await book.save()
    found = await Book.objects.get(book._id)
    assert found is not None
    assert found.pages == []


async def test_a_document_that_has_no_id_yet_has_none_afterwards() -> None:
    book = Book(cover=MUCH)
    with pytest.raises(OversizeDocumentError):
        await book.save()
    assert book._id is None


@pytest.mark.parametrize("how", SAVES)
@pytest.mark.mongod_only("SecantusDB takes a few bytes more")
async def test_what_only_the_server_finds_too_large(how: str) -> None:
    with pytest.raises(OversizeDocumentError, match=r"^This \"Book\" has 167772\d\d bytes of BSON"):
        await SAVES[how]({"cover": bytes(LARGEST_DOCUMENT)})


async def test_an_update() -> None:
    await Book(name="a").save()
    changes = {Book.cover: HALF, "pages": [Page(image=HALF + b"1234")]}
    with pytest.raises(
        OversizeDocumentError,
        match=rf"^This update of \"Book\" has 1677\d+ bytes of BSON, and {LARGEST_DOCUMENT} are "
        rf"the most; 'pages\.0\.image' takes \d+, 'cover' takes \d+\.$",
    ):
        await Book.objects.update(changes)
    with pytest.raises(OversizeDocumentError, match=r"; 'cover' takes \d+, 'name' takes \d+\.$"):
        await Book.objects.update({"$set": {"c": MUCH}, "$push": {"n": "b"}})


@pytest.mark.mongod_only("SecantusDB takes larger ones")
async def test_an_update_by_which_a_document_becomes_too_large() -> None:
    await Book(cover=HALF).save()
    with pytest.raises(
        OversizeDocumentError,
        match=rf"^After this update a \"Book\" would have more than {LARGEST_DOCUMENT} bytes of "
        rf"BSON; 'pages\.0\.image' takes \d+\.$",
    ):
        await Book.objects.update({Book.pages: [Page(image=HALF)]})


@pytest.mark.parametrize(
    "ask",
    [
        lambda books: books.count(),
        lambda books: books.find_all(),
        lambda books: books.delete(),
        lambda books: books.update({Book.name: "b"}),
    ],
    ids=["count", "find_all", "delete", "update"],
)
async def test_filters_that_are_too_large(ask: Callable[[Any], Any]) -> None:
    with pytest.raises(DocumentTooLarge) as raised:
        await ask(Book.objects.filter(name="a", cover__in=[MUCH, b""]))
    [note] = raised.value.__notes__
    assert note.startswith("Of the filters, 'cover.$in.0' takes 1")
    assert note.endswith("'name' takes 9 bytes of BSON.")
