"""Load a file, and go on after a crash as if there had been none.

``python -m examples.resume words.txt``; stop it as you like, and start it again.

Two things make it so. Each line's document has an id that follows from the file's name and the
line's number: a line that is in already is refused as a duplicate, and never stored twice. That
alone is right. A checkpoint, written after each batch, says how many lines are done for certain:
those are not even sent again.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bson import ObjectId

from aiomotorengine import BulkReport, Document, IntField, StringField, connect

__all__ = ["Line", "load", "main"]

DUPLICATE_KEY = 11000


class Line(Document):
    """A line of a file."""

    __collection__ = "lines"

    number = IntField(required=True)
    text = StringField(required=True)


class Checkpoint:
    """How many lines of a file are done, kept in a file next to it."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.checkpoint")

    def read(self) -> int:
        return int(self.path.read_text()) if self.path.exists() else 0

    def write(self, lines: int) -> None:
        # A crash leaves the old one or the new one, not a half.
        new = self.path.with_suffix(".new")
        new.write_text(str(lines))
        new.replace(self.path)


def lines(path: Path, first: int) -> Iterator[Line]:
    """The documents of a file's lines, from one on."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(islice(file, first, None), first):
            digest = hashlib.sha256(f"{path.name}:{number}".encode()).digest()
            yield Line(_id=ObjectId(digest[:12]), number=number, text=text.rstrip("\n"))


async def load(path: Path, batch_size: int | None = None) -> BulkReport:
    """Insert the lines of a file that are not done yet."""
    checkpoint = Checkpoint(path)
    first = checkpoint.read()

    def remember(report: BulkReport) -> None:
        checkpoint.write(first + report.settled.first_missing)

    return await Line.objects.insert_stream(
        lines(path, first),
        ordered=False,
        on_error="collect",
        batch_size=batch_size,
        progress=remember,
    )


def main(given: Sequence[str] | None = None) -> None:
    """Run the program.

    Parameters:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m examples.resume")
    parser.add_argument("file", type=Path)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--uri", default=os.environ.get("MONGODB_URI", "mongodb://localhost"))
    parser.add_argument("--database", default="examples")
    options = parser.parse_args(given)
    connect(options.database, host=options.uri)
    report = asyncio.run(load(options.file, options.batch_size))
    refused = [entry for entry in report.rejected if entry.code != DUPLICATE_KEY]
    again = len(report.rejected) - len(refused)
    print(f"{len(report.inserted):,} lines inserted, {again:,} were in already")
    for entry in refused:
        print(f"line {entry.number} was refused: {entry.message}")


if __name__ == "__main__":
    main()
