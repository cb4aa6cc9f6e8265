"""Numbers for new documents, which counters in the database give.

Documents that are saved together are given their numbers by one command for each counter. A counter
is no part of the transaction in which documents are saved: all who count would have to wait for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Container, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from aiomotorengine.documents.conversion import conversion_of, find_attribute
from aiomotorengine.fields.sequence_field import SequenceField
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.loaded import is_loaded
from aiomotorengine.storage.values import value_of

__all__ = ["Numbered", "Numbering", "take_back"]

CounterKey = tuple[str, str]
"""The collection and the ``_id`` of a counter."""

Numbered = tuple[SequenceField, Any]
"""A field, and a document that has a number there."""


class Numbering:
    """Gives the documents of one call their numbers.

    Parameters:
        target: where the documents are saved.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._reserved: dict[CounterKey, range] = {}

    async def number(self, documents: Iterable[Any], *, ahead: int = 0) -> list[Numbered]:
        """Give documents the numbers that they do not have.

        Parameters:
            documents: the documents.
            ahead: how many more may come in the same batch, whose numbers are reserved.

        Returns:
            What has got a number.

        Raises:
            PyMongoError: a counter can't be asked.
        """
        numbered = []
        for key, missing in unnumbered(self._target, documents).items():
            field, _ = missing[0]
            numbers = await self._take(key, field, len(missing), ahead)
            for (field, document), number in zip(missing, numbers, strict=True):
                set_number(document, field, number)
            numbered += missing
        return numbered

    async def give_back(self) -> None:
        """Give back the reserved numbers that no document got, unless others have counted on."""
        left, self._reserved = self._reserved, {}
        for (collection, counter), numbers in left.items():
            if not numbers:
                continue
            unchanged = {"_id": counter, "next": numbers.stop}
            change = {"$inc": {"next": -len(numbers)}}
            with suppress(PyMongoError):  # then they are left out, as after a failure
                async with outside_transaction(self._target) as target:
                    counters = target.opened.collection(collection)
                    await target.call(counters.update_one, unchanged, change)

    async def _take(
        self, key: CounterKey, field: SequenceField, count: int, ahead: int
    ) -> list[int]:
        reserved = self._reserved.get(key, range(0))
        numbers = list(reserved[:count])
        reserved = reserved[count:]
        missing = count - len(numbers)
        if missing:
            wanted = missing + ahead
            async with outside_transaction(self._target) as target:
                first = await first_of(target, key, field.start, wanted)
            numbers += range(first, first + missing)
            reserved = range(first + missing, first + wanted)
        self._reserved[key] = reserved
        return numbers


def unnumbered(target: Target, documents: Iterable[Any]) -> dict[CounterKey, list[Numbered]]:
    """The fields without a number, each with its document, by the counter that they ask."""
    found: dict[CounterKey, list[Numbered]] = {}
    met: set[int] = set()
    for document in documents:
        sequences = conversion_of(type(document)).sequences
        if not sequences or id(document) in met:
            continue
        met.add(id(document))  # one may be given several times
        for field in sequences:
            if number_of(document, field) is None and may_have_none(document, field):
                counter = field.counter or f"{target.collection.name}.{field.db_field}"
                found.setdefault((field.collection, counter), []).append((field, document))
    return found


def number_of(document: Any, field: SequenceField) -> Any:
    """The number that a document has."""
    return document._id if field._settings.primary_key else value_of(document, field.name)


def may_have_none(document: Any, field: SequenceField) -> bool:
    """Whether a document without a number has none; else it was not loaded."""
    return field._settings.primary_key or is_loaded(document, field.name)


def take_back(numbered: Iterable[Numbered], keys: Container[str]) -> None:
    """Take numbers from documents that were refused because others have them, so that the next try
    gets new ones: a counter may be behind documents that came into the database by another way.

    Parameters:
        numbered: what has got its number for this try.
        keys: the keys in MongoDB of the index by which they were refused.
    """
    for field, document in numbered:
        if field.db_field in keys:
            set_number(document, field, None)


def set_number(document: Any, field: SequenceField, number: int | None) -> None:
    if field._settings.primary_key:
        document._id = number
    else:
        find_attribute(type(document), field.name).keep(document, number)


async def first_of(target: Target, key: CounterKey, start: int, count: int) -> int:
    """The first of so many numbers, which are nobody else's from now on."""
    collection, counter = key
    counters = target.opened.collection(collection)
    increment = partial(counters.find_one_and_update, return_document=ReturnDocument.AFTER)
    while True:
        counted = await target.call(increment, {"_id": counter}, {"$inc": {"next": count}})
        if counted is not None:
            end: int = counted["next"]
            return end - count
        begun = {"$setOnInsert": {"next": start}}  # someone else may have begun to count meanwhile
        await target.call(counters.update_one, {"_id": counter}, begun, upsert=True)


@asynccontextmanager
async def outside_transaction(target: Target) -> AsyncIterator[Target]:
    """Where a counter is asked: never in the transaction of a call."""
    if target.transaction is None:
        yield target
        return
    async with target.driver.new_session(target.opened.client) as session:
        yield target.outside(session)
