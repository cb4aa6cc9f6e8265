"""delete_one and drop_collection; what a delete tells."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

import pytest

from aiomotorengine import Document, IntField, StringField
from aiomotorengine.connection import get_connection
from aiomotorengine.errors import UniqueKeyViolationError
from tests.deletion.library import Author, Book, Contract, Page, Plain, count
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import watch
from tests.integration.sessions import begun

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Ware(Document):
    code = StringField(unique=True, db_field="c")
    price = IntField()


async def numbers() -> list[int | None]:
    return [plain.number async for plain in Plain.objects.order_by("number")]


@pytest.fixture
async def five(mongo: Mongo) -> None:
    """The numbers 0 to 4."""
    await Plain.objects.bulk_insert([Plain(number=n) for n in (3, 0, 4, 1, 2)])


# -- delete_one ----------------------------------------------------------------------------------


async def test_delete_one_removes_one_of_those_that_match(five: None) -> None:
    assert await Plain.objects.filter(number__gte=2).delete_one() == 1
    left = await numbers()
    assert left[:2] == [0, 1]
    assert len(left) == 4
    assert await Plain.objects.filter(number=9).delete_one() == 0


async def test_delete_one_honours_the_order(five: None) -> None:
    assert await Plain.objects.order_by("-number").delete_one() == 1
    assert await Plain.objects.filter(number__gte=1).order_by(Plain.number).delete_one() == 1
    assert await numbers() == [0, 2, 3]
    assert await Plain.objects.filter(number=9).order_by("number").delete_one() == 0


async def test_delete_one_ignores_limit_and_skip_and_keeps_its_filters(five: None) -> None:
    found = Plain.objects.filter(number__lt=2).order_by("number").limit(0).skip(3)
    assert [await found.delete_one() for _ in range(3)] == [1, 1, 0]
    assert await numbers() == [2, 3, 4]


@pytest.mark.parametrize("order", [[], ["number"]])
async def test_delete_one_names_the_value_that_is_refused(order: list[str]) -> None:
    found = Plain.objects.filter(number__gt="many")
    for key in order:
        found.order_by(key)
    with pytest.raises(ValueError, match="number"):
        await found.delete_one()


async def test_delete_one_on_another_connection(mongo: Mongo, five: None) -> None:
    async with other_database(mongo):
        await Plain.objects.save(Plain(number=7), alias="other")
        assert await Plain.objects.order_by("number").delete_one(alias="other") == 1
        assert await Plain.objects.delete_one(alias="other") == 0
    assert len(await numbers()) == 5


# -- sessions, write concerns ------------------------------------------------------------------


@pytest.fixture
async def ann(mongo: Mongo) -> Author:
    """An author, with a book that goes with her, one that she edits, and a page of the first."""
    ann = await Author(name="ann").save()
    await Page(book=await Book(author=ann).save()).save()
    await Book(editor=ann).save()
    return ann


DELETES: dict[str, Callable[..., Awaitable[int]]] = {
    "document": lambda ann, **options: ann.delete(**options),
    "query": lambda ann, **options: Author.objects.using(**options).delete(),
    "delete_one": lambda ann, **options: Author.objects.using(**options).delete_one(),
    "ordered": lambda ann, **options: Author.objects.using(**options).order_by("name").delete_one(),
}


@pytest.mark.parametrize("way", DELETES)
@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_all_of_a_delete_happens_in_the_session_that_is_given(ann: Author, way: str) -> None:
    starting = get_connection().connection.start_session()
    async with await starting if inspect.isawaitable(starting) else starting as session:
        beginning = session.start_transaction()
        if inspect.isawaitable(beginning):
            await beginning
        assert await DELETES[way](ann, session=session) == 1
        assert await count(Author, Book, Page) == [1, 2, 1]
        await session.abort_transaction()
    assert await count(Author, Book, Page) == [1, 2, 1]
    assert await Book.objects.filter(editor=ann).count() == 1


async def test_delete_one_takes_a_session(five: None) -> None:
    starting = get_connection().connection.start_session()
    async with await starting if inspect.isawaitable(starting) else starting as session:
        assert await Plain.objects.order_by("number").delete_one(session=session) == 1
    assert await numbers() == [1, 2, 3, 4]


@pytest.mark.parametrize("way", DELETES)
async def test_all_of_a_delete_has_its_write_concern(mongo: Mongo, ann: Author, way: str) -> None:
    commands = watch(mongo)
    assert await DELETES[way](ann, write_concern={"w": 1, "j": True}) == 1
    writes = commands.of("delete") + commands.of("update") + commands.of("findAndModify")
    assert len(writes) > 3
    assert [dict(command["writeConcern"]) for command in writes] == [{"w": 1, "j": True}] * len(
        writes
    )


@pytest.mark.parametrize("way", ["query", "delete_one", "ordered"])
async def test_all_of_a_delete_has_its_comment(mongo: Mongo, ann: Author, way: str) -> None:
    commands = watch(mongo)
    assert await DELETES[way](ann, comment="tidy") == 1
    assert {command.get("comment") for _, command in commands.sent} == {"tidy"}


# -- drop_collection -----------------------------------------------------------------------------


async def test_drop_collection_drops_documents_and_indexes() -> None:
    await Ware(code="a").save()
    await Ware.objects.drop_collection()
    assert await count(Ware) == [0]
    assert "Ware" not in await Ware.objects.coll().database.list_collection_names()
    await Ware.objects.drop_collection()  # there is none


async def test_drop_collection_forgets_that_the_indexes_were_asked_for() -> None:
    await Ware(code="a").save()
    await Ware.objects.drop_collection()
    await Ware(code="a").save()
    with pytest.raises(UniqueKeyViolationError):
        await Ware(code="a").save()


async def test_delete_keeps_the_indexes(mongo: Mongo) -> None:
    await Ware(code="a").save()
    assert await Ware.objects.delete() == 1
    commands = watch(mongo)
    await Ware.objects.delete()
    assert list(await Ware.objects.coll().index_information()) == ["_id_", "c_1"]
    assert "createIndexes" not in commands.names


async def test_the_indexes_of_other_collections_are_remembered(mongo: Mongo) -> None:
    class Other(Document):
        code = StringField(unique=True)

    commands = watch(mongo)
    await Ware(code="a").save()
    await Other(code="a").save()
    await Other.objects.drop_collection()
    commands.forget()
    await Ware(code="b").save()
    assert commands.names == ["insert"]


async def test_drop_collection_on_another_connection(mongo: Mongo) -> None:
    await Ware(code="a").save()
    async with other_database(mongo):
        await Ware(code="a").save(alias="other")
        await Ware.objects.drop_collection(alias="other")
        assert await Ware.objects.count(alias="other") == 0
    assert await count(Ware) == [1]


async def test_drop_collection_is_not_for_query_sets_with_filters() -> None:
    await Ware(code="a").save()
    with pytest.raises(ValueError, match=r"drops all of Ware, whatever the filters are"):
        await Ware.objects.filter(code="b").drop_collection()
    assert await count(Ware) == [1]


async def test_drop_collection_asks_no_rules() -> None:
    ann = await Author(name="ann").save()
    await Book(author=ann).save()
    await Contract(author=ann).save()
    await Author.objects.drop_collection()
    assert await count(Author, Book, Contract) == [0, 1, 1]


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_no_collection_is_dropped_in_a_transaction() -> None:
    await Ware(code="a").save()
    async with begun() as session:
        with pytest.raises(RuntimeError, match="No collection is dropped inside a transaction"):
            await Ware.objects.drop_collection()
        await session.abort_transaction()
    assert await count(Ware) == [1]
