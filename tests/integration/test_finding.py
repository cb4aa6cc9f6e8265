"""Replies as bytes, over many batches, and everything that may go wrong on the way."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import bson
import pytest
from bson import Decimal128
from bson.codec_options import TypeCodec, TypeDecoder, TypeRegistry
from bson.errors import InvalidBSON
from bson.son import SON
from pymongo.errors import OperationFailure, ProtocolError, PyMongoError

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    IntField,
    StringField,
    connect,
    disconnect,
)
from aiomotorengine.errors import StoredValueError
from aiomotorengine.pacing import Pace
from aiomotorengine.queryset import QuerySet
from aiomotorengine.reading import documents as reading
from aiomotorengine.wire import cursors
from aiomotorengine.wire.count_replies import CountReply
from aiomotorengine.wire.found_replies import with_found_as_bytes
from aiomotorengine.wire.plain_replies import with_plain_replies
from aiomotorengine.wire.replies import ReplyDecoder, with_replies_as_bytes
from tests.event_loop import counted_turns
from tests.harness import Mongo
from tests.integration.commands import eventually, watch
from tests.servers import Server

pytestmark = pytest.mark.usefixtures("codec")

KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE
FIRST_BATCH = 101
"""How many documents a server puts into its first answer, where it was not told."""


class Row(Document):
    n = IntField()
    word = StringField()


@pytest.fixture
async def many(mongo: Mongo) -> int:
    """More rows than fit into the first batch; their number."""
    rows = [Row(n=n, word="ab"[n % 2]) for n in range(500)]
    await Row.objects.bulk_insert(rows)
    return len(rows)


@pytest.fixture
async def large(mongo: Mongo) -> int:
    """More bytes than fit into two answers; the number of rows."""
    for n in range(40):
        await Row(n=n, word="x" * MEGABYTE).save()
    return 40


async def batches(query_set: QuerySet[Any], limit: int | None = None) -> list[int]:
    """The sizes of the batches in which documents arrive."""
    return [len(batch) async for batch in query_set._found(query_set._target(), limit, None)]


# -- bytes ---------------------------------------------------------------------------------------


@pytest.fixture
def replies(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The replies that were taken as bytes."""
    taken: list[Any] = []
    made = ReplyDecoder.__call__

    def spy(self: Any, raw: bytes, codec_options: Any) -> Any:
        reply = made(self, raw, codec_options)
        taken.append(reply)
        return reply

    monkeypatch.setattr(ReplyDecoder, "__call__", spy)
    return taken


async def test_each_reply_arrives_as_bytes_once(many: int, replies: list[Any]) -> None:
    found = await Row.objects.order_by("n").find_all()
    assert [row.n for row in found] == list(range(many))
    arrived = [
        (key, len(batch.offsets))
        for reply in replies
        for key, value in reply.get("cursor", {}).items()
        if key in ("firstBatch", "nextBatch")
        for batch in value
    ]
    assert arrived == [("firstBatch", FIRST_BATCH), ("nextBatch", many - FIRST_BATCH)]


async def test_batches_go_to_the_codec_in_slices_of_the_measured_size(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    made = reading.codec_for

    class Spy:
        def __init__(self, codec: Any) -> None:
            self.codec = codec

        def decode_many(self, *arguments: Any, seconds: float) -> Any:
            documents = self.codec.decode_many(*arguments, seconds=60)
            given.append(len(documents))
            return documents

    class Steady(Pace):
        def measured(self, documents: int, seconds: float) -> None:
            self.size = 300

    monkeypatch.setattr(reading, "codec_for", lambda *args: Spy(made(*args)))
    monkeypatch.setattr(reading, "Pace", Steady)
    await Row.objects.find_all()
    first, rest = FIRST_BATCH - Pace().size, many - FIRST_BATCH
    assert given == [Pace().size, first, *[300] * (rest // 300), *([rest % 300] * bool(rest % 300))]


async def test_a_small_reply_goes_to_the_codec_at_once(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    made = reading.codec_for

    class Spy:
        def __init__(self, codec: Any) -> None:
            self.codec = codec

        def decode_many(self, reply: bytes, offsets: Any, *, seconds: float) -> Any:
            given.append(len(offsets))
            return self.codec.decode_many(reply, offsets, seconds=60)

    monkeypatch.setattr(reading, "codec_for", lambda *args: Spy(made(*args)))
    assert len(await Row.objects.limit(5).find_all()) == 5
    assert given == [5]


async def test_documents_are_what_from_son_makes_of_what_is_stored(mongo: Mongo) -> None:
    stored = [
        {"_id": 1, "n": 1, "word": "a"},
        {"_id": 2},
        {"_id": 3, "n": 2**40, "word": None, "_colour": "red", "plain": {"a": [1, None]}},
    ]
    await Row.objects.coll().insert_many(stored)
    found = await Row.objects.order_by("_id").find_all()
    assert [{"_id": row._id, **row.to_son()} for row in found] == [
        {"_id": row["_id"], **Row.from_son(row).to_son()} for row in stored
    ]
    assert type(found[2].n) is int


# -- many batches --------------------------------------------------------------------------------


async def test_the_next_batch_is_asked_for_when_it_is_needed(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    asked = [list(commands.names) async for _ in Row.objects]
    assert asked[:FIRST_BATCH] == [["find"]] * FIRST_BATCH
    assert asked[FIRST_BATCH:] == [["find", "getMore"]] * (many - FIRST_BATCH)


async def test_get_more_over_many_batches(large: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    found = [row.n async for row in Row.objects.order_by("n")]
    assert found == list(range(large))
    assert commands.names[0] == "find"
    assert commands.names.count("getMore") >= 2
    assert set(commands.names) == {"find", "getMore"}
    numbers = [row.n for row in await Row.objects.order_by("-n").find_all()]
    assert numbers == list(reversed(range(large)))


async def test_sort_skip_and_limit_across_batches(many: int) -> None:
    query_set = Row.objects.filter(n__gte=10).order_by("-n").skip(5).limit(300)
    found = await query_set.find_all()
    assert [row.n for row in found] == list(range(many - 6, many - 306, -1))
    assert [row.n async for row in query_set] == [row.n for row in found]


@pytest.mark.parametrize("limit", [1, FIRST_BATCH - 1, FIRST_BATCH, FIRST_BATCH + 1, 500, 501])
async def test_limits_around_the_size_of_a_batch(many: int, limit: int) -> None:
    assert len(await Row.objects.limit(limit).find_all()) == min(limit, many)


async def test_iterating_from_several_tasks_at_once(many: int) -> None:
    async def numbers() -> list[int]:
        return [row.n async for row in Row.objects.order_by("n")]

    assert await asyncio.gather(*(numbers() for _ in range(5))) == [list(range(many))] * 5


async def test_a_document_of_the_largest_size(mongo: Mongo) -> None:
    text = "x" * (16 * MEGABYTE - KILOBYTE)
    await Row(word=text).save()
    (found,) = await Row.objects.find_all()
    assert found.word == text


# -- command monitoring --------------------------------------------------------------------------


async def test_command_monitoring_sees_what_is_asked(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    await Row.objects.filter(word="a").order_by("-n").skip(1).limit(200).find_all()
    command, more = commands.of("find")[0], commands.of("getMore")[0]
    assert command["find"] == "Row"
    assert command["filter"] == {"word": "a"}
    assert (command["sort"], command["skip"], command["limit"]) == ({"n": -1}, 1, 200)
    assert more["collection"] == "Row"


async def test_command_monitoring_sees_the_replies(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    await Row.objects.find_all()
    for name, key in (("find", "firstBatch"), ("getMore", "nextBatch")):
        (reply,) = commands.replies(name)
        assert isinstance(reply, Mapping)
        assert reply["ok"] == 1
        assert key in reply["cursor"]
        assert isinstance(repr(reply), str)


# -- stopping early ------------------------------------------------------------------------------


async def test_an_early_break_closes_the_cursor_on_the_server(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    async for row in Row.objects:
        assert row.n is not None
        break
    assert await eventually(lambda: "killCursors" in commands.names)
    (reply,) = commands.replies("find")
    (command,) = commands.of("killCursors")
    assert command["cursors"] == [reply["cursor"]["id"]]


async def test_closing_the_iteration_closes_the_cursor_at_once(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    rows: Any = aiter(Row.objects)
    await anext(rows)
    await rows.aclose()
    assert commands.names == ["find", "killCursors"]


async def test_an_exception_in_the_loop_closes_the_cursor(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    with suppress(LookupError):
        async for _ in Row.objects:
            raise LookupError
    assert await eventually(lambda: "killCursors" in commands.names)


async def test_a_cancelled_task_closes_the_cursor(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    begun = asyncio.Event()

    async def wait_forever() -> None:
        async for _ in Row.objects:
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(wait_forever())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await eventually(lambda: "killCursors" in commands.names)


@pytest.mark.mongod_only("the count of open cursors is MongoDB's own")
async def test_queries_that_are_cancelled_while_they_are_asked_leave_no_cursor(
    many: int, mongo: Mongo
) -> None:
    async def open_cursors() -> int:
        status = await mongo.database.command("serverStatus")
        number: int = status["metrics"]["cursor"]["open"]["total"]
        return number

    before = await open_cursors()
    slow = Row.objects.filter({"$where": "sleep(1) || true"})

    async def read() -> list[Row]:
        return [row async for row in slow]

    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slow.find_all(), 0.03)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read(), 0.2)
    await asyncio.sleep(0.3)  # what was asked is answered by now
    for _ in range(100):
        gc.collect()
        if await open_cursors() <= before:
            return
        await asyncio.sleep(0.1)
    assert await open_cursors() <= before


async def test_a_from_son_that_raises_closes_the_cursor(many: int, mongo: Mongo) -> None:
    class Odd(BaseField[Any]):
        def from_son(self, value: Any) -> Any:
            raise LookupError("not this one")

    class OddRow(Document):
        __collection__ = "Row"
        n = Odd()

    commands = watch(mongo)
    with pytest.raises(StoredValueError, match="Can't read 'n' of the OddRow") as raised:
        await OddRow.objects.find_all()
    assert isinstance(raised.value.__cause__, LookupError)
    assert await eventually(lambda: "killCursors" in commands.names)


async def test_reading_to_the_end_needs_no_kill(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    await Row.objects.find_all()
    [row async for row in Row.objects]
    assert "killCursors" not in commands.names


async def test_first_reads_one_document_and_leaves_no_cursor(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    assert await Row.objects.first() is not None
    assert commands.names == ["find"]
    (reply,) = commands.replies("find")
    assert reply["cursor"]["id"] == 0


# -- errors --------------------------------------------------------------------------------------


async def test_a_refused_query_is_the_servers_error(mongo: Mongo) -> None:
    await Row(n=1).save()
    refused = Row.objects.filter({"n": {"$nothing": 1}})
    with pytest.raises(OperationFailure) as refusal:
        await refused.find_all()
    assert refusal.value.code == 2
    assert "$nothing" in str(refusal.value)
    with pytest.raises(OperationFailure):
        [row async for row in refused]
    with pytest.raises(OperationFailure):
        await refused.first()


async def test_a_cursor_that_the_server_lost_is_its_error(many: int, mongo: Mongo) -> None:
    commands = watch(mongo)
    rows: Any = aiter(Row.objects)
    await anext(rows)
    (reply,) = commands.replies("find")
    database = Row.objects.coll().database
    await database.command({"killCursors": "Row", "cursors": [reply["cursor"]["id"]]})
    with pytest.raises(OperationFailure) as refusal:
        [row async for row in rows]
    assert refusal.value.code == 43


@pytest.mark.mongod_only("fail points are MongoDB's own")
@pytest.mark.parametrize(
    "failure", [{"errorCode": 262}, {"closeConnection": True}], ids=["refused", "cut off"]
)
async def test_a_find_is_tried_again_once(many: int, mongo: Mongo, failure: dict[str, Any]) -> None:
    commands = watch(mongo)
    admin = Row.objects.coll().database.client.admin
    data = {"failCommands": ["find"], **failure}
    await admin.command({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": data})
    assert len(await Row.objects.find_all()) == many
    assert commands.names.count("find") == 2


@pytest.mark.mongod_only("fail points are MongoDB's own")
async def test_a_get_more_that_fails_is_the_servers_error(many: int, mongo: Mongo) -> None:
    admin = mongo.database.connection.admin
    data = {"failCommands": ["getMore"], "errorCode": 11601}
    await admin.command({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": data})
    with pytest.raises(PyMongoError):
        await Row.objects.find_all()
    assert len(await Row.objects.find_all()) == many


async def test_a_reply_that_makes_no_sense_is_invalid_bson(many: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        for kind in (ReplyDecoder, CountReply):
            patched.setattr(kind, "__call__", damaging(kind.__call__))
        with pytest.raises(InvalidBSON):
            await Row.objects.find_all()
        with pytest.raises(InvalidBSON):
            [row async for row in Row.objects]
        with pytest.raises(InvalidBSON):
            await Row.objects.count()
    assert await Row.objects.count() == many


def damaging(made: Callable[..., Any]) -> Callable[..., Any]:
    def damaged(self: Any, raw: bytes, codec_options: Any) -> Any:
        if b"firstBatch" in bytes(raw):
            raw = bytes(raw)[:-20] + b"\xff" * 20
        return made(self, raw, codec_options)

    return damaged


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"cursor": 5},
        {"cursor": {"id": 0}},
        {"cursor": {"firstBatch": [{"n": 1}]}},
        {"cursor": {"firstBatch": 5, "id": 0}},
        {"cursor": {"firstBatch": "", "id": 0}},
        {"cursor": {"firstBatch": [{}], "id": 0}},
        {"cursor": {"firstBatch": [{"n": -1}], "id": 0}},
        {"cursor": {"firstBatch": [{"n": 1.5}], "id": 0}},
        {"cursor": {"firstBatch": [{"n": True}], "id": 0}},
        {"cursor": {"firstBatch": ["a text"], "id": 0}},
    ],
    ids=str,
)
async def test_a_count_without_a_number_is_a_protocol_error(
    many: int, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = CountReply.__call__
    forged = bson.encode({**answer, "ok": 1.0})
    monkeypatch.setattr(
        CountReply, "__call__", lambda self, raw, options: made(self, forged, options)
    )
    with pytest.raises(ProtocolError):
        await Row.objects.count()


# -- options that bytes do not serve -------------------------------------------------------------


class DecimalCodec(TypeCodec):
    """Decimals in the program, Decimal128 in the database."""

    python_type = Decimal  # type: ignore[assignment]
    bson_type = Decimal128  # type: ignore[assignment]

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


class Price(Document):
    value = BaseField()
    at = DateTimeField()


async def test_a_type_registry_is_served_in_both_directions(
    mongo: Mongo, replies: list[Any]
) -> None:
    watch(mongo, type_registry=TypeRegistry([DecimalCodec()]))
    prices = [Price(value=Decimal("1.50"), deep={"a": [Decimal(2)]}) for _ in range(150)]
    await Price.objects.bulk_insert(prices)
    found = await Price.objects.find_all()
    assert [price.value for price in found] == [Decimal("1.50")] * 150
    assert {type(price.value) for price in found} == {Decimal}
    assert found[0].deep == {"a": [Decimal(2)]}
    assert [price.value async for price in Price.objects.limit(120)] == [Decimal("1.50")] * 120
    assert len(replies) == 4  # two of each query, as bytes
    assert await Price.objects.filter(value=Decimal("1.50")).count() == 150
    first = await Price.objects.filter(value__gt=Decimal(1)).first()
    assert first is not None
    assert type(first.value) is Decimal
    [result] = await Price.objects.aggregate.raw([{"$limit": 1}]).fetch()
    assert type(result.value) is Decimal
    watch(mongo)
    (plain,) = await Price.objects.limit(1).find_all()
    assert plain.value == Decimal128("1.50")


class Text(str):
    """What numbers become."""


class NumbersAsText(TypeDecoder):
    bson_type = int  # type: ignore[assignment]

    def transform_bson(self, value: int) -> Text:
        return Text(value)


async def test_a_type_registry_is_for_documents_and_not_for_cursors(mongo: Mongo) -> None:
    watch(mongo, type_registry=TypeRegistry([NumbersAsText()]))
    await Price.objects.bulk_insert([Price(value=5) for _ in range(150)])
    found = await Price.objects.find_all()
    assert [price.value for price in found] == [Text("5")] * 150


async def test_a_document_class_of_ones_own_is_served(mongo: Mongo, replies: list[Any]) -> None:
    await Price(value={"b": 1, "a": 2}).save()
    watch(mongo, document_class=SON)
    (found,) = await Price.objects.find_all()
    assert type(found.value) is SON
    assert list(found.value) == ["b", "a"]
    assert replies == []


async def test_documents_that_came_as_dicts_arrive_in_batches_too(many: int, mongo: Mongo) -> None:
    watch(mongo, document_class=SON)
    sizes = await batches(Row.objects)
    assert sum(sizes) == many
    assert max(sizes) <= cursors.DOCUMENTS_AT_ONCE


async def test_a_cursor_of_dicts_is_closed_by_an_early_break_too(many: int, mongo: Mongo) -> None:
    commands = watch(mongo, document_class=SON)
    async for _ in Row.objects:
        break
    assert await eventually(lambda: "killCursors" in commands.names)


async def test_times_are_aware_where_the_client_is_told_so(
    mongo: Mongo, replies: list[Any]
) -> None:
    moment = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    await Price(at=moment, other=[moment]).save()
    (naive,) = await Price.objects.find_all()
    assert naive.at == moment.replace(tzinfo=None)
    watch(mongo, tz_aware=True)
    (aware,) = await Price.objects.find_all()
    assert aware.at == moment
    assert aware.at.tzinfo is not None
    assert aware.other[0] == moment
    (first,) = [price async for price in Price.objects]
    assert first.at == moment
    assert any(isinstance(reply["cursor"].get("firstBatch"), list) for reply in replies)


@pytest.mark.mongod_only("SecantusDB refuses text that is no UTF-8")
async def test_text_that_is_no_utf_8_is_read_as_the_client_is_told(mongo: Mongo) -> None:
    collection = Row.objects.coll()
    raw = bson.encode({"_id": 1, "word": "aXb"}).replace(b"X", b"\xff")
    await collection.insert_one(bson.raw_bson.RawBSONDocument(raw))
    with pytest.raises(InvalidBSON):
        await Row.objects.find_all()
    watch(mongo, unicode_decode_error_handler="replace")
    (found,) = await Row.objects.find_all()
    assert found.word == "a\ufffdb"


@pytest.fixture(autouse=True)
async def no_tasks_are_left_behind() -> AsyncIterator[None]:
    """Broken-off iterations are done before the test's loop is."""
    yield
    await asyncio.sleep(0)


def test_the_old_way_of_running_leaves_no_task_behind(server: Server, driver: str) -> None:
    loop = asyncio.new_event_loop()
    connect("test", host=server.uri)

    async def some() -> None:
        async for _ in Row.objects:
            break

    loop.run_until_complete(Row(n=1).save())
    assert loop.run_until_complete(Row.objects.first()) is not None
    loop.run_until_complete(some())
    loop.run_until_complete(Row.objects.delete())
    disconnect()
    loop.run_until_complete(loop.shutdown_asyncgens())
    left = asyncio.all_tasks(loop)
    loop.close()
    assert left == set()


async def test_other_tasks_get_their_turn_while_a_large_reply_is_decoded(many: int) -> None:
    seen: set[int] = set()

    class Seen(BaseField[Any]):
        def from_son(self, value: Any) -> Any:
            seen.add(turns.count)
            return value

    class SeenRow(Document):
        __collection__ = "Row"
        n = Seen()

    with counted_turns() as turns:
        await SeenRow.objects.find_all()
    assert len(seen) > 2


async def test_replies_are_asked_for_in_a_moderate_size(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, replies: list[Any]
) -> None:
    monkeypatch.setattr(reading, "BYTES_PER_REPLY", 50_000)
    commands = watch(mongo)
    await Row.objects.bulk_insert(Row(n=n, word="x" * 900) for n in range(500))
    assert len(await Row.objects.find_all()) == 500
    asked = [command["batchSize"] for command in commands.of("getMore")]
    assert all(50 <= count <= 55 for count in asked), (
        "the number of documents in the next reply can no longer be set: drivers/private_names.py"
    )
    batches = [batch for reply in replies for batch in reply.get("cursor", {}).get("nextBatch", ())]
    assert len(batches) == len(asked) == 8
    assert max(len(batch.reply) for batch in batches) < 55_000


@pytest.mark.parametrize("served", [with_replies_as_bytes, with_found_as_bytes, with_plain_replies])
async def test_a_collection_that_gives_no_bytes_does_not_hold_itself(
    mongo: Mongo, served: Callable[[Any], Any]
) -> None:
    watch(mongo, document_class=SON)
    rows = Row.objects.coll()
    assert served(rows) is rows
    assert served(rows) is rows  # as it remembers
    assert not any(value is rows for value in vars(rows).values())
