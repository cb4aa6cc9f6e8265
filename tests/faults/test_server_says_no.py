"""The server refuses, steps down, or writes and cannot confirm it."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
)

from aiomotorengine.errors import UniqueKeyViolationError
from tests.faults.contract import CALLS, Trial
from tests.faults.laboratory import KeyedItem, Laboratory, items
from tests.faults.mongod import fail_point
from tests.faults.wire_faults import cut_after, cut_before

calls = pytest.mark.parametrize("call", CALLS)

SHORT = {"serverSelectionTimeoutMS": 500}
"""A batch is sent again for as long as a server is looked for, also by one that always says no."""
fail_points = pytest.mark.mongod_only("SecantusDB has no fail points")


# -- duplicates --------------------------------------------------------------------------------


def keyed(lab: Laboratory, count: int, *, taken: set[int]) -> list[Any]:
    """Documents with keys, some of which are in the database already."""
    lab.observer.store(KeyedItem, {"number": -1, "key": -1})
    return [
        KeyedItem(number=number, key=-1 if number in taken else number) for number in range(count)
    ]


@calls
async def test_duplicates_in_several_batches(lab: Laboratory, codec: str, call: str) -> None:
    trial = Trial(lab, keyed(lab, 20, taken={5, 6, 13}), refused={5, 6, 13})
    await trial.run(call)
    assert isinstance(trial.error, UniqueKeyViolationError)
    assert isinstance(trial.error.__cause__, BulkWriteError)
    refused = [entry.number for entry in trial.report.rejected]
    assert sorted(refused) == ([5, 6, 13] if "unordered" in call else [5])
    assert trial.report.rejected[0].key_value == {"key": -1}
    await trial.check()


@pytest.mark.parametrize("cut", [cut_before, cut_after])
@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_duplicates_and_then_the_connection_dies(
    lab: Laboratory, codec: str, on_error: str, cut: Any
) -> None:
    lab.connect(retryWrites=False)
    lab.proxy.plan(None, None, None, cut)
    trial = Trial(lab, keyed(lab, 24, taken={1, 6}), refused={1, 6})
    await trial.run("stream, unordered", on_error=on_error, in_flight=1)
    assert isinstance(trial.error, AutoReconnect)
    assert [entry.number for entry in trial.report.rejected] == [1, 6]
    assert trial.report.unknown.ranges == (range(12, 16),)
    await trial.check()


@calls
async def test_duplicates_whose_refusal_is_lost(lab: Laboratory, codec: str, call: str) -> None:
    lab.connect(retryWrites=False)
    lab.proxy.plan(cut_after)
    trial = Trial(lab, keyed(lab, 4, taken={2}), refused={2})
    await trial.run(call)
    assert isinstance(trial.error, AutoReconnect)
    assert len(trial.report.unknown) == 4
    await trial.check()


# -- fail points -------------------------------------------------------------------------------


@fail_points
@calls
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (91, AutoReconnect),  # the server shuts down
        (10107, NotPrimaryError),
        (8000, OperationFailure),  # a refusal of the whole command
    ],
)
async def test_the_command_is_refused(
    lab: Laboratory, call: str, code: int, expected: type[Exception]
) -> None:
    lab.connect(retryWrites=False)
    trial = Trial(lab, items(12))
    with fail_point(lab.observer.client, times=1, failCommands=["insert"], errorCode=code):
        await trial.run(call)
    assert isinstance(trial.error, expected)
    await trial.check()


@fail_points
@pytest.mark.parametrize("call", ["bulk", "stream"])
async def test_labels_are_kept(lab: Laboratory, call: str) -> None:
    labels = ["RetryableWriteError", "Strange"]
    lab.connect(**SHORT)
    trial = Trial(lab, items(12))
    with fail_point(
        lab.observer.client, failCommands=["insert"], errorCode=8000, errorLabels=labels
    ):
        await trial.run(call)
    assert isinstance(trial.error, OperationFailure)
    assert all(map(trial.error.has_error_label, labels))
    await trial.check()


@fail_points
@calls
async def test_the_server_closes_the_connection(lab: Laboratory, call: str) -> None:
    lab.connect(**SHORT)
    trial = Trial(lab, items(12))
    with fail_point(lab.observer.client, failCommands=["insert"], closeConnection=True):
        await trial.run(call)
    assert isinstance(trial.error, AutoReconnect)
    await trial.check()


@fail_points
@calls
async def test_the_server_is_slow(lab: Laboratory, call: str) -> None:
    lab.connect(retryWrites=False, socketTimeoutMS=100)
    trial = Trial(lab, items(12))
    with fail_point(
        lab.observer.client,
        times=1,
        failCommands=["insert"],
        blockConnection=True,
        blockTimeMS=300,
    ):
        await trial.run(call)
    assert isinstance(trial.error, NetworkTimeout)
    # The server goes on with it, which the retry may meet.
    lab.connect()  # whose patience is longer
    await trial.check()


@fail_points
@calls
async def test_a_write_concern_that_fails(lab: Laboratory, codec: str, call: str) -> None:
    trial = Trial(lab, items(12))
    error = {"code": 64, "codeName": "WriteConcernFailed", "errmsg": "no"}
    # One batch at a time: of two that arrive together, both may meet a fail point that is set once.
    one_at_a_time = {} if "bulk" in call else {"in_flight": 1}
    with fail_point(lab.observer.client, times=1, failCommands=["insert"], writeConcernError=error):
        await trial.run(call, **one_at_a_time)
    assert isinstance(trial.error, BulkWriteError)
    assert trial.error.details["writeConcernErrors"][0]["code"] == 64
    if call == "stream":
        assert trial.report.unconfirmed.ranges == (range(4),)
        assert not trial.report.inserted
    if call == "stream, unordered":
        assert len(trial.report.unconfirmed) == 4
        assert len(trial.report.inserted) == 8
    await trial.check()


@pytest.mark.mongod_only("SecantusDB does not count the members of a set")
@calls
async def test_a_write_concern_that_cannot_be_met(lab: Laboratory, call: str) -> None:
    lab.connect(w=3, wtimeoutMS=50)
    trial = Trial(lab, items(12))
    await trial.run(call)
    assert isinstance(trial.error, BulkWriteError)
    assert trial.report.unconfirmed and not trial.report.inserted
    lab.connect()
    await trial.check()


@fail_points
@calls
async def test_duplicates_and_a_write_concern_that_fails(lab: Laboratory, call: str) -> None:
    trial = Trial(lab, keyed(lab, 12, taken={2}), refused={2})
    error = {"code": 64, "codeName": "WriteConcernFailed", "errmsg": "no"}
    with fail_point(lab.observer.client, failCommands=["insert"], writeConcernError=error):
        await trial.run(call)
    assert isinstance(trial.error, UniqueKeyViolationError)
    assert [entry.number for entry in trial.report.rejected] == [2]
    assert {0, 1} <= set(trial.report.unconfirmed)
    await trial.check()
