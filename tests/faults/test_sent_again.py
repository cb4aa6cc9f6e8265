"""What of a batch is sent again, and what the server makes of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from pymongo.errors import AutoReconnect
from pymongo.hello import Hello

from aiomotorengine import DateTimeField, Document, IntField, StringField
from tests.faults.contract import CALLS, Trial
from tests.faults.laboratory import Item, Laboratory, items
from tests.faults.wire_faults import CUTS, cut_after, cut_before
from tests.integration.commands import Commands
from tests.integration.sessions import bound_session

pytestmark = pytest.mark.usefixtures("codec")

calls = pytest.mark.parametrize("call", CALLS)


class Gauge(Document):
    at = DateTimeField()
    probe = StringField()
    number = IntField()


@calls
async def test_the_server_knows_it_by_its_session_and_number(lab: Laboratory, call: str) -> None:
    commands = Commands()
    lab.connect(event_listeners=[commands])
    lab.proxy.plan(*[cut_after] * 5)
    trial = Trial(lab, items(4))
    await trial.run(call)
    assert trial.report.ok
    inserts = commands.of("insert")
    assert len(inserts) == 6
    assert len({(bytes(i["lsid"]["id"]), i["txnNumber"]) for i in inserts}) == 1
    assert trial.report.batches == 1
    await trial.check()


async def test_the_next_batch_has_another_number(lab: Laboratory) -> None:
    commands = Commands()
    lab.connect(event_listeners=[commands])
    lab.proxy.plan(None, cut_before, cut_after, cut_after)
    trial = Trial(lab, items(12))
    await trial.run("stream")
    assert trial.report.ok
    inserts = commands.of("insert")
    known = {(bytes(i["lsid"]["id"]), i["txnNumber"]): i["documents"] for i in inserts}
    assert [len(documents) for documents in known.values()] == [4, 4, 4]
    await trial.check()


@pytest.mark.parametrize("cut", CUTS)
async def test_in_a_session_of_the_programs_the_driver_alone_tries_again(
    lab: Laboratory, cut: str
) -> None:
    async with bound_session():
        lab.proxy.plan(CUTS[cut])
        first = Trial(lab, items(4))
        await first.run("stream")
        assert first.error is None and first.report.ok
        lab.proxy.plan(CUTS[cut], CUTS[cut])
        second = Trial(lab, items(4, start=4))
        second.numbers = range(4, 8)
        await second.run("stream")
        assert isinstance(second.error, AutoReconnect)
    await second.check()


async def test_a_batch_of_several_messages_is_not_sent_again_once_one_was_answered(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hello, "max_write_batch_size", 10)
    lab.proxy.plan(None, cut_after, cut_after)
    trial = Trial(lab, items(25))
    await trial.run("stream", batch_size=25)
    assert isinstance(trial.error, AutoReconnect)
    assert len(trial.report.unknown) == 25
    await trial.check()


async def test_a_batch_of_several_messages_is_sent_again_from_the_first(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hello, "max_write_batch_size", 10)
    lab.proxy.plan(*[cut_after] * 5)
    trial = Trial(lab, items(25))
    await trial.run("stream", batch_size=25)
    assert trial.error is None and trial.report.ok
    await trial.check()


@pytest.mark.mongod_only("SecantusDB has no time-series collections")
@calls
async def test_a_time_series_has_each_document_once(lab: Laboratory, call: str) -> None:
    series = {"timeField": "at", "metaField": "probe"}
    database = Gauge.objects.coll().database
    await database.drop_collection(Gauge.__collection__)
    await database.create_collection(Gauge.__collection__, timeseries=series)
    lab.proxy.plan(*[cut_after] * 5)
    documents = [Gauge(at=datetime(2024, 6, 1), probe="p", number=n) for n in range(4)]
    trial = Trial(lab, documents)
    await trial.run(call)
    assert trial.report.ok
    assert sorted(row["number"] for row in trial.stored()) == [0, 1, 2, 3]


@pytest.mark.mongod_only("SecantusDB does not remember what it wrote beside a refusal")
async def test_what_was_refused_is_refused_again(lab: Laboratory) -> None:
    lab.observer.store(Item, {"_id": 2, "number": -1})
    lab.proxy.plan(*[cut_after] * 5)
    trial = Trial(lab, [Item(_id=n, number=n) for n in range(6)], refused=[2])
    trial.numbers = range(6)
    await trial.run("bulk, unordered")
    assert [entry.number for entry in trial.report.rejected] == [2]
    assert list(trial.report.inserted) == [0, 1, 3, 4, 5]
    await trial.check()
