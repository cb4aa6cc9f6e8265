"""Load a file, and go on after a crash as if there had been none.

``python -m examples.resume words.txt``; stop it as you like, and start it again.

Two things make it so. Each line's document has an id that follows from the file's path and the
line's number: a line that is in already is refused as a duplicate, and never stored twice. That
alone is right. A checkpoint, written after each batch, says how many lines are done for certain:
those are not even sent again. What "certain" means is the server's affair, so it is asked to have
the lines on disk, on most of its members.

Lines that are refused are written to ``words.txt.rejects``, before the checkpoint passes them;
after a crash some may be there twice. The file must stay as it is until it is loaded; a new one
needs a new name.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from bson import ObjectId

from aiomotorengine import BulkReport, Document, IntField, StringField, connect

__all__ = ["Line", "load", "main"]


class Line(Document):
    """A line of a file."""

    __collection__ = "lines"

    number = IntField(required=True)
    text = StringField(required=True)


class Progress:
    """What is done of a file, kept in two files next to it.

    Parameters:
        path: the file.

    Attributes:
        first: how many lines were done before this run.
        inserted: how many lines this run has inserted.
        again: how many of those that it sent were in already.
        refused: how many it could not insert.
        unconfirmed: how many are stored, but not as surely as was asked for.
    """

    def __init__(self, path: Path) -> None:
        self.checkpoint = path.with_name(f"{path.name}.checkpoint")
        self.rejects = path.with_name(f"{path.name}.rejects")
        self.first = int(self.checkpoint.read_text()) if self.checkpoint.exists() else 0
        self.inserted = self.again = self.refused = self.unconfirmed = 0
        self._seen = 0

    def remember(self, report: BulkReport) -> None:
        """Write down what was refused, and then how far it is."""
        rejected = report.rejected[self._seen :]
        # Of another key it may be a duplicate too; that one would not be in.
        refused = [entry for entry in rejected if entry.key_pattern != {"_id": 1}]
        if refused:
            with self.rejects.open("a", encoding="utf-8") as file:
                for entry in refused:
                    reject = {"line": self.first + entry.number + 1, "reason": entry.message}
                    file.write(json.dumps(reject) + "\n")
                write_to_disk(file)
        self._seen += len(rejected)
        self.refused += len(refused)
        self.again += len(rejected) - len(refused)
        self.inserted, self.unconfirmed = len(report.inserted), len(report.unconfirmed)
        # A crash leaves the old checkpoint or the new one, not a half.
        new = self.checkpoint.with_name(f"{self.checkpoint.name}.new")
        with new.open("w", encoding="utf-8") as file:
            file.write(str(self.first + report.settled.first_missing))
            write_to_disk(file)
        new.replace(self.checkpoint)


def write_to_disk(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def lines(path: Path, first: int) -> Iterator[Line]:
    """The documents of a file's lines, from one on."""
    # What is no UTF-8 becomes a text that cannot be stored, and the line is refused.
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, text in enumerate(islice(file, first, None), first):
            digest = hashlib.sha256(f"{path.resolve()}:{number}".encode()).digest()
            yield Line(_id=ObjectId(digest[:12]), number=number, text=text.rstrip("\n"))


async def load(path: Path, batch_size: int | None = None) -> Progress:
    """Insert the lines of a file that are not done yet."""
    progress = Progress(path)
    report = BulkReport()
    try:
        await Line.objects.insert_stream(
            lines(path, progress.first),
            ordered=False,
            on_error="collect",
            batch_size=batch_size,
            max_wait=None,  # a file is read to its end: all batches but the last are full
            report=report,
            progress=progress.remember,
        )
    finally:  # also what was refused after the last batch, or before the connection was lost
        progress.remember(report)
    return progress


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
    connect(options.database, host=options.uri, w="majority", j=True)
    done = asyncio.run(load(options.file, options.batch_size))
    print(f"{done.inserted:,} lines inserted, {done.again:,} were in already")
    if done.unconfirmed:
        sys.exit(f"{done.unconfirmed:,} lines may be lost yet: start it again")
    if done.refused:
        sys.exit(f"{done.refused:,} lines were refused: see {done.rejects}")


if __name__ == "__main__":
    main()
