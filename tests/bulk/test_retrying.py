"""After which errors a batch is sent again, and what is said in the end."""

from __future__ import annotations

import pytest
from pymongo.client_options import ClientOptions
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ProtocolError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from aiomotorengine.bulk import retrying
from aiomotorengine.bulk.retrying import Retries

LABELLED = {"errorLabels": ["RetryableWriteError"]}


class Client:
    def __init__(self, **options: object) -> None:
        self.options = ClientOptions("", "", "", options)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_WAIT", 0)


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("cut"),
        NetworkTimeout("silent"),
        NotPrimaryError("stepped down"),
        OperationFailure("stepping down", 11600, LABELLED),
        BulkWriteError({"writeErrors": [], "writeConcernErrors": [], **LABELLED}),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_another_attempt_may_help(error: Exception) -> None:
    assert await Retries(Client(serverselectiontimeoutms=60_000)).wait(error)
    assert not await Retries(Client(serverselectiontimeoutms=0)).wait(error)
    # The driver itself tries again until that is over.
    assert not await Retries(Client(timeoutms=60_000)).wait(error)


@pytest.mark.parametrize(
    "error",
    [
        ServerSelectionTimeoutError("nobody"),
        WaitQueueTimeoutError("no connection is free"),
        ExecutionTimeout("too late", 50),
        OperationFailure("no", 13),
        BulkWriteError({"writeErrors": [], "writeConcernErrors": []}),
        ProtocolError("nonsense"),
        ValueError("ours"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_another_attempt_would_not_help(error: Exception) -> None:
    assert not await Retries(Client(serverselectiontimeoutms=60_000)).wait(error)


def test_what_was_not_sent_does_not_hide_that_an_earlier_attempt_was() -> None:
    retries = Retries(Client())
    nobody, cut, late = WaitQueueTimeoutError(), AutoReconnect(), ExecutionTimeout("too late", 50)
    assert retries.error(nobody, was_sent=False) is nobody
    assert retries.error(cut, was_sent=True) is cut
    assert retries.error(nobody, was_sent=False) is cut
    assert retries.error(late, was_sent=True) is late
