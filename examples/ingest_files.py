"""Load a large CSV or NDJSON file, with a progress bar and a file of what was refused.

``python -m examples.ingest_files measurements.csv --rejects rejects.ndjson``

The file is read as it is sent, so its size does not matter. A row that cannot be stored does not
end the load: it is written to the file of rejects, with the reason.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from aiomotorengine import BulkReport, DateTimeField, Document, FloatField, StringField, connect

__all__ = ["Measurement", "load", "main"]


class Measurement(Document):
    """What a station has measured."""

    __collection__ = "measurements"

    station = StringField(required=True, max_length=20)
    time = DateTimeField(required=True)
    temperature = FloatField(min_value=-100, max_value=100)


class Unreadable(Measurement):
    """Stands for a row that is no measurement at all, and is refused with the reason."""

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
        rows = csv.DictReader(self.lines()) if self.path.suffix == ".csv" else self.lines()
        yield from rows

    def lines(self) -> Iterator[str]:
        with self.path.open("rb") as file:
            for line in file:
                self.position += len(line)
                yield line.decode("utf-8", errors="replace")


def measurement_of(row: Any) -> Measurement:
    """The document of a row; whether it is valid is for ``insert_stream`` to say."""
    try:
        values = row if isinstance(row, dict) else json.loads(row)
        return Measurement(
            station=values["station"],
            time=datetime.fromisoformat(values["time"]) if values["time"] else None,
            temperature=None
            if values["temperature"] in ("", None)
            else float(values["temperature"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        return Unreadable(f"{type(error).__name__}: {error}")


async def load(path: Path, rejects: Path) -> BulkReport:
    """Insert the rows of a file, show how far it is, and write down what was refused."""
    rows = Rows(path)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[documents]:,} documents"),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as bar:
        task = bar.add_task(path.name, total=rows.size, documents=0)

        def show(report: BulkReport) -> None:
            bar.update(task, completed=rows.position, documents=len(report.inserted))

        report = BulkReport()
        try:
            return await Measurement.objects.insert_stream(
                map(measurement_of, rows),
                ordered=False,
                on_error="collect",
                report=report,
                progress=show,
            )
        finally:  # also where the connection was lost
            write_rejects(path, report, rejects)


def write_rejects(path: Path, report: BulkReport, rejects: Path) -> None:
    """Read the file once more, for the rows whose numbers were refused."""
    reasons = {entry.number: entry.message for entry in report.rejected}
    rows = enumerate(Rows(path)) if reasons else ()
    with rejects.open("w", encoding="utf-8") as file:
        for number, row in rows:
            if number in reasons:
                entry = {"number": number, "reason": reasons[number], "row": row}
                file.write(json.dumps(entry) + "\n")


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
    print(asyncio.run(load(options.file, options.rejects)))


if __name__ == "__main__":
    main()
