"""What a reader is told when answers make no sense or get lost, and what stays on the server."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128, ObjectId
from bson.codec_options import TypeCodec, TypeRegistry
from bson.errors import InvalidBSON
from pymongo.errors import AutoReconnect, ProtocolError

from aiomotorengine import Document, ReferenceField
from aiomotorengine.wire import cursors
from tests.faults.laboratory import Item, Laboratory, eventually
from tests.faults.wire_faults import (
    CUTS,
    FORGED_NAMESPACES,
    FORGERIES_FOR_READERS,
    Forge,
    Held,
    forged,
    late,
    silence,
)

ROWS = 250
"""More than a server puts into its first answer."""


class Order(Document):
    """Refers to a document that is stored."""

    item = ReferenceField(Item)


@pytest.fixture
def ids(lab: Laboratory) -> list[ObjectId]:
    """The ids of rows that are stored."""
    ids = [ObjectId() for _ in range(ROWS)]
    lab.observer.store(Item, *({"_id": id, "number": n} for n, id in enumerate(ids)))
    return ids


async def iterate(ids: list[ObjectId]) -> Any:
    return [item async for item in Item.objects]


async def aggregate(ids: list[ObjectId]) -> Any:
    return await Item.objects.aggregate.group_by(Item.number).fetch()


async def aggregate_into(ids: list[ObjectId]) -> Any:
    return await Item.objects.aggregate.order_by("number").into(Item).to_list()


async def load_references(ids: list[ObjectId]) -> Any:
    return await Order(item=ids[0]).load_references()


Read = Callable[[list[ObjectId]], Awaitable[Any]]

READS: dict[str, tuple[str, Read]] = {
    "find_all": ("find", lambda ids: Item.objects.find_all()),
    "async for": ("find", iterate),
    "first": ("find", lambda ids: Item.objects.first()),
    "get": ("find", lambda ids: Item.objects.get(ids[0])),
    "references": ("find", load_references),
    "count": ("aggregate", lambda ids: Item.objects.count()),
    "aggregation": ("aggregate", aggregate),
    "find_all, getMore": ("getMore", lambda ids: Item.objects.find_all()),
    "async for, getMore": ("getMore", iterate),
    "aggregation, getMore": ("getMore", aggregate),
    "aggregation into documents": ("aggregate", aggregate_into),
    "aggregation into documents, getMore": ("getMore", aggregate_into),
}
"""The ways of reading, each with the command whose answer is forged."""


@pytest.mark.parametrize(("command", "read"), READS.values(), ids=READS)
async def test_answers_that_make_no_sense(
    lab: Laboratory, ids: list[ObjectId], command: str, read: Read
) -> None:
    lab.connect(retryReads=False, socketTimeoutMS=10_000)
    forgeries = {**FORGERIES_FOR_READERS, **(FORGED_NAMESPACES if command == "find" else {})}
    await check_refused(lab, forgeries, command, lambda: read(ids))


async def check_refused(
    lab: Laboratory, forgeries: Mapping[str, Forge], command: str, read: Callable[[], Any]
) -> None:
    """None of these answers is taken for one, and the client goes on."""
    for name, forge in forgeries.items():
        lab.proxy.plan(forged(forge, seconds=0), command=command)
        try:
            found = await read()
        except (ProtocolError, InvalidBSON):
            continue
        except Exception as error:
            raise AssertionError(f"{name}: {error!r}") from error
        pytest.fail(f"{name} was taken for {found!r}")
    assert await read()


class DecimalCodec(TypeCodec):
    """Decimals in the program, Decimal128 in the database."""

    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


@pytest.mark.parametrize(("command", "read"), READS.values(), ids=READS)
async def test_answers_that_make_no_sense_to_a_client_with_a_type_registry(
    lab: Laboratory, ids: list[ObjectId], command: str, read: Read
) -> None:
    lab.connect(retryReads=False, type_registry=TypeRegistry([DecimalCodec()]))
    await check_refused(lab, FORGERIES_FOR_READERS, command, lambda: read(ids))


# -- the server's cursors ------------------------------------------------------------------------

counts_cursors = pytest.mark.mongod_only("the count of open cursors is MongoDB's own")


class Cursors:
    """The cursors that are open on the server."""

    def __init__(self, lab: Laboratory) -> None:
        self._client = lab.observer.client
        self.before = self.count()

    def count(self) -> int:
        status = self._client.admin.command("serverStatus")
        number: int = status["metrics"]["cursor"]["open"]["total"]
        return number

    async def are_closed(self) -> bool:
        return await eventually(lambda: self.count() <= self.before)


LEAVING_CURSORS = {name: READS[name] for name in READS if name not in ("first", "get", "count")}


@counts_cursors
@pytest.mark.parametrize(("command", "read"), LEAVING_CURSORS.values(), ids=LEAVING_CURSORS)
@pytest.mark.parametrize("times", [1, 2])
async def test_a_reader_that_is_cancelled_leaves_no_cursor(
    lab: Laboratory, ids: list[ObjectId], command: str, read: Read, times: int
) -> None:
    open_cursors = Cursors(lab)
    held = Held()
    lab.proxy.plan(held, command=command)
    task = asyncio.ensure_future(read(ids))
    await held.arrived()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    held.let_go()
    assert await open_cursors.are_closed()


@counts_cursors
@pytest.mark.parametrize(("command", "read"), LEAVING_CURSORS.values(), ids=LEAVING_CURSORS)
async def test_a_reader_that_is_cancelled_when_its_answer_is_there_leaves_no_cursor(
    lab: Laboratory, ids: list[ObjectId], command: str, read: Read
) -> None:
    open_cursors = Cursors(lab)
    held = Held()
    lab.proxy.plan(held, command=command)
    before = asyncio.all_tasks()
    reader = asyncio.ensure_future(read(ids))
    await held.arrived()
    [request] = (task for task in asyncio.all_tasks() - before if is_request(task))
    request.add_done_callback(lambda _: reader.cancel())
    held.let_go()
    # What was raised holds the driver's cursor, which would be closed if it were dropped.
    with pytest.raises(asyncio.CancelledError) as raised:
        await reader
    assert await open_cursors.are_closed()
    assert raised.tb
    assert not cursors.in_background


def is_request(task: asyncio.Task[Any]) -> bool:
    """Whether it is the task in which a reader asks the server."""
    return getattr(task.get_coro(), "__name__", "") == "_request"


@counts_cursors
async def test_an_answer_that_comes_long_after_is_looked_at(
    lab: Laboratory, ids: list[ObjectId]
) -> None:
    open_cursors = Cursors(lab)
    lab.proxy.plan(late(0.5), command="find")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(Item.objects.find_all(), 0.05)
    assert await eventually(lambda: open_cursors.count() > open_cursors.before)
    assert await open_cursors.are_closed()


async def test_an_answer_that_never_comes_is_not_waited_for(
    lab: Laboratory, ids: list[ObjectId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors, "SECONDS_TO_ANSWER", 0.05)
    lab.connect(socketTimeoutMS=500)  # for the driver whose thread cannot be told to stop
    lab.proxy.plan(silence, command="find")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(Item.objects.find_all(), 0.05)
    assert await eventually(lambda: not cursors.in_background)
    assert len(await Item.objects.find_all()) == ROWS


@counts_cursors
@pytest.mark.parametrize("cut", CUTS)
async def test_a_connection_that_is_lost_between_batches_leaves_no_cursor(
    lab: Laboratory, ids: list[ObjectId], cut: str
) -> None:
    open_cursors = Cursors(lab)
    for name in ("find_all, getMore", "async for, getMore", "aggregation, getMore"):
        lab.proxy.plan(CUTS[cut], command="getMore")
        with pytest.raises(AutoReconnect):
            await READS[name][1](ids)
    assert await open_cursors.are_closed()


@counts_cursors
async def test_closing_goes_on_when_it_is_cancelled(lab: Laboratory, ids: list[ObjectId]) -> None:
    open_cursors = Cursors(lab)
    rows: Any = aiter(Item.objects)
    await anext(rows)
    held = Held(before=True)
    lab.proxy.plan(held, command="killCursors")
    closing = asyncio.ensure_future(rows.aclose())
    await held.arrived()
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert open_cursors.count() > open_cursors.before
    held.let_go()
    assert await open_cursors.are_closed()


@counts_cursors
@pytest.mark.parametrize("is_in_a_cycle", [False, True])
async def test_an_iterator_that_is_dropped_leaves_no_cursor_and_no_complaint(
    lab: Laboratory, ids: list[ObjectId], is_in_a_cycle: bool
) -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    open_cursors = Cursors(lab)
    for _ in range(3):
        rows: Any = aiter(Item.objects)
        await anext(rows)
        if is_in_a_cycle:
            cycle: list[Any] = [rows]
            cycle.append(cycle)
            del cycle
        del rows
    gc.collect()
    assert await open_cursors.are_closed()
    gc.collect()
    await asyncio.sleep(0)
    assert not complaints
