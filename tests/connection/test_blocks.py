"""``async with connect(…)``: what it disconnects at its end, and what it leaves alone."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import pytest

from aiomotorengine.connection import (
    UnknownAliasError,
    connect,
    disconnect,
    get_connection,
    register_connection,
)
from tests.connection.test_loops import eventually, open_sockets, settings, use

__all__ = ["settings"]


def test_the_end_of_a_block_closes_the_sockets(settings: dict[str, str]) -> None:
    before = open_sockets()

    async def main() -> None:
        async with connect(**settings) as database:
            assert database.name == settings["db"]
            assert (await database.ping())["ok"] == 1.0
            assert await use() == 1
        with pytest.raises(UnknownAliasError):
            get_connection()

    for _ in range(2):
        asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_the_end_waits_until_the_client_is_closed(settings: dict[str, str]) -> None:
    async def main() -> bool:
        async with connect(**settings) as database:
            client: Any = database.connection
            await database.ping()
        closed: bool = vars(client).get("delegate", client)._closed
        return closed

    assert asyncio.run(main())


def test_a_cancelled_end_closes_the_sockets_all_the_same(settings: dict[str, str]) -> None:
    before = open_sockets()

    async def work(entered: asyncio.Event) -> None:
        async with connect(**settings):
            await use()
            entered.set()
            await asyncio.sleep(600)

    async def main() -> None:
        entered = asyncio.Event()
        task = asyncio.create_task(work(entered))
        await entered.wait()
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


@pytest.mark.usefixtures("recording")
async def test_what_the_block_raises_goes_out_and_the_alias_is_gone() -> None:
    with pytest.raises(LookupError, match="mine"):
        async with connect("shop"):
            raise LookupError("mine")
    with pytest.raises(UnknownAliasError):
        get_connection()


async def test_an_alias_that_was_connected_before_stays_so(recording: ModuleType) -> None:
    connect("shop", host="x")
    async with connect("shop", host="x") as inner:
        assert inner.name == "shop"
    async with get_connection():
        pass
    assert get_connection().name == "shop"
    assert recording.closed == []
    async with connect("shop", alias="other"):
        async with connect("shop", alias="other"):
            pass
        assert get_connection("other").name == "shop"
    assert recording.closed == recording.made[1:]


async def test_an_alias_that_was_registered_is_closed_and_stays_registered(
    recording: ModuleType,
) -> None:
    register_connection("shop", "late", host="x")
    for _ in range(2):
        async with connect(alias="late") as database:
            assert database.name == "shop"
    assert len(recording.made) == 2
    assert recording.closed == recording.made
    assert get_connection("late").name == "shop"


async def test_what_was_connected_anew_in_the_block_stays(recording: ModuleType) -> None:
    async with connect("first"):
        disconnect()
        connect("second")
    assert get_connection().name == "second"
    assert recording.closed == recording.made[:1]


async def test_disconnecting_in_the_block_is_fine(recording: ModuleType) -> None:
    async with connect("shop") as database:
        disconnect()
    async with connect("shop") as database:
        database.disconnect()
    assert recording.closed == recording.made
    with pytest.raises(UnknownAliasError):
        get_connection()


async def test_a_database_ends_one_block_only(recording: ModuleType) -> None:
    database = connect("first")
    async with database:
        pass
    connect("second")
    async with database:
        pass
    assert get_connection().name == "second"
    assert recording.closed == recording.made[:1]


def test_a_block_closes_the_clients_of_other_loops(settings: dict[str, str]) -> None:
    before = open_sockets()

    async def main() -> None:
        async with connect(**settings):
            await use()
            await asyncio.to_thread(asyncio.run, use("dog"))

    asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_the_life_of_a_service(settings: dict[str, str]) -> None:
    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with connect(**settings):
            yield

    async def serve() -> int:
        async with lifespan():
            return await use()

    assert [asyncio.run(serve()) for _ in range(2)] == [1, 1]
