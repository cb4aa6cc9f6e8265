"""Every public call of the library takes part in a transaction, in a session and in ``using``."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

import pytest
from pymongo import WriteConcern
from pymongo.errors import OperationFailure

import aiomotorengine
from aiomotorengine import (
    Aggregation,
    Document,
    IntField,
    QuerySet,
    ReferenceField,
    StringField,
    U,
    VersionField,
    registry,
    start_session,
    transaction,
)
from aiomotorengine.aggregation.by_access import OnClassOrInstance
from aiomotorengine.aggregation.instances import AggregationOf
from aiomotorengine.database import Database
from tests.harness import Mongo
from tests.integration.commands import Commands, watch

on_mongod = pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")


class Author(Document):
    name = StringField()


class Book(Document):
    __track_changes__ = True

    title = StringField()
    pages = IntField(default=1)
    author = ReferenceField(Author)
    version = VersionField()


class Chapter(Document):
    book = ReferenceField(Book, on_delete="cascade")


Call = Callable[["QuerySet[Book]", Book], Awaitable[Any]]


def groups(books: QuerySet[Book]) -> Aggregation[Book]:
    return books.aggregate.group_by(Book.pages)


async def iterate(found: AsyncIterable[Any], book: Book) -> None:
    async for _ in found:
        pass


async def iterate_batches(books: QuerySet[Book], book: Book) -> None:
    async for _ in books.batches():
        pass


async def change_and_save(books: QuerySet[Book], book: Book) -> None:
    book.pages += 1
    await books.save(book)


CALLS: dict[str, Call] = {
    "QuerySet.__aiter__": iterate,
    "QuerySet.avg": lambda books, book: books.avg("pages"),
    "QuerySet.batches": iterate_batches,
    "QuerySet.bulk_insert": lambda books, book: books.bulk_insert([Book(), Book()]),
    "QuerySet.count": lambda books, book: books.count(),
    "QuerySet.create": lambda books, book: books.create(title="b"),
    "QuerySet.delete": lambda books, book: books.delete(),
    "QuerySet.delete_one": lambda books, book: books.delete_one(),
    "QuerySet.distinct": lambda books, book: books.distinct("title"),
    "QuerySet.exists": lambda books, book: books.exists(),
    "QuerySet.find_all": lambda books, book: books.find_all(lazy=False),
    "QuerySet.find_one_and_delete": lambda books, book: books.find_one_and_delete(),
    "QuerySet.find_one_and_replace": lambda books, book: books.find_one_and_replace(book),
    "QuerySet.find_one_and_update": lambda books, book: books.find_one_and_update(U.inc(pages=1)),
    "QuerySet.first": lambda books, book: books.first(),
    "QuerySet.get": lambda books, book: books.get(title="a"),
    "QuerySet.get_one": lambda books, book: books.get_one(title="a"),
    "QuerySet.get_or_create": lambda books, book: books.get_or_create(title="new"),
    "QuerySet.get_or_none": lambda books, book: books.get_or_none(title="a"),
    "QuerySet.in_bulk": lambda books, book: books.in_bulk([book._id]),
    "QuerySet.insert_stream": lambda books, book: books.insert_stream([Book()]),
    "QuerySet.item_frequencies": lambda books, book: books.item_frequencies("title"),
    "QuerySet.last": lambda books, book: books.last(),
    "QuerySet.max": lambda books, book: books.max("pages"),
    "QuerySet.min": lambda books, book: books.min("pages"),
    "QuerySet.page": lambda books, book: books.page(),
    "QuerySet.partitions": lambda books, book: books.partitions(2),
    "QuerySet.remove": lambda books, book: books.remove(book),
    "QuerySet.sample": lambda books, book: books.sample(1),
    "QuerySet.save": change_and_save,
    "QuerySet.sum": lambda books, book: books.sum("pages"),
    "QuerySet.to_list": lambda books, book: books.to_list(),
    "QuerySet.update": lambda books, book: books.update(U.inc(pages=1)),
    "QuerySet.update_one": lambda books, book: books.update_one(U.inc(pages=1)),
    "Aggregation.__aiter__": lambda books, book: iterate(groups(books), book),
    "Aggregation.fetch": lambda books, book: groups(books).fetch(),
    "Aggregation.first": lambda books, book: groups(books).first(),
    "Aggregation.to_list": lambda books, book: groups(books).to_list(),
    "AggregationOf.__aiter__": lambda books, book: iterate(groups(books).into(Book), book),
    "AggregationOf.fetch": lambda books, book: groups(books).into(Book).fetch(),
    "AggregationOf.first": lambda books, book: groups(books).into(Book).first(),
    "AggregationOf.to_list": lambda books, book: groups(books).into(Book).to_list(),
}
"""Calls of a query set, each with one that asks the server."""


async def wait_for_a_change(books: QuerySet[Book], book: Book) -> None:
    await books.watch(max_await_time_ms=10).try_next()


NOT_IN_TRANSACTIONS: dict[str, Call] = {
    "QuerySet.estimated_count": lambda books, book: books.estimated_count(),
    "QuerySet.explain": lambda books, book: books.explain(),
    "Aggregation.explain": lambda books, book: groups(books).explain(),
    "AggregationOf.explain": lambda books, book: groups(books).into(Book).explain(),
    "QuerySet.watch": wait_for_a_change,
}
"""Calls that MongoDB refuses inside a transaction."""

OF_DOCUMENTS: dict[str, Callable[[Book], Awaitable[Any]]] = {
    "Document.delete": lambda book: book.delete(),
    "Document.load_references": lambda book: book.load_references(),
    "Document.reload": lambda book: book.reload(),
    "Document.save": lambda book: Book(title="c").save(),
    "Document.update": lambda book: book.update(U.inc(pages=1)),
}
"""Calls of a document."""

NOT_INSIDE = {
    "QuerySet.drop_collection": lambda: Book.objects.drop_collection(),
    "QuerySet.ensure_index": lambda: Book.objects.ensure_index(),
    "Document.ensure_collection": lambda: Book.ensure_collection(),
    "Document.ensure_index": lambda: Book.ensure_index(),
    "Document.ensure_indexes": lambda: Book.ensure_indexes(),
    "Document.ensure_search_indexes": lambda: Book.ensure_search_indexes(),
    "Document.index_report": lambda: Book.index_report(),
    "ensure_all": aiomotorengine.ensure_all,
}
"""What is refused inside a transaction."""

OUTSIDE = {"Database.ping", "health", "transaction", "run_transaction", "start_session"}
"""What is no call on documents."""


def asks_the_server(function: Any) -> bool:
    if isinstance(function, OnClassOrInstance):
        function = function.on_instance
    function = inspect.unwrap(getattr(function, "__func__", function))
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def public_calls() -> set[str]:
    """The public names behind which there is something to await."""
    names = dir(aiomotorengine)
    found = {name for name in names if asks_the_server(getattr(aiomotorengine, name))}
    for owner in (QuerySet, Document, Aggregation, AggregationOf, Database):
        for name, function in inspect.getmembers_static(owner):
            if not name.startswith("_") and asks_the_server(function):
                found.add(f"{owner.__name__}.{name}")
    return found


def test_every_public_call_is_here() -> None:
    """A new one has to take part, and be added above."""
    here = {*CALLS, *NOT_IN_TRANSACTIONS, *OF_DOCUMENTS, *NOT_INSIDE, *OUTSIDE}
    streams = {"QuerySet.batches", "QuerySet.watch"}
    assert {name for name in here if "__" not in name} - streams == public_calls()


@pytest.fixture
async def book(mongo: Mongo) -> Book:
    await Chapter().save()
    author = await Author(name="ann").save()
    book = await Book(title="a", author=author).save()
    return await Book.objects.get(book._id)  # in which the reference is not loaded


@pytest.fixture
def commands(mongo: Mongo, book: Book) -> Commands:
    return watch(mongo)


def call_of(name: str, book: Book) -> Awaitable[Any]:
    if name in OF_DOCUMENTS:
        return OF_DOCUMENTS[name](book)
    return (CALLS | NOT_IN_TRANSACTIONS)[name](Book.objects, book)


@on_mongod
@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("name", [*CALLS, *OF_DOCUMENTS])
async def test_it_takes_part_in_a_transaction(commands: Commands, book: Book, name: str) -> None:
    async with transaction() as session:
        id = session.session_id["id"] if await Author.objects.count() else None
        commands.forget()
        await call_of(name, book)
        assert commands.sent
    for _, command in commands.sent:
        assert command["lsid"]["id"] == id
        assert command["autocommit"] is False


@on_mongod
@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("name", NOT_IN_TRANSACTIONS)
async def test_what_mongodb_refuses_in_a_transaction(
    commands: Commands, book: Book, name: str
) -> None:
    with pytest.raises(OperationFailure, match=r"(?i)transaction"):
        async with transaction():
            await call_of(name, book)


@on_mongod
@pytest.mark.parametrize("name", [*CALLS, *NOT_IN_TRANSACTIONS, *OF_DOCUMENTS])
async def test_it_belongs_to_a_session(commands: Commands, book: Book, name: str) -> None:
    async with start_session() as session:
        await Author.objects.count()
        id = session.session_id["id"]
        commands.forget()
        await call_of(name, book)
        assert commands.sent
        assert all(command["lsid"]["id"] == id for _, command in commands.sent)


@on_mongod
@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("name", [*CALLS, *NOT_IN_TRANSACTIONS])
async def test_what_using_says_holds(commands: Commands, book: Book, name: str) -> None:
    options = {"write_concern": {"w": 1, "j": True}, "comment": "here", "timeout": 30}
    await (CALLS | NOT_IN_TRANSACTIONS)[name](Book.objects.using(**options), book)
    assert commands.sent
    for kind, command in commands.sent:
        assert command["comment"] == "here"
        if kind in ("insert", "update", "delete", "findAndModify"):
            assert command["writeConcern"] == {"w": 1, "j": True}
        elif kind != "getMore":
            assert 0 < command["maxTimeMS"] <= 30_000


@on_mongod
@pytest.mark.parametrize("name", NOT_INSIDE)
async def test_it_is_refused_inside_a_transaction(
    commands: Commands, book: Book, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "documents", lambda: [Book])
    async with transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await NOT_INSIDE[name]()
    assert commands.names == []


# -- what using takes ----------------------------------------------------------------------------


@on_mongod
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (WriteConcern(w=1, j=False), {"w": 1, "j": False}),
        (1, {"w": 1}),
        ("majority", {"w": "majority"}),
        ({"w": 1, "wtimeout": 99}, {"w": 1, "wtimeout": 99}),
    ],
    ids=["object", "number", "text", "mapping"],
)
async def test_write_concerns(commands: Commands, given: Any, sent: dict[str, Any]) -> None:
    await Book(title="b").save(write_concern=given)
    await Book.objects.insert_stream([Book()], write_concern=given)
    await Book.objects.bulk_insert([Book()], write_concern=given)
    assert [command["writeConcern"] for command in commands.of("insert")] == [sent] * 3


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"write_concern": 1.5}, "write_concern must be a WriteConcern, a number, a text"),
        ({"write_concern": True}, "write_concern must be a WriteConcern"),
        ({"session": "s"}, "session must be a session of the driver's, not 's'"),
        ({"timeout": "5"}, "timeout must be a number of seconds, not '5'"),
    ],
    ids=["concern", "boolean", "session", "timeout"],
)
def test_what_using_refuses(options: dict[str, Any], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        Book.objects.using(**options)


def test_what_using_said_stays() -> None:
    books = Book.objects.using("other", timeout=2)
    assert books.using(comment="c") is books
    assert (books._using.alias, books._using.timeout, books._using.comment) == ("other", 2, "c")


@on_mongod
async def test_a_session_by_its_argument(commands: Commands, book: Book) -> None:
    async with start_session() as session:
        await Author.objects.count()
        id = session.session_id["id"]
        commands.forget()
        with aiomotorengine.outside_transaction():
            await book.reload(session=session)
            await Book(title="b").save(session=session)
            await Book.objects.insert_stream([Book()], session=session)
            await Book.objects.bulk_insert([Book()], session=session)
            await book.delete(session=session)
        assert {command["lsid"]["id"] for _, command in commands.sent} == {id}
