"""Tables, progress and times; they read well in a terminal and in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

__all__ = ["Display"]


@dataclass(frozen=True)
class Lap:
    """How long a part took, and how many documents it was about."""

    part: str
    documents: int
    seconds: float


class Display:
    """Shows what the demo does, and remembers how long each part took.

    Parameters:
        console: where to; by default standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.laps: list[Lap] = []

    def say(self, text: str) -> None:
        """A line of text."""
        self.console.print(text, markup=False)

    def table(self, title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
        """A table; columns whose names end with ``#`` are numbers and stand to the right.

        ``None`` is shown as a dash.
        """
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for column in columns:
            right = column.endswith("#")
            table.add_column(column.rstrip(" #"), justify="right" if right else "left")
        for row in rows:
            table.add_row(*("-" if value is None else str(value) for value in row))
        self.console.print(f"\n[bold]{escape(title)}[/bold]")
        self.console.print(table)

    @contextmanager
    def progress(self, part: str, total: int) -> Iterator[Callable[[int], None]]:
        """A bar for as long as the block runs; what it gives moves the bar on.

        Parameters:
            part: what is being done.
            total: how many documents there are.
        """
        bar = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
        )
        with self.timed(part) as count, bar:
            task = bar.add_task(part, total=total)

            def advance(documents: int) -> None:
                count(documents)
                bar.advance(task, documents)

            yield advance

    @contextmanager
    def timed(self, part: str) -> Iterator[Callable[[int], None]]:
        """Time a block; what it gives takes the number of documents it was about."""
        documents = 0

        def count(number: int) -> None:
            nonlocal documents
            documents += number

        began = time.perf_counter()
        yield count
        self.laps.append(Lap(part, documents, time.perf_counter() - began))

    def times(self) -> None:
        """The table of what took how long."""
        self.table(
            "How long it took",
            ["part", "documents #", "ms #", "documents/s #"],
            (
                (
                    lap.part,
                    f"{lap.documents:,}",
                    f"{lap.seconds * 1000:,.0f}",
                    f"{lap.documents / lap.seconds:,.0f}" if lap.documents >= 100 else None,
                )
                for lap in self.laps
            ),
        )
