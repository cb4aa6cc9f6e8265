"""Tables of figures with their targets, printed as Markdown at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Ratio", "Table", "Target", "put", "tables"]


@dataclass(frozen=True)
class Ratio:
    minimum: float
    median: float

    def __str__(self) -> str:
        return f"{shown(self.minimum)} / {shown(self.median)}"


def shown(value: float) -> str:
    """A figure with as many digits as say something."""
    digits = 0 if value >= 10 else 1 if value >= 3 else 2 if value >= 0.1 else 3
    return f"{value:.{digits}f}"


@dataclass(frozen=True)
class Target:
    """What a figure is to reach.

    Attributes:
        bound: the most that the figure may be, or the least.
        is_least: which of these it is.
    """

    bound: float
    is_least: bool = False

    def said_of(self, reached: float) -> str:
        """The target in words, and whether it is missed."""
        met = reached >= self.bound if self.is_least else reached <= self.bound
        text = f"{'≥' if self.is_least else '≤'} {self.bound:g}"
        return text if met else f"**{text} missed**"


@dataclass
class Table:
    """Figures by row and column; below a row stand the targets that it has."""

    title: str
    figures: dict[str, dict[str, str]] = field(default_factory=dict)
    targets: dict[str, dict[str, str]] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        columns = list(dict.fromkeys(column for row in self.figures.values() for column in row))
        yield f"**{self.title}**"
        yield ""
        yield line("", *columns)
        yield line("---", *["--:"] * len(columns))
        for row, figures in self.figures.items():
            yield line(row, *(figures.get(column, "") for column in columns))
            if row in self.targets:
                yield line("*target*", *(self.targets[row].get(column, "") for column in columns))


def line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


tables: dict[str, Table] = {}
"""What this run has measured, by title."""


def put(
    table: str,
    row: str,
    column: str,
    figure: Ratio | float | str,
    target: Target | float | None = None,
) -> None:
    """Put a figure into a table.

    Parameters:
        table: the table's title; ``row`` and ``column`` say where in it.
        figure: a ratio, a number, or what is no number.
        target: what a number, or the minimum of a ratio, is not to exceed; or a ``Target``.
    """
    found = tables.setdefault(table, Table(table))
    text = shown(figure) if isinstance(figure, float) else str(figure)
    found.figures.setdefault(row, {})[column] = text
    if target is not None and not isinstance(figure, str):
        wanted = target if isinstance(target, Target) else Target(target)
        reached = figure.minimum if isinstance(figure, Ratio) else figure
        found.targets.setdefault(row, {})[column] = wanted.said_of(reached)
