"""Sources that raise, end, wait, or give something else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from tests.faults.contract import Trial
from tests.faults.laboratory import Item, Laboratory, eventually, items
from tests.faults.wire_faults import cut_after


class SourceError(Exception):
    """What a source raises."""


class Source:
    """A source of documents, that says whether it was closed.

    Parameters:
        documents: what it gives.
        error: what it raises when it has given them.
        waits: whether it never ends, and gives no more.
    """

    def __init__(
        self, documents: Sequence[Any], *, error: Exception | None = None, waits: bool = False
    ) -> None:
        self.documents = documents
        self.error = error
        self.waits = waits
        self.given = 0
        self.is_closed = False

    def now(self) -> Iterator[Any]:
        try:
            for document in self.documents:
                self.given += 1
                yield document
            if self.error is not None:
                raise self.error
        finally:
            self.is_closed = True

    async def later(self) -> AsyncIterator[Any]:
        try:
            for document in self.documents:
                await asyncio.sleep(0)
                self.given += 1
                yield document
            if self.error is not None:
                raise self.error
            if self.waits:
                await asyncio.Event().wait()
        finally:
            self.is_closed = True


kinds = pytest.mark.parametrize("kind", ["now", "later"])
ordered = pytest.mark.parametrize("ordered", [True, False], ids=["ordered", "unordered"])


@kinds
@pytest.mark.parametrize("given", [0, 4, 10])
@pytest.mark.parametrize(("ordered", "on_error"), [(True, "raise"), (False, "collect")])
async def test_a_source_that_raises(
    lab: Laboratory, kind: str, given: int, ordered: bool, on_error: str
) -> None:
    documents = items(given)
    source = Source(documents, error=SourceError("no more"))
    trial = Trial(lab, documents, interrupting=(SourceError,))
    trial.document_class = Item
    await trial.run("stream", source=getattr(source, kind)(), ordered=ordered, on_error=on_error)
    assert trial.error is source.error
    assert source.is_closed
    assert len(trial.report.inserted) == given // 4 * 4
    assert len(trial.report.not_sent) == given % 4
    await trial.check()


@kinds
async def test_a_source_that_is_empty(lab: Laboratory, kind: str) -> None:
    trial = Trial(lab, [])
    trial.document_class = Item
    await trial.run("stream", source=getattr(Source([]), kind)())
    assert trial.error is None and trial.report.ok
    await trial.check()


@kinds
@pytest.mark.parametrize("other", [None, 7, "x", {"number": 1}, Item, ()])
async def test_a_source_that_gives_something_else(lab: Laboratory, kind: str, other: Any) -> None:
    documents: list[Any] = items(10)
    source = Source([*documents[:5], other, *documents[5:]])
    report = Trial(lab, documents).report
    with pytest.raises(ValueError, match="can't save an instance of type") as error:
        await Item.objects.insert_stream(getattr(source, kind)(), batch_size=4, report=report)
    assert error.value.report is report  # type: ignore[attr-defined]
    assert report.inserted.ranges == (range(5),)
    assert [entry.number for entry in report.rejected] == [5]
    assert source.is_closed
    assert len(lab.observer.stored(Item)) == 5


@pytest.mark.parametrize("source", [None, 7, object()])
async def test_something_that_is_no_source(lab: Laboratory, source: Any) -> None:
    with pytest.raises(TypeError):
        await Item.objects.insert_stream(source)


@kinds
@ordered
async def test_a_source_that_goes_on_when_the_connection_dies(
    lab: Laboratory, kind: str, ordered: bool
) -> None:
    lab.connect(retryWrites=False)
    lab.proxy.plan(None, cut_after)
    documents = items(500)
    source = Source(documents)
    trial = Trial(lab, documents)
    await trial.run("stream", source=getattr(source, kind)(), ordered=ordered)
    assert isinstance(trial.error, AutoReconnect)
    assert source.is_closed
    assert trial.report.taken == source.given < 500
    await trial.check()


@ordered
async def test_a_source_that_waits_when_the_connection_dies(lab: Laboratory, ordered: bool) -> None:
    lab.connect(retryWrites=False)
    lab.proxy.plan(cut_after)
    documents = items(6)
    source = Source(documents, waits=True)
    trial = Trial(lab, documents)
    await trial.run("stream", source=source.later(), ordered=ordered)
    assert isinstance(trial.error, AutoReconnect)
    assert source.is_closed
    await trial.check()


@ordered
async def test_cancelled_while_the_source_waits(lab: Laboratory, ordered: bool) -> None:
    documents = items(8)
    source = Source(documents, waits=True)
    trial = Trial(lab, documents)

    async def all_inserted() -> None:
        assert await eventually(lambda: len(trial.report.inserted) == 8)

    await trial.run_cancelled("stream", all_inserted, source=source.later(), ordered=ordered)
    assert source.is_closed
    await trial.check()


@kinds
async def test_a_source_is_not_asked_for_more_than_is_in_flight(lab: Laboratory, kind: str) -> None:
    documents = items(200)
    source = Source(documents)
    most: list[int] = []
    trial = Trial(lab, documents)
    await trial.run(
        "stream",
        source=getattr(source, kind)(),
        in_flight=2,
        progress=lambda report: most.append(source.given - len(report.inserted)),
    )
    assert trial.report.ok
    assert max(most) <= 2 * 4
    await trial.check()


async def test_progress_that_raises(lab: Laboratory) -> None:
    def progress(report: Any) -> None:
        raise SourceError("enough")

    trial = Trial(lab, items(4), interrupting=(SourceError,))
    await trial.run("stream", progress=progress)
    assert isinstance(trial.error, SourceError)
    assert trial.report.inserted
    await trial.check()
