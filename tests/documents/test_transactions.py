"""Documents in transactions of the driver's: what counts as saved, and what is asked of the server.

The sessions are bound to the task with the driver's own ``bind``.
"""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
)
from aiomotorengine.errors import UniqueKeyViolationError
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import watch
from tests.integration.sessions import begun, bound_session, fail_point, in_transaction

pytestmark = pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")

TRANSIENT = ["TransientTransactionError"]


class Note(Document):
    text = StringField(on_save=lambda note, creating: f"{note.text}{'+' if creating else '-'}")


class Account(Document):
    owner = StringField()
    balance = IntField(default=0)


class Entry(Document):
    number = IntField()


class Named(Document):
    name = StringField(unique=True)


@pytest.fixture
async def collections(mongo: Mongo) -> None:
    """The collections, since making one in a transaction conflicts with others that do."""
    for document_class in (Note, Account, Entry):
        document = await document_class().save()
        await document.delete()


async def texts() -> list[str]:
    return [row["text"] async for row in Note.objects.coll().find({}).sort("_id", 1)]


def conflict() -> OperationFailure:
    return OperationFailure("conflict", 112, {"errorLabels": TRANSIENT})


# -- what counts as saved ------------------------------------------------------------------------


@pytest.mark.usefixtures("collections")
@pytest.mark.parametrize("preset", [None, "own"])
@pytest.mark.parametrize("tries", [2, 4])
async def test_a_save_that_is_tried_again_is_stored_once(preset: str | None, tries: int) -> None:
    note, done = Note(_id=preset, text=""), []

    async def work() -> None:
        note.text = ""
        await note.save()
        done.append(note.text)
        if len(done) < tries:
            raise conflict()

    await in_transaction(work)
    assert done == ["+"] * tries
    assert await texts() == ["+"]
    note.text = "later"
    await note.save()
    assert [text[:5] for text in await texts()] == ["later"]


@pytest.mark.usefixtures("collections")
async def test_a_commit_that_fails_and_is_tried_again_stores_once() -> None:
    note, failures = Note(text="a"), 0
    async with (
        fail_point("commitTransaction", times=2, errorCode=251, errorLabels=TRANSIENT),
        bound_session() as session,
    ):
        while True:
            try:
                await session.with_transaction(lambda _: note.save())
            except OperationFailure:  # Motor leaves it to the program to begin once more
                failures += 1
                assert failures < 3
                continue
            break
    assert len(await texts()) == 1


@pytest.mark.usefixtures("collections")
async def test_what_was_saved_counts_as_saved_until_the_transaction_ends() -> None:
    note = Note(text="")
    async with begun() as session:
        await note.save()
        await note.save()
        assert note.text == "+-"
        assert await Note.objects.get(note._id) is not None
        await note.delete()
        await note.save()
        assert await Note.objects.get(note._id) is None
        await session.abort_transaction()
    assert await texts() == []


@pytest.mark.usefixtures("collections")
async def test_what_was_saved_in_an_aborted_transaction_counts_as_new() -> None:
    note = Note(text="")
    async with begun() as session:
        await note.save()
        await session.abort_transaction()
    assert not note._is_persisted
    note.text = ""
    await note.save()
    assert note._is_persisted
    assert await texts() == ["+"]


@pytest.mark.usefixtures("collections")
async def test_an_exception_aborts_and_the_document_can_be_saved_again() -> None:
    note = Note(text="a")

    async def work() -> None:
        await note.save()
        raise LookupError("not today")

    with pytest.raises(LookupError, match="not today"):
        await in_transaction(work)
    assert await texts() == []
    await Note.objects.save(note)
    assert len(await texts()) == 1


@pytest.mark.usefixtures("collections")
async def test_what_was_stored_before_stays_stored_when_a_transaction_is_aborted() -> None:
    note = await Note(text="").save()
    loaded = await Note.objects.get(note._id)
    async with begun() as session:
        await loaded.save()
        assert await note.delete() == 1
        assert await loaded.delete() == 0
        await session.abort_transaction()
    assert note._is_persisted
    assert loaded._is_persisted
    await note.save()
    assert await texts() == ["+-"]


@pytest.mark.usefixtures("collections")
@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda note: pickle.loads(pickle.dumps(note))]
)
async def test_copies_of_what_was_saved_in_a_transaction(twin: Callable[[Any], Any]) -> None:
    async with begun() as session:
        note = await Note(text="").save()
        again = twin(note)
        await session.abort_transaction()
    assert not again._is_persisted
    await again.save()
    assert len(await texts()) == 1


@pytest.mark.usefixtures("collections")
async def test_transactions_that_conflict_lose_nothing_and_store_nothing_twice() -> None:
    account = await Account(owner="all").save()
    all_have_read, tries = asyncio.Barrier(8), [0] * 8

    async def count(number: int) -> None:
        entry = Entry(number=number)

        async def work() -> None:
            tries[number] += 1
            await entry.save()
            mine = await Account.objects.get(account._id)
            if tries[number] == 1:
                await all_have_read.wait()
            mine.balance += 1
            await mine.save()

        await in_transaction(work)

    await asyncio.gather(*(asyncio.create_task(count(number)) for number in range(8)))
    assert (await Account.objects.get(account._id)).balance == 8
    rows = await Entry.objects.coll().find({}).to_list(None)
    assert sorted(row["number"] for row in rows) == list(range(8))
    assert sum(tries) >= 8 + 7


# -- what connect was asked for ------------------------------------------------------------------


class Shelf(Document):
    accounts = ListField(ReferenceField(Account))
    note = EmbeddedDocumentField(Note)


CALLS: dict[str, Callable[[], Awaitable[Any]]] = {
    "create": lambda: Account.objects.create(owner="b"),
    "save": lambda: Account(_id="a", owner="a").save(),
    "save again": lambda: Account.from_son({"_id": "a", "owner": "c"}).save(),
    "update": lambda: Account.objects.update({Account.balance: 5}),
    "delete": lambda: Account(_id="a").delete(),
    "delete many": lambda: Account.objects.filter(owner="a").delete(),
    "bulk_insert": lambda: Account.objects.bulk_insert([Account(owner="d"), Account(owner="e")]),
    "insert_stream": lambda: Account.objects.insert_stream([Account(owner="f")]),
    "get": lambda: Account.objects.get(_id="a"),
    "first": lambda: Account.objects.first(),
    "count": lambda: Account.objects.count(),
    "find_all": lambda: Account.objects.find_all(),
    "aggregate": lambda: Account.objects.aggregate.group_by(Account.owner).fetch(),
    "references": lambda: Shelf(accounts=["a"]).load_references(),
    "a unique field": lambda: Named(name="b").save(),
}


@pytest.mark.parametrize("options", [{"w": "majority"}, {"w": 1, "j": True}, {"wTimeoutMS": 9000}])
async def test_the_write_concern_of_connect_is_that_of_the_commit(
    mongo: Mongo, options: dict[str, Any]
) -> None:
    commands = watch(mongo, **options)
    await Account(_id="a", owner="a").save()
    for name, call in CALLS.items():
        await Named.objects.ensure_index()
        commands.forget()
        await in_transaction(call)
        *others, (last, commit) = commands.sent
        assert last == "commitTransaction", name
        assert "writeConcern" in commit
        assert not any("writeConcern" in command for _, command in others), name
        assert all("txnNumber" in command for _, command in others), name


async def test_the_write_concern_is_that_of_connect_outside_of_transactions(mongo: Mongo) -> None:
    commands = watch(mongo, w=1, j=True)
    async with bound_session():
        await Account(owner="a").save()
    assert commands.of("insert")[0]["writeConcern"] == {"w": 1, "j": True}


async def test_another_connection_has_no_part_in_the_transaction(mongo: Mongo) -> None:
    async with other_database(mongo), begun():
        with pytest.raises(Exception, match="bound session"):
            await Account(owner="a").save(alias="other")


# -- unique indexes ------------------------------------------------------------------------------


async def test_before_the_first_command_an_index_is_made_outside_of_the_transaction(
    mongo: Mongo,
) -> None:
    commands = watch(mongo)
    await Named.objects.coll().insert_one({"name": "a"})
    commands.forget()
    await in_transaction(lambda: Named.objects.create(name="b"))
    assert commands.names == ["createIndexes", "insert", "commitTransaction"]
    assert "txnNumber" not in commands.of("createIndexes")[0]
    with pytest.raises(UniqueKeyViolationError):
        await in_transaction(lambda: Named.objects.create(name="b"))


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("call", ["save", "bulk_insert"])
async def test_after_it_an_index_that_is_there_is_found(mongo: Mongo, call: str) -> None:
    await Named.ensure_index()
    await Account().save()
    commands = watch(mongo)

    async def work() -> None:
        await Account.objects.count()
        await insert(call, "a")
        await insert(call, "b")

    await in_transaction(work)
    assert commands.names[1:] == ["listIndexes", "insert", "insert", "commitTransaction"]
    assert "txnNumber" not in commands.of("listIndexes")[0]


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("call", ["save", "bulk_insert"])
async def test_after_it_an_index_that_is_missing_is_not_made(mongo: Mongo, call: str) -> None:
    commands = watch(mongo)
    await Named.objects.coll().insert_one({"name": "a"})

    async def work() -> None:
        await Named.objects.count()
        await insert(call, "b")

    for _ in range(2):
        with pytest.raises(RuntimeError) as refusal:
            await in_transaction(work)
        assert str(refusal.value) == (
            'The unique index of "Named" is missing, and none is made inside a transaction; await '
            "Named.ensure_index() before it."
        )
    assert "createIndexes" not in commands.names
    await Named.ensure_index()
    await in_transaction(work)
    assert await Named.objects.count() == 2


async def insert(call: str, name: str) -> None:
    named = Named(name=name)
    await (named.save() if call == "save" else Named.objects.bulk_insert([named]))


async def test_ensure_index_is_refused_in_a_transaction(mongo: Mongo) -> None:
    commands = watch(mongo)
    async with begun() as session:
        with pytest.raises(RuntimeError, match=r"await Named\.ensure_index\(\) before it"):
            await Named.ensure_index()
        await session.abort_transaction()
    assert commands.names == []


# -- errors --------------------------------------------------------------------------------------

ASKING: dict[str, tuple[str, Callable[[], Awaitable[Any]]]] = {
    "aggregation": ("aggregate", lambda: Account.objects.aggregate.raw([]).fetch()),
    "count": ("aggregate", lambda: Account.objects.count()),
    "find": ("find", lambda: Account.objects.find_all()),
    "get": ("find", lambda: Account.objects.get(_id="a")),
    "references": ("find", lambda: Shelf(accounts=["a"]).load_references()),
    "save": ("insert", lambda: Account().save()),
    "save again": ("update", lambda: Account.from_son({"_id": "a"}).save()),
    "update": ("update", lambda: Account.objects.update({Account.balance: 1})),
    "delete": ("delete", lambda: Account.objects.delete()),
    "bulk_insert": ("insert", lambda: Account.objects.bulk_insert([Account()])),
    "insert_stream": ("insert", lambda: Account.objects.insert_stream([Account()])),
}


@pytest.mark.usefixtures("collections", "codec")
@pytest.mark.parametrize("name", ASKING)
async def test_a_transient_error_has_the_transaction_tried_again(name: str) -> None:
    command, call = ASKING[name]
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        await call()

    async with fail_point(command, times=2, errorCode=112, errorLabels=TRANSIENT):
        await in_transaction(work)
    assert tries == 3
