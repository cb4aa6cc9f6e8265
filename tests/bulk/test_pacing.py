"""How many documents make a slice follows from how long they took."""

from __future__ import annotations

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
