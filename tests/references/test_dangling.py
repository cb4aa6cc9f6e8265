"""References whose target is gone: they read None, and are not erased by a save (K38)."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine.errors import InvalidDocumentError
from tests.references.library import Author, Book, Comment, EagerBook

pytestmark = pytest.mark.usefixtures("mongo")


async def row() -> dict[str, Any]:
    stored: dict[str, Any] = await Book.objects.coll().find_one({}, {"_id": 0})
    return stored


@pytest.fixture
async def gone() -> Author:
    """An author that was saved and deleted."""
    author = await Author(name="gone").save()
    await author.delete()
    return author


@pytest.fixture
async def ada() -> Author:
    """An author that is there."""
    return await Author(name="Ada").save()


async def loaded(**values: Any) -> Book:
    """A book from the database with its references loaded."""
    await Book(**values).save()
    (book,) = await Book.objects.find_all()
    await book.load_references()
    return book


async def test_k38_a_dangling_reference_reads_none(gone: Author) -> None:
    book = await loaded(author=gone)
    assert book.author is None
    assert book.get_field_value("author") is None


async def test_k38_it_counts_as_loaded_once(gone: Author) -> None:
    await Book(author=gone).save()
    (book,) = await Book.objects.find_all()
    assert (await book.load_references())["loaded_reference_count"] == 1
    assert (await book.load_references())["loaded_reference_count"] == 0


async def test_k38_a_save_writes_the_id_back(gone: Author) -> None:
    book = await loaded(author=gone)
    book.title = "changed"
    await book.save()
    assert (await row())["a"] == gone._id


async def test_k38_an_eager_document_is_saved_unharmed(gone: Author) -> None:
    await Book(author=gone, readers=[gone]).save()
    (eager,) = await EagerBook.objects.find_all()
    assert (eager.author, eager.readers) == (None, [None])
    await eager.save()
    stored = await row()
    assert (stored["a"], stored["rs"]) == (gone._id, [gone._id])


async def test_k38_what_the_program_assigns_counts(gone: Author, ada: Author) -> None:
    book = await loaded(author=gone)
    book.author = None
    await book.save()
    assert (await row())["a"] is None
    book.author = ada
    await book.save()
    assert (await row())["a"] == ada._id


async def test_k38_in_lists_the_items_read_none_and_keep_their_ids(
    gone: Author, ada: Author
) -> None:
    other = ObjectId()
    book = await loaded(readers=[gone, ada, other])
    assert [reader and reader.name for reader in book.readers] == [None, "Ada", None]
    await book.save()
    assert (await row())["rs"] == [gone._id, ada._id, other]


async def test_k38_a_changed_list_keeps_the_ids_of_those_still_in_it(
    gone: Author, ada: Author
) -> None:
    book = await loaded(readers=[gone, ada])
    book.readers.append(await Author(name="Bob").save())
    await book.save()
    assert (await row())["rs"] == [gone._id, ada._id, book.readers[2]._id]


async def test_k38_items_that_the_program_removed_do_not_come_back(
    gone: Author, ada: Author
) -> None:
    book = await loaded(readers=[gone, ada])
    book.readers = [reader for reader in book.readers if reader is not None]
    await book.save()
    assert (await row())["rs"] == [ada._id]


async def test_k38_a_list_cleared_in_place_stays_cleared(gone: Author, ada: Author) -> None:
    book = await loaded(readers=[gone, ada])
    book.readers.clear()
    await book.save()
    assert (await row())["rs"] == []


async def test_k38_in_embedded_documents(gone: Author) -> None:
    book = await loaded(comments=[Comment(text="a", by=gone, readers=[gone])])
    comment = book.comments[0]
    assert (comment.by, comment.readers) == (None, [None])
    await book.save()
    assert (await row())["comments"] == [{"text": "a", "b": gone._id, "readers": [gone._id]}]


async def test_k38_in_lists_of_lists(gone: Author, ada: Author) -> None:
    book = await loaded(groups=[[gone], [ada, gone]])
    assert [[item and item.name for item in group] for group in book.groups] == [
        [None],
        ["Ada", None],
    ]
    await book.save()
    assert (await row())["groups"] == [[gone._id], [ada._id, gone._id]]


async def test_k38_a_document_with_dangling_references_is_valid(gone: Author, ada: Author) -> None:
    book = await loaded(author=gone, readers=[gone, ada])
    assert book.validate()
    with pytest.raises(InvalidDocumentError, match=r"Field 'readers' must be valid\."):
        Book(readers=[Author(name="unsaved")]).validate()


async def test_k38_a_bulk_insert_of_loaded_documents_keeps_the_ids(gone: Author) -> None:
    book = await loaded(author=gone, readers=[gone])
    await Book.objects.delete()
    await Book.objects.bulk_insert([book])
    stored = await row()
    assert (stored["a"], stored["rs"]) == (gone._id, [gone._id])


@pytest.mark.parametrize(
    "twin",
    [copy.copy, copy.deepcopy, lambda book: pickle.loads(pickle.dumps(book))],
    ids=["copy", "deepcopy", "pickle"],
)
async def test_k38_copies_keep_the_ids(gone: Author, twin: Any) -> None:
    book = twin(await loaded(author=gone, readers=[gone]))
    assert (book.author, list(book.readers)) == (None, [None])
    son = book.to_son()
    assert (son["a"], son["rs"]) == (gone._id, [gone._id])


async def test_k38_a_target_that_is_back_is_found_by_a_fresh_load(gone: Author) -> None:
    await loaded(author=gone)
    await gone.save(upsert=True)
    (book,) = await Book.objects.find_all(lazy=False)
    assert book.author.name == "gone"
