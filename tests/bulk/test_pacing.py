"""How many documents make a slice follows from how long they took."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from aiomotorengine import Document, IntField, raw_io
from aiomotorengine.bulk import inserting
from aiomotorengine.pacing import FIRST_SLICE, LARGEST_SLICE, SECONDS_PER_SLICE, Pace


def settled(seconds_each: float) -> int:
    """The size of slices when each document takes so long."""
    pace = Pace()
    for _ in range(50):
        pace.measured(pace.size, pace.size * seconds_each)
    return pace.size


def test_slices_grow_until_they_take_as_long_as_they_should() -> None:
    assert settled(SECONDS_PER_SLICE / 100) == 100
    assert settled(SECONDS_PER_SLICE / 1000) == 1000


def test_slices_have_bounds() -> None:
    assert settled(0.0) == settled(1e-9) == LARGEST_SLICE
    assert settled(10 * SECONDS_PER_SLICE) == 1


def test_a_slice_that_took_too_long_makes_the_next_smaller_at_once() -> None:
    pace = Pace()
    for _ in range(10):
        pace.measured(pace.size, 0.0)
    pace.measured(pace.size, LARGEST_SLICE * SECONDS_PER_SLICE)
    assert pace.size == 1


def test_a_slice_that_was_fast_by_chance_does_not_make_the_next_much_larger() -> None:
    pace = Pace()
    pace.measured(pace.size, 1e-9)
    assert pace.size == 4 * FIRST_SLICE


def test_the_short_slice_at_the_end_says_nothing() -> None:
    pace = Pace()
    pace.measured(pace.size, 0.0)
    size = pace.size
    pace.measured(1, SECONDS_PER_SLICE / 2)
    assert pace.size == size


# -- a slice that turns out to be too large ------------------------------------------------------

DOCUMENTS = 1000


class Hurried(Pace):
    """Slices are large, and there is never time left."""

    @property
    def size(self) -> int:  # type: ignore[override]
        return DOCUMENTS

    @size.setter
    def size(self, size: int) -> None:
        pass

    @property
    def left(self) -> float:
        return 0.0


async def turns_during(work: Callable[[Callable[[], None]], Awaitable[Any]]) -> int:
    """In how many turns of the event loop some work was done, which says when it is."""
    turns = 0
    seen: set[int] = set()

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.ensure_future(other())
    await work(lambda: seen.add(turns))
    task.cancel()
    return len(seen)


@pytest.mark.usefixtures("mongo", "codec")
@pytest.mark.parametrize(
    "step", ["validate", "on_save", "encode", "validate as it is encoded", "decode"]
)
async def test_a_slice_lets_others_have_their_turn(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inserting, "Pace", Hurried)
    monkeypatch.setattr(raw_io, "Pace", Hurried)
    happens: Callable[[], None] = lambda: None  # noqa: E731

    class Telling(IntField):
        def validate(self, value: Any) -> bool:
            if step.startswith("validate"):
                happens()
            return super().validate(value)

        def to_son(self, value: Any) -> Any:
            if step == "encode":
                happens()
            return super().to_son(value)

        def from_son(self, value: Any) -> Any:
            if step == "decode":
                happens()
            return super().from_son(value)

    def saved(document: Any, creating: bool) -> Any:
        if step == "on_save":
            happens()
        return document.n

    class Row(Document):
        n = Telling(on_save=saved if step in ("validate", "on_save") else None)

    async def work(tell: Callable[[], None]) -> None:
        nonlocal happens
        happens = tell
        report = await Row.objects.insert_stream(Row(n=n) for n in range(DOCUMENTS))
        assert len(report.inserted) == DOCUMENTS
        assert [row.n for row in await Row.objects.order_by("n").find_all()] == [*range(DOCUMENTS)]

    assert await turns_during(work) > DOCUMENTS / 20
