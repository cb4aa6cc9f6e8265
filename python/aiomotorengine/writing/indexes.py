"""The indexes of unique fields, and the memory of having asked for them.

Asking the server at every save would cost a round trip each, so that an index which was asked for
is taken to be there for five minutes, as PyMongo itself did in 2017 (K47). Who drops a collection
or a database meanwhile, other than by ``drop_collection``, asks for its indexes again with
``ensure_index``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from pymongo import ASCENDING

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.sessions.saved import has_sent_commands
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.writing.duplicates import unique_violations

__all__ = ["SECONDS_REMEMBERED", "ensure", "ensure_remembered", "forget"]

SECONDS_REMEMBERED = 300.0

MEMORY = "_aiomotorengine_indexes"
"""The attribute of a client that holds (database, collection, key) -> when it was asked for.

It stands on the client itself because drivers call two clients of one server equal."""


async def ensure(target: Target) -> int:
    """Ask the server for an index on each unique field; the number of such fields.

    Raises:
        UniqueKeyViolationError: documents that are stored already have one value twice.
        RuntimeError: this is inside a transaction.
        pymongo.errors.ProtocolError: the server's answer makes no sense.
    """
    if target.transaction is not None:
        raise RuntimeError(
            f"No index is made inside a transaction; await "
            f"{target.document_class.__name__}.ensure_index() before it."
        )
    await create(target, target.document_class)
    return len(conversion_of(target.document_class).unique)


async def ensure_remembered(target: Target, document_class: Any) -> None:
    """The same for a class of documents that are saved, unless it was done a short while ago.

    Inside a transaction no index is made: the server would make it wait for the transaction, which
    waits for it. Before the first command of one it is made outside of it; after that the library
    only looks whether it is there.

    Parameters:
        target: where the documents are saved.
        document_class: their class.

    Raises:
        RuntimeError: inside a transaction, an index is missing.
    """
    fields = conversion_of(document_class).unique
    if not fields or are_remembered(target.collection, fields):
        return
    if target.transaction is None:
        await create(target, document_class)
        return
    async with target.driver.new_session(target.opened.client) as session:
        outside = target.outside(session)
        if not has_sent_commands(target.session):
            await create(outside, document_class)
        elif not await exist(outside, fields):
            raise RuntimeError(
                f'The unique index of "{document_class.__name__}" is missing, and none is made '
                f"inside a transaction; await {document_class.__name__}.ensure_index() before it."
            )


async def create(target: Target, document_class: Any) -> None:
    collection = target.collection
    for field in conversion_of(document_class).unique:
        try:
            with unique_violations(document_class), protocol_errors(document_class):
                await target.call(
                    collection.create_index, [(field.db_field, ASCENDING)], unique=True
                )
        except UniqueKeyViolationError as error:
            error.add_note(
                f"The index was not made: documents that are stored already have the same "
                f"'{field.name}'."
            )
            raise
        remember(collection, field)


async def exist(target: Target, fields: Iterable[Any]) -> bool:
    """Whether each field has its unique index; those that have are remembered."""
    collection = target.collection
    with protocol_errors(target.document_class):
        found = await target.call(collection.index_information)
        unique = [index["key"] for index in found.values() if index.get("unique")]
    missing = False
    for field in fields:
        if [(field.db_field, ASCENDING)] in unique:
            remember(collection, field)
        else:
            missing = True
    return not missing


def are_remembered(collection: Any, fields: Iterable[Any]) -> bool:
    memory = memory_of(collection)
    oldest = time.monotonic() - SECONDS_REMEMBERED
    return all(memory.get(key_of(collection, field), oldest) > oldest for field in fields)


def remember(collection: Any, field: Any) -> None:
    memory_of(collection)[key_of(collection, field)] = time.monotonic()


def forget(collection: Any) -> None:
    """Forget all indexes of a collection, which is dropped."""
    memory, names = memory_of(collection), (collection.database.name, collection.name)
    for key in [key for key in memory if key[:2] == names]:
        del memory[key]


def memory_of(collection: Any) -> dict[tuple[str, str, str], float]:
    memory: dict[tuple[str, str, str], float] = vars(collection.database.client).setdefault(
        MEMORY, {}
    )
    return memory


def key_of(collection: Any, field: Any) -> tuple[str, str, str]:
    return collection.database.name, collection.name, field.db_field
