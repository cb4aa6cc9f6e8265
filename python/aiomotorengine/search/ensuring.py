"""Comparing the search indexes of a collection with those that are declared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pymongo.errors import OperationFailure

from aiomotorengine.errors import InvalidDocumentError, SearchUnavailableError, raise_alone
from aiomotorengine.indexes.classes import classes_beside
from aiomotorengine.indexes.ensuring import refuse_transaction
from aiomotorengine.indexes.in_line import bring_in_line
from aiomotorengine.indexes.report import IndexReport, ReportedIndex
from aiomotorengine.reading.documents import aggregate
from aiomotorengine.search.definition import SearchDefinition
from aiomotorengine.search.search_index import SearchIndex
from aiomotorengine.search.vector_search_index import VectorSearchIndex
from aiomotorengine.server_errors import ServerErrors
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors

__all__ = ["ensure", "refusals_of"]

WITHOUT_SEARCH = frozenset({59, 115, 31082, 40324})
"""CommandNotFound, CommandNotSupported, SearchNotEnabled, and an unknown stage of a pipeline."""

SECONDS_BETWEEN_LOOKS = 1.0


async def ensure(
    target: Target,
    *,
    modify: bool = False,
    drop_stale: bool = False,
    wait: float | None = None,
) -> IndexReport:
    """Create the search indexes that are missing; bring others in line as far as that is asked for.

    Parameters:
        target: the collection.
        modify: whether those that are different are changed.
        drop_stale: whether those that are not declared are dropped.
        wait: how many seconds it is waited until all declared ones can be queried.

    Raises:
        RuntimeError: this is inside a transaction.
        InvalidDocumentError: an index is declared on what is no field.
        SearchUnavailableError: the server has no search.
        IndexConflictError: an index is different, and is not to be modified.
        TimeoutError: not all can be queried in time.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    refuse_transaction(target, "ensure_search_indexes")
    declared = {one.name: one for one in declared_for(target)}
    there = await stored(target)

    async def create(missing: Sequence[ReportedIndex]) -> None:
        wanted = [declared[one.name].document for one in missing]
        await ask(target, "createSearchIndexes", indexes=wanted)

    async def modify_one(index: ReportedIndex) -> ReportedIndex:
        definition = declared[index.name]
        changed = dict(definition.definition)
        await ask(target, "updateSearchIndex", name=index.name, definition=changed)
        return reported(index.name, definition.type, definition.definition)

    async def drop(index: ReportedIndex) -> None:
        await ask(target, "dropSearchIndex", name=index.name)

    report = await bring_in_line(
        compared(target.collection.name, declared, there),
        "ensure_search_indexes",
        create=create,
        modify=modify_one if modify else None,
        drop=drop if drop_stale else None,
    )
    if wait is not None:
        await wait_until_queryable(target, declared, wait)
    return report


def declared_for(target: Target) -> Iterator[SearchDefinition]:
    """What all classes declare whose documents are in a collection.

    Raises:
        InvalidDocumentError: two declare different indexes of one name, or one leads nowhere.
    """
    found: dict[str, SearchDefinition] = {}
    for beside in classes_beside(target.document_class, target.options.alias):
        for index in declared_in(beside):
            definition = index.definition(beside)
            if found.setdefault(definition.name, definition) != definition:
                raise InvalidDocumentError(
                    f"{type(index).__name__} '{index.name}': another search index of the "
                    f"collection '{beside.__collection__}' has this name, too."
                )
    yield from found.values()


def refusals_of(document_class: Any) -> Iterator[Exception]:
    """Why search indexes that a class declares can't be made: what is raised for each of them."""
    for index in declared_in(document_class):
        try:
            index.definition(document_class)
        except Exception as error:
            yield error


def declared_in(document_class: Any) -> Iterator[SearchIndex | VectorSearchIndex]:
    """What ``__search_indexes__`` of a class and of its bases hold; the bases come first."""
    for base in reversed(document_class.__mro__):
        yield from vars(base).get("__search_indexes__", ())


def compared(
    collection: str, declared: Mapping[str, SearchDefinition], there: Mapping[str, Any]
) -> IndexReport:
    report = IndexReport(collection)
    for name, definition in declared.items():
        index = there.get(name)
        if index is None:
            report.missing.append(reported(name, definition.type, definition.definition))
            continue
        kind, latest = index.get("type", "search"), index.get("latestDefinition", {})
        changes: dict[str, tuple[Any, Any]] = {}
        if kind != definition.type:
            changes["type"] = kind, definition.type
        for part, should in definition.definition.items():
            if not holds(latest.get(part), should):
                changes[part] = latest.get(part), should
        one = reported(name, kind, latest, changes)
        (report.different if changes else report.same).append(one)
    for name, index in there.items():
        if name not in declared:
            report.extra.append(
                reported(name, index.get("type", "search"), index.get("latestDefinition", {}))
            )
    return report


def reported(
    name: str, kind: str, definition: Mapping[str, Any], changes: Mapping[str, Any] | None = None
) -> ReportedIndex:
    return ReportedIndex(name, {}, {"type": kind, **definition}, changes or {})


def holds(there: Any, should: Any) -> bool:
    """Whether a definition is as declared; servers add to what they were given."""
    if isinstance(there, Mapping) and isinstance(should, Mapping):
        return all(holds(there.get(name), part) for name, part in should.items())
    if isinstance(there, list) and isinstance(should, list):
        return len(there) == len(should) and all(map(holds, there, should))
    return bool(there == should)


async def stored(target: Target) -> dict[str, Any]:
    """The search indexes that are there, by name."""
    with search_errors(target.document_class):
        listed = await aggregate(target, [{"$listSearchIndexes": {}}])
    return {index["name"]: index for index in listed}


async def ask(target: Target, command: str, **options: Any) -> None:
    collection = target.collection
    with search_errors(target.document_class), protocol_errors(target.document_class):
        await target.call(collection.database.command, command, collection.name, **options)


async def wait_until_queryable(target: Target, names: Mapping[str, Any], seconds: float) -> None:
    """Look again and again until all indexes of some names can be queried.

    Raises:
        TimeoutError: that takes longer than so many seconds.
    """
    end = time.monotonic() + seconds
    while True:
        there = await stored(target)
        left = [name for name in names if not there.get(name, {}).get("queryable")]
        if not left:
            return
        if time.monotonic() >= end:
            raise TimeoutError(
                f"Search indexes of '{target.collection.name}' can't be queried after {seconds} "
                f"seconds: {', '.join(left)}."
            )
        await asyncio.sleep(min(SECONDS_BETWEEN_LOOKS, max(0.0, end - time.monotonic())))


@contextmanager
def search_errors(document_class: Any) -> Iterator[None]:
    """Say of a server that knows no search that it has none."""
    try:
        yield
    except OperationFailure as error:
        if error.code not in WITHOUT_SEARCH:
            raise
        raise_alone(SearchUnavailableError.of(ServerErrors(document_class).error(error)))
