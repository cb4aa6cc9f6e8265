"""Calls whose promise rests on the server's answer, where none is waited for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from aiomotorengine import Document, IntField, Q, U, VersionField, transaction
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Counter(Document):
    n = IntField(default=0)


class House(Document):
    n = IntField(default=0)
    version = VersionField()


def unacknowledged(document_class: Any) -> Any:
    return document_class.objects.using(write_concern=0)


CALLS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "find_one_and_update()": lambda _: unacknowledged(Counter).find_one_and_update(U.inc(n=1)),
    "find_one_and_replace()": lambda _: unacknowledged(Counter).find_one_and_replace(Counter(n=9)),
    "find_one_and_delete()": lambda _: unacknowledged(Counter).find_one_and_delete(),
    "get_or_create()": lambda _: unacknowledged(Counter).get_or_create(n=9),
    "update() of a document": lambda it: it.update(U.inc(n=1), write_concern=0),
    "save(must_exist=True)": lambda it: it.save(must_exist=True, write_concern=0),
    "save(condition=...)": lambda it: it.save(condition=Q(n=1), write_concern=0),
}


@pytest.mark.parametrize("call", CALLS)
async def test_what_needs_an_answer_is_refused(call: str) -> None:
    counter = await Counter(n=1).save()
    assert counter is not None
    with pytest.raises(ValueError, match="waits for none: pass write_concern=1") as refusal:
        await CALLS[call](counter)
    assert str(refusal.value).startswith(f"{call} needs the server's answer")
    assert [it.n async for it in Counter.objects] == [1]


@pytest.mark.parametrize("check_version", [True, False])
async def test_a_version_needs_an_answer(*, check_version: bool) -> None:
    house = await House(n=1).save()
    assert house is not None
    house.n = 2
    with pytest.raises(ValueError, match=r"^The version of a House needs the server's answer"):
        await house.save(check_version=check_version, write_concern=0)
    assert house.version == 1
    assert (await House.objects.coll().find_one())["n"] == 1


async def test_an_ordered_update_counts_nothing() -> None:
    ordered = unacknowledged(Counter).order_by("n")
    result = await ordered.update_one(U.inc(n=1), upsert=True)
    assert (result.count, result.modified, result.upserted_id) == (0, None, None)


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_a_transaction_has_its_own_write_concern(mongo: Mongo) -> None:
    house = await House(n=1).save()
    assert house is not None
    async with transaction():
        house.n = 2
        await house.save(write_concern=0)
        found = await unacknowledged(House).find_one_and_update(U.inc(n=1))
        assert (found.n, found.version) == (3, 3)
    assert (await House.objects.coll().find_one())["n"] == 3
