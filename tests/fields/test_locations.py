"""Where something went wrong, told level by level."""

from __future__ import annotations

import pytest

from aiomotorengine.locations import Location, Part, locate, location_of

PATHS: dict[str, tuple[Part, ...]] = {
    "names and indexes": ("remarks", 400, "replies", 0, "stars"),
    "an index first": (3, "name"),
    "indexes alone": (3, 4),
    "no name": ("", "name"),
    "names with dots": (".a", "b.c"),
    "many levels": ("next",) * 200,
    "more than a message shows": tuple(f"next{number}" for number in range(1000)),
}


@pytest.mark.parametrize("parts", PATHS.values(), ids=PATHS)
def test_what_each_level_adds_comes_to_the_whole_path(parts: tuple[Part, ...]) -> None:
    error = ValueError()
    locate(error, parts[-1], about="6 (int)", refused=(6,))
    for part in reversed(parts[:-1]):
        locate(error, part)
    whole = Location(parts, "6 (int)", (6,))
    assert error.__notes__ == [whole]
    found = location_of(error)
    assert found is not None
    assert (found.parts, found.path, found.refused) == (parts, whole.path, whole.refused)


def test_of_a_long_way_a_message_has_both_ends() -> None:
    location = Location((), "6 (int)").below(tuple(range(1000, 2000)))
    for number in reversed(range(1000)):
        location = location.below((f"next{number}",))
        assert len(location) < 2100
    assert location.startswith("At next0.next1.") and location.endswith("[1998][1999]: 6 (int).")
    assert location.parts == (*(f"next{number}" for number in range(1000)), *range(1000, 2000))
