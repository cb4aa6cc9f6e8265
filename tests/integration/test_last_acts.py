"""Programs whose last act is to leave a reader behind: they end, and print nothing."""

from __future__ import annotations

import subprocess
import sys
from uuid import uuid4

import pytest

from tests.servers import Server

PROGRAM = """
import asyncio
import gc
import sys

from aiomotorengine import Document, IntField, connect
from aiomotorengine.connection import get_connection

uri, driver, database, last_act = sys.argv[1:]


class Row(Document):
    n = IntField()


async def leave_the_loop():
    async for row in Row.objects:
        break


async def leave_by_an_exception():
    async for row in Row.objects:
        raise LookupError


async def return_from_the_loop():
    async for row in Row.objects:
        return row


async def keep_the_iterator():
    rows = aiter(Row.objects)
    await anext(rows)
    asyncio.get_running_loop().rows = rows


async def drop_a_cycle():
    rows = aiter(Row.objects)
    await anext(rows)
    cycle = [rows]
    cycle.append(cycle)


async def be_cancelled_while_asking():
    slow = Row.objects.filter({"$where": "sleep(20) || true"})
    try:
        await asyncio.wait_for(slow.find_all(), 0.05)
    except TimeoutError:
        pass


async def leave_a_task():
    async def read():
        return [row async for row in Row.objects]

    asyncio.get_running_loop().task = asyncio.ensure_future(read())
    await asyncio.sleep(0.001)


async def be_answered_in_the_last_tick():
    async def read():
        return [row async for row in Row.objects]

    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    loop.reader = asyncio.ensure_future(read())
    await asyncio.sleep(0)
    [request] = asyncio.all_tasks() - before - {loop.reader}
    request.add_done_callback(lambda _: loop.stop())
    await asyncio.Event().wait()


async def main():
    connect(database, host=uri, driver=driver)
    await Row.objects.bulk_insert([Row(n=n) for n in range(300)])
    try:
        await globals()[last_act]()
    except LookupError:
        pass


async def clean_up():
    connect(database, host=uri, driver=driver)
    await get_connection().connection.drop_database(database)


try:
    asyncio.run(main())
except RuntimeError as error:  # for a loop that was told to stop
    assert "stopped" in str(error), error
gc.collect()
asyncio.run(clean_up())
"""


@pytest.mark.parametrize(
    "last_act",
    [
        "leave_the_loop",
        "leave_by_an_exception",
        "return_from_the_loop",
        "keep_the_iterator",
        "drop_a_cycle",
        "leave_a_task",
        "be_answered_in_the_last_tick",
        pytest.param(
            "be_cancelled_while_asking",
            marks=pytest.mark.mongod_only("SecantusDB runs no $where"),
        ),
    ],
)
def test_a_last_act_prints_nothing(server: Server, driver: str, last_act: str) -> None:
    arguments = [server.uri, driver, f"last_{uuid4().hex}", last_act]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
