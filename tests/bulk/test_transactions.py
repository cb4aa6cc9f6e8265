"""Bulk inserts in a transaction, in which documents count as saved until it is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymongo.errors import OperationFailure, PyMongoError

from aiomotorengine import Document, IntField
from aiomotorengine.bulk import BulkReport
from aiomotorengine.errors import UniqueKeyViolationError
from tests.bulk.gate import Gate
from tests.bulk.models import Key, Row, keys, numbers_of, rows, stored
from tests.harness import Mongo
from tests.integration.collections import replace_collection
from tests.integration.sessions import begun, fail_point, in_transaction

pytestmark = [
    pytest.mark.usefixtures("codec"),
    pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB"),
]


@asynccontextmanager
async def transaction() -> AsyncIterator[Any]:
    """A session that is bound to this task, and has begun a transaction."""
    await Row(n=1000).save()  # collections and indexes are not made in transactions
    await Key(n=1000).save()
    async with begun() as session:
        yield session


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_what_is_committed_is_there(mongo: Mongo, name: str) -> None:
    documents, report = rows(range(30)), BulkReport()
    async with transaction() as session:
        await getattr(Row.objects, name)(documents, report=report)
        assert all(row._id is not None and not row._is_persisted for row in documents)
        await session.commit_transaction()
    assert report.in_transaction
    assert report.ok
    assert repr(report).endswith("; in a transaction>")
    assert sorted(await stored()) == [*range(30), 1000]


async def test_after_an_abort_the_same_documents_can_be_inserted(mongo: Mongo) -> None:
    documents = rows(range(30))
    async with transaction() as session:
        await Row.objects.insert_stream(documents, batch_size=10)
        await session.abort_transaction()
    assert await stored() == [1000]
    await documents[0].save()
    report = await Row.objects.insert_stream(documents[1:])
    assert report.ok
    assert not report.in_transaction
    assert sorted(await stored()) == [*range(30), 1000]


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_a_transaction_that_is_tried_again_stores_once(mongo: Mongo, name: str) -> None:
    await Row(n=1000).save()
    documents, tries = rows(range(30)), 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        await getattr(Row.objects, name)(documents)
        if tries < 3:
            raise OperationFailure("conflict", 112, {"errorLabels": ["TransientTransactionError"]})

    await in_transaction(work)
    assert tries == 3
    assert sorted(await stored()) == [*range(30), 1000]
    await documents[0].save()
    assert sorted(await stored()) == [*range(30), 1000]


async def test_documents_of_a_commit_without_an_answer_are_not_stored_twice(mongo: Mongo) -> None:
    documents = rows(range(30))
    late = {"code": 64, "errmsg": "waiting timed out"}
    async with fail_point("commitTransaction", writeConcernError=late), transaction() as session:
        await Row.objects.bulk_insert(documents)
        with pytest.raises(PyMongoError):
            await session.commit_transaction()
    report = await Row.objects.insert_stream(documents, ordered=False, on_error="collect")
    assert numbers_of(report) == {"rejected": list(range(30))}
    assert sorted(await stored()) == [*range(30), 1000]


async def test_a_session_has_one_batch_on_the_wire(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with transaction() as session:
        gate = Gate(Row.objects.coll())
        replace_collection(monkeypatch, gate)
        report = await Row.objects.insert_stream(
            rows(range(100)), ordered=False, batch_size=10, in_flight=4
        )
        await session.commit_transaction()
    assert report.ok
    assert gate.most_under_way == 1


async def test_a_duplicate_ends_the_transaction(mongo: Mongo) -> None:
    async with transaction():
        with pytest.raises(UniqueKeyViolationError) as violation:
            await Key.objects.bulk_insert(keys([1, 2, 1000]))
        assert violation.value.report.in_transaction  # type: ignore[attr-defined]
        with pytest.raises(OperationFailure) as failure:
            await Key.objects.bulk_insert(keys([3]))
        assert failure.value.has_error_label("TransientTransactionError")
        assert numbers_of(failure.value.report) == {"unknown": [0]}  # type: ignore[attr-defined]
    assert await stored(Key) == [1000]


async def test_transactions_that_conflict(mongo: Mongo) -> None:
    documents = keys([1, 2])
    async with transaction() as first:
        await Key.objects.bulk_insert(documents)
        async with begun():
            with pytest.raises(OperationFailure) as failure:
                await Key.objects.bulk_insert(keys([2, 3]))
            assert failure.value.has_error_label("TransientTransactionError")
        await first.commit_transaction()
    assert sorted(await stored(Key)) == [1, 2, 1000]


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_what_the_same_transaction_has_saved_is_copied(mongo: Mongo, name: str) -> None:
    row = Row(n=1)
    async with transaction() as session:
        await row.save()
        first = row._id
        await getattr(Row.objects, name)([row])
        assert row._id != first
        await session.commit_transaction()
    assert sorted(await stored()) == [1, 1, 1000]


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_what_is_inserted_counts_as_saved_in_the_transaction(mongo: Mongo, name: str) -> None:
    class Seen(Document):
        n = IntField(on_save=lambda document, creating: int(creating))

    seen = Seen()
    async with transaction() as session:
        await getattr(Seen.objects, name)([seen])
        first = seen._id
        assert seen.n == 1
        await seen.save()
        assert (seen.n, seen._id) == (0, first)
        await getattr(Seen.objects, name)([seen])  # a copy, as anywhere else
        assert seen._id != first
        await session.abort_transaction()
    await seen.save()
    assert seen.n == 1
    assert [found._id for found in await Seen.objects.find_all()] == [seen._id]


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_a_document_twice_in_a_call_of_a_transaction_is_one(mongo: Mongo, name: str) -> None:
    row = Row(n=1)
    async with transaction() as session:
        with pytest.raises(UniqueKeyViolationError):
            await getattr(Row.objects, name)([row, row])
        await session.abort_transaction()
    await Row.objects.insert_stream([row])
    assert sorted(await stored()) == [1, 1000]
