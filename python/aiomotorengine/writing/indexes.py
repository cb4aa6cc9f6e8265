"""The indexes that a class has by itself: those of unique fields, or all that it declares.

Which of the two, ``__auto_index__`` says, or else ``connect(auto_index=…)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.indexes import ensuring
from aiomotorengine.indexes.comparing import changes, collation_of
from aiomotorengine.indexes.declared import declared_by, unique_indexes
from aiomotorengine.indexes.definition import IndexDefinition
from aiomotorengine.indexes.remembered import is_remembered, remember
from aiomotorengine.sessions.target import Target

__all__ = ["create", "due", "ensure", "is_automatic", "missing"]


async def ensure(target: Target) -> int:
    """Ask the server for an index on each unique field; the number of such fields.

    Raises:
        UniqueKeyViolationError: documents that are stored already have one value twice.
        RuntimeError: this is inside a transaction.
        pymongo.errors.ProtocolError: the server's answer makes no sense.
    """
    ensuring.refuse_transaction(target, "ensure_index")
    await create(target, target.document_class, unique_indexes(target.document_class))
    return len(conversion_of(target.document_class).unique)


def is_automatic(target: Target, document_class: Any) -> bool | None:
    """Whether the indexes of a class are created before its documents are written: all that it
    declares, or none; ``None`` for those of unique fields.
    """
    own: bool | None = document_class.__auto_index__
    return target.opened.auto_index if own is None else own


def due(target: Target, document_class: Any) -> list[IndexDefinition]:
    """The indexes that have to be asked for before documents of a class are written."""
    mode = is_automatic(target, document_class)
    if mode is False:
        return []
    wanted = declared_by(document_class) if mode else unique_indexes(document_class)
    collection = target.collection
    return [index for index in wanted if not is_remembered(collection, index.signature)]


async def create(
    target: Target, document_class: Any, definitions: Iterable[IndexDefinition]
) -> None:
    """Ask the server for indexes.

    Raises:
        IndexConflictError: one of them is there, and different.
        UniqueKeyViolationError: documents that are stored already break a unique one.
    """
    target = target.with_class(document_class)
    definitions = list(definitions)
    # As in 2017, unique fields are asked for one by one.
    steps = [definitions] if is_automatic(target, document_class) else [[it] for it in definitions]
    for step in steps:
        await ensuring.create(target, step)
        for index in step:
            remember(target.collection, index.signature)


async def missing(target: Target, definitions: Iterable[IndexDefinition]) -> list[IndexDefinition]:
    """Which of some indexes are not there; the others are remembered."""
    there = await ensuring.stored(target)
    collation = collation_of(there)
    left = []
    for index in definitions:
        if any(not changes(index, other, collation) for other in there):
            remember(target.collection, index.signature)
        else:
            left.append(index)
    return left
