"""Load a large CSV or NDJSON file, with a progress bar and a file of what was refused.

``python -m examples.ingest_files measurements.csv --rejects rejects.ndjson``

The file is read as it is sent, so its size does not matter. A row that cannot be stored does not
end the load: it is written to the file of rejects, with the reason. What cannot be taken apart into
rows does: a CSV file with a quote that is never closed is one row from there on.

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
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from aiomotorengine import BulkReport, DateTimeField, Document, FloatField, StringField, connect

__all__ = ["Measurement", "load", "main"]

ROWS_BETWEEN_WRITES = 1000
STOPPED = 128 + signal.SIGTERM


class Measurement(Document):
    """What a station has measured."""

    __collection__ = "measurements"

    station = StringField(required=True, max_length=20)
    time = DateTimeField(required=True)
    temperature = FloatField(min_value=-100, max_value=100)


class Unreadable(Measurement):
    """Stands for a row that is no measurement at all, and is refused with the reason.

    A generator that raises is at its end, and so is the load.
    """

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def validate(self) -> bool:
        raise ValueError(self._reason)


class Rows:
    """The rows of a file, as they are read.

    Parameters:
        path: a file that ends with ``.csv``, with a line of names; else one JSON object a line.

    Attributes:
        size: how many bytes the file has.
        position: how many of them have been read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.position = 0

    def __iter__(self) -> Iterator[Any]:
        is_csv = self.path.suffix.lower() == ".csv"
        yield from csv.DictReader(self.lines()) if is_csv else self.lines()

    def lines(self) -> Iterator[str]:
        with self.path.open("rb") as file:
            for line in file:
                # Some programs begin a file with a mark of its encoding.
                text = line.removeprefix(b"\xef\xbb\xbf") if self.position == 0 else line
                self.position += len(line)
                # What is no UTF-8 becomes a text that cannot be stored, and the row is refused.
                yield text.decode("utf-8", errors="surrogateescape")


class Rejects:
    """Writes down the rows that are refused, as it becomes known.

    Parameters:
        rows: the rows.
        report: of the call that inserts them.
        file: where to write.
    """

    def __init__(self, rows: Rows, report: BulkReport, file: TextIO) -> None:
        self._rows, self._report, self._file = rows, report, file
        self._under_way: dict[int, Any] = {}
        self._written = self._first = 0

    def __iter__(self) -> Iterator[Any]:
        """The rows; each is kept until it is known what became of it."""
        for number, row in enumerate(self._rows):
            self._under_way[number] = row
            yield row
            if number % ROWS_BETWEEN_WRITES == 0:
                self.write()

    def write(self) -> None:
        """Write those of which it is known, and forget the others of which it is."""
        for entry in self._report.rejected[self._written :]:
            row = self._under_way[entry.number]
            line = {"number": entry.number, "reason": entry.message, "row": row}
            self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        self._written = len(self._report.rejected)
        settled, unconfirmed = self._report.settled, self._report.unconfirmed
        while self._first in settled or self._first in unconfirmed:
            del self._under_way[self._first]
            self._first += 1


def measurement_of(row: Any) -> Measurement:
    """The document of a row; whether it is valid is for ``insert_stream`` to say."""
    try:
        values = row if isinstance(row, dict) else json.loads(row)
        # So csv names what has no name, and fills in what is not there.
        if None in values or (values is row and None in values.values()):
            raise ValueError("there are not as many values as names")
        return Measurement(
            station=values["station"],
            time=datetime.fromisoformat(values["time"]) if values["time"] else None,
            temperature=None
            if values["temperature"] in ("", None)
            else float(values["temperature"]),
        )
    except Exception as error:
        return Unreadable(f"{type(error).__name__}: {error}")


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
    rows = Rows(path)
    with rejects.open("w", encoding="utf-8") as file, Progress(*columns) as bar:
        task = bar.add_task(path.name, total=rows.size, documents=0)
        refused = Rejects(rows, report, file)

        def show(report: BulkReport) -> None:
            bar.update(task, completed=rows.position, documents=len(report.inserted))
            refused.write()

        try:
            await Measurement.objects.insert_stream(
                map(measurement_of, refused),
                ordered=False,
                on_error="collect",
                report=report,
                progress=show,
            )
        finally:  # also where the connection was lost
            refused.write()


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
