"""Bulk inserts in transactions that conflict, are aborted, or whose commit is in doubt."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import AutoReconnect, ConnectionFailure, OperationFailure, PyMongoError

from aiomotorengine.errors import UniqueKeyViolationError
from tests.faults.contract import CALLS, Trial
from tests.faults.laboratory import KeyedItem, Laboratory, items
from tests.faults.wire_faults import cut_after, cut_before
from tests.integration.sessions import begun

pytestmark = [
    pytest.mark.usefixtures("codec"),
    pytest.mark.mongod_only("transactions are held against MongoDB itself"),
]

calls = pytest.mark.parametrize("call", CALLS)


@calls
async def test_committed(lab: Laboratory, call: str) -> None:
    trial = Trial(lab, items(20))
    async with begun() as session:
        await trial.run(call)
        assert trial.error is None and trial.report.in_transaction
        assert not trial.stored()
        await session.commit_transaction()
    trial.check_partition()
    assert len(trial.stored()) == 20
    assert all(document._is_persisted for document in trial.documents)


@calls
async def test_aborted(lab: Laboratory, call: str) -> None:
    trial = Trial(lab, items(20))
    async with begun() as session:
        await trial.run(call)
        await session.abort_transaction()
    assert trial.report.in_transaction and len(trial.report.inserted) == 20
    assert not trial.stored()
    assert not any(document._is_persisted for document in trial.documents)
    trial.check_partition()
    await trial.check_retry()


@calls
async def test_a_conflict(lab: Laboratory, call: str) -> None:
    lab.observer.store(KeyedItem, {"number": -1, "key": -1})
    documents = [KeyedItem(number=number, key=number) for number in range(12)]
    await KeyedItem.objects.ensure_index()
    trial = Trial(lab, documents)
    client = lab.observer.client
    with client.start_session() as other, other.start_transaction():
        lab.observer.collection(KeyedItem).insert_one({"number": -2, "key": 5}, session=other)
        async with begun() as session:
            await trial.run(call)
            await session.abort_transaction()
        assert isinstance(trial.error, PyMongoError)
        assert trial.error.has_error_label("TransientTransactionError")
        trial.check_error()
        trial.check_partition()
        other.abort_transaction()
    assert not trial.stored()
    await trial.check_retry()


@calls
async def test_a_duplicate_ends_a_transaction(lab: Laboratory, call: str) -> None:
    await KeyedItem.objects.ensure_index()
    lab.observer.store(KeyedItem, {"number": -1, "key": -1})
    documents = [
        KeyedItem(number=number, key=number if number != 5 else -1) for number in range(12)
    ]
    trial = Trial(lab, documents, refused={5})
    async with begun() as session:
        await trial.run(call)
        await session.abort_transaction()
    assert isinstance(trial.error, (UniqueKeyViolationError, OperationFailure))
    trial.check_error()
    trial.check_partition()
    assert not trial.stored()
    await trial.check_retry()


@calls
@pytest.mark.parametrize("cut", [cut_before, cut_after])
async def test_the_connection_dies_in_a_transaction(lab: Laboratory, call: str, cut: Any) -> None:
    lab.proxy.plan(*([cut] if "bulk" in call else [None, cut]))
    trial = Trial(lab, items(12))
    async with begun() as session:
        await trial.run(call)
        await session.abort_transaction()
    assert isinstance(trial.error, AutoReconnect)
    assert trial.error.has_error_label("TransientTransactionError")
    trial.check_error()
    trial.check_partition()
    assert not trial.stored()
    await trial.check_retry()


@calls
async def test_the_answer_of_the_commit_is_lost(lab: Laboratory, call: str) -> None:
    lab.proxy.plan(cut_after, cut_after, command="commitTransaction")
    trial = Trial(lab, items(20))
    async with begun() as session:
        await trial.run(call)
        with pytest.raises(ConnectionFailure) as error:
            await session.commit_transaction()
        assert error.value.has_error_label("UnknownTransactionCommitResult")
    assert trial.error is None
    assert len(trial.stored()) == 20
    await trial.check_retry()
