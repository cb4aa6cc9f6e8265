"""What is known of documents after a transaction that was not committed, whoever began it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from aiomotorengine import (
    Document,
    IntField,
    ListField,
    ReferenceField,
    StringField,
    U,
    VersionField,
    transaction,
)
from aiomotorengine.connection import connection_of
from aiomotorengine.sessions import retrying
from tests.harness import Mongo
from tests.integration.sessions import begun, fail_point

pytestmark = [
    pytest.mark.usefixtures("codec"),
    pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB"),
]


class Plain(Document):
    name = StringField()
    size = IntField(default=0)
    tags = ListField(StringField())


class Tracked(Plain):
    __track_changes__ = True


class Versioned(Plain):
    version = VersionField()


class Both(Tracked):
    version = VersionField()


class Shelf(Document):
    plain = ReferenceField(Plain)
    tracked = ReferenceField(Tracked)


KINDS = [Plain, Tracked, Versioned, Both]

kinds = pytest.mark.parametrize("kind", KINDS)

Block = Callable[[], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def ours() -> AsyncIterator[None]:
    """A transaction of the library's that is aborted."""
    with pytest.raises(LookupError):
        async with transaction():
            yield
            raise LookupError


@asynccontextmanager
async def ended_inside() -> AsyncIterator[None]:
    """One that the program aborts by the driver's session."""
    async with transaction() as session:
        yield
        await session.abort_transaction()


@asynccontextmanager
async def drivers() -> AsyncIterator[None]:
    """One of the driver's own."""
    async with begun() as session:
        yield
        await session.abort_transaction()


@asynccontextmanager
async def left_open() -> AsyncIterator[None]:
    """One of the driver's that ends with its session."""
    async with begun():
        yield


blocks = pytest.mark.parametrize("block", [ours, ended_inside, drivers, left_open])


async def stored_for(document: Any) -> Any:
    row = await type(document).objects.coll().find_one({"_id": document._id}, {"_id": False})
    return row and {key: value for key, value in row.items() if value not in (None, [])}


# -- what was saved in it ----------------------------------------------------------------------


@kinds
@blocks
async def test_what_was_saved_is_sent_again(mongo: Mongo, kind: Any, block: Block) -> None:
    document = await kind(name="a", tags=["a"]).save()
    loaded: Any = await kind.objects.get(document._id)
    for one in (document, loaded):
        before = one.to_son().get("version")
        async with block():
            one.name = "b"
            one.tags.append("b")
            await one.save()
            await one.save()
        assert one.to_son().get("version") == before
        await one.save()
        stored = await stored_for(one)
        assert (stored["name"], stored["tags"]) == ("b", one.tags)
        await one.update(U.set(name="a", tags=["a"]))
        if one is document and before is not None:
            await loaded.reload()


@kinds
@pytest.mark.parametrize("block", [drivers, left_open])
async def test_a_new_document_is_new_again(mongo: Mongo, kind: Any, block: Block) -> None:
    await kind.objects.create(name="there")
    document = kind(name="a")
    async with block():
        await document.save()
        document.size = 5
        await document.save()
    assert (document._id, bool(document._is_persisted)) == (None, False)
    await document.save()
    assert (await stored_for(document))["size"] == 5
    assert await kind.objects.count() == 2


@kinds
async def test_what_was_committed_is_known(mongo: Mongo, kind: Any) -> None:
    document = await kind(name="a").save()
    new = kind(name="new")
    async with begun() as session:
        document.name = "b"
        await document.save()
        await new.save()
        again: Any = await kind.objects.get(document._id)
        await session.commit_transaction()
    assert new._is_persisted
    for one in (document, new, again):
        if kind.__track_changes__:
            assert not one.is_changed()
        one.size = 7
        if one is again and "version" in kind._fields:
            await one.reload()
            one.size = 7
        await one.save()
        assert (await stored_for(one))["size"] == 7
    await kind.objects.delete()
    await document.save(check_version=False)
    assert await kind.objects.count() == 0  # K6


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
@blocks
async def test_copies_do_not_believe_it_either(
    mongo: Mongo, block: Block, duplicate: Callable[[Any], Any]
) -> None:
    document = await Tracked(name="a", tags=["a"]).save()
    async with block():
        document.name = "b"
        await document.save()
        twin = duplicate(document)
    assert twin.is_changed()
    await twin.save()
    assert await stored_for(twin) == {"name": "b", "size": 0, "tags": ["a"]}
    assert not twin.is_changed()


@blocks
async def test_what_rollback_has_taken_from_it_is_taken_back(mongo: Mongo, block: Block) -> None:
    document = await Both(name="a").save()
    await Both.objects.update(U.set(Both.version, 1000))
    await document.reload()
    async with block():
        document.name = "b"
        await document.save()
        document.name = "c"
        document.rollback()
        assert (document.name, document.version) == ("b", 1001)
        document.track_changes()
    # The program has assigned that, and rollback is taken back; of an unknown end only the version.
    name = "b" if block is ended_inside else "c"
    assert (document.name, document.version) == (name, 1000)
    document.size = 4
    await document.save()
    assert await stored_for(document) == {"name": name, "size": 4, "version": 1001}
    document.name = "d"
    assert document.rollback().name == name


# -- where nobody knows --------------------------------------------------------------------------


@kinds
@pytest.mark.parametrize("is_ours", [True, False], ids=["ours", "the driver's"])
async def test_a_commit_that_did_not_come_through(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, kind: Any, is_ours: bool
) -> None:
    monkeypatch.setattr(retrying, "SECONDS", 0)
    document = await kind(name="a").save()
    with pytest.raises(PyMongoError):
        async with fail_point("commitTransaction", times=4, errorCode=50):
            if is_ours:
                async with transaction():
                    document.name = "b"
                    await document.save()
            else:
                async with begun() as session:
                    document.name = "b"
                    await document.save()
                    await session.commit_transaction()
    await abort_all()
    if "version" in kind._fields and not is_ours:
        await document.reload()  # or it is said to be stale
        document.name = "b"
    await document.save()
    assert (await stored_for(document))["name"] == "b"


async def abort_all() -> None:
    """Have the server abort the transactions of sessions that are over."""
    admin = connection_of("default").opened().client.admin
    await admin.command("killAllSessions", [])


# -- what was read in it -------------------------------------------------------------------------


async def got(kind: Any, id: Any) -> Any:
    return await kind.objects.get(id)


async def listed(kind: Any, id: Any) -> Any:
    [found] = await kind.objects.filter(_id=id).find_all()
    return found


async def referred(kind: Any, id: Any) -> Any:
    name = kind.__name__.lower()
    shelf = Shelf(**{name: id})
    await shelf.load_references()
    return getattr(shelf, name)


@pytest.mark.parametrize("read", [got, listed, referred])
@pytest.mark.parametrize("kind", [Plain, Tracked])
@blocks
async def test_what_was_inserted_and_read_is_not_lost(
    mongo: Mongo, kind: Any, block: Block, read: Any
) -> None:
    there = await kind(name="there").save()
    async with block():
        inserted = await kind(name="a").save()
        found = await read(kind, inserted._id)
        other = await read(kind, there._id)
    for one in (found, other):
        await one.save()
        assert await stored_for(one) == {"name": one.name, "size": 0}
        one.size = 3
        await one.save()
        assert (await stored_for(one))["size"] == 3
    assert await kind.objects.count() == 2
    await kind.objects.delete()
    found.size = 4
    await found.save()
    assert await kind.objects.count() == 0  # which was stored since, so that K6 holds again


@pytest.mark.parametrize("kind", [Tracked, Both])
@blocks
async def test_what_was_changed_and_read_is_sent_whole(
    mongo: Mongo, kind: Any, block: Block
) -> None:
    there = await kind(name="there", tags=["a"]).save()
    async with block():
        there.tags.append("b")
        await there.save()
        found = await got(kind, there._id)
    assert found.is_changed()
    if kind is Both:
        await there.save(check_version=False)
        found.version = there.version
    await found.save()
    assert (await stored_for(found))["tags"] == ["a", "b"]
    assert not found.is_changed()


@blocks
async def test_reload_says_what_is_stored(mongo: Mongo, block: Block) -> None:
    there = await Tracked(name="there").save()
    async with block():
        found: Any = await got(Tracked, there._id)
    await found.reload()
    assert not found.is_changed()
    async with block():
        twin: Any = await got(Tracked, (await Tracked(name="b").save())._id)
    with pytest.raises(Tracked.DoesNotExist):
        await twin.save(must_exist=True)
    with pytest.raises(Tracked.DoesNotExist):
        await twin.reload()


@pytest.mark.parametrize("kind", [Tracked, Both])
@pytest.mark.parametrize(
    "part",
    [lambda one: one.update(U.set(size=7), check_version=False), lambda one: one.reload("size")],
    ids=["updated", "reloaded"],
)
@pytest.mark.parametrize("is_committed", [True, False])
async def test_what_is_known_in_part_afterwards(
    mongo: Mongo, kind: Any, part: Any, is_committed: bool
) -> None:
    there = await kind(name="there", tags=["a", "b"]).save()
    async with ours():
        there.tags.pop()
        await there.save()
        found = copy.deepcopy(there)
    if kind is Both:
        found.version = there.version
    with suppress(LookupError):
        async with transaction():
            await part(found)
            assert "tags" in found.changes()
            if not is_committed:
                raise LookupError
    found.size = 9
    await found.save(check_version=False)
    stored = await stored_for(found)
    assert (stored["tags"], stored["size"]) == (["a"], 9)
    assert not found.is_changed()
    other = pickle.loads(pickle.dumps(found))
    assert not other.is_changed()


async def test_a_copy_of_what_is_known_in_part_is_sent_whole(mongo: Mongo) -> None:
    there = await Tracked(name="there", tags=["a", "b"]).save()
    async with ours():
        there.tags.pop()
        await there.save()
        found = copy.deepcopy(there)
    async with transaction():
        await found.update(U.set(size=7))
    found = pickle.loads(pickle.dumps(found))
    await found.save()
    assert (await stored_for(found))["tags"] == ["a"]
