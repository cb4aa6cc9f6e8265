"""Store what comes through a queue, and slow down whoever fills it when the server is slow.

``python -m examples.ingest_queue --events 100000``

Several tasks put events into a queue of a fixed size. ``insert_stream`` takes them out through an
async generator, no faster than the server stores them. When it is behind, the queue is full, and
the tasks wait in ``put``: nothing piles up anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import AsyncIterator, Sequence

from aiomotorengine import BulkReport, DateTimeField, Document, IntField, StringField, connect

__all__ = ["Event", "main", "store"]

SENSORS = 4
QUEUE_SIZE = 1000
BATCH = 500
"""Small, so that an event does not wait long for others to fill its batch."""


class Event(Document):
    """Something that a sensor has seen."""

    __collection__ = "events"

    sensor = StringField(required=True)
    number = IntField(required=True)
    stored = DateTimeField(auto_now_on_insert=True)


Events = asyncio.Queue[Event | None]
"""``None`` says that a sensor has finished."""


async def sense(sensor: str, count: int, queue: Events) -> None:
    """Put events into the queue; wait where there is no room."""
    for number in range(count):
        await queue.put(Event(sensor=sensor, number=number))
    await queue.put(None)


async def events(queue: Events, sensors: int) -> AsyncIterator[Event]:
    """The events of a queue, until all sensors have finished."""
    while sensors:
        event = await queue.get()
        if event is None:
            sensors -= 1
        else:
            yield event


async def store(count: int) -> BulkReport:
    """Let sensors produce events, and store them all."""
    queue: Events = asyncio.Queue(QUEUE_SIZE)
    async with asyncio.TaskGroup() as tasks:
        for sensor in range(SENSORS):
            tasks.create_task(sense(f"sensor {sensor}", count // SENSORS, queue))
        return await Event.objects.insert_stream(events(queue, SENSORS), batch_size=BATCH)


def main(given: Sequence[str] | None = None) -> None:
    """Run the program.

    Parameters:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m examples.ingest_queue")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--uri", default=os.environ.get("MONGODB_URI", "mongodb://localhost"))
    parser.add_argument("--database", default="examples")
    options = parser.parse_args(given)
    connect(options.database, host=options.uri)
    print(asyncio.run(store(options.events)))


if __name__ == "__main__":
    main()
