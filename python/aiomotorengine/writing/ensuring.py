"""What has to be there before documents are written: the collection, and its indexes."""

from __future__ import annotations

from typing import Any

from aiomotorengine.documents.conversion import Conversion, conversion_of
from aiomotorengine.schema import collection
from aiomotorengine.sessions.saved import has_sent_commands
from aiomotorengine.sessions.target import Target
from aiomotorengine.writing import indexes

__all__ = ["ensure_remembered", "is_asked_for"]


def is_asked_for(target: Target, conversion: Conversion) -> bool:
    """Whether anything may have to be there before documents of a class are written.

    Parameters:
        target: where they are written.
        conversion: that of their class.
    """
    return conversion.needs_ensuring or target.opened.auto_index is True


async def ensure_remembered(target: Target, document_class: Any) -> None:
    """Make sure of all that has to be there, unless that was done a short while ago.

    The collection of a class with options is created with these, where it is not there; it is never
    changed. Then come the indexes.

    Inside a transaction neither is made: the server would make it wait for the transaction, which
    waits for it. Before the first command of one they are made outside of it; after that the
    library only looks whether they are there.

    Parameters:
        target: where the documents are saved.
        document_class: their class.

    Raises:
        RuntimeError: inside a transaction, the collection or a unique index is missing.
        IndexConflictError: an index is there, and different.
        UniqueKeyViolationError: documents that are stored already break a unique index.
    """
    if not is_asked_for(target, conversion_of(document_class)):
        return
    needs_collection = collection.is_due(target)
    definitions = indexes.due(target, document_class)
    if not (definitions or needs_collection):
        return
    if target.transaction is None:
        await make(target, document_class, needs_collection, definitions)
        return
    async with target.driver.new_session(target.opened.client) as session:
        outside = target.outside(session)
        if not has_sent_commands(target.session):
            await make(outside, document_class, needs_collection, definitions)
            return
        if needs_collection and not await collection.is_there(outside):
            raise missing("collection", target.document_class, "ensure_collection")
        if definitions:
            left = await indexes.missing(outside, definitions)
            if any("unique" in index.options for index in left):
                raise missing("unique index", document_class, "ensure_index")


async def make(
    target: Target, document_class: Any, needs_collection: bool, definitions: list[Any]
) -> None:
    if needs_collection:
        await collection.create(target)
    if definitions:
        await indexes.create(target, document_class, definitions)


def missing(what: str, document_class: Any, call: str) -> RuntimeError:
    name = document_class.__name__
    return RuntimeError(
        f'The {what} of "{name}" is missing, and none is made inside a transaction; await '
        f"{name}.{call}() before it."
    )
