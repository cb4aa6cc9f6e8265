"""Which fields a query loads: what ``only``, ``exclude`` and ``slice`` add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

__all__ = ["EVERYTHING", "Path", "Projection", "Slice", "begins_with", "checked", "outermost"]

Path = tuple[str, ...]
"""The names of the attributes that lead to a field."""

Slice = int | tuple[int, int]
"""How many items of a list are loaded, or how many are left out before them and how many are."""


class Projection(NamedTuple):
    """What of a document is loaded. Nothing of it is ever changed, so that copies share it.

    Attributes:
        only: what is asked for; ``None`` for all.
        excluded: what is left out of that.
        slices: the lists of which a part is loaded.
    """

    only: frozenset[Path] | None = None
    excluded: frozenset[Path] = frozenset()
    slices: Mapping[Path, Slice] = {}

    @property
    def loaded(self) -> frozenset[Path] | None:
        """What is asked for, without what is left out; ``None`` where all is asked for."""
        if self.only is None:
            return None
        asked = outermost(self.only | self.slices.keys())
        return frozenset(path for path in asked if not is_within(path, self.excluded))

    @property
    def sliced(self) -> dict[Path, Slice]:
        """The lists of which a part is loaded, without those that are left out."""
        return {
            path: part for path, part in self.slices.items() if not is_within(path, self.excluded)
        }


EVERYTHING = Projection()
"""Documents are loaded whole."""


def checked(projection: Projection) -> Projection:
    """The same projection.

    Raises:
        ValueError: MongoDB can't be asked for it.
    """
    only, excluded, sliced = projection.loaded, projection.excluded, projection.sliced
    for path in sorted(excluded if only is not None else ()):
        around = around_of(path, only or ())
        if around is not None:
            raise cannot_go("exclude", path, "only", around)
    for path in sorted(sliced):
        around = around_of(path, outermost(projection.only or ()))
        if around is not None:
            raise cannot_go("slice", path, "only", around)
        inside = next((it for it in sorted(projection.only or ()) if is_below(it, path)), None)
        if inside is not None and not is_within(inside, excluded):
            raise cannot_go("only", inside, "slice", path)
        inside = next((it for it in sorted(excluded) if is_below(it, path)), None)
        if inside is not None:
            raise cannot_go("exclude", inside, "slice", path)
        outer = around_of(path, sliced)
        if outer is not None:
            raise cannot_go("slice", path, "slice", outer)
    return projection


def cannot_go(method: str, path: Path, other: str, around: Path) -> ValueError:
    return ValueError(
        f"{method}('{'.'.join(path)}') can't go into what {other}('{'.'.join(around)}') loads."
    )


def begins_with(path: Path, other: Path) -> bool:
    return path[: len(other)] == other


def is_below(path: Path, other: Path) -> bool:
    """Whether a path leads inside of what another leads to."""
    return len(path) > len(other) and begins_with(path, other)


def is_within(path: Path, others: Iterable[Path]) -> bool:
    return any(begins_with(path, other) for other in others)


def around_of(path: Path, others: Iterable[Path]) -> Path | None:
    """The path among others inside of which a path leads."""
    return next((other for other in others if is_below(path, other)), None)


def outermost(paths: Iterable[Path]) -> frozenset[Path]:
    """Paths without those that lead inside of others; the path to the id leads to nothing else."""
    known = set(paths)
    return frozenset(path for path in known if around_of(path, known - {()}) is None)
