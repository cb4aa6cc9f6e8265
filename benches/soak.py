"""Millions of documents into MongoDB and out again: speed, cost, responsiveness, memory.

    python -m benches.soak --documents 5000000 --rows 5000000 --driver pymongo --shape S2

Documents go in through ``insert_stream`` and come out through ``async for``, ``batches`` and
``page``. Before and after it, the driver alone does the same with ready dicts, on a part of as
many; the ratio of the two is of processor time, which others on the machine disturb less than time
on the wall. What it takes to make the documents and the dicts is left out on both sides. At last a
part of the documents goes in again, as after a failure: all are in already, and refused. ``--rows``
puts in as many rows as well, of which no documents are made by the program.

A ticker on the event loop measures how long others hold it: how long it has no turn, less the time
in which the loop does nothing but wait for something to happen, which a busy machine may make
longer than was asked for. The server wants the processors as well, so the loop's thread waits for
one now and then, and the host of a virtual machine may stop it in the middle, which is counted for
no thread. So where the thread never stopped by itself, a hold is the processor's time that it took;
where it did, the time on the wall, less what the kernel says it waited for a processor.
Python's garbage collector looks at all there is in the process now and then: what was there before
a piece of work began (the tools, the rows, what is left of other work) is taken out of its sight.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import selectors
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from operator import add, sub
from pathlib import Path
from typing import Any, NamedTuple

from aiomotorengine import Rows, codec, connect
from aiomotorengine.bulk import BulkReport
from aiomotorengine.bulk.batching import OF_A_STREAM
from aiomotorengine.codec import codec_for
from aiomotorengine.connection import cleanup
from aiomotorengine.errors import UniqueKeyViolationError
from benches.client import anew
from tests.servers import kinds
from tests.zoo.shapes import SHAPES, Shape

DIFFERENT_ROWS = 5_000
MADE_AT_ONCE = 20
IN_FLIGHT = 2
RAW_AT_ONCE = 2_500
LOOKED_AT_EACH = 1_000
TOGETHER = 1_000
"""How many documents are in a list of ``batches``, and on a page."""
LONGEST_HOLD = 0.020
SECONDS_PER_TICK = 0.001
MEBIBYTE = 1024 * 1024
PAGE = 4096
READING_MAY_GROW = 8.0
"""By how many MiB memory may grow while documents are read, however many they are."""
SCHEDULING = Path("/proc/thread-self/schedstat")


def main(arguments: list[str]) -> int:
    """Run, and print what was measured; 1 if a bound of the specification was missed."""
    options = parsed(arguments)
    shape = {shape.name: shape for shape in SHAPES}[options.shape]
    print(
        f"{options.documents:,} documents and {options.rows:,} rows of {shape} "
        f"on {options.driver}, codec {codec.implementation}"
    )
    rows = shape.rows(DIFFERENT_ROWS)
    with (
        kinds()[options.server].start() as server,
        asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(IDLE)) as runner,
    ):
        return runner.run(soak(server.uri, options, shape, rows))


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches.soak", description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--driver", choices=["motor", "pymongo"], default="pymongo")
    parser.add_argument("--shape", choices=[shape.name for shape in SHAPES], default="S1")
    parser.add_argument("--server", choices=sorted(kinds()), default=next(iter(kinds())))
    return parser.parse_args(arguments)


async def soak(uri: str, options: argparse.Namespace, shape: Shape, rows: list[Any]) -> int:
    database = connect("aiomotorengine_soak", host=uri, driver=options.driver)
    count: int = options.documents
    work = Work(shape, rows)
    batch = work.size_of_a_batch()
    memory = Memory()
    part = max(1, count // 10)
    try:
        await work.collection.drop()
        raw_in = [await work.inserted_raw(part)]
        raw_out = [await work.read_raw(part)]
        await work.collection.drop()
        stream_in = await work.inserted(count, memory)
        ways_out = {
            "async for": await work.read(count, memory),
            "batches": await work.read_in_batches(count, memory),
            "page": await work.read_by_pages(count, memory),
        }
        refused = await work.refused(part)
        await work.collection.drop()
        rows_in = await work.inserted_rows(options.rows, memory)
        await work.collection.drop()
        raw_in.append(await work.inserted_raw(part))
        raw_out.append(await work.read_raw(part))
    finally:
        await database.connection.drop_database("aiomotorengine_soak")
        cleanup()
        await asyncio.sleep(0)

    print()
    for name, ours, raw in (
        ("insert_stream", stream_in, raw_in),
        ("of Rows", rows_in, raw_in),
        *((way, out, raw_out) for way, out in ways_out.items()),
    ):
        cost = sum(other.processor for other in raw) / len(raw)
        print(f"{name:14} {ours}")
        for other in raw:
            print(f"{'  the driver':14} {other}")
        print(f"{'  ratio':14} {ours.processor / cost:.2f} of the driver's processor time\n")
    print(f"{'all refused':14} {refused}\n")
    growth = memory.growth()
    print(f"memory grew by {growth:.1f} MiB; {IN_FLIGHT + 1} batches are {3 * batch:.1f} MiB")
    growth_of_reading = memory.growth(*ways_out)
    print(f"while documents were read, it grew by {growth_of_reading:.1f} MiB")
    missed = []
    if growth > (IN_FLIGHT + 1) * batch:
        missed.append("memory within three batches")
    if growth_of_reading > READING_MAY_GROW:
        missed.append(f"memory within {READING_MAY_GROW:.0f} MiB while reading")
    measured_all = (stream_in, rows_in, *ways_out.values())
    if max(figures.hold.longest for figures in measured_all) >= LONGEST_HOLD:
        missed.append("no hold of 20 ms")
    if refused.hold.longest >= LONGEST_HOLD:
        missed.append("no hold of 20 ms where all is refused")
    cost = sum(other.processor for other in raw_in) / len(raw_in)
    if max(stream_in.processor, rows_in.processor) >= cost:
        missed.append("cheaper than insert_many of ready dicts")
    print(f"MISSED: {', '.join(missed)}" if missed else "all bounds hold")
    return 1 if missed else 0


# -- what is measured ------------------------------------------------------------------------------


class Times(NamedTuple):
    """What has passed for the loop's thread, since some time in the past or between two.

    Attributes:
        wall: seconds on the wall.
        processor: seconds of them in which the thread ran.
        waited: seconds in which it could have, as far as the kernel knows.
        stops: how often it stopped by itself, to wait for something.
        collected: seconds in which Python's collector worked.
    """

    wall: float = 0.0
    processor: float = 0.0
    waited: float = 0.0
    stops: int = 0
    collected: float = 0.0

    def __sub__(self, other: Times) -> Times:
        return Times(*map(sub, self, other))

    @property
    def held(self) -> float:
        """How long the loop was held."""
        return self.wall - self.waited if self.stops else self.processor


@dataclass
class Hold:
    """The longest time between two turns of a task that always wants one, in seconds.

    Attributes:
        longest: as far as it was this program's doing.
        collecting: how much of it Python's collector took.
        wall: the longest on the wall.
    """

    longest: float = 0.0
    collecting: float = 0.0
    wall: float = 0.0

    def note(self, passed: Times) -> None:
        """So much has passed between two turns."""
        self.wall = max(self.wall, passed.wall)
        if passed.held > self.longest:
            self.longest, self.collecting = passed.held, passed.collected

    def __str__(self) -> str:
        return (
            f"longest hold {self.longest * 1000:.1f} ms, {self.collecting * 1000:.1f} of it the "
            f"collector's ({self.wall * 1000:.1f} with waiting for a processor)"
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
    gc.collect()  # what was there before, and what other work has left, is not looked at here
    gc.freeze()
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
    with collecting() as seconds_collected, waiting() as seconds_waited:

        def now() -> Times:
            return Times(
                time.perf_counter(),
                time.thread_time(),
                seconds_waited(),
                resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw,
                seconds_collected(),
            )

        IDLE.now = now
        ticker = asyncio.create_task(tick(hold, now))
        await asyncio.sleep(0)
        yield hold
        ticker.cancel()
        IDLE.now = Times


async def tick(hold: Hold, now: Callable[[], Times]) -> None:
    while True:
        before, idle = now(), IDLE.idle
        await asyncio.sleep(SECONDS_PER_TICK)
        hold.note(now() - before - (IDLE.idle - idle))


class IdleSelector(selectors.DefaultSelector):
    """Measures how long the event loop has nothing to do.

    Attributes:
        idle: what has passed meanwhile.
        now: what has passed in all; nothing is measured before it is known how.
    """

    def __init__(self) -> None:
        super().__init__()
        self.idle = Times()
        self.now: Callable[[], Times] = Times

    def select(self, timeout: float | None = None) -> Any:
        before = self.now()
        ready = super().select(timeout)
        self.idle = Times(*map(add, self.idle, self.now() - before))
        return ready


IDLE = IdleSelector()


@contextmanager
def collecting() -> Iterator[Callable[[], float]]:
    """Tells how many seconds Python's collector has worked."""
    began = total = 0.0

    def note(phase: str, _: object) -> None:
        nonlocal began, total
        if phase == "start":
            began = time.thread_time()
        else:
            total += time.thread_time() - began

    gc.callbacks.append(note)
    try:
        yield lambda: total
    finally:
        gc.callbacks.remove(note)


@contextmanager
def waiting() -> Iterator[Callable[[], float]]:
    """Tells how many seconds this thread has waited for a processor; 0 if the kernel does not."""
    if not SCHEDULING.exists():
        yield lambda: 0.0
        return
    with SCHEDULING.open("rb", buffering=0) as file:
        yield lambda: int(os.pread(file.fileno(), 100, 0).split()[1]) / 1e9


class Memory:
    """Resident memory, at each tenth of some work."""

    def __init__(self) -> None:
        self._lines: dict[str, list[float]] = {}

    def at(self, what: str, done: int, count: int) -> None:
        """So much is done of so much; what that takes is kept at each tenth."""
        taken = self._lines.setdefault(what, [])
        if done >= max(1, count // 10) * (len(taken) + 1):
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / MEBIBYTE
            taken.append(resident)
            print(f"{what:13} {len(taken) * 10:3} %: {resident:.1f} MiB resident", flush=True)

    def growth(self, *of: str) -> float:
        """By how much the most exceeded what there was at the first tenth, in MiB; of some work,
        or of all.
        """
        return max(
            max(line) - line[0] for what, line in self._lines.items() if not of or what in of
        )


# -- the work --------------------------------------------------------------------------------------


class Work:
    """What is measured, with documents of one shape.

    Parameters:
        shape: the shape.
        rows: different dicts of it, which are taken again and again.
    """

    def __init__(self, shape: Shape, rows: list[Any]) -> None:
        self._shape, self._rows = shape, rows
        self._values = list(map(shape.value_of, rows))
        self._model = shape.document_class
        self.collection = self._model.objects.coll()

    def size_of_a_batch(self) -> float:
        """How much memory the documents of a batch take with their bytes, in MiB."""
        plan = codec_for(self._model, self.collection.codec_options)
        tracemalloc.start()
        documents = list(self._made(OF_A_STREAM.documents, Excluded()))
        encoded = plan.encode_many(documents, list(range(len(documents))))
        size = tracemalloc.get_traced_memory()[0] / MEBIBYTE
        tracemalloc.stop()
        return size * min(1, OF_A_STREAM.bytes / sum(map(len, encoded)))

    def _made(self, count: int, excluded: Excluded) -> Iterator[Any]:
        """New documents, made a few at a time."""
        rows = cycle(self._rows)
        for start in range(0, count, MADE_AT_ONCE):
            some = list(islice(rows, min(MADE_AT_ONCE, count - start)))
            yield from excluded.made(partial(list, map(self._shape.document, some)))

    async def inserted(self, count: int, memory: Memory) -> Figures:
        def progress(report: BulkReport) -> None:
            memory.at("documents in", len(report.inserted), count)

        async def work(excluded: Excluded) -> int:
            report = await self._model.objects.insert_stream(
                self._made(count, excluded), in_flight=IN_FLIGHT, progress=progress
            )
            return len(report.inserted)

        return await measured(count, work)

    async def inserted_rows(self, count: int, memory: Memory) -> Figures:
        def progress(report: BulkReport) -> None:
            memory.at("rows in", len(report.inserted), count)

        async def work(excluded: Excluded) -> int:
            report = await self._model.objects.insert_stream(
                Rows(islice(cycle(self._values), count)), in_flight=IN_FLIGHT, progress=progress
            )
            return len(report.inserted)

        return await measured(count, work)

    async def refused(self, count: int) -> Figures:
        ids = [found["_id"] async for found in self.collection.find({}, {"_id": 1}).limit(count)]

        def again(excluded: Excluded) -> Iterator[Any]:
            for document, id in zip(self._made(count, excluded), ids, strict=True):
                document._id = id
                yield document

        async def work(excluded: Excluded) -> int:
            try:
                await self._model.objects.insert_stream(
                    again(excluded), ordered=False, in_flight=IN_FLIGHT
                )
            except UniqueKeyViolationError as error:
                await asyncio.sleep(2 * SECONDS_PER_TICK)  # making the error is measured as well
                return len((error.details or {})["writeErrors"])
            return 0

        return await measured(count, work)

    async def read(self, count: int, memory: Memory) -> Figures:
        async def work(excluded: Excluded) -> int:
            found = 0
            async for _ in self._model.objects:
                found += 1
                if found % LOOKED_AT_EACH == 0 or found == count:
                    memory.at("async for", found, count)
            return found

        return await measured(count, work)

    async def read_in_batches(self, count: int, memory: Memory) -> Figures:
        async def work(excluded: Excluded) -> int:
            found = 0
            async for documents in self._model.objects.batches(TOGETHER):
                found += len(documents)
                memory.at("batches", found, count)
            return found

        return await measured(count, work)

    async def read_by_pages(self, count: int, memory: Memory) -> Figures:
        async def work(excluded: Excluded) -> int:
            page = await self._model.objects.page(TOGETHER)
            found = len(page)
            while page.next is not None:
                page = await self._model.objects.page(TOGETHER, after=page.next)
                found += len(page)
                memory.at("page", found, count)
            return found

        return await measured(count, work)

    async def inserted_raw(self, count: int) -> Figures:
        async def work(excluded: Excluded) -> int:
            done = 0
            rows = cycle(self._rows)
            while done < count:
                some = list(islice(rows, min(RAW_AT_ONCE, count - done)))
                ready = excluded.made(partial(list, map(anew, some)))
                done += len((await self.collection.insert_many(ready)).inserted_ids)
            return done

        return await measured(count, work)

    async def read_raw(self, count: int) -> Figures:
        async def work(excluded: Excluded) -> int:
            found = 0
            async for _ in self.collection.find({}):
                found += 1
            return found

        return await measured(count, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
