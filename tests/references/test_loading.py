"""load_references: what is loaded, counted and left alone, and with how many queries."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import Document, ListField, ReferenceField, StringField, pacing, references
from aiomotorengine.errors import InvalidDocumentError, LoadReferencesRequiredError
from tests.event_loop import counted_turns
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import watch
from tests.references.library import Author, Book, Comment, EagerBook, Review

pytestmark = pytest.mark.usefixtures("mongo")


@pytest.fixture
async def authors(mongo: Mongo) -> list[Author]:
    """Ada, Bob, Cid and Dan."""
    made = [Author(name=name) for name in ("Ada", "Bob", "Cid", "Dan")]
    await Author.objects.bulk_insert(made)
    return made


async def stored(**values: Any) -> Book:
    """A book as it comes from the database."""
    book = await Book(**values).save()
    found = await Book.objects.get(book._id)
    assert found is not None
    return found


def names(documents: list[Any]) -> list[str | None]:
    return [document and document.name for document in documents]


# -- one document --------------------------------------------------------------------------------


async def test_references_of_the_document_and_of_its_lists_are_loaded(
    authors: list[Author],
) -> None:
    ada, bob, cid, _ = authors
    book = await stored(author=ada, readers=[bob, cid])
    result = await book.load_references()
    assert result["loaded_reference_count"] == 3
    assert result["loaded_values"] == book._values
    assert type(book.author) is Author
    assert book.author.name == "Ada"
    assert names(book.readers) == ["Bob", "Cid"]


async def test_nothing_to_load(authors: list[Author]) -> None:
    book = await stored(title="a")
    assert await book.load_references() == {"loaded_reference_count": 0, "loaded_values": []}


async def test_only_the_named_attributes(authors: list[Author]) -> None:
    ada, bob, _, _ = authors
    book = await stored(author=ada, readers=[bob], comments=[Comment(by=ada)])
    result = await book.load_references(fields=["author"])
    assert result["loaded_reference_count"] == 1
    assert book.author.name == "Ada"
    assert book.readers == [bob._id]
    with pytest.raises(LoadReferencesRequiredError):
        _ = book.comments[0].by
    result = await book.load_references(["comments", "readers"])
    assert result["loaded_reference_count"] == 2
    assert book.comments[0].by.name == "Ada"
    assert names(book.readers) == ["Bob"]


async def test_an_unknown_name_is_refused(authors: list[Author]) -> None:
    book = await stored(author=authors[0])
    with pytest.raises(ValueError, match="nope"):
        await book.load_references(fields=["nope"])


@pytest.mark.parametrize(
    "fields", ["author", b"author", {"author": 1}, 1, [1], [Book.author]], ids=repr
)
async def test_loading_what_are_no_names(fields: Any) -> None:
    with pytest.raises(TypeError, match="fields must be a list of names, not "):
        await Book().load_references(fields=fields)


async def test_an_unsaved_document_can_load_too(authors: list[Author]) -> None:
    book = Book(author=authors[0]._id)
    assert (await book.load_references())["loaded_reference_count"] == 1
    assert book.author.name == "Ada"


async def test_embedded_documents_at_any_depth(authors: list[Author]) -> None:
    ada, bob, cid, dan = authors
    review = Review(first=Comment(by=ada), others=[Comment(by=bob, readers=[cid, dan])])
    book = await stored(review=review)
    result = await book.load_references()
    assert result["loaded_reference_count"] == 4
    assert result["loaded_values"] == book._values
    assert book.review.first.by.name == "Ada"
    assert book.review.others[0].by.name == "Bob"
    assert names(book.review.others[0].readers) == ["Cid", "Dan"]


async def test_k40_references_in_a_list_of_embedded_documents(authors: list[Author]) -> None:
    ada, bob, cid, _ = authors
    book = await stored(comments=[Comment(by=ada), Comment(by=bob, readers=[cid]), Comment()])
    assert (await book.load_references())["loaded_reference_count"] == 3
    assert book.comments[0].by.name == "Ada"
    assert book.comments[1].by.name == "Bob"
    assert names(book.comments[1].readers) == ["Cid"]
    assert book.comments[2].by is None


async def test_k40_embedded_documents_can_load_for_themselves(authors: list[Author]) -> None:
    book = await stored(comments=[Comment(by=authors[0]), Comment(by=authors[1])])
    for comment in book.comments:
        assert (await comment.load_references())["loaded_reference_count"] == 1
        assert comment.by.name in ("Ada", "Bob")
    assert (await book.load_references())["loaded_reference_count"] == 0


async def test_lists_of_lists_of_references(authors: list[Author]) -> None:
    ada, bob, cid, _ = authors
    book = await stored(groups=[[ada, bob], [], [cid]])
    assert (await book.load_references())["loaded_reference_count"] == 3
    assert [names(group) for group in book.groups] == [["Ada", "Bob"], [], ["Cid"]]
    assert book.to_son()["groups"] == [[ada._id, bob._id], [], [cid._id]]


async def test_a_list_keeps_its_order_and_repetitions(authors: list[Author]) -> None:
    ada, bob, cid, _ = authors
    book = await stored(readers=[cid, ada, cid, bob])
    assert (await book.load_references())["loaded_reference_count"] == 4
    assert names(book.readers) == ["Cid", "Ada", "Cid", "Bob"]


async def test_each_loaded_reference_is_an_instance_of_its_own(authors: list[Author]) -> None:
    ada = authors[0]
    ada.marks = [1]
    await ada.save()
    book = await stored(author=ada, readers=[ada, ada])
    await book.load_references()
    loaded = [book.author, *book.readers]
    assert len({id(author) for author in loaded}) == 3
    loaded[0].name = "changed"
    loaded[0].marks.append(2)
    assert [(author.name, author.marks) for author in loaded[1:]] == [("Ada", [1])] * 2


async def test_saving_after_loading_stores_the_ids(authors: list[Author]) -> None:
    ada, bob, _, _ = authors
    book = await stored(author=ada, readers=[bob], comments=[Comment(by=ada)])
    before = await Book.objects.coll().find_one({})
    await book.load_references()
    await book.save()
    assert await Book.objects.coll().find_one({}) == before


async def test_a_reference_to_a_subclass_loads_the_declared_class(mongo: Mongo) -> None:
    class Base(Document):
        __collection__ = "people"
        name = StringField()

    class Derived(Base):
        __collection__ = "people"

    class Link(Document):
        to = ReferenceField(Base)

    derived = await Derived(name="a").save()
    link = await Link(to=derived).save()
    loaded = await Link.objects.get(link._id)
    await loaded.load_references()
    assert type(loaded.to) is Base


async def test_ids_of_other_types_are_found(mongo: Mongo) -> None:
    class Link(Document):
        to = ReferenceField(Author)
        many = ListField(ReferenceField(Author))

    keys: list[Any] = ["text", 5, {"a": 1}]
    targets = [await Author(_id=key, name=f"{key}").save() for key in keys]
    link = await Link(to=targets[2], many=targets).save()
    loaded = await Link.objects.get(link._id)
    assert (await loaded.load_references())["loaded_reference_count"] == 4
    assert loaded.to.name == "{'a': 1}"
    assert names(loaded.many) == ["text", "5", "{'a': 1}"]


@pytest.mark.parametrize("value", [5, "text", {"a": 1}], ids=str)
async def test_what_is_no_list_in_the_database_is_left_for_validation(
    mongo: Mongo, value: Any
) -> None:
    await Book.objects.coll().insert_one({"rs": value})
    for found in (
        (await EagerBook.objects.find_all())[0],
        (await Book.objects.find_all(lazy=False))[0],
    ):
        assert found.readers == value
        with pytest.raises(InvalidDocumentError, match=r"Field 'readers' must be valid\."):
            found.validate()


@pytest.mark.parametrize("value", [{"$gt": 1}, {"$in": []}, re.compile("a")], ids=str)
async def test_a_stored_query_in_place_of_an_id_matches_nothing(
    authors: list[Author], value: Any
) -> None:
    await Book.objects.coll().insert_one({"title": "odd", "rs": [value], "a": value})
    await Book(title="right", author=authors[0]).save()
    odd, right = await Book.objects.order_by("title").find_all(lazy=False)
    assert right.author.name == "Ada"
    assert not any(isinstance(reader, Author) for reader in odd.readers)


# -- twice ---------------------------------------------------------------------------------------


async def test_k4_loading_twice_loads_nothing_and_keeps_the_instances(
    authors: list[Author],
) -> None:
    ada, bob, _, _ = authors
    book = await stored(author=ada, readers=[bob], comments=[Comment(by=ada)])
    await book.load_references()
    author, reader = book.author, book.readers[0]
    assert await book.load_references() == {"loaded_reference_count": 0, "loaded_values": []}
    assert book.author is author
    assert book.readers[0] is reader


async def test_k4_only_what_is_new_is_loaded_the_second_time(authors: list[Author]) -> None:
    ada, bob, cid, _ = authors
    book = await stored(author=ada, readers=[bob])
    await book.load_references()
    book.readers.append(cid._id)
    assert (await book.load_references())["loaded_reference_count"] == 1
    assert names(book.readers) == ["Bob", "Cid"]


async def test_k4_a_document_that_an_eager_class_loaded(authors: list[Author]) -> None:
    book = await stored(author=authors[0])
    eager = await EagerBook.objects.get(book._id)
    assert await eager.load_references() == {"loaded_reference_count": 0, "loaded_values": []}
    assert eager.author.name == "Ada"


async def test_k4_assigned_documents_are_loaded_already(authors: list[Author]) -> None:
    book = Book(author=authors[0])
    assert (await book.load_references())["loaded_reference_count"] == 0
    assert book.author is authors[0]


# -- query sets ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("codec")
async def test_find_all_lazy_false_loads_for_every_document(authors: list[Author]) -> None:
    ada, bob, _, _ = authors
    await Book(title="a", author=ada).save()
    await Book(title="b", author=bob, readers=[ada]).save()
    found = await Book.objects.order_by("title").find_all(lazy=False)
    assert [book.author.name for book in found] == ["Ada", "Bob"]
    assert names(found[1].readers) == ["Ada"]


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("lazy", [None, True])
async def test_find_all_of_a_lazy_class_loads_nothing(
    authors: list[Author], lazy: bool | None
) -> None:
    await Book(author=authors[0]).save()
    (found,) = await Book.objects.find_all(lazy=lazy)
    with pytest.raises(LoadReferencesRequiredError):
        _ = found.author


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("lazy", [None, True, False])
async def test_find_all_of_an_eager_class_always_loads(
    authors: list[Author], lazy: bool | None
) -> None:
    await Book(author=authors[0], readers=[authors[1]]).save()
    (found,) = await EagerBook.objects.find_all(lazy=lazy)
    assert found.author.name == "Ada"
    assert names(found.readers) == ["Bob"]


@pytest.mark.usefixtures("codec")
async def test_get_first_and_iteration_of_an_eager_class_load(authors: list[Author]) -> None:
    book = await Book(title="a", author=authors[0]).save()
    for found in (
        await EagerBook.objects.get(book._id),
        await EagerBook.objects.get(title="a"),
        await EagerBook.objects.first(),
        *[found async for found in EagerBook.objects],
    ):
        assert found.author.name == "Ada"


# -- how many queries ----------------------------------------------------------------------------


@pytest.mark.usefixtures("codec")
async def test_k41_one_query_a_class_for_a_whole_result(
    authors: list[Author], mongo: Mongo
) -> None:
    for n in range(10):
        await Book(author=authors[n % 4], readers=authors, comments=[Comment(by=authors[0])]).save()
    commands = watch(mongo)
    found = await Book.objects.find_all(lazy=False)
    assert len(found) == 10
    assert {book.comments[0].by.name for book in found} == {"Ada"}
    assert [command["find"] for command in commands.of("find")] == ["Book", "Author"]
    asked = commands.of("find")[1]["filter"]["_id"]["$in"]
    assert sorted(asked) == sorted(author._id for author in authors)


async def test_k41_one_query_for_one_document(authors: list[Author], mongo: Mongo) -> None:
    book = await stored(author=authors[0], readers=authors, comments=[Comment(by=authors[1])])
    commands = watch(mongo)
    await book.load_references()
    assert commands.names == ["find"]


async def test_k41_nothing_to_load_asks_nothing(authors: list[Author], mongo: Mongo) -> None:
    book = await stored(author=authors[0])
    commands = watch(mongo)
    await book.load_references()
    await book.load_references()
    await Book().load_references()
    assert commands.names == ["find"]


async def test_k41_many_ids_are_asked_for_in_chunks(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiomotorengine.ids.IDS_PER_QUERY", 10)
    authors = [Author(name=f"{n}") for n in range(25)]
    await Author.objects.bulk_insert(authors)
    book = await stored(readers=authors)
    commands = watch(mongo)
    assert (await book.load_references())["loaded_reference_count"] == 25
    assert names(book.readers) == [f"{n}" for n in range(25)]
    sizes = [len(command["filter"]["_id"]["$in"]) for command in commands.of("find")]
    assert sizes == [10, 10, 5]


async def test_more_references_than_a_batch_of_the_cursor(mongo: Mongo) -> None:
    authors = [Author(name=f"{n}") for n in range(250)]
    await Author.objects.bulk_insert(authors)
    book = await stored(readers=authors)
    assert (await book.load_references())["loaded_reference_count"] == 250
    assert names(book.readers) == [f"{n}" for n in range(250)]


# -- alias ---------------------------------------------------------------------------------------


async def test_k46_an_explicit_alias_is_used_for_classes_without_one(mongo: Mongo) -> None:
    async with other_database(mongo):
        ada = await Author(name="Ada").save(alias="other")
        book = await stored(author=ada)
        assert (await book.load_references(alias="other"))["loaded_reference_count"] == 1
        assert book.author.name == "Ada"


async def test_k46_the_alias_of_the_referenced_class_wins(mongo: Mongo) -> None:
    class Far(Document):
        __alias__ = "other"
        name = StringField()

    class Link(Document):
        far = ReferenceField(Far)

    async with other_database(mongo), other_database(mongo, "third"):
        far = await Far(name="a").save()
        link = await Link(far=far).save()
        for alias in (None, "third"):
            loaded = await Link.objects.get(link._id)
            await loaded.load_references(alias=alias)
            assert loaded.far.name == "a"


@pytest.mark.usefixtures("codec")
async def test_k46_the_alias_of_a_query_concerns_the_queried_class_only(mongo: Mongo) -> None:
    ada = await Author(name="Ada").save()
    async with other_database(mongo):
        book = await EagerBook(author=ada).save(alias="other")
        (found,) = await EagerBook.objects.find_all(alias="other")
        assert found.author.name == "Ada"
        got = await EagerBook.objects.get(book._id, alias="other")
        assert got.author.name == "Ada"


# -- filters -------------------------------------------------------------------------------------


async def test_references_in_filters(authors: list[Author]) -> None:
    ada, bob, cid, _ = authors
    await Book(title="a", author=ada, readers=[bob], comments=[Comment(by=cid)]).save()
    for condition in (
        {"author": ada},
        {"author": ada._id},
        {"author": str(ada._id)},
        {"author__in": [ada, ObjectId()]},
        {"readers": [bob]},
        {"readers": bob},
        {"comments__by": cid},
    ):
        assert await Book.objects.filter(**condition).count() == 1, condition
    assert await Book.objects.filter(author=bob).count() == 0


# -- what the program does meanwhile -------------------------------------------------------------


async def loading(book: Book) -> asyncio.Task[Any]:
    """The references of a book, being looked up."""
    task = asyncio.create_task(book.load_references())
    await asyncio.sleep(0)
    assert not task.done()
    return task


async def test_what_is_assigned_meanwhile_stays(authors: list[Author]) -> None:
    ada, bob, cid, dan = authors
    book = await stored(author=ada, readers=[bob])
    task = await loading(book)
    book.author = dan
    book.readers = [cid]
    await task
    assert book.author is dan
    assert book.readers == [cid]


async def test_a_list_that_changes_meanwhile_is_loaded_where_its_items_are(
    authors: list[Author],
) -> None:
    ada, bob, cid, dan = authors
    book = await stored(readers=[ada, bob, cid])
    task = await loading(book)
    readers = book._values["readers"]
    del readers[0]
    readers.append(dan)
    await task
    assert names(book.readers) == ["Bob", "Cid", "Dan"]
    assert book.readers[2] is dan


async def test_a_list_that_is_cleared_meanwhile_stays_empty(authors: list[Author]) -> None:
    book = await stored(readers=[authors[0], ObjectId()])
    task = await loading(book)
    book._values["readers"].clear()
    await task
    assert book.readers == []


# -- what the read asks for ------------------------------------------------------------------------


@pytest.mark.parametrize("prefetched", [False, True], ids=["eager", "prefetch"])
async def test_what_a_read_asks_for_holds_for_what_is_loaded(
    authors: list[Author], mongo: Mongo, prefetched: bool
) -> None:
    await Book(author=authors[0]).save()
    commands = watch(mongo)
    books = (
        EagerBook.objects.no_dereference().prefetch("author") if prefetched else EagerBook.objects
    )
    books.max_time_ms(5000).read_preference("nearest").read_concern("local").comment("seen")
    books.batch_size(7).hint("_id_")
    (book,) = await books.to_list()
    assert book.author.name == "Ada"
    _, sent = commands.of("find")
    assert (sent["find"], sent["maxTimeMS"], sent["comment"]) == ("Author", 5000, "seen")
    assert sent["readConcern"]["level"] == "local"
    assert sent["$readPreference"]["mode"] == "nearest"
    assert not {"hint", "batchSize"} & set(sent)


async def test_a_document_that_several_refer_to_is_read_for_each(
    authors: list[Author], mongo: Mongo
) -> None:
    ada = authors[0]
    await Book(author=ada, readers=[ada, ada]).save()
    commands = watch(mongo)
    (book,) = await Book.objects.find_all(lazy=False)
    assert commands.names == ["find", "find"]
    instances = [book.author, *book.readers]
    assert {it.name for it in instances} == {"Ada"}
    assert len({id(it) for it in instances}) == 3


@pytest.mark.parametrize("has_references", [False, True])
async def test_the_event_loop_has_its_turns(
    authors: list[Author], monkeypatch: pytest.MonkeyPatch, has_references: bool
) -> None:
    author = authors[0] if has_references else None
    await Book.objects.bulk_insert([Book(author=author), *(Book() for _ in range(199))])
    books = await Book.objects.find_all()
    steps: dict[str, list[int]] = {"Node": [], "id_key": []}
    monkeypatch.setattr(pacing, "SECONDS_PER_SLICE", 0)  # so that each slice is a turn

    def note(module: Any, name: str) -> None:
        function = getattr(module, name)

        def noted(*arguments: Any, **options: Any) -> Any:
            steps[name].append(turns.count)
            return function(*arguments, **options)

        monkeypatch.setattr(module, name, noted)

    note(references.loading, "Node")
    note(references.places, "id_key")
    with counted_turns() as turns:
        await references.loading.load(books)
    assert len(steps["Node"]) == 200
    assert len(set(steps["Node"])) >= 3
    # Ids of documents are asked for where something is loaded, and where nothing is, by nobody.
    assert len(set(steps["id_key"])) >= 3 if has_references else not steps["id_key"]
