"""Load a large CSV or NDJSON file, with a progress bar and a file of what was refused.

``python -m examples.ingest_files measurements.csv --rejects rejects.ndjson``

The file is read as it is sent, so its size does not matter. A row that cannot be stored does not
end the load: it is written to the file of rejects, with all that is wrong with it. A CSV file whose
columns are not those of a measurement is refused before anything is sent; and one with a quote that
is never closed is one row from there on.

Started again, it stores the rows again; ``resume.py`` shows how to go on instead.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from aiomotorengine import (
    BulkReport,
    DateTimeField,
    Document,
    FloatField,
    Rows,
    StringField,
    connect,
)

__all__ = ["Measurement", "load", "main"]

STOPPED = 128 + signal.SIGTERM


class Measurement(Document):
    """What a station has measured."""

    __collection__ = "measurements"

    station = StringField(required=True, max_length=20)
    time = DateTimeField(required=True)
    temperature = FloatField(min_value=-100, max_value=100)


class Lines:
    """The lines of a file, as they are read.

    Parameters:
        path: the file.

    Attributes:
        size: how many bytes the file has.
        position: how many of them have been read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.position = 0

    def __iter__(self) -> Iterator[str]:
        with self.path.open("rb") as file:
            for line in file:
                # Some programs begin a file with a mark of its encoding.
                text = line.removeprefix(b"\xef\xbb\xbf") if self.position == 0 else line
                self.position += len(line)
                # What is no UTF-8 becomes a text that cannot be stored, and the row is refused.
                yield text.decode("utf-8", errors="surrogateescape")


def rows_in(lines: Lines) -> Rows:
    """The rows of a file: of CSV, if its name says so, else a JSON object in each line."""
    if lines.path.suffix.lower() != ".csv":
        return Rows(map(read_json, lines), parse=True)
    table = csv.reader(iter(lines))
    names = next(table, None)
    if names is None:
        return Rows(())
    return Rows(filter(None, table), columns=names, parse=True)


def read_json(line: str) -> Any:
    """What a line says. One that says nothing is given as it is, and so refused as a row.

    An iterator that raises is at its end, and so is the load.
    """
    try:
        return json.loads(line)
    except (RecursionError, ValueError):
        return line


async def load(path: Path, rejects: Path, report: BulkReport) -> None:
    """Insert the rows of a file, show how far it is, and write down what was refused.

    Parameters:
        path: the file.
        rejects: the file of what was refused.
        report: a new one, to be filled.
    """
    stop_when_told()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[documents]:,} documents"),
        TimeRemainingColumn(),
    )
    lines = Lines(path)
    with rejects.open("w", encoding="utf-8") as file, Progress(*columns) as bar:
        task = bar.add_task(path.name, total=lines.size, documents=0)

        def show(report: BulkReport) -> None:
            bar.update(task, completed=lines.position, documents=len(report.inserted))

        await Measurement.objects.insert_stream(
            rows_in(lines),
            ordered=False,
            on_error="collect",
            report=report,
            progress=show,
            rejects=file,
        )


def stop_when_told() -> None:
    """Let SIGTERM, with which services are stopped, cancel the load as Ctrl-C does."""
    task = asyncio.current_task()
    if task is not None and sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def main(given: Sequence[str] | None = None) -> None:
    """Run the program.

    Parameters:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m examples.ingest_files")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rejects", type=Path, default=Path("rejects.ndjson"))
    parser.add_argument("--uri", default=os.environ.get("MONGODB_URI", "mongodb://localhost"))
    parser.add_argument("--database", default="examples")
    options = parser.parse_args(given)
    connect(options.database, host=options.uri)
    report = BulkReport()
    try:
        asyncio.run(load(options.file, options.rejects, report))
    except asyncio.CancelledError:
        sys.exit(STOPPED)
    finally:  # whatever happened
        print(report)
    if report.unconfirmed:
        sys.exit(f"{len(report.unconfirmed):,} rows are not confirmed by the server")


if __name__ == "__main__":
    main()
