"""The contract of a bulk insert, held against the truth."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from typing import Any

import pymongo

from aiomotorengine import Document
from aiomotorengine.bulk import BulkReport
from tests.faults.laboratory import Laboratory

__all__ = ["CALLS", "Trial", "our_tasks"]

SECONDS_PER_TEST = 90
"""After which a call hangs: several times what an election takes where the primary is killed."""

THEIRS = ("/pymongo/", "/motor/", "/asyncio/")
FORBIDDEN = (LookupError, TypeError, AttributeError, AssertionError)
"""What never comes out of a driver that tripped over an answer."""


class Trial:
    """One bulk insert under a fault.

    ``run`` makes the call and ``check`` wants everything that was promised. A test may look at
    ``error`` and ``report`` in between.

    Parameters:
        lab: where it takes place.
        documents: what is inserted; each has its own ``number``, or is the same object.
        refused: places in ``documents`` of those that can never be stored.
        interrupting: exceptions that the test itself causes, besides the driver's.

    Attributes:
        document_class: the class of the documents.
        numbers: those that its documents may have; what else is stored is others'.
        error: what the call raised.
        report: its account.
    """

    def __init__(
        self,
        lab: Laboratory,
        documents: Sequence[Any],
        *,
        refused: Collection[int] = (),
        interrupting: tuple[type[BaseException], ...] = (),
    ) -> None:
        self.lab = lab
        self.documents = list(documents)
        self.refused = set(refused)
        self.interrupting = interrupting
        self.document_class = next(
            (type(d) for d in documents if isinstance(d, Document)), Document
        )
        self.before = [(document._id, document._is_persisted) for document in self.documents]
        self.numbers = range(sys.maxsize)
        self.tasks_before = our_tasks()
        self.error: BaseException | None = None
        self.report = BulkReport()

    @property
    def ended(self) -> str:
        """How the call ended."""
        raised = "nothing raised" if self.error is None else type(self.error).__name__
        return f"{raised} and some unknown" if self.report.unknown else raised

    def __str__(self) -> str:
        return str(self.report)

    # -- the call ---------------------------------------------------------------------------------

    async def run(self, call: str, **options: Any) -> None:
        """Make a call, and keep what it raises.

        Parameters:
            call: a name from ``CALLS``.
            options: more of its arguments.
        """
        try:
            async with asyncio.timeout(SECONDS_PER_TEST):
                await CALLS[call](self, options)
        except TimeoutError as error:
            raise AssertionError(f"{call} hangs") from error
        except Exception as error:
            self.error = error

    async def run_cancelled(self, call: str, moment: Callable[[], Any], **options: Any) -> None:
        """Make a call, and cancel it at a moment.

        Parameters:
            call: a name from ``CALLS``.
            moment: what is awaited before it is cancelled.
            options: more of the call's arguments.
        """
        task = asyncio.ensure_future(CALLS[call](self, options))
        await moment()
        was_done = task.done()
        task.cancel()
        try:
            async with asyncio.timeout(SECONDS_PER_TEST):
                await task
        except (asyncio.CancelledError, Exception) as error:
            self.error = error
        if not isinstance(self.error, asyncio.CancelledError):
            assert was_done, f"the call swallowed that it was cancelled: {self.error!r}"

    async def bulk_insert(self, options: dict[str, Any]) -> None:
        documents = options.pop("source", self.documents)
        await self.document_class.objects.bulk_insert(documents, report=self.report, **options)

    async def insert_stream(self, options: dict[str, Any]) -> None:
        source = options.pop("source", self.documents)
        options = {"batch_size": 4, **options}
        report = await self.document_class.objects.insert_stream(
            source, report=self.report, **options
        )
        assert report is self.report

    # -- what was promised ------------------------------------------------------------------------

    async def check(self) -> None:
        """Everything that holds after any call, whatever happened."""
        self.check_error()
        self.check_partition()
        self.check_ids()
        self.check_truth()
        left = our_tasks() - self.tasks_before
        assert not left, f"tasks were left behind: {left}"
        self.lab.proxy.plan()
        async with asyncio.timeout(SECONDS_PER_TEST):
            await self.check_next_operation()
            if self.error is not None or not self.report.ok:
                await self.check_retry()

    def check_error(self) -> None:
        """What was raised is of a class that programs can handle, and has the report."""
        error, report = self.error, self.report
        if error is None:
            return
        if not isinstance(error, (asyncio.CancelledError, *self.interrupting)):
            assert isinstance(error, (pymongo.errors.PyMongoError, ValueError)), repr(error)
            assert not isinstance(error, FORBIDDEN), repr(error)
            assert getattr(error, "report", None) is report, repr(error)
        details = getattr(error, "details", None) or {}
        for entry in details.get("writeErrors", ()):
            assert entry["index"] in {rejected.number for rejected in report.rejected}

    @property
    def sets(self) -> dict[str, list[int]]:
        """The five sets of the account."""
        report = self.report
        return {
            "inserted": list(report.inserted),
            "unconfirmed": list(report.unconfirmed),
            "unknown": list(report.unknown),
            "rejected": [entry.number for entry in report.rejected],
            "not_sent": list(report.not_sent),
        }

    def check_partition(self) -> None:
        """Every document that was taken is in exactly one set."""
        everywhere = sorted(number for numbers in self.sets.values() for number in numbers)
        assert everywhere == list(range(self.report.taken)), self.report
        assert self.report.taken <= len(self.documents)

    def check_ids(self) -> None:
        """Documents have the ids they were sent with, or those of before."""
        times = Counter(map(id, self.documents))
        for name, numbers in self.sets.items():
            for number in numbers:
                document = self.documents[number]
                if times[id(document)] > 1 or not isinstance(document, Document):
                    continue
                saved = bool(document._is_persisted)
                if name in ("rejected", "not_sent"):
                    assert (document._id, saved) == self.before[number], (name, number)
                else:
                    assert document._id is not None, (name, number)
                    is_in = name != "unknown" and not self.report.in_transaction
                    assert saved == is_in, (name, number)
        for number in range(self.report.taken, len(self.documents)):
            document = self.documents[number]
            if times[id(document)] == 1:
                assert (document._id, document._is_persisted) == self.before[number], number

    def check_truth(self) -> None:
        """What is said to be in is in, and what is in may be."""
        stored = {row["number"]: row["_id"] for row in self.stored()}
        sets = self.sets
        for place in sets["inserted"] + sets["unconfirmed"]:
            document = self.documents[place]
            assert stored.get(document.number) == document._id, f"{place} is not stored"
        said = {
            self.documents[place].number
            for place in sets["inserted"] + sets["unconfirmed"] + sets["unknown"]
        }
        assert stored.keys() <= said, f"stored, and not said: {sorted(stored.keys() - said)}"

    def stored(self) -> list[dict[str, Any]]:
        """What of this call is in the database."""
        rows = self.lab.observer.stored(self.document_class)
        return [row for row in rows if row["number"] in self.numbers]

    async def check_next_operation(self) -> None:
        """The same client goes on as if nothing had happened."""
        stored = self.lab.observer.stored
        before = len(stored(self.document_class))
        count = await self.document_class.objects.count()
        # A batch that nobody waits for any more may arrive meanwhile.
        assert before <= count <= len(stored(self.document_class))

    async def check_retry(self) -> None:
        """The same documents once more: none is stored twice, and all that can be are stored."""
        documents = [d for d in self.documents if isinstance(d, Document)]
        again = await self.document_class.objects.insert_stream(
            documents, ordered=False, on_error="collect", batch_size=max(7, len(documents) // 10)
        )
        assert not again.unknown and not again.unconfirmed and not again.not_sent, again
        times = Counter(row["number"] for row in self.stored())
        twice = [number for number, count in times.items() if count > 1]
        assert not twice, f"stored twice: {twice}; {self.report}; then {again}"
        valid = {
            document.number
            for place, document in enumerate(self.documents)
            if place not in self.refused
        }
        assert times.keys() == valid, f"{sorted(times.keys() ^ valid)}; {self.report}; {again}"


async def one_by_one(documents: Sequence[Any]) -> AsyncIterator[Any]:
    """The documents, from an async iterable."""
    for document in documents:
        await asyncio.sleep(0)
        yield document


def our_tasks() -> set[asyncio.Task[Any]]:
    """The tasks of this loop, less those that a driver keeps for its own affairs."""
    return {task for task in asyncio.all_tasks() if not is_of_a_driver(task)}


def is_of_a_driver(task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and any(path in code.co_filename for path in THEIRS)


def bulk(ordered: bool) -> Callable[[Trial, dict[str, Any]], Any]:
    return lambda trial, options: trial.bulk_insert({"ordered": ordered, **options})


def stream(
    ordered: bool, given: Callable[[list[Any]], Any] | None = None
) -> Callable[[Trial, dict[str, Any]], Any]:
    def call(trial: Trial, options: dict[str, Any]) -> Any:
        source = {} if given is None else {"source": given(trial.documents)}
        return trial.insert_stream({"ordered": ordered, **source, **options})

    return call


def generator(documents: list[Any]) -> Iterator[Any]:
    yield from documents


CALLS: dict[str, Callable[[Trial, dict[str, Any]], Any]] = {
    "bulk": bulk(ordered=True),
    "bulk, unordered": bulk(ordered=False),
    "stream": stream(ordered=True, given=generator),
    "stream, unordered": stream(ordered=False, given=one_by_one),
}
"""The ways to insert many documents."""
