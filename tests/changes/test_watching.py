"""Changes as they are told by a server."""

from __future__ import annotations

import asyncio
import itertools
from datetime import datetime
from typing import Any, ClassVar

import pytest
from bson import ObjectId
from bson.timestamp import Timestamp
from pymongo.errors import OperationFailure

from aiomotorengine import (
    ChangeStream,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
    TypedDocument,
    U,
    UUIDField,
)
from aiomotorengine.connection import get_connection
from aiomotorengine.errors import LoadReferencesRequiredError, StoredValueError
from tests.changes.streams import next_of, told
from tests.harness import Mongo
from tests.integration.commands import eventually, watch

SOON = 50
"""Milliseconds after which a server says that there is no change yet."""


class Home(Document):
    road = StringField(db_field="r")
    town = StringField()


class Job(Document):
    state = StringField(db_field="s")
    n = IntField()
    home = EmbeddedDocumentField(Home, db_field="h")
    tags = ListField(StringField(), db_field="t")


class Login(Document):
    name = StringField()
    secret = PasswordField()


class Keyed(Document):
    key = UUIDField(primary_key=True)


class Ticket(TypedDocument):
    __track_changes__ = True

    title: str
    n: int = 0


class Boss(Document):
    name = StringField()


class Worker(Document):
    __lazy__ = False
    boss = ReferenceField(Boss)


class Desk(Document):
    boss = ReferenceField(Boss)


class Animal(Document):
    __discriminator__: ClassVar = "kind"
    name = StringField()


class Bird(Animal):
    wings = IntField(db_field="w")


@pytest.fixture(autouse=True)
async def jobs(mongo: Mongo, codec: str) -> None:
    """The collection is there, so that no stream begins with its making."""
    await Job(state="before", n=0).save()


# -- what a change has ---------------------------------------------------------------------------


async def test_what_happens_to_a_document() -> None:
    async with Job.watch() as changes:
        job = await Job(state="new", n=1, home=Home(road="Loop"), tags=["a", "b"]).save()
        values = {"s": "old", "h.r": "Lane", "t.1": "c"}
        await Job.objects.coll().update_one({"_id": job._id}, {"$set": values})
        await Job.objects.coll().update_one({"_id": job._id}, {"$unset": {"h.r": 1, "x": 1}})
        await Job.objects.coll().replace_one({"_id": job._id}, {"n": 9})
        await job.delete()
        inserted, updated, removed, replaced, deleted = await told(changes, 5)
    assert [it.id for it in (inserted, updated, removed, replaced, deleted)] == [job._id] * 5
    assert inserted.operation == "insert"
    assert isinstance(inserted.document, Job)
    assert inserted.document.home.road == "Loop"
    assert (inserted.updated, inserted.removed, inserted.before) == ({}, [], None)
    assert updated.operation == "update"
    assert updated.updated == {"state": "old", "home.road": "Lane", "tags.1": "c"}
    assert removed.removed == ["home.road"]
    assert replaced.operation == "replace"
    assert (replaced.document.n, replaced.document.state) == (9, None)
    assert (deleted.operation, deleted.document) == ("delete", None)
    assert deleted.document_class is Job
    assert repr(deleted) == f"<Change: delete of Job {job._id!r}>"


async def test_what_else_is_told() -> None:
    async with Job.watch() as changes:
        await Job(n=1).save()
        change = await next_of(changes)
    assert isinstance(change.cluster_time, Timestamp)
    assert isinstance(change.wall_time, datetime | None)
    assert type(change.token) is dict
    assert change.raw["operationType"] == "insert"
    assert change.raw["_id"] == change.token
    assert change.raw["fullDocument"]["n"] == 1


async def test_a_document_that_is_gone_when_it_is_looked_up() -> None:
    async with Job.watch(operations=["update"]) as changes:
        job = await Job(n=1).save()
        await Job.objects.filter(_id=job._id).update({Job.n: 2})
        await job.delete()
        change = await next_of(changes)
    assert change.updated == {"n": 2}
    assert change.document is None


@pytest.mark.mongod_only("SecantusDB keeps no documents as they were after their changes")
async def test_the_document_before() -> None:
    await get_connection().command(
        "collMod", Job.__collection__, changeStreamPreAndPostImages={"enabled": True}
    )
    jobs = Job.objects.filter(n__gte=5)
    options = {"full_document": "required", "full_document_before_change": "required"}
    async with jobs.watch(**options) as changes:
        low, high = await Job(n=1).save(), await Job(n=7).save()
        await Job.objects.filter(_id=high._id).update({Job.n: 8})
        await low.delete()
        await high.delete()
        inserted, updated, deleted = await told(changes, 3)
    assert inserted.document.n == 7
    assert (updated.before.n, updated.document.n) == (7, 8)
    assert (deleted.id, deleted.before.n, deleted.document) == (high._id, 8, None)


async def test_undeclared_values_are_told_as_they_are_stored() -> None:
    async with Job.watch() as changes:
        job = await Job(n=1, home=Home(road="Loop")).save()
        await Job.objects.coll().update_one({"_id": job._id}, {"$set": {"_nick": "J", "h.z": 1}})
        assert (await told(changes, 2))[1].updated == {"_nick": "J", "h.z": 1}


async def test_lists_that_are_shortened() -> None:
    async with Job.watch(fields=["tags"]) as changes:
        job = await Job(tags=list("abcdef")).save()
        pipeline = [{"$set": {"t": {"$slice": ["$t", 2]}}}]
        await Job.objects.coll().update_one({"_id": job._id}, pipeline)
        change = (await told(changes, 2))[1]
    assert change.truncated == {"tags": 2}
    assert change.document.tags == ["a", "b"]


async def test_an_id_of_the_classes_own() -> None:
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    async with Keyed.watch() as changes:
        keyed = await Keyed(key=key).save()
        await keyed.delete()
        inserted, deleted = await told(changes, 2)
    assert inserted.id == deleted.id == inserted.document.key == keyed.key


async def test_documents_are_as_others_that_were_loaded() -> None:
    async with Ticket.watch() as changes:
        await Ticket(title="a").save()
        ticket = (await next_of(changes)).document
        ticket.n = 5
        await ticket.save()
        assert (await next_of(changes)).updated == {"n": 5}


async def test_references_are_loaded_where_the_class_says_so() -> None:
    boss = await Boss(name="Ann").save()
    async with Worker.watch() as changes:
        await Worker(boss=boss).save()
        assert (await next_of(changes)).document.boss.name == "Ann"
    async with get_connection().watch(Job, Worker) as changes:
        await Worker(boss=boss).save()
        assert (await next_of(changes)).document.boss.name == "Ann"


async def test_references_are_loaded_where_the_query_says_so() -> None:
    boss = await Boss(name="Ann").save()
    async with Desk.objects.prefetch("boss").watch() as changes, Desk.watch() as unloaded:
        await Desk(boss=boss).save()
        assert (await next_of(changes)).document.boss.name == "Ann"
        with pytest.raises(LoadReferencesRequiredError):
            _ = (await next_of(unloaded)).document.boss


# -- which are told ------------------------------------------------------------------------------


async def test_operations() -> None:
    async with Job.watch(operations=("delete",)) as changes:
        job = await Job(n=1).save()
        await job.delete()
        assert (await next_of(changes)).operation == "delete"


async def test_fields() -> None:
    async with Job.watch(operations=["update"], fields=[Job.state, "home.road"]) as changes:
        job = await Job(n=1, state="a", home=Home(road="a", town="a")).save()
        one = Job.objects.filter(_id=job._id)
        await one.update({Job.n: 2})
        await one.update(U.set(home__town="b"))
        await one.update(U.set(home__road="b"))
        await one.update(U.set(home=Home(road="c")))
        await Job.objects.coll().update_one({"_id": job._id}, {"$unset": {"s": 1}})
        found = await told(changes, 3)
    assert [[*it.updated, *it.removed] for it in found] == [["home.road"], ["home"], ["state"]]


async def test_filters_are_asked_of_the_document_after_its_change() -> None:
    async with Job.objects.filter(n__gte=5, home__road__in=["a", None]).watch() as changes:
        job = await Job(n=1).save()
        await Job(n=7, home=Home(road="b")).save()
        await Job.objects.filter(_id=job._id).update({Job.n: 6})
        assert (await next_of(changes)).updated == {"n": 6}
        await job.delete()  # which has no document any more
        await Job(n=9, home=Home(road="a")).save()
        assert (await next_of(changes)).document.n == 9


async def test_a_filter_for_nothing_is_not_met_by_what_has_no_document() -> None:
    async with Job.objects.filter(state=None).watch() as changes:
        job = await Job(state="a").save()
        await job.delete()
        await Job(n=5).save()
        assert (await next_of(changes)).document.n == 5


async def test_stages_of_the_programs_own() -> None:
    pipeline = [{"$match": {"fullDocument.n": 5}}, {"$unset": "fullDocument.s"}]
    async with Job.watch(pipeline=pipeline) as changes:
        await Job(n=4, state="a").save()
        await Job(n=5, state="a").save()
        document = (await next_of(changes)).document
    assert (document.n, document.state) == (5, None)


async def test_only_documents_of_the_class() -> None:
    async with Bird.watch() as birds, Animal.watch() as animals:
        await Animal(name="Leo").save()
        bird = await Bird(name="Polly", wings=2).save()
        await Bird.objects.filter(_id=bird._id).update({Bird.wings: 1})
        inserted, updated = await told(birds, 2)
        assert type(inserted.document) is Bird
        assert (updated.updated, updated.document_class) == ({"wings": 1}, Bird)
        assert [type(it.document) for it in await told(animals, 2)] == [Animal, Bird]


async def test_several_classes_of_a_database() -> None:
    await Boss(name="Ann").save()
    async with get_connection().watch(Job, Bird) as changes:
        await Boss(name="Bob").save()
        await Animal(name="Leo").save()
        await Job(n=1).save()
        await Bird(wings=2).save()
        job, bird = await told(changes, 2)
    assert (job.document_class, job.document.n) == (Job, 1)
    assert (bird.document_class, bird.document.wings) == (Bird, 2)


async def test_what_a_database_refuses() -> None:
    database = get_connection()
    with pytest.raises(ValueError, match="fields are those of one class"):
        database.watch(Job, Bird, fields=["n"])
    with pytest.raises(TypeError, match=r"watch\(\) takes document classes, not 'Bird'"):
        database.watch(Job, "Bird")
    with pytest.raises(ValueError, match="updates without their documents"):
        database.watch(Job, Bird, full_document="default")
    with pytest.raises(ValueError, match="There is no operation 'upsert'"):
        database.watch(Job, operations=["upsert"])


@pytest.mark.motor_only("PyMongo opens a stream where Motor makes one")
async def test_a_database_without_classes_has_the_drivers_own_stream() -> None:
    async with get_connection().watch([{"$match": {"operationType": "insert"}}]) as changes:
        await Job(n=1).save()
        assert (await changes.next())["fullDocument"]["n"] == 1


async def test_injected_values_are_values() -> None:
    with pytest.raises(ValueError, match="Invalid value for field 'state'"):
        Job.objects.filter(state__contains={"$ne": ""}).watch()
    async with Job.objects.filter(state="$n").watch() as changes:
        await Job(state="a", n=1).save()
        await Job(state="$n", n=2).save()
        assert (await next_of(changes)).document.n == 2


# -- steps ---------------------------------------------------------------------------------------


async def test_none_yet() -> None:
    async with Job.watch(max_await_time_ms=SOON) as changes:
        assert await changes.try_next() is None
        await Job(n=1).save()
        assert (await next_of(changes)).document.n == 1
        assert await changes.try_next() is None
        assert changes.alive


async def test_nothing_is_missed_from_async_with_on() -> None:
    async with Job.watch() as changes:
        await Job.objects.bulk_insert([Job(n=n) for n in range(250)])
        seen = []
        async for change in changes:
            seen.append(change.document.n)
            if len(seen) == 250:
                break
    assert seen == list(range(250))


async def test_the_first_step_opens_it_too() -> None:
    changes = Job.watch(max_await_time_ms=SOON)
    assert changes.token is None
    assert await changes.try_next() is None
    await Job(n=1).save()
    assert (await next_of(changes)).document.n == 1
    await changes.close()
    assert not changes.alive
    assert await changes.try_next() is None
    with pytest.raises(StopAsyncIteration):
        await changes.next()


async def test_going_on_after_a_change() -> None:
    async with Job.watch() as changes:
        await Job.objects.bulk_insert([Job(n=n) for n in range(1, 4)])
        first = await next_of(changes)
        await next_of(changes)
        token = changes.token
    async with Job.watch(resume_after=first.token) as changes:
        assert [it.document.n for it in await told(changes, 2)] == [2, 3]
    async with Job.watch(resume_after=token) as changes:
        assert (await next_of(changes)).document.n == 3
    async with Job.watch(start_at=first.cluster_time) as changes:
        assert (await next_of(changes)).document.n == 1


async def test_the_token_goes_on_while_nothing_happens() -> None:
    async with Job.objects.filter(n=-1).watch(max_await_time_ms=SOON) as changes:
        begun = changes.token
        await Job.objects.bulk_insert([Job(n=n) for n in range(5)])
        assert await changes.try_next() is None
        assert changes.token != begun


async def test_an_invalidate_is_told_and_ends_it() -> None:
    async with Job.watch() as changes:
        await Job.objects.drop_collection()
        assert [it.operation for it in await told(changes, 2)] == ["drop", "invalidate"]
        assert not changes.alive
        with pytest.raises(StopAsyncIteration):
            await changes.next()
    await Job(n=5).save()
    async with Job.watch(start_after=changes.token) as changes:
        assert (await next_of(changes)).document.n == 5


async def test_a_step_that_is_cancelled_closes_it_and_loses_nothing(mongo: Mongo) -> None:
    async with Job.watch(max_await_time_ms=500) as changes:
        await Job(n=1).save()
        await next_of(changes)
        token = changes.token
        waiting = asyncio.ensure_future(changes.next())
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await Job(n=2).save()
        assert not changes.alive
        assert changes.token == token
    async with Job.watch(resume_after=token) as changes:
        assert (await next_of(changes)).document.n == 2


async def test_who_is_cancelled_again_and_again_misses_nothing() -> None:
    async with Job.watch() as changes:
        token = changes.token
    await Job.objects.bulk_insert([Job(n=n) for n in range(60)])
    seen: list[int] = []

    async def read_all(changes: ChangeStream[Job]) -> None:
        while len(seen) < 60:
            seen.append((await changes.next()).document.n)

    for turn in itertools.count():
        async with Job.watch(resume_after=token, max_await_time_ms=SOON, batch_size=7) as changes:
            reading = asyncio.ensure_future(read_all(changes))
            await asyncio.wait([reading], timeout=turn / 1000)
            reading.cancel()
            await asyncio.wait([reading])
            token = changes.token
        if not reading.cancelled():
            break
    await reading
    assert seen == list(range(60))


async def test_the_servers_cursor_is_closed(mongo: Mongo) -> None:
    commands = watch(mongo)
    async with Job.watch(max_await_time_ms=SOON) as changes:
        await changes.try_next()
    assert await eventually(lambda: bool(commands.of("killCursors")))
    (aggregate,) = commands.of("aggregate")
    assert aggregate["pipeline"] == [{"$changeStream": {"fullDocument": "updateLookup"}}]


async def test_two_tasks_do_not_share_a_stream() -> None:
    async with Job.watch(max_await_time_ms=SOON) as changes:
        waiting = asyncio.ensure_future(changes.try_next())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="Another task waits for the next change"):
            await changes.try_next()
        assert await waiting is None


# -- what goes wrong -----------------------------------------------------------------------------


async def test_a_document_that_cannot_be_read() -> None:
    async with Job.watch() as changes:
        good = await Job(n=1).save()
        await Job.objects.coll().insert_one({"_id": 5, "n": "n/a"})
        await Job(n=2).save()
        await next_of(changes)
        before = changes.token
        with pytest.raises(StoredValueError, match="Can't read 'n' of the Job with _id 5: 'n/a'"):
            await next_of(changes)
        assert changes.token == before
        assert (await next_of(changes)).document.n == 2  # the stream goes on
    assert good._id != 5


async def test_a_value_that_cannot_be_read() -> None:
    broken: list[StoredValueError] = []
    async with Job.objects.on_unreadable(broken).watch(full_document="default") as changes:
        job = await Job(n=1).save()
        await Job.objects.coll().update_one({"_id": job._id}, {"$set": {"h": 5}})
        await Job(n=2).save()
        assert [it.document.n for it in await told(changes, 2)] == [1, 2]
    assert [(it.path, it.id, it.document_class) for it in broken] == [("home", job._id, Job)]


async def test_what_cannot_be_read_is_skipped_or_handed_over() -> None:
    seen: list[Any] = []

    def handle(error: StoredValueError, stored: Any) -> None:
        seen.append((error.path, stored["n"]))

    for how, expected in (("skip", []), (handle, [("n", "n/a")])):
        async with Job.objects.on_unreadable(how).watch() as changes:
            await Job.objects.coll().insert_one({"n": "n/a"})
            await Job(n=2).save()
            assert (await next_of(changes)).document.n == 2
        assert seen == expected


async def test_what_a_server_refuses_is_raised_as_it_is() -> None:
    changes = Job.watch(pipeline=[{"$sideways": {}}])
    with pytest.raises(OperationFailure, match=r"\$sideways") as refused:
        await next_of(changes)
    assert not changes.alive
    assert type(refused.value.details) is dict
    assert str(refused.value).endswith(f"full error: {refused.value.details}")
    with pytest.raises(OperationFailure):
        await Job.watch(resume_after={"_data": "no token"}).next()


async def test_no_password_is_in_what_is_shown() -> None:
    async with Login.watch() as changes:
        login = await Login(name="a", secret="hunter2").save()
        change = await next_of(changes)
        assert "hunter2" not in repr(change)
        assert str(login._id) in repr(change)
        assert ObjectId.is_valid(str(change.id))
