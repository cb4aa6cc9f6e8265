"""Store what comes through a queue, and slow down whoever fills it when the server is slow.

``python -m examples.ingest_queue --events 100000``

Several tasks put events into a queue of a fixed size. ``insert_stream`` takes them out through an
async generator, no faster than the server stores them. When it is behind, the queue is full, and
the tasks wait in ``put``: nothing piles up anywhere. When they are slow, what has come is stored
after a second (``max_wait``), whether it is enough for a batch or not.

A queue cannot be read twice, so each event is kept until it is stored or refused. If the connection
is lost, those that are kept are passed once more: they have their ids, so none is stored twice.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence

from pymongo.errors import PyMongoError, WTimeoutError

from aiomotorengine import BulkReport, DateTimeField, Document, IntField, StringField, connect

__all__ = ["Event", "Store", "main", "store"]

SENSORS = 4
QUEUE_SIZE = 1000
BATCH = 500
"""Small, so that an event does not wait long for others to fill its batch."""
SECONDS_BEFORE_NEXT = (1, 5, 30)
"""How long to wait before trying again; then the program gives up."""


class Event(Document):
    """Something that a sensor has seen."""

    __collection__ = "events"

    sensor = StringField(required=True)
    number = IntField(required=True)
    stored = DateTimeField(auto_now_on_insert=True)


Events = asyncio.Queue[Event | None]
"""``None`` says that a sensor has finished."""


async def sense(sensor: str, numbers: range, queue: Events) -> None:
    """Put events into the queue; wait where there is no room."""
    for number in numbers:
        await queue.put(Event(sensor=sensor, number=number))
    await queue.put(None)


class Store:
    """Stores the events of a queue.

    Parameters:
        queue: the queue.
        sensors: how many put events into it.

    Attributes:
        stored: how many events are stored.
        refused: how many never will be.
        kept: those that were taken from the queue, and of which it is not known.
        report: of the call that is running.
    """

    def __init__(self, queue: Events, sensors: int) -> None:
        self.stored = self.refused = 0
        self.kept: deque[Event] = deque()
        self._queue, self._sensors = queue, sensors
        self._begin()

    def _begin(self) -> None:
        self.report = BulkReport()
        self._settled = self._seen = 0
        self._reasons: dict[int, str] = {}

    async def run(self) -> None:
        """Store events until all sensors have finished.

        Raises:
            pymongo.errors.PyMongoError: the connection was lost again and again.
        """
        tries = 0
        while True:
            before, error = self.stored, None
            self._begin()
            try:
                await Event.objects.insert_stream(
                    self._events(),
                    ordered=False,  # one that is refused does not stop the others
                    on_error="collect",
                    batch_size=BATCH,
                    report=self.report,
                    progress=self._settle,
                )
            except PyMongoError as failure:
                error = failure
            self._settle(self.report)
            if error is None and not self.report.unconfirmed:
                return
            if self.stored > before:
                tries = 0
            if tries == len(SECONDS_BEFORE_NEXT):
                raise error or WTimeoutError("the server does not confirm what it stores")
            print(f"{error or self.report}: once more", file=sys.stderr)
            await asyncio.sleep(SECONDS_BEFORE_NEXT[tries])
            tries += 1

    async def _events(self) -> AsyncIterator[Event]:
        for event in list(self.kept):
            yield event
        while self._sensors:
            event = await self._queue.get()
            if event is None:
                self._sensors -= 1
            else:
                self.kept.append(event)
                yield event

    def _settle(self, report: BulkReport) -> None:
        """Forget the events of which it is known what became of them.

        Here is the place to tell a broker that it need not keep them any longer.
        """
        for entry in report.rejected[self._seen :]:
            if entry.key_pattern != {"_id": 1}:  # that one was in already
                self._reasons[entry.number] = entry.message
        self._seen = len(report.rejected)
        while self._settled < report.settled.first_missing:
            event, reason = self.kept.popleft(), self._reasons.pop(self._settled, None)
            self._settled += 1
            if reason is None:
                self.stored += 1
            else:
                self.refused += 1
                print(f"{event.sensor} {event.number} was refused: {reason}", file=sys.stderr)


async def store(count: int) -> Store:
    """Let sensors produce so many events, and store them all."""
    queue: Events = asyncio.Queue(QUEUE_SIZE)
    storing = Store(queue, SENSORS)
    async with asyncio.TaskGroup() as tasks:
        for sensor in range(SENSORS):
            numbers = range(sensor, count, SENSORS)
            tasks.create_task(sense(f"sensor {sensor}", numbers, queue))
        await storing.run()
    return storing


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
    done = asyncio.run(store(options.events))
    print(f"{done.stored:,} events stored, {done.refused:,} refused")


if __name__ == "__main__":
    main()
