"""Millions of documents into MongoDB and out again: speed, cost, responsiveness, memory.

    python -m benches.soak --documents 5000000 --driver pymongo

Documents of the shape S1 go in through ``insert_stream`` and come out through ``async for``. Before
and after it, the driver alone does the same with ready dicts, on a part of as many; the ratio of
the two is of processor time, which others on the machine disturb less than time on the wall. What
it takes to make the documents and the dicts is left out on both sides.

A ticker on the event loop measures how long others hold it. The server wants the processors as
well, so the loop's thread waits for one now and then; the kernel counts how long, and a hold is
what is left of the time on the wall. Python's garbage collector looks at all there is in the
process now and then: what was there before the work began (the tools, the rows) is taken out of its
sight.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from aiomotorengine import codec, connect
from aiomotorengine.bulk import DOCUMENTS_PER_BATCH, BulkReport
from aiomotorengine.codec import codec_for
from aiomotorengine.connection import cleanup
from tests.servers import kinds
from tests.zoo.shapes import S1

MODEL = S1.document_class
ROWS = S1.rows(5_000)
MADE_AT_ONCE = 100
IN_FLIGHT = 2
SECONDS_PER_TICK = 0.001
MEBIBYTE = 1024 * 1024
PAGE = 4096
SCHEDULING = Path("/proc/thread-self/schedstat")


def main(arguments: list[str]) -> int:
    """Run, and print what was measured; 1 if a bound of the specification was missed."""
    options = parsed(arguments)
    print(
        f"{options.documents:,} documents of S1 on {options.driver}, codec {codec.implementation}"
    )
    gc.collect()
    gc.freeze()
    with kinds()[options.server].start() as server, asyncio.Runner() as runner:
        return runner.run(soak(server.uri, options.driver, options.documents))


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches.soak", description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--driver", choices=["motor", "pymongo"], default="pymongo")
    parser.add_argument("--server", choices=sorted(kinds()), default=next(iter(kinds())))
    return parser.parse_args(arguments)


async def soak(uri: str, driver: str, count: int) -> int:
    database = connect("aiomotorengine_soak", host=uri, driver=driver)
    collection = MODEL.objects.coll()
    batch = size_of_a_batch(collection)
    memory = Memory(count)
    part = count // 10
    try:
        await collection.drop()
        raw_in = [await inserted_raw(collection, part)]
        raw_out = [await read_raw(collection, part)]
        await collection.drop()
        stream_in = await inserted(count, memory)
        stream_out = await read(count, memory)
        await collection.drop()
        raw_in.append(await inserted_raw(collection, part))
        raw_out.append(await read_raw(collection, part))
    finally:
        await database.connection.drop_database("aiomotorengine_soak")
        cleanup()
        await asyncio.sleep(0)

    print()
    for name, ours, raw in (
        ("insert_stream", stream_in, raw_in),
        ("async for", stream_out, raw_out),
    ):
        cost = sum(other.processor for other in raw) / len(raw)
        print(f"{name:14} {ours}")
        for other in raw:
            print(f"{'  the driver':14} {other}")
        print(f"{'  ratio':14} {ours.processor / cost:.2f} of the driver's processor time\n")
    growth = memory.growth()
    print(f"memory grew by {growth:.1f} MiB; {IN_FLIGHT + 1} batches are {3 * batch:.1f} MiB")
    missed = []
    if growth > (IN_FLIGHT + 1) * batch:
        missed.append("memory within three batches")
    if max(stream_in.hold.longest, stream_out.hold.longest) >= 0.020:
        missed.append("no hold of 20 ms")
    if stream_in.processor >= sum(other.processor for other in raw_in) / len(raw_in):
        missed.append("cheaper than insert_many of ready dicts")
    print(f"MISSED: {', '.join(missed)}" if missed else "all bounds hold")
    return 1 if missed else 0


# -- what is measured ------------------------------------------------------------------------------


@dataclass
class Hold:
    """The longest time between two turns of a task that always wants one, in seconds.

    Attributes:
        longest: less the time that the loop's thread waited for a processor.
        wall: with it.
    """

    longest: float = 0.0
    wall: float = 0.0

    def __str__(self) -> str:
        return (
            f"longest hold {self.longest * 1000:.1f} ms "
            f"({self.wall * 1000:.1f} with waiting for a processor)"
        )


@dataclass
class Figures:
    """What was measured of some work.

    Attributes:
        documents: how many there were.
        seconds: on the wall.
        processor: microseconds of this process for each document.
        hold: how long the event loop was held.
    """

    documents: int
    seconds: float
    processor: float
    hold: Hold

    def __str__(self) -> str:
        speed = self.documents / self.seconds
        return f"{speed:9,.0f} documents/s, {self.processor:6.2f} µs client CPU each; {self.hold}"


class Excluded:
    """Processor time that is spent on what is not measured."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def made(self, make: Callable[[], list[Any]]) -> list[Any]:
        started = time.thread_time()
        result = make()
        self.seconds += time.thread_time() - started
        return result


async def measured(count: int, work: Callable[[Excluded], Awaitable[int]]) -> Figures:
    excluded = Excluded()
    async with ticking() as hold:
        started, processor = time.perf_counter(), time.process_time()
        assert await work(excluded) == count
        seconds = time.perf_counter() - started
        processor = time.process_time() - processor - excluded.seconds
    return Figures(count, seconds, processor / count * 1e6, hold)


@asynccontextmanager
async def ticking() -> AsyncIterator[Hold]:
    """Measure how long the loop is held meanwhile."""
    hold = Hold()
    with waiting_of_this_thread() as seconds_waited:
        ticker = asyncio.create_task(tick(hold, seconds_waited))
        await asyncio.sleep(0)
        yield hold
        ticker.cancel()


async def tick(hold: Hold, seconds_waited: Callable[[], float]) -> None:
    wall, waited = time.perf_counter(), seconds_waited()
    while True:
        await asyncio.sleep(SECONDS_PER_TICK)
        now, waited_now = time.perf_counter(), seconds_waited()
        held = now - wall - SECONDS_PER_TICK
        hold.wall = max(hold.wall, held)
        hold.longest = max(hold.longest, held - (waited_now - waited))
        wall, waited = now, waited_now


@contextmanager
def waiting_of_this_thread() -> Iterator[Callable[[], float]]:
    """Tells how many seconds this thread has waited for a processor; 0 if the kernel does not."""
    if not SCHEDULING.exists():
        yield lambda: 0.0
        return
    with SCHEDULING.open("rb", buffering=0) as file:
        yield lambda: int(os.pread(file.fileno(), 100, 0).split()[1]) / 1e9


class Memory:
    """Resident memory, at each tenth of some work."""

    def __init__(self, count: int) -> None:
        self._tenth = max(1, count // 10)
        self._lines: dict[str, list[float]] = {}

    def at(self, what: str, done: int) -> None:
        """So much is done; what that takes is kept at each tenth."""
        taken = self._lines.setdefault(what, [])
        if done >= self._tenth * (len(taken) + 1):
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / MEBIBYTE
            taken.append(resident)
            print(f"{what} {len(taken) * 10:3} %: {resident:.1f} MiB resident", flush=True)

    def growth(self) -> float:
        """By how much the most exceeded what there was at the first tenth, in MiB."""
        return max(max(line) - line[0] for line in self._lines.values())


def size_of_a_batch(collection: Any) -> float:
    """How much memory the documents of a batch take with their bytes, in MiB."""
    plan = codec_for(MODEL, collection.codec_options)
    tracemalloc.start()
    documents = list(made_of(DOCUMENTS_PER_BATCH))
    encoded = plan.encode_many(documents, list(range(len(documents))))
    size = tracemalloc.get_traced_memory()[0] / MEBIBYTE
    tracemalloc.stop()
    assert len(encoded) == len(documents)
    return size


# -- the work --------------------------------------------------------------------------------------


def made_of(count: int, excluded: Excluded | None = None) -> Iterator[Any]:
    """New documents, made a few at a time."""
    excluded = excluded or Excluded()
    rows = cycle(ROWS)
    for start in range(0, count, MADE_AT_ONCE):
        some = list(islice(rows, min(MADE_AT_ONCE, count - start)))
        yield from excluded.made(lambda some=some: list(map(S1.document, some)))


async def inserted(count: int, memory: Memory) -> Figures:
    def progress(report: BulkReport) -> None:
        memory.at("in ", len(report.inserted))

    async def work(excluded: Excluded) -> int:
        documents = made_of(count, excluded)
        report = await MODEL.objects.insert_stream(
            documents, in_flight=IN_FLIGHT, progress=progress
        )
        return len(report.inserted)

    return await measured(count, work)


async def read(count: int, memory: Memory) -> Figures:
    async def work(excluded: Excluded) -> int:
        found = 0
        async for _ in MODEL.objects:
            found += 1
            if found % DOCUMENTS_PER_BATCH == 0 or found == count:
                memory.at("out", found)
        return found

    return await measured(count, work)


async def inserted_raw(collection: Any, count: int) -> Figures:
    async def work(excluded: Excluded) -> int:
        done = 0
        rows = cycle(ROWS)
        while done < count:
            some = list(islice(rows, min(DOCUMENTS_PER_BATCH, count - done)))
            ready = excluded.made(lambda some=some: list(map(dict, some)))
            done += len((await collection.insert_many(ready)).inserted_ids)
        return done

    return await measured(count, work)


async def read_raw(collection: Any, count: int) -> Figures:
    async def work(excluded: Excluded) -> int:
        found = 0
        async for _ in collection.find({}):
            found += 1
        return found

    return await measured(count, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
