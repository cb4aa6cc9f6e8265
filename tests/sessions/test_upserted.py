"""Documents that were inserted in a transaction and came back as found: stored if it commits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import Document, IntField, StringField, U, VersionField, transaction
from tests.harness import Mongo
from tests.integration.sessions import begun

pytestmark = pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")


class Page(Document):
    url = StringField(unique=True)
    visits = IntField(default=0)


class Tracked(Document):
    __track_changes__ = True
    url = StringField(unique=True)
    visits = IntField(default=0)


class Versioned(Document):
    url = StringField(unique=True)
    visits = IntField(default=0)
    version = VersionField()


OWN = ObjectId()


async def created(kind: Any, **values: Any) -> Any:
    document, is_created = await kind.objects.get_or_create(url="/", **values)
    assert is_created
    return document


async def updated(kind: Any, **values: Any) -> Any:
    there = kind.objects.filter(url="/", **values)
    return await there.find_one_and_update(U.inc(visits=1), upsert=True)


async def replaced(kind: Any) -> Any:
    return await kind.objects.filter(url="/").find_one_and_replace(kind(url="/"), upsert=True)


CALLS: list[Callable[[Any], Awaitable[Any]]] = [
    created,
    lambda kind: created(kind, _id=OWN),
    updated,
    lambda kind: updated(kind, _id=OWN),
    replaced,
]
NAMES = ["created", "created with an id", "updated", "updated with an id", "replaced"]


async def stored(kind: Any) -> list[int]:
    return [row["visits"] async for row in kind.objects.coll().find()]


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("call", CALLS, ids=NAMES)
@pytest.mark.parametrize("kind", [Page, Tracked, Versioned])
async def test_what_was_not_committed_is_inserted_when_it_is_saved(
    mongo: Mongo, kind: Any, call: Any
) -> None:
    if kind is Versioned and call is replaced:
        pytest.skip("a class with versions takes no upsert of a replacement")
    with pytest.raises(LookupError):
        async with transaction():
            document = await call(kind)
            document.visits = 3
            await document.save()
            await document.update(U.inc(visits=1))
            assert await stored(kind) == []
            assert (await kind.objects.get(url="/")).visits == 4
            raise LookupError
    assert not document._is_persisted
    document.visits = 5
    await document.save()
    assert await stored(kind) == [5]
    await document.save()
    assert await kind.objects.count() == 1


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
async def test_what_was_committed_counts_as_saved(mongo: Mongo, call: Any) -> None:
    async with transaction():
        document = await call(Page)
    assert document._is_persisted
    await document.delete()
    await document.save()
    assert await stored(Page) == []  # a document that is gone is not written again


@pytest.mark.parametrize("call", [updated, replaced])
async def test_what_was_there_before_stays_saved(mongo: Mongo, call: Any) -> None:
    await Page(url="/", visits=7).save()
    with pytest.raises(LookupError):
        async with transaction():
            document = await call(Page)
            raise LookupError
    assert document._is_persisted
    await document.save()
    assert len(await stored(Page)) == 1
    # Nobody can say whether it was inserted in the transaction, too, so it is not lost.
    await Page.objects.delete()
    document = await aborted(call)
    await document.save()
    assert len(await stored(Page)) == 1


async def aborted(call: Any) -> Any:
    with pytest.raises(LookupError):
        async with transaction():
            await Page(url="/").save()
            document = await call(Page)
            raise LookupError
    return document


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
async def test_a_transaction_of_the_driver(mongo: Mongo, call: Any) -> None:
    await Page.ensure_index()
    async with begun() as session:
        document = await call(Page)
        await session.abort_transaction()
    document.visits = 5
    await document.save()
    assert await stored(Page) == [5]
