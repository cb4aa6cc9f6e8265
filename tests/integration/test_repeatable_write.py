"""The session of a write that may be sent again: what it leaves behind in the driver."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, ConnectionFailure, OperationFailure
from pymongo.monitoring import ConnectionPoolListener

from aiomotorengine import Document, IntField, connect, disconnect
from aiomotorengine.connection import connection_of, get_connection
from tests.harness import Mongo


class Row(Document):
    n = IntField()


class Pools(ConnectionPoolListener):
    """Counts how often a pool of connections was cleared."""

    def __init__(self) -> None:
        self.cleared = 0

    def pool_cleared(self, event: Any) -> None:
        self.cleared += 1

    def _ignore(self, event: Any) -> None: ...

    pool_created = pool_ready = pool_closed = connection_created = connection_ready = _ignore
    connection_closed = connection_check_out_started = connection_check_out_failed = _ignore
    connection_checked_out = connection_checked_in = _ignore


@pytest.mark.mongod_only("SecantusDB may be asked without sessions")
async def test_a_server_that_does_not_know_earlier_writes_is_taken_for_no_other(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools, name = Pools(), get_connection().name
    disconnect()
    connect(name, host=mongo.uri, event_listeners=[pools])
    opened = connection_of("default").opened()
    rows = Row.objects.coll()
    await rows.insert_one({"_id": 1})
    async with opened.driver.repeatable_write(opened.client) as write:
        assert write is not None
        with write.under_way():
            await rows.insert_one({"_id": 2}, session=write.session)

        apply = write._apply

        def without_number(command: MutableMapping[str, Any], *arguments: Any) -> None:
            apply(command, *arguments)
            command.pop("txnNumber")

        monkeypatch.setattr(write, "_apply", without_number)
        write.repeat()
        with (
            pytest.raises(AutoReconnect, match="does not know earlier writes") as raised,
            write.under_way(),
        ):
            await rows.insert_one({"_id": 2}, session=write.session)
    assert not isinstance(raised.value.__cause__, ConnectionFailure)
    assert pools.cleared == 0


@pytest.mark.parametrize("failure", [OperationFailure, asyncio.CancelledError, None])
async def test_the_session_is_given_back_when_nothing_is_under_way(
    mongo: Mongo, failure: type[BaseException] | None
) -> None:
    opened = connection_of("default").opened()
    with suppress(OperationFailure, asyncio.CancelledError):
        async with opened.driver.repeatable_write(opened.client) as write:
            assert write is not None
            with write.under_way():
                await Row.objects.coll().insert_one({}, session=write.session)
            if failure is not None:
                raise failure("as while it is waited for the next call")
    assert write is not None
    assert write.session.has_ended
    # It was made what it was, or it and the write would hold each other.
    assert not {"_apply_to", "_start_retryable_write"} & vars(write.session).keys()
