"""One model in several object-document mappers, and in the driver alone, to compare them.

Each module has a class with the same five methods, so that what is timed is the same work: rows,
as a program gets them from a file or a request, become documents of the library and are inserted;
what is stored is read back into documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, Protocol

from tests.zoo.shapes import moment, text

__all__ = ["DATABASE", "Odm", "Row", "rows"]

Row = dict[str, Any]

DATABASE = "aiomotorengine_bench_odms"

DOMAINS = ("example.com", "example.org", "mail.example.net")


class Odm(Protocol):
    """A library that is connected, and its collection of accounts."""

    def empty(self) -> None:
        """Remove all documents; not timed."""

    def insert(self, rows: Sequence[Row]) -> Any:
        """Make documents of rows and insert them with the library's fastest call."""

    def find(self) -> Sequence[Any]:
        """Read all documents."""

    def insert_one(self, row: Row) -> Any:
        """Make one document and insert it."""

    def close(self) -> None:
        """Close the connection."""


def rows(count: int) -> list[Row]:
    """So many accounts; the same at every call."""
    random = Random("accounts")
    return [
        {
            "name": text(random, 20),
            "mail": f"{text(random, 8)}.{text(random, 6)}@{random.choice(DOMAINS)}",
            "city": text(random, 12),
            "age": random.randrange(100),
            "score": random.random() * 100,
            "active": random.random() < 0.5,
            "joined": moment(random),
            "tags": [text(random, 6) for _ in range(3)],
        }
        for _ in range(count)
    ]
