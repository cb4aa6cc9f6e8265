"""Tables of figures with their targets, printed as Markdown at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

__all__ = [
    "Figure",
    "Ratio",
    "Table",
    "Target",
    "in_section",
    "printed",
    "put",
    "replaced",
    "tables",
]


class Ratio(NamedTuple):
    """Of the minimums of all rounds, and of the medians."""

    minimum: float
    median: float

    def __str__(self) -> str:
        return f"{shown(self.minimum)} / {shown(self.median)}"


Figure: TypeAlias = Ratio | float | str


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
        of_median: whether the median is to reach it, where the figure is a ratio.
    """

    bound: float
    is_least: bool = False
    of_median: bool = False

    def said_of(self, reached: Ratio | float) -> str:
        """The target in words, and whether it holds."""
        if isinstance(reached, Ratio):
            reached = reached.median if self.of_median else reached.minimum
        met = reached >= self.bound if self.is_least else reached <= self.bound
        text = f"{'≥' if self.is_least else '≤'} {self.bound:g}"
        return f"{text} holds" if met else f"**{text} misses**"


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
    figure: Figure,
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
        found.targets.setdefault(row, {})[column] = wanted.said_of(figure)


def printed() -> str:
    """All tables of this run."""
    return "\n\n".join("\n".join(table.lines()) for table in tables.values()) + "\n"


def replaced(page: str) -> str:
    """A page in which each table that this run has measured anew stands in place of the old one.

    A table is known by its title; those that this run has not measured stay.
    """
    lines = iter(page.splitlines())
    result: list[str] = []
    for text in lines:
        table = tables.get(text[2:-2]) if text.startswith("**") else None
        if table is None:
            result.append(text)
            continue
        result += table.lines()
        next(lines)  # the line between a title and its table
        after = next((text for text in lines if not text.startswith("|")), None)
        if after is not None:
            result.append(after)
    return "\n".join(result) + "\n"


def in_section(page: str, heading: str) -> str:
    """A page in which all tables of this run stand under a heading, in place of what stood there.

    Raises:
        ValueError: the page has no such heading.
    """
    before, found, after = page.partition(f"## {heading}\n")
    if not found:
        raise ValueError(f"the page has no heading {heading!r}")
    _, next_heading, rest = after.partition("\n## ")
    return f"{before}{found}\n{printed()}{next_heading}{rest}"
