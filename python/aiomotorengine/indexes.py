"""The indexes of unique fields, and the memory of having asked for them.

Asking the server at every save would cost a round trip each, so that an index which was asked for
is taken to be there for five minutes, as PyMongo itself did in 2017 (K47). Who drops a collection
or a database meanwhile asks for its indexes again with ``ensure_index``.
"""

from __future__ import annotations

import time
from typing import Any

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from aiomotorengine.answers import understood
from aiomotorengine.errors import UniqueKeyViolationError

__all__ = ["SECONDS_REMEMBERED", "ensure", "ensure_remembered"]

SECONDS_REMEMBERED = 300.0

MEMORY = "_aiomotorengine_indexes"
"""The attribute of a client that holds (database, collection, key) -> when it was asked for.

It stands on the client itself because drivers call two clients of one server equal."""


async def ensure(collection: Any, document_class: Any) -> int:
    """Ask the server for an index on each unique field; the number of such fields.

    Raises:
        UniqueKeyViolationError: documents that are stored already have one value twice.
        pymongo.errors.ProtocolError: the server's answer makes no sense.
    """
    fields = unique_fields(document_class)
    for field in fields:
        try:
            with understood():
                await collection.create_index([(field.db_field, ASCENDING)], unique=True)
        except DuplicateKeyError as error:
            raise UniqueKeyViolationError.from_error(error, document_class) from error
        memory_of(collection)[key_of(collection, field)] = time.monotonic()
    return len(fields)


async def ensure_remembered(collection: Any, document_class: Any) -> None:
    """The same, unless it was done a short while ago."""
    fields = unique_fields(document_class)
    if not fields:
        return
    memory = memory_of(collection)
    oldest = time.monotonic() - SECONDS_REMEMBERED
    if any(memory.get(key_of(collection, field), oldest) <= oldest for field in fields):
        await ensure(collection, document_class)


def unique_fields(document_class: Any) -> list[Any]:
    return [field for field in document_class._fields.values() if field.unique]


def memory_of(collection: Any) -> dict[tuple[str, str, str], float]:
    memory: dict[tuple[str, str, str], float] = vars(collection.database.client).setdefault(
        MEMORY, {}
    )
    return memory


def key_of(collection: Any, field: Any) -> tuple[str, str, str]:
    return collection.database.name, collection.name, field.db_field
