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
    """What a part took.

    Attributes:
        part: its name.
        documents: how many documents it was about.
        seconds: how long it took.
        own_cpu: the processor time of this process, in seconds: reading and making documents, the
            library, the driver, and what is shown.
        server_cpu: that of the server's process, where it is known.
    """

    part: str
    documents: int
    seconds: float
    own_cpu: float
    server_cpu: float | None


class Display:
    """Shows what the demo does, and remembers what each part took.

    Parameters:
        server_cpu: gives the seconds of processor time that the server has used, where known.
        console: where to; by default standard output.
    """

    def __init__(
        self, server_cpu: Callable[[], float | None], console: Console | None = None
    ) -> None:
        self.console = console or Console(highlight=False)
        self.laps: list[Lap] = []
        self._server_cpu = server_cpu

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

        began, own, server = time.perf_counter(), time.process_time(), self._server_cpu()
        yield count
        seconds, own_cpu = time.perf_counter() - began, time.process_time() - own
        now = self._server_cpu()
        server_cpu = None if now is None or server is None else now - server
        self.laps.append(Lap(part, documents, seconds, own_cpu, server_cpu))

    def times(self) -> None:
        """The table of what each part took, and whose processor time that was."""
        self.table(
            "How long it took",
            ["part", "documents #", "ms #", "CPU here #", "CPU server #"],
            (
                (
                    lap.part,
                    f"{lap.documents:,}",
                    milliseconds(lap.seconds),
                    milliseconds(lap.own_cpu),
                    None if lap.server_cpu is None else milliseconds(lap.server_cpu),
                )
                for lap in self.laps
            ),
        )
        self.say(
            "\nCPU here, in ms, is all of this process: making documents, the library, the driver, "
            "this output."
        )
        for line in summaries(self.laps):
            self.say(line)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f}"


def summaries(laps: Iterable[Lap]) -> Iterator[str]:
    """What the inserts come to for each document, by whose processor time it is."""
    inserts = [lap for lap in laps if lap.part.startswith("insert ")]
    documents = sum(lap.documents for lap in inserts)
    if not documents:
        return
    own = sum(lap.own_cpu for lap in inserts)
    yield (
        f"Made, validated, encoded and sent: {documents:,} documents at "
        f"{own / documents * 1e6:,.1f} µs of CPU each, {documents / own:,.0f} a second."
    )
    known = [lap.server_cpu for lap in inserts if lap.server_cpu is not None]
    if len(known) == len(inserts):
        yield f"The server took {sum(known) / documents * 1e6:,.1f} µs of CPU for each of them."
