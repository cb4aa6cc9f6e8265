"""The settings of a connection reach the server: ``w``, ``j``, ``retryWrites``."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from aiomotorengine import connect, disconnect
from aiomotorengine.bulk import BulkReport
from tests.bulk.models import Row, numbers_of, rows, stored
from tests.harness import Mongo
from tests.integration.commands import Commands, watch

pytestmark = pytest.mark.usefixtures("codec")


async def write_all_ways(commands: Commands) -> list[Any]:
    """The commands of a stream, a bulk insert, a save, a create, an update and a delete."""
    await Row.objects.insert_stream(rows(range(20)), batch_size=10)
    await Row.objects.bulk_insert(rows(range(3)))
    row = await Row.objects.create(n=1)
    assert row is not None
    await row.save()
    await Row.objects.update({Row.n: 5})
    await Row.objects.delete()
    return [command for _, command in commands.sent]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"w": "majority"}, {"w": "majority"}),
        ({"w": 1}, {"w": 1}),
        ({"w": 1, "j": True}, {"w": 1, "j": True}),
        ({"j": True}, {"j": True}),
        ({"w": 1, "wTimeoutMS": 5000}, {"w": 1, "wtimeout": 5000}),
    ],
    ids=str,
)
async def test_the_write_concern_of_a_connection_goes_with_every_write(
    mongo: Mongo, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    sent = await write_all_ways(watch(mongo, **options))
    assert [command.get("writeConcern") for command in sent] == [expected] * len(sent)
    assert len(sent) == 7


async def test_without_one_the_server_decides(mongo: Mongo) -> None:
    sent = await write_all_ways(watch(mongo))
    assert [command for command in sent if "writeConcern" in command] == []


@pytest.mark.mongod_only("SecantusDB is no replica set, and nothing is retried there")
@pytest.mark.parametrize("retries", [True, False])
async def test_retryable_writes_can_be_had_and_not(mongo: Mongo, retries: bool) -> None:
    commands = watch(mongo, retryWrites=retries)
    await Row.objects.insert_stream(rows(range(20)), batch_size=10)
    await Row.objects.bulk_insert(rows(range(3)))
    numbers = [command.get("txnNumber") for command in commands.of("insert")]
    assert [number is not None for number in numbers] == [retries] * 3
    assert len(set(numbers)) == (3 if retries else 1)


@pytest.mark.mongod_only("SecantusDB confirms every write concern")
@pytest.mark.parametrize("ordered", [True, False])
async def test_a_write_concern_that_the_servers_cannot_give(mongo: Mongo, ordered: bool) -> None:
    watch(mongo, w=2, wTimeoutMS=100)
    documents = rows(range(25))
    with pytest.raises(BulkWriteError) as failure:
        await Row.objects.insert_stream(documents, batch_size=10, in_flight=1, ordered=ordered)
    count = 10 if ordered else 25
    assert len(failure.value.details["writeConcernErrors"]) == (1 if ordered else 3)
    report = failure.value.report  # type: ignore[attr-defined]
    assert numbers_of(report)["unconfirmed"] == list(range(count))
    assert len(await stored()) == count
    assert all(row._is_persisted for row in documents[:count])


@pytest.mark.parametrize("ordered", [True, False])
async def test_without_an_answer_nothing_is_known(mongo: Mongo, ordered: bool) -> None:
    name = mongo.database.name
    disconnect()
    connect(name, host=mongo.uri, w=0)
    documents = rows(range(25))
    report = await Row.objects.insert_stream(documents, batch_size=10, ordered=ordered)
    assert numbers_of(report) == {"unknown": list(range(25))}
    assert not report.ok
    assert all(row._id is not None and not row._is_persisted for row in documents)
    again = BulkReport()
    assert await Row.objects.bulk_insert(documents, ordered=ordered, report=again) is documents
    disconnect()
    connect(name, host=mongo.uri)
    await Row.objects.insert_stream(documents, ordered=False, on_error="collect")
    assert sorted(await stored()) == list(range(25))
