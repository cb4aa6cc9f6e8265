"""Blocks of ``transaction``, and ``run_transaction``: all or nothing, and never beside it."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pymongo
import pytest
from bson import ObjectId
from pymongo.errors import InvalidOperation, OperationFailure, PyMongoError

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    PasswordField,
    StringField,
    U,
    VersionField,
    outside_transaction,
    run_transaction,
    start_session,
    transaction,
)
from aiomotorengine.errors import (
    ConcurrentSessionUseError,
    TransactionAbortedError,
    TransactionEndedError,
    UniqueKeyViolationError,
)
from aiomotorengine.sessions import retrying
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.collections import replace_collection
from tests.integration.commands import eventually, watch
from tests.integration.sessions import fail_point

pytestmark = pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")

TRANSIENT = "TransientTransactionError"
UNKNOWN = "UnknownTransactionCommitResult"


class Stamp(Document):
    at = DateTimeField(auto_now_on_insert=True)


class Account(Document):
    owner = StringField(unique=True)
    balance = IntField(default=0)
    changed = DateTimeField(auto_now_on_update=True)
    stamp = EmbeddedDocumentField(Stamp)


class User(Document):
    name = StringField(unique=True)
    secret = PasswordField(unique=True)


class House(Document):
    state = StringField()
    rooms = IntField(default=0)
    version = VersionField()


class Watched(House):
    __track_changes__ = True


@pytest.fixture
async def ann(mongo: Mongo) -> Account:
    return await Account(owner="ann", balance=10).save()


def busy(label: str = TRANSIENT) -> PyMongoError:
    return PyMongoError("busy", {label})


async def count_after(event: asyncio.Event) -> int:
    await event.wait()
    return await Account.objects.count()


async def owners() -> list[str]:
    return [row["owner"] async for row in Account.objects.coll().find({}).sort("owner", 1)]


# -- all or nothing ------------------------------------------------------------------------------


async def test_w09_transactions(mongo: Mongo) -> None:
    ann = await Account(owner="ann", balance=10).save()
    bob = Account(owner="bob")
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await bob.save()
            await ann.update(U.inc(balance=-5))
            assert await Account.objects.count() == 2
            1 / 0  # noqa: B018
    assert (bob._id, ann.balance, await Account.objects.count()) == (None, 10, 1)
    tries: list[Any] = []

    async def move() -> str:
        tries.append(await bob.save())
        async with transaction():
            await ann.update(U.inc(balance=-1))
        if len(tries) < 3:
            raise busy()
        return "done"

    assert await run_transaction(move) == "done"
    assert len(tries) == 3
    assert (await Account.objects.get(owner="ann")).balance == 9
    assert await Account.objects.count() == 2
    with pytest.raises(TransactionAbortedError):
        async with transaction():
            await Account(owner="eve").save()
            with pytest.raises(UniqueKeyViolationError):
                await Account(owner="ann").save()

    over = asyncio.Event()
    async with transaction():
        counts = (Account.objects.count() for _ in "ab")
        found = await asyncio.gather(*counts, return_exceptions=True)
        names = sorted(type(one).__name__ for one in found)
        assert names == ["ConcurrentSessionUseError", "int"]
        late = asyncio.create_task(count_after(over))
    over.set()
    with pytest.raises(TransactionEndedError):
        await late


async def test_the_session_is_for_calls_of_the_driver(ann: Account) -> None:
    collection = Account.objects.coll()
    with pytest.raises(LookupError):
        async with transaction() as session:
            await collection.insert_one({"owner": "raw"}, session=session)
            assert await Account.objects.count() == 2
            raise LookupError
    assert await owners() == ["ann"]


async def test_another_alias_is_outside(mongo: Mongo, ann: Account) -> None:
    async with other_database(mongo):
        with pytest.raises(LookupError):
            async with transaction():
                await Account(owner="bob").save()
                await Account(owner="eve").save(alias="other")
                raise LookupError
        assert await Account.objects.count() == 1
        assert await Account.objects.count(alias="other") == 1


async def test_two_aliases_each_with_a_transaction(mongo: Mongo, ann: Account) -> None:
    async with other_database(mongo):
        await Account(owner="first").save(alias="other")
        with pytest.raises(LookupError):
            async with transaction():
                async with transaction("other"):
                    await Account(owner="bob").save()
                    await Account(owner="eve").save(alias="other")
                raise LookupError
        assert await Account.objects.count() == 1
        assert await Account.objects.count(alias="other") == 2


async def test_outside_transaction(ann: Account) -> None:
    with pytest.raises(LookupError):
        async with transaction():
            await Account(owner="bob").save()
            with outside_transaction():
                await Account(owner="log").save()
            assert await Account.objects.count() == 2
            raise LookupError
    assert await owners() == ["ann", "log"]


async def test_its_options_are_those_of_the_driver(mongo: Mongo, ann: Account) -> None:
    commands = watch(mongo, readPreference="secondaryPreferred", w=1)
    options = {
        "read_concern": "snapshot",
        "write_concern": {"w": 1, "j": True},
        "max_commit_time_ms": 5000,
    }
    async with transaction(**options):
        await Account.objects.count()
        await Account(owner="bob").save()
    (commit,) = commands.of("commitTransaction")
    assert commands.of("aggregate")[0]["readConcern"]["level"] == "snapshot"
    assert commit["writeConcern"] == {"w": 1, "j": True}
    assert commit["maxTimeMS"] == 5000


async def test_nothing_that_was_asked_is_no_command(mongo: Mongo) -> None:
    commands = watch(mongo)
    async with transaction():
        pass
    assert commands.names == []


async def test_a_standalone_server_is_told_by_a_note(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = OperationFailure(
        "Transaction numbers are only allowed on a replica set member or mongos", 20
    )
    replace_collection(monkeypatch, Refusing(Stamp.objects.coll(), error))
    with pytest.raises(OperationFailure) as failure:
        async with transaction():
            await Stamp().save()
    assert failure.value.__notes__ == [
        "Transactions need a replica set; one of a single member will do."
    ]


async def test_a_conflict_is_told_with_a_way_out(ann: Account) -> None:
    other = await Account.objects.get(ann._id)
    async with transaction():
        await ann.update(U.inc(balance=1))
        with outside_transaction(), pytest.raises(OperationFailure) as failure:
            async with transaction():
                await other.update(U.inc(balance=1))
    assert failure.value.__notes__ == [
        "Another transaction has changed the same document; run_transaction() tries such again."
    ]


async def test_what_a_function_has_returned_is_none(mongo: Mongo) -> None:
    async def move(amount: int) -> None: ...

    text = r"^run_transaction takes a function, .* as in run_transaction\(move, 5\), not coroutine;"
    with pytest.raises(TypeError, match=text):
        await run_transaction(move(5))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"not NoneType;"):
        await run_transaction(None)  # type: ignore[arg-type]


class Refusing:
    """A collection whose server refuses inserts."""

    def __init__(self, collection: Any, error: Exception) -> None:
        self._collection = collection
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def with_options(self, **options: Any) -> Refusing:
        return self

    async def insert_one(self, *arguments: Any, **options: Any) -> Any:
        raise self._error


# -- nested --------------------------------------------------------------------------------------


async def test_a_nested_transaction_joins(ann: Account) -> None:
    with pytest.raises(LookupError):
        async with transaction() as outer:
            async with transaction() as inner:
                await Account(owner="bob").save()
            assert inner is outer
            await run_transaction(Account.objects.update, U.inc(balance=1))
            raise LookupError
    assert await owners() == ["ann"]
    assert (await Account.objects.get(ann._id)).balance == 10


async def test_a_nested_transaction_takes_no_options(ann: Account) -> None:
    async with transaction():
        with pytest.raises(ValueError, match=r"^A nested transaction takes no options\.$"):
            async with transaction(max_commit_time_ms=5):
                pass
        with pytest.raises(ValueError, match=r"^A nested transaction takes no options\.$"):
            await run_transaction(ann.save, write_concern="majority")


async def test_an_exception_that_leaves_a_nested_transaction_dooms_the_whole(ann: Account) -> None:
    with pytest.raises(TransactionAbortedError, match="aborted: not today") as aborted:
        async with transaction():
            await Account(owner="bob").save()
            with pytest.raises(LookupError):
                async with transaction():
                    raise LookupError("not today")
            with pytest.raises(TransactionAbortedError):
                await Account.objects.count()
    assert isinstance(aborted.value.__cause__, LookupError)
    assert await owners() == ["ann"]


# -- doomed --------------------------------------------------------------------------------------


async def test_the_first_error_of_the_server_ends_it(ann: Account) -> None:
    with pytest.raises(TransactionAbortedError) as end:
        async with transaction():
            await Account(owner="bob").save()
            with pytest.raises(OperationFailure):
                await Account.objects.filter({"$nonsense": 1}).count()
            with pytest.raises(TransactionAbortedError):
                await Account(owner="eve").save()
    assert isinstance(end.value, RuntimeError)
    assert isinstance(end.value, InvalidOperation)
    assert isinstance(end.value.__cause__, OperationFailure)
    assert str(end.value).startswith("The transaction was aborted: unknown top level operator")
    assert await owners() == ["ann"]


async def test_its_labels_are_those_of_the_first_error(ann: Account) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        with suppress(OperationFailure):
            await Account.objects.count()

    async with fail_point("aggregate", times=2, errorCode=112, errorLabels=[TRANSIENT]):
        await run_transaction(work)
    assert tries == 3


async def test_no_password_is_in_what_is_said_of_it(mongo: Mongo) -> None:
    await User(name="ann", secret="tea").save()
    hashed = (await User.objects.coll().find_one({}))["secret"]
    with pytest.raises(TransactionAbortedError) as aborted:
        async with transaction():
            with pytest.raises(UniqueKeyViolationError):
                await User.objects.create(name="bob", secret="tea")
    said = str(aborted.value), str(aborted.value.__cause__), str(vars(aborted.value.__cause__))
    assert not any(hashed in text for text in said)


async def test_what_the_driver_cannot_encode_ends_nothing(ann: Account) -> None:
    async with transaction():
        with pytest.raises(ValueError, match="owner"):
            await Account.objects.filter({"owner": object()}).count()
        await Account(owner="bob").save()
        with pytest.raises(ValueError, match="owner"):
            await Account.objects.filter({"owner": object()}).count()
        await Account(owner="eve").save()
    assert await owners() == ["ann", "bob", "eve"]


# -- one thing at a time -------------------------------------------------------------------------


async def test_a_stream_may_read_in_the_transaction_that_it_writes_in(ann: Account) -> None:
    async def copies() -> AsyncIterator[Account]:
        async for account in Account.objects.order_by("owner"):
            for number in range(30):
                assert await Account.objects.filter(owner=account.owner).count() == 1
                yield Account(owner=f"{account.owner} {number}")

    async with transaction():
        report = await Account.objects.insert_stream(
            copies(), batch_size=10, ordered=False, in_flight=3, max_wait=0.001
        )
    assert report.ok and report.in_transaction
    assert await Account.objects.count() == 31


async def test_what_was_read_is_written_while_it_is_read(ann: Account) -> None:
    await Account.objects.bulk_insert([Account(owner=str(number)) for number in range(300)])
    async with transaction():
        async for account in Account.objects:
            account.balance = 1
            await account.save()
    assert await Account.objects.filter(balance=1).count() == 301


async def test_tasks_may_take_part_one_after_the_other(ann: Account) -> None:
    async with transaction():
        await asyncio.wait_for(Account(owner="bob").save(), 10)
        await asyncio.create_task(Account(owner="eve").save())
    assert await owners() == ["ann", "bob", "eve"]


async def test_a_session_in_hand_is_guarded_too(ann: Account) -> None:
    async with transaction() as session:
        counts = [
            Account.objects.using(session=session).count(),
            Account.objects.count(),
        ]
        found = await asyncio.gather(*counts, return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["ConcurrentSessionUseError", "int"]


async def test_the_end_waits_for_the_operation_under_way(ann: Account) -> None:
    async with transaction():
        slow = Account.objects.filter({"$where": "sleep(300) || true"}).find_all()
        reading = asyncio.create_task(slow)
        await asyncio.sleep(0.05)
    assert len(await reading) == 1


# -- cancelled -----------------------------------------------------------------------------------


async def test_what_is_cancelled_is_aborted(ann: Account) -> None:
    bob = Account(owner="bob")

    async def work() -> None:
        async with transaction():
            await bob.save()
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work(), 0.2)
    assert bob._id is None
    await bob.save()
    assert await owners() == ["ann", "bob"]


async def test_an_operation_that_is_cancelled_ends_the_transaction(ann: Account) -> None:
    with pytest.raises(TransactionAbortedError, match=r"aborted: an operation of it was cancelled"):
        async with transaction():
            await Account(owner="bob").save()
            with pytest.raises(TimeoutError):
                slow = Account.objects.filter({"$where": "sleep(500) || true"}).find_all()
                await asyncio.wait_for(slow, 0.05)
    assert await owners() == ["ann"]


async def test_a_task_that_outlives_a_block_keeps_nothing_of_it_alive(ann: Account) -> None:
    tasks = []

    async def aborted(document: Account) -> None:
        async with transaction():
            tasks.append(asyncio.create_task(asyncio.sleep(60)))
            await document.save()
            raise LookupError

    async def work() -> weakref.ref[Account]:
        bob = Account(owner="bob")
        with suppress(LookupError):
            await aborted(bob)
        return weakref.ref(bob)

    bob = await work()
    gc.collect()
    assert await eventually(lambda: bob() is None)
    tasks[0].cancel()


# -- what documents get back ---------------------------------------------------------------------


async def test_a_document_that_was_new_is_new_again(ann: Account) -> None:
    bob = Account(owner="bob", stamp=Stamp())
    with pytest.raises(LookupError):
        async with transaction():
            await bob.save()
            assert bob._id is not None
            assert bob.stamp.at is not None
            bob.balance = 7
            await bob.save()
            assert bob.changed is not None
            raise LookupError
    assert (bob._id, bool(bob._is_persisted), bob.balance) == (None, False, 7)
    assert (bob._values["changed"], bob.stamp._values["at"]) == (None, None)
    await bob.save()
    assert bob._is_persisted
    assert await owners() == ["ann", "bob"]


async def test_what_the_program_has_assigned_stays(ann: Account) -> None:
    own, bob = ObjectId(), Account(owner="bob")
    with pytest.raises(LookupError):
        async with transaction():
            await bob.save()
            bob._id = own
            raise LookupError
    assert bob._id == own


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("kind", [House, Watched])
@pytest.mark.parametrize("fields", [(), ("rooms", "version")])
async def test_what_was_read_in_a_transaction_is_taken_back(
    mongo: Mongo, kind: Any, fields: tuple[str, ...]
) -> None:
    house = await kind(state="new", note="a note").save()
    await kind.objects.update({kind.version: 1000})  # which is an object of its own each time
    await house.reload()
    with pytest.raises(LookupError):
        async with transaction():
            house.state = "sold"
            await house.save()
            await kind.objects.update(
                U.inc(rooms=1000), U.raw({"$set": {"_note": "b", "_more": 1}})
            )
            await house.reload(*fields)
            assert (house.rooms, house.version) == (1000, 1002)
            house.track_changes()
            raise LookupError
    assert (house.state, house.rooms, house.version, house.note) == ("sold", 0, 1000, "a note")
    assert not hasattr(house, "more")
    await house.save()
    stored = await kind.objects.coll().find_one({}, {"_id": 0})
    assert stored == {"state": "sold", "rooms": 0, "version": 1001, "_note": "a note"}


@pytest.mark.usefixtures("codec")
async def test_changes_that_were_read_back_are_sent_by_the_next_attempt(mongo: Mongo) -> None:
    house = await Watched(state="new").save()
    attempts = []

    async def sell() -> None:
        house.state = "sold"
        await house.save()
        await house.reload()
        house.track_changes()
        attempts.append(house.version)
        if len(attempts) < 3:
            raise busy()

    await run_transaction(sell)
    assert attempts == [2, 2, 2]
    stored = await Watched.objects.coll().find_one()
    assert (stored["state"], stored["version"]) == ("sold", 2)


async def test_what_was_saved_counts_as_saved_once_it_is_committed(ann: Account) -> None:
    bob = Account(owner="bob")
    async with transaction():
        await bob.save()
        await bob.save()
    assert bob._is_persisted
    bob.balance = 3
    async with transaction():
        await bob.update(U.inc(balance=1))
        await bob.save()
    await bob.delete()
    await bob.save()
    assert await owners() == ["ann"]  # a document that is gone is not written again


class Street(Document):
    name = StringField()


class Home(Document):
    city = StringField(db_field="c")
    street = EmbeddedDocumentField(Street)
    size = IntField()


class Person(Document):
    home = EmbeddedDocumentField(Home, db_field="h")
    size = IntField()


class WatchedPerson(Person):
    __track_changes__ = True


@pytest.mark.parametrize("kind", [Person, WatchedPerson])
@pytest.mark.usefixtures("codec")
async def test_what_an_update_has_brought_is_taken_back_everywhere(mongo: Mongo, kind: Any) -> None:
    inner: Any = {"c": "Rome", "street": {"name": "a"}, "size": 3.7}
    stored = {"_id": 1, "h": inner, "size": 2.5, "_shade": "red"}
    await kind.objects.coll().insert_one(stored)
    person = await kind.objects.get(1)
    home, street = person.home, person.home.street
    changes = (
        U.set("home.city", "Oslo"),
        U.set("home.street.name", "b"),
        U.set("home.size", 4),
        U.set(size=2),
        U.raw({"$set": {"_shade": "blue", "_colour": "green"}}),
    )
    with suppress(ZeroDivisionError):
        async with transaction():
            await person.update(*changes)
            assert (home.city, street.name) == ("Oslo", "b")
            assert (person.shade, person.colour) == ("blue", "green")
            raise ZeroDivisionError
    assert (person.home, home.city, street.name) == (home, "Rome", "a")
    assert (person.shade, hasattr(person, "colour")) == ("red", False)
    assert {"_id": 1, **person.to_son()} == stored
    if kind is WatchedPerson:
        assert not person.is_changed()
    await person.save()
    assert await kind.objects.coll().find_one() == stored


@pytest.mark.usefixtures("codec")
async def test_documents_of_a_bulk_insert_get_back_what_they_were(ann: Account) -> None:
    documents = [Account(owner=str(number)) for number in range(5)]
    tries: list[list[Any]] = []

    async def work() -> None:
        tries.append([document._id for document in documents])
        await Account.objects.bulk_insert(documents)
        if len(tries) < 3:
            raise busy()

    await run_transaction(work)
    assert tries == [[None] * 5] * 3
    assert all(document._is_persisted for document in documents)
    assert await Account.objects.count() == 6


async def test_a_commit_that_nobody_knows_of_leaves_ids(
    ann: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "SECONDS", 0)
    bob, late = Account(owner="bob"), {"code": 64, "errmsg": "waiting timed out"}
    async with fail_point("commitTransaction", writeConcernError=late):
        with pytest.raises(PyMongoError) as failure:
            async with transaction():
                await bob.save()
    assert failure.value.has_error_label(UNKNOWN)
    assert bob._id is not None
    assert not bob._is_persisted
    await bob.save()
    assert await owners() == ["ann", "bob"]


# -- again ---------------------------------------------------------------------------------------


async def test_a_commit_is_sent_again_until_it_is_known(ann: Account) -> None:
    bob = Account(owner="bob")
    async with (
        fail_point("commitTransaction", times=5, errorCode=64, errorLabels=[UNKNOWN]),
        transaction(),
    ):
        await bob.save()
    assert bob._is_persisted
    assert await owners() == ["ann", "bob"]


async def test_a_commit_that_conflicts_is_the_whole_again(ann: Account) -> None:
    bob, ids = Account(owner="bob"), []

    async def work() -> None:
        await bob.save()
        ids.append(bob._id)

    async with fail_point("commitTransaction", times=2, errorCode=251, errorLabels=[TRANSIENT]):
        await run_transaction(work)
    assert len(set(ids)) == 3
    assert bob._id == ids[-1]
    assert await owners() == ["ann", "bob"]


async def test_other_errors_are_not_tried_again(ann: Account) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        raise busy("another label")

    with pytest.raises(PyMongoError, match="busy"):
        await run_transaction(work)
    assert tries == 1


async def test_the_time_of_the_driver_is_kept_to(ann: Account) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0.02)
        raise busy()

    with pymongo.timeout(0.3), pytest.raises(PyMongoError, match="busy"):
        await run_transaction(work)
    assert 1 < tries <= 15
    await ann.save()


async def test_transactions_that_conflict_lose_nothing(ann: Account) -> None:
    async def add(amount: int) -> None:
        mine = await Account.objects.get(ann._id)
        assert mine is not None
        mine.balance += amount
        await mine.save()

    await asyncio.gather(*(asyncio.create_task(run_transaction(add, 1)) for _ in range(8)))
    assert (await Account.objects.get(ann._id)).balance == 18


async def test_a_task_of_an_earlier_attempt_takes_no_part_in_a_later_one(ann: Account) -> None:
    go, late = asyncio.Event(), []

    async def write_later() -> None:
        await go.wait()
        await Account(owner="late").save()

    async def work() -> None:
        await Account(owner="bob").save()
        if not late:
            late.append(asyncio.create_task(write_later()))
            raise busy()
        go.set()
        with pytest.raises(TransactionEndedError):
            await late[0]

    await run_transaction(work)
    assert await owners() == ["ann", "bob"]


# -- indexes and collections ---------------------------------------------------------------------


async def test_the_first_command_comes_after_the_unique_indexes(mongo: Mongo) -> None:
    commands = watch(mongo)
    async with transaction():
        await Account.objects.create(owner="ann")
    assert commands.names == ["createIndexes", "insert", "commitTransaction"]
    assert "autocommit" not in commands.of("createIndexes")[0]
    assert commands.of("insert")[0]["startTransaction"] is True


async def test_indexes_and_collections_stay_as_they_are(mongo: Mongo, ann: Account) -> None:
    commands = watch(mongo)
    refusal = (
        r'^The unique index of "User" is missing, and none is made inside a transaction; '
        r"await User\.ensure_index\(\) before it\.$"
    )
    async with transaction():
        await Account.objects.count()
        with pytest.raises(RuntimeError, match=refusal):
            await User.objects.create(name="ann")
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await User.ensure_index()
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await User.objects.drop_collection()
    assert "createIndexes" not in commands.names
    assert "drop" not in commands.names


# -- sessions ------------------------------------------------------------------------------------


async def test_the_calls_in_a_session_belong_to_it(mongo: Mongo, ann: Account) -> None:
    commands = watch(mongo)
    async with start_session() as session:
        id = session.session_id["id"]
        await Account(owner="bob").save()
        assert await Account.objects.count() == 2
        go = asyncio.Event()
        beside = asyncio.create_task(count_after(go))
        async with transaction() as inner:
            assert inner is session
            await Account(owner="eve").save()
            go.set()
            with pytest.raises(ConcurrentSessionUseError, match="of this session is under way"):
                await beside
        assert await Account.objects.count() == 3
    sessions = {command["lsid"]["id"] for _, command in commands.sent}
    assert sessions == {id}


async def test_a_task_that_outlives_a_session(ann: Account) -> None:
    go = asyncio.Event()
    async with start_session():
        late = asyncio.create_task(count_after(go))
    go.set()
    with pytest.raises(TransactionEndedError, match="inside a session that is over"):
        await late


async def test_a_session_inside_a_transaction_is_that_of_the_transaction(ann: Account) -> None:
    async with transaction() as outer:
        async with start_session() as inner:
            assert inner is outer
        with pytest.raises(ValueError, match=r"^A session inside a transaction takes no options"):
            async with start_session(snapshot=True):
                pass


async def test_a_snapshot(ann: Account) -> None:
    async with start_session(snapshot=True):
        assert await Account.objects.count() == 1
        with outside_transaction():
            await Account(owner="bob").save()
        assert await Account.objects.count() == 1
    assert await Account.objects.count() == 2
