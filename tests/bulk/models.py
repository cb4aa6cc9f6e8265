"""What the tests of bulk inserts insert, and how they look at what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import chain
from typing import Any

from aiomotorengine import Document, IntField
from aiomotorengine.bulk import BulkReport

__all__ = ["Key", "Row", "account", "keys", "later", "numbers_of", "rows", "stored"]


class Row(Document):
    n = IntField(required=True, min_value=0)


class Key(Document):
    n = IntField(unique=True)


def rows(numbers: Iterable[int]) -> list[Row]:
    return [Row(n=n) for n in numbers]


def keys(numbers: Iterable[int]) -> list[Key]:
    return [Key(n=n) for n in numbers]


async def later(documents: Iterable[Any]) -> AsyncIterator[Any]:
    """The documents from a source that waits before each."""
    for document in documents:
        await asyncio.sleep(0)
        yield document


async def stored(document_class: Any = Row) -> list[int]:
    """The numbers in the database, in the order of insertion."""
    found = await document_class.objects.coll().find({}).to_list(None)
    return [row["n"] for row in found]


def numbers_of(report: BulkReport) -> dict[str, list[int]]:
    """The five sets, those that are not empty."""
    sets = {
        "inserted": list(report.inserted),
        "unconfirmed": list(report.unconfirmed),
        "unknown": list(report.unknown),
        "rejected": sorted(entry.number for entry in report.rejected),
        "not_sent": list(report.not_sent),
    }
    return {name: numbers for name, numbers in sets.items() if numbers}


async def account(report: BulkReport, documents: list[Any]) -> dict[str, list[int]]:
    """The five sets, after a look at whether they are true.

    All that was taken is in one of them, what is said to be in the database is, and nothing else is
    but what may be.
    """
    sets = numbers_of(report)
    assert sorted(chain.from_iterable(sets.values())) == list(range(report.taken))
    found = await type(documents[0]).objects.coll().find({}).to_list(None)
    ids = {row["_id"] for row in found}
    for number, document in enumerate(documents[: report.taken]):
        if number in report.inserted or number in report.unconfirmed:
            assert document._id in ids
            assert document._is_persisted or report.in_transaction
        elif number in report.unknown:
            assert document._id is not None
            assert not document._is_persisted
    return sets
