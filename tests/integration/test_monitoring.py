"""Who watches the driver sees the library's commands as those of the driver's own calls."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from bson.objectid import ObjectId
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pymongo.errors import BulkWriteError

from aiomotorengine import Document, IntField, StringField
from aiomotorengine.connection import connect, disconnect, get_connection
from tests.harness import Mongo
from tests.integration.commands import Commands, eventually, watch

PASSING = frozenset({"$clusterTime", "electionId", "lsid", "operationTime", "opTime", "txnNumber"})
"""What is another in each command, or each answer."""


class Pet(Document):
    name = StringField()
    age = IntField()


def pets(count: int = 3) -> list[Pet]:
    return [Pet(_id=number, name=f"pet {number}", age=number) for number in range(count)]


def plain(content: Any) -> Any:
    """A command or an answer as dicts and lists, without what is another in each."""
    if isinstance(content, Mapping):
        return {key: plain(value) for key, value in content.items() if key not in PASSING}
    return [plain(value) for value in content] if isinstance(content, list) else content


def shape(reply: Any) -> Any:
    """An answer, of whose batch only the size counts."""
    whole = dict(plain({key: value for key, value in reply.items() if key != "cursor"}))
    if "cursor" in reply:
        batches = {"firstBatch", "nextBatch"} & reply["cursor"].keys()
        whole["cursor"] = {key: len(reply["cursor"][key]) for key in batches}
    return whole


CALLS: dict[str, tuple[Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[Any]]]] = {
    "bulk_insert": (
        lambda: Pet.objects.bulk_insert(pets()),
        lambda coll: coll.insert_many([{"_id": pet._id, **pet.to_son()} for pet in pets()]),
    ),
    "save": (
        lambda: Pet.objects.save(Pet(name="Ada", age=1)),
        lambda coll: coll.insert_one({"_id": ObjectId(), "name": "Ada", "age": 1}),
    ),
    "find_all": (
        lambda: Pet.objects.filter(age__gte=1).order_by("age").find_all(),
        lambda coll: coll.find({"age": {"$gte": 1}}, sort=[("age", 1)], limit=1001).to_list(None),
    ),
    "first": (
        lambda: Pet.objects.filter(age=1).first(),
        lambda coll: coll.find_one({"age": 1}),
    ),
    "delete": (
        lambda: Pet.objects.filter(age=1).delete(),
        lambda coll: coll.delete_many({"age": 1}),
    ),
}


async def both(mongo: Mongo, call: str) -> tuple[Commands, Commands]:
    """What is told of a call of the library, and of what the driver has for it.

    Each begins with the same documents in the collection, unless it inserts them.
    """
    ours, drivers = CALLS[call]
    told = []
    for work in (ours, lambda: drivers(Pet.objects.coll())):
        commands = watch(mongo)
        await Pet.objects.delete()
        if call not in ("bulk_insert", "save"):
            await Pet.objects.coll().insert_many([pet.to_son() for pet in pets()])
        commands.forget()
        await work()
        told.append(copy_of(commands))  # before the client says that its sessions are over
    return told[0], told[1]


def copy_of(commands: Commands) -> Commands:
    copy = Commands()
    copy.sent = [*commands.sent]
    copy.answered = [*commands.answered]
    copy.refused = [*commands.refused]
    return copy


@pytest.mark.parametrize("call", CALLS)
async def test_listeners_are_told_the_same(mongo: Mongo, codec: str, call: str) -> None:
    ours, drivers = await both(mongo, call)

    def without_ids(commands: Commands) -> list[Any]:
        return [
            plain({key: value for key, value in command.items() if key != "documents"})
            for _, command in commands.sent
        ]

    assert ours.names == drivers.names
    for mine, theirs in zip(without_ids(ours), without_ids(drivers), strict=True):
        assert mine == theirs
    assert [name for name, _ in ours.answered] == ours.names
    assert [shape(reply) for _, reply in ours.answered] == [
        shape(reply) for _, reply in drivers.answered
    ]
    assert ours.refused == drivers.refused == []


async def test_documents_can_be_read_in_the_commands(mongo: Mongo, codec: str) -> None:
    ours, drivers = await both(mongo, "bulk_insert")
    (command,), (theirs,) = ours.of("insert"), drivers.of("insert")
    assert plain(command["documents"]) == plain(theirs["documents"])
    assert command["documents"][0]["name"] == "pet 0"
    assert [dict(document) for document in command["documents"]] == theirs["documents"]
    (saved,) = (await both(mongo, "save"))[0].of("insert")
    assert saved["documents"][0]["name"] == "Ada"


async def test_a_refused_insert_is_told_alike(mongo: Mongo, codec: str) -> None:
    told = []
    for work in (
        lambda: Pet.objects.bulk_insert(pets()),
        lambda: Pet.objects.coll().insert_many([{"_id": 1}, {"_id": 5}]),
    ):
        commands = watch(mongo)
        await Pet.objects.delete()
        await Pet.objects.coll().insert_one({"_id": 1})
        commands.forget()
        with pytest.raises(Exception, match="E11000|duplicate") as refusal:
            await work()
        assert isinstance(refusal.value, BulkWriteError) or refusal.value.__cause__ is not None
        (reply,) = commands.replies("insert")
        told.append((commands.names, [error["code"] for error in reply["writeErrors"]]))
    assert told[0] == told[1] == (["insert"], [11000])


async def test_each_reply_of_a_cursor_is_told(mongo: Mongo, codec: str) -> None:
    await Pet.objects.bulk_insert(pets(250))
    commands = watch(mongo)
    assert len(await Pet.objects.find_all()) == 250
    replies = [reply["cursor"] for _, reply in commands.answered if "cursor" in reply]
    assert commands.names[0] == "find" and set(commands.names[1:]) <= {"getMore"}
    batches = [reply.get("firstBatch", reply.get("nextBatch")) for reply in replies]
    assert sum(map(len, batches)) == 250


async def test_the_log_of_commands(
    mongo: Mongo, codec: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pymongo.command")

    def logged(name: str) -> list[str]:
        told = [
            record.getMessage() for record in caplog.records if record.name.startswith("pymongo")
        ]
        return [message for message in told if f'"commandName": "{name}"' in message]

    await Pet.objects.bulk_insert(pets())
    assert len(await Pet.objects.find_all()) == 3
    started, succeeded = logged("insert")
    assert '"message": "Command started"' in started
    assert "pet 2" in started
    assert '"message": "Command succeeded"' in succeeded
    asked, answered = logged("find")
    assert '"message": "Command started"' in asked
    assert '"message": "Command succeeded"' in answered
    assert "3 documents" in answered


# -- OpenTelemetry -------------------------------------------------------------------------------


@cache
def exporter_and_provider() -> tuple[InMemorySpanExporter, TracerProvider]:
    """Where the instrumentation tells of spans.

    It goes on with what it was first given, however often it is switched off and on, so that is
    one for all times at which a process runs these tests.
    """
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter, provider


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    """What OpenTelemetry's instrumentation of PyMongo tells of clients made from now on."""
    exporter, provider = exporter_and_provider()
    instrumentor = PymongoInstrumentor()
    instrumentor.instrument(tracer_provider=provider, capture_statement=True)
    yield exporter
    instrumentor.uninstrument()


@pytest.mark.parametrize("call", CALLS)
async def test_traces_are_those_of_the_drivers_own_calls(
    mongo: Mongo, codec: str, spans: InMemorySpanExporter, call: str
) -> None:
    ours, drivers = CALLS[call]
    name = get_connection().name
    disconnect()
    connect(name, host=mongo.uri)
    told = []
    for work in (ours, lambda: drivers(Pet.objects.coll())):
        await Pet.objects.delete()
        spans.clear()
        await work()
        assert await eventually(lambda: bool(spans.get_finished_spans()))
        told.append(
            [
                (span.name, span.status.status_code, without_id(span.attributes or {}))
                for span in spans.get_finished_spans()
            ]
        )
    assert told[0] == told[1]
    assert told[0]


def without_id(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a span. Documents of bulk inserts are not shown, but for their ids."""
    statement = str(attributes.get("db.statement"))
    statement = re.sub(r"'_id': ObjectId\('\w+'\)", "'_id': …", statement)
    statement = re.sub(r"<\d+ bytes of BSON, _id (\d)>", r"{'_id': \1 …}", statement)
    statement = re.sub(r"\{'_id': (\d), .*?\}", r"{'_id': \1 …}", statement)
    return {**attributes, "db.statement": statement}
