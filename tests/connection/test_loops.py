"""Clients belong to the running loop: several loops, threads, and nothing left open (K45)."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pymongo
import pytest

from aiomotorengine import Document, StringField
from aiomotorengine.connection import (
    cleanup,
    connect,
    disconnect,
    get_connection,
    register_connection,
)
from tests.servers import Server

DESCRIPTORS = Path("/proc/self/fd")
SECONDS_TO_HAPPEN = 10


class Pet(Document):
    name = StringField(unique=True)


@pytest.fixture
def settings(server: Server, driver: str) -> Iterator[dict[str, str]]:
    """What to connect with, to a database of the test's own, on each driver and server."""
    name = f"test_{uuid4().hex}"
    # A monitor of PyMongo's that streams begins a second one, even while its loop ends; what that
    # has opened by then, nobody closes.
    yield {"db": name, "host": server.uri, "serverMonitoringMode": "poll"}
    cleanup()
    with pymongo.MongoClient(server.uri) as client:
        client.drop_database(name)


async def use(name: str = "cat") -> int:
    """Save, find and count."""
    await Pet.objects.delete()
    await Pet(name=name).save()
    assert [pet.name async for pet in Pet.objects] == [name]
    return await Pet.objects.count()


async def count() -> int:
    return await Pet.objects.count()


def eventually(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_HAPPEN
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened()


def open_sockets() -> set[str]:
    """The sockets of this process."""
    if not DESCRIPTORS.exists():
        pytest.skip("this system does not show the sockets of a process")
    found = set()
    for descriptor in os.listdir(DESCRIPTORS):
        try:
            target = os.readlink(DESCRIPTORS / descriptor)
        except FileNotFoundError:
            continue  # closed since
        if target.startswith("socket:"):
            found.add(target)
    return found


# -- one loop after the other --------------------------------------------------------------------


def test_k45_connect_once_and_run_several_loops(settings: dict[str, str]) -> None:
    connect(**settings)
    for _ in range(3):
        assert asyncio.run(use()) == 1


def test_k45_connected_in_a_loop_that_is_gone(settings: dict[str, str]) -> None:
    async def main() -> int:
        connect(**settings)
        return await use()

    for _ in range(3):
        assert asyncio.run(main()) == 1


def test_k45_registered_once_and_used_in_several_loops(settings: dict[str, str]) -> None:
    register_connection(alias="default", **settings)
    for _ in range(2):
        assert asyncio.run(use()) == 1


def test_k45_a_database_that_is_kept_serves_every_loop(settings: dict[str, str]) -> None:
    database = connect(**settings)

    async def main() -> float:
        ok: float = (await database.ping())["ok"]
        return ok

    assert [asyncio.run(main()) for _ in range(3)] == [1.0, 1.0, 1.0]


def test_k45_the_client_made_before_any_loop_goes_to_the_first(settings: dict[str, str]) -> None:
    before = connect(**settings).connection

    async def client() -> object:
        return get_connection().connection

    assert asyncio.run(client()) is before
    assert asyncio.run(client()) is not before


def test_k45_the_client_of_a_closed_loop_is_closed(settings: dict[str, str]) -> None:
    before = open_sockets()
    connect(**settings)
    for _ in range(3):
        asyncio.run(use())
    first = len(open_sockets() - before)
    for _ in range(3):
        asyncio.run(use())
    assert eventually(lambda: len(open_sockets() - before) <= first)
    disconnect()
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_k45_one_client_for_one_loop(settings: dict[str, str]) -> None:
    async def main() -> None:
        first = connect(**settings).connection
        await use()
        assert get_connection().connection is first
        await asyncio.sleep(0)
        assert Pet.objects.coll().database.client is first

    asyncio.run(main())


def test_the_collections_of_a_client_are_made_once_and_gone_with_it(
    settings: dict[str, str],
) -> None:
    async def collections() -> list[object]:
        return [Pet.objects.coll() for _ in range(3)]

    async def closed_in_between(close: Callable[[], None]) -> None:
        connect(**settings)
        before = Pet.objects.coll()
        close()
        connect(**settings)
        assert await use() == 1
        assert Pet.objects.coll().database.client is get_connection().connection
        assert Pet.objects.coll() is not before

    connect(**settings)
    of_one_loop, of_another = asyncio.run(collections()), asyncio.run(collections())
    assert len(set(map(id, of_one_loop))) == len(set(map(id, of_another))) == 1
    assert of_one_loop[0] is not of_another[0]
    asyncio.run(closed_in_between(disconnect))
    asyncio.run(closed_in_between(lambda: get_connection().disconnect()))


def test_a_class_of_another_collection_or_alias_from_now_on(settings: dict[str, str]) -> None:
    class Moving(Document):
        name = StringField()

    async def main() -> None:
        connect(**settings)
        other = settings["db"] + "_other"
        connect(**{**settings, "db": other}, alias="other")
        try:
            for alias, name in [(None, "one"), (None, "two"), ("other", "two"), (None, "one")]:
                Moving.__alias__, Moving.__collection__ = alias, name
                await Moving.objects.create(name=name)
                collection = Moving.objects.coll()
                assert collection.name == name
                assert collection.database.name == (other if alias else settings["db"])
            assert await Moving.objects.count() == 2
        finally:
            await get_connection("other").connection.drop_database(other)

    asyncio.run(main())


# -- loops at the same time ----------------------------------------------------------------------


def test_k45_a_second_loop_in_a_thread(settings: dict[str, str]) -> None:
    connect(**settings)
    turns: list[object] = []
    errors: list[BaseException] = []

    async def busy(others: threading.Barrier) -> None:
        await asyncio.to_thread(others.wait, SECONDS_TO_HAPPEN)
        client = get_connection().connection
        for _ in range(20):
            await Pet.objects.count()
            await get_connection().ping()
            assert get_connection().connection is client
        turns.append(client)
        await asyncio.to_thread(others.wait, SECONDS_TO_HAPPEN)

    def run(others: threading.Barrier) -> None:
        try:
            asyncio.run(busy(others))
        except BaseException as error:
            errors.append(error)

    barrier = threading.Barrier(3)
    threads = [threading.Thread(target=run, args=(barrier,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({id(client) for client in turns}) == 3


def test_k45_a_loop_in_a_thread_does_not_disturb_the_first(settings: dict[str, str]) -> None:
    async def main() -> None:
        connect(**settings)
        client = get_connection().connection
        assert await use() == 1
        assert await asyncio.to_thread(asyncio.run, use("dog")) == 1
        assert get_connection().connection is client
        assert [pet.name for pet in await Pet.objects.find_all()] == ["dog"]

    asyncio.run(main())


def test_k45_many_tasks_share_the_client_of_their_loop(settings: dict[str, str]) -> None:
    async def main() -> None:
        connect(**settings)
        await asyncio.gather(*(Pet(name=f"{n}").save() for n in range(20)))
        assert await Pet.objects.count() == 20

    asyncio.run(main())


def test_connecting_from_several_threads_at_once(settings: dict[str, str]) -> None:
    errors: list[BaseException] = []
    together = threading.Barrier(8)

    def run() -> None:
        try:
            together.wait(SECONDS_TO_HAPPEN)
            for _ in range(20):
                connect(**settings).name  # noqa: B018  # it makes the client
        except BaseException as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []


# -- an explicit loop ----------------------------------------------------------------------------


def test_k45_the_old_way_with_an_explicit_loop(settings: dict[str, str]) -> None:
    loop = asyncio.new_event_loop()
    client = connect(**settings, io_loop=loop).connection
    assert loop.run_until_complete(use()) == 1
    assert loop.run_until_complete(use()) == 1
    assert get_connection().connection is client
    disconnect()
    loop.close()


def test_k45_a_client_with_an_explicit_loop_is_not_replaced(settings: dict[str, str]) -> None:
    loop = asyncio.new_event_loop()
    client = connect(**settings, io_loop=loop).connection
    loop.run_until_complete(use())

    async def main() -> object:
        return get_connection().connection

    assert asyncio.run(main()) is client
    disconnect()
    loop.close()


def test_k45_another_loop_than_the_explicit_one_is_refused(settings: dict[str, str]) -> None:
    with asyncio.Runner() as runner:
        connect(**settings, io_loop=runner.get_loop())
        with pytest.raises(RuntimeError):
            asyncio.run(count())  # Motor's thread goes on with it: nothing that changes anything
        assert runner.run(use()) == 1
        disconnect()


def test_k45_disconnecting_after_an_explicit_loop_was_closed(settings: dict[str, str]) -> None:
    before = open_sockets()
    with asyncio.Runner() as runner:
        connect(**settings, io_loop=runner.get_loop())
        assert runner.run(use()) == 1
    disconnect()
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


# -- nothing is left behind ----------------------------------------------------------------------
# ResourceWarnings of what the collector finds here are errors (pyproject.toml).


def test_disconnect_inside_the_loop_closes_the_sockets(settings: dict[str, str]) -> None:
    before = open_sockets()

    async def main() -> None:
        connect(**settings)
        await use()
        disconnect()
        await asyncio.sleep(0)

    asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


@pytest.mark.parametrize("ends_by_block", [True, False], ids=["block", "disconnect"])
def test_a_client_that_is_closed_is_held_by_no_class(
    settings: dict[str, str], ends_by_block: bool
) -> None:
    async def main() -> None:
        database = connect(**settings)
        await use()
        clients.append(weakref.ref(database.connection))
        if ends_by_block:
            async with database:
                pass
        else:
            disconnect()

    clients: list[Any] = []
    asyncio.run(main())
    assert eventually(lambda: gc.collect() >= 0 and clients[0]() is None)


def test_disconnect_as_the_last_act_of_a_loop_closes_the_sockets(settings: dict[str, str]) -> None:
    before = open_sockets()

    async def main() -> None:
        connect(**settings)
        await use()
        disconnect()

    asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "left open"])
def test_a_loop_may_end_at_any_turn_of_closing_a_client_or_connecting_it(
    settings: dict[str, str], is_closed: bool
) -> None:
    async def main(turns: int) -> None:
        connect(**settings)
        if is_closed:
            await count()
            disconnect()
        else:
            asyncio.ensure_future(count())  # noqa: RUF006  # nobody waits for it
        for _ in range(turns):
            await asyncio.sleep(0)

    before = open_sockets()
    for turns in range(40):
        asyncio.run(main(turns))
        cleanup()
        gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_a_connection_that_the_driver_has_lost_is_closed_with_its_client(server: Server) -> None:
    async def main() -> None:
        async with connect("test", host=server.uri, driver="pymongo") as database:
            await database.ping()
            (member, *_) = database.connection._topology._servers.values()
            member._pool.conns.clear()

    before = open_sockets()
    asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_disconnect_after_the_loop_closes_the_sockets(settings: dict[str, str]) -> None:
    before = open_sockets()
    connect(**settings)
    asyncio.run(use())
    disconnect()
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_disconnect_between_runs_of_a_loop_closes_the_sockets(settings: dict[str, str]) -> None:
    loop = asyncio.new_event_loop()
    before = open_sockets()
    connect(**settings)
    loop.run_until_complete(use())
    disconnect()
    assert eventually(lambda: open_sockets() <= before)
    connect(**settings)
    assert loop.run_until_complete(use()) == 1
    disconnect()
    loop.close()
    gc.collect()


def test_disconnect_from_another_thread_closes_the_sockets(settings: dict[str, str]) -> None:
    async def main() -> None:
        before = open_sockets()
        connect(**settings)
        await use()
        await asyncio.to_thread(disconnect)
        assert await asyncio.to_thread(eventually, lambda: open_sockets() <= before)

    asyncio.run(main())
    gc.collect()


def test_disconnect_in_one_loop_closes_the_clients_of_others(settings: dict[str, str]) -> None:
    async def main() -> None:
        await use()
        disconnect()

    before = open_sockets()
    connect(**settings)
    with asyncio.Runner() as runner:
        runner.run(use())
        asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_cleanup_closes_the_clients_of_all_aliases(settings: dict[str, str]) -> None:
    before = open_sockets()

    async def main() -> None:
        for alias in ("default", "one", "two"):
            database = connect(alias=alias, **settings)
            await database.ping()
        cleanup()

    asyncio.run(main())
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_a_connection_that_was_never_used_is_closed_too(settings: dict[str, str]) -> None:
    before = open_sockets()

    async def main() -> None:
        connect(**settings)
        disconnect()

    asyncio.run(main())
    connect(**settings)
    disconnect()
    gc.collect()
    assert eventually(lambda: open_sockets() <= before)


def test_k43_connecting_and_disconnecting_again_and_again(settings: dict[str, str]) -> None:
    async def main() -> None:
        for _ in range(3):
            connect(**settings)
            assert await use() == 1
            disconnect()
        disconnect()
        cleanup()

    asyncio.run(main())
    gc.collect()


def test_a_query_that_runs_while_its_alias_is_disconnected_ends(settings: dict[str, str]) -> None:
    async def main() -> None:
        connect(**settings)
        await use()
        running = [asyncio.ensure_future(Pet.objects.count()) for _ in range(5)]
        await asyncio.sleep(0)
        disconnect()
        async with asyncio.timeout(SECONDS_TO_HAPPEN):
            for result in await asyncio.gather(*running, return_exceptions=True):
                assert result == 1 or isinstance(result, Exception)

    asyncio.run(main())
    gc.collect()


# -- replica sets --------------------------------------------------------------------------------


def test_a_replica_set_with_blanks_in_its_hosts(server: Server, driver: str) -> None:
    if server.replica_set is None:
        pytest.skip("this server is no member of a replica set")
    host = f" {server.host}:{server.port} , {server.host}:{server.port}"

    async def main() -> None:
        database = connect("test", host=host, port=1, replicaSet=server.replica_set)
        assert (await database.ping())["ok"] == 1.0
        disconnect()

    asyncio.run(main())
