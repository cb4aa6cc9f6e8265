"""Comparing the indexes of a collection with those that are declared, and bringing them in line.

What is missing is created. Nothing else is changed, or dropped, unless that is asked for: an index
that is not declared may be somebody's who knows why, and one that is dropped to be created anew is
missed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from pymongo.errors import OperationFailure, PyMongoError

from aiomotorengine.documents.collection_options import time_series_keys
from aiomotorengine.errors import IndexConflictError, UniqueKeyViolationError, raise_alone
from aiomotorengine.fields.stored_key import field_of
from aiomotorengine.indexes.classes import classes_beside
from aiomotorengine.indexes.comparing import (
    Changes,
    StoredIndex,
    changes,
    collation_of,
    has_same_keys,
    is_own,
    stored_indexes,
)
from aiomotorengine.indexes.declared import declared_for
from aiomotorengine.indexes.definition import IndexDefinition
from aiomotorengine.indexes.in_line import bring_in_line
from aiomotorengine.indexes.report import IndexReport, ReportedIndex
from aiomotorengine.server_errors import ServerErrors
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.shard_keys import shard_key_of
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.duplicates import unique_violations

__all__ = ["compare", "create", "ensure", "refuse_transaction", "stored"]

CONFLICTS = (85, 86)
"""IndexOptionsConflict, IndexKeySpecsConflict."""

NOT_THERE = 27
"""IndexNotFound: somebody else has dropped it meanwhile."""

BY_COLLMOD = frozenset({"expireAfterSeconds", "hidden"})
"""The options that servers change without building an index anew."""


class Difference(NamedTuple):
    """An index that is there, and not as it is declared.

    Attributes:
        declared: how it should be.
        stored: how it is.
        changes: what is different.
    """

    declared: IndexDefinition
    stored: StoredIndex
    changes: Changes


class Comparison(NamedTuple):
    """How the indexes of a collection compare with those that are declared; attributes as those of
    a report.
    """

    missing: Sequence[IndexDefinition]
    different: Sequence[Difference]
    extra: Sequence[StoredIndex]
    same: Sequence[StoredIndex]

    def report(self, collection: str) -> IndexReport:
        """What is told of it."""
        return IndexReport(
            collection,
            missing=[of_declared(one) for one in self.missing],
            different=[of_stored(one.stored, one.changes) for one in self.different],
            extra=[of_stored(one) for one in self.extra],
            same=[of_stored(one) for one in self.same],
        )


async def compare(target: Target) -> IndexReport:
    """What is different between the indexes that are declared and those that are there.

    Parameters:
        target: the collection.

    Raises:
        RuntimeError: this is inside a transaction.
        InvalidDocumentError: an index is declared on what is no field.
        pymongo.errors.PyMongoError: the server could not be asked.
    """
    refuse_transaction(target, "index_report")
    compared = compared_with(target, await stored(target))
    return compared.report(target.collection.name)


async def ensure(target: Target, *, modify: bool = False, drop_stale: bool = False) -> IndexReport:
    """Create the indexes that are missing; bring others in line as far as that is asked for.

    Parameters:
        target: the collection.
        modify: whether those that are different are changed, or dropped and created anew.
        drop_stale: whether those that are not declared are dropped.

    Raises:
        RuntimeError: this is inside a transaction.
        InvalidDocumentError: an index is declared on what is no field.
        IndexConflictError: an index is different, and is not to be modified; what was missing is
            there by now.
        UniqueKeyViolationError: documents that are stored already break a unique index.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    refuse_transaction(target, "ensure_indexes")
    compared = compared_with(target, await stored(target))
    differences = {one.stored.name: one for one in compared.different}

    async def create_missing(_: Sequence[ReportedIndex]) -> None:
        await create(target, compared.missing)

    async def modify_one(index: ReportedIndex) -> ReportedIndex:
        difference = differences[index.name]
        await modify_index(target, difference)
        return of_declared(difference.declared)

    async def drop_one(index: ReportedIndex) -> None:
        await drop(target, index.name)

    return await bring_in_line(
        compared.report(target.collection.name),
        "ensure_indexes",
        create=create_missing,
        modify=modify_one if modify else None,
        drop=drop_one if drop_stale else None,
    )


async def stored(target: Target) -> list[StoredIndex]:
    """The indexes that are there; none where the collection is not."""
    with protocol_errors(target.document_class, is_read=True):
        return stored_indexes(await target.call(target.collection.index_information))


async def create(target: Target, definitions: Sequence[IndexDefinition]) -> None:
    """Create indexes by one command. Those that are there already stay as they are.

    Raises:
        IndexConflictError: one is there, and different.
        UniqueKeyViolationError: documents that are stored already break a unique one.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    models = [definition.model for definition in definitions]
    with creation_errors(target.document_class):
        await target.call(target.collection.create_indexes, models)


@contextmanager
def creation_errors(document_class: Any) -> Iterator[None]:
    """Raise for what servers say of indexes that are not made the library's own errors."""
    try:
        with unique_violations(document_class), protocol_errors(document_class):
            yield
    except UniqueKeyViolationError as error:
        names = ", ".join(f"'{name_of(document_class, key)}'" for key in keys_in(error))
        error.add_note(
            f"The index was not made: documents that are stored already have the same {names}."
        )
        raise
    except OperationFailure as error:
        if error.code not in CONFLICTS:
            raise
        raise_alone(IndexConflictError.refused(ServerErrors(document_class).error(error)))


def keys_in(error: UniqueKeyViolationError) -> Iterable[str]:
    return ((error.details or {}).get("keyPattern") or error.key_value or {"values": 1}).keys()


def name_of(document_class: Any, key: str) -> str:
    """The attribute with a key of MongoDB."""
    field = field_of(document_class, key) if "." not in key else None
    return key if field is None else field.name


async def modify_index(target: Target, difference: Difference) -> None:
    """Change an index so that it is as declared, or drop it and create it anew.

    Raises:
        UniqueKeyViolationError: documents that are stored already break it; what was there before
            is there again.
        pymongo.errors.PyMongoError: as above.
    """
    declared, there = difference.declared, difference.stored
    should = {option: to for option, (_, to) in difference.changes.items()}
    if should.keys() <= BY_COLLMOD and should.get("expireAfterSeconds", 0) is not None:
        command = {"index": {"name": there.name, **should}}
        try:
            with protocol_errors(target.document_class):
                database = target.collection.database
                await target.call(database.command, "collMod", target.collection.name, **command)
        except OperationFailure:
            # Before MongoDB 5.1 an index that nothing expires by could not become one of the other
            # kind.
            if difference.changes.get("expireAfterSeconds", (0, 0))[0] is not None:
                raise
        else:
            return
    await drop(target, there.name)
    try:
        await create(target, [declared])
    except PyMongoError:
        with suppress(PyMongoError):
            await create(target, [there.definition])
        raise


async def drop(target: Target, name: str) -> None:
    try:
        with protocol_errors(target.document_class):
            await target.call(target.collection.drop_index, name)
    except OperationFailure as error:
        if error.code != NOT_THERE:
            raise


def compared_with(target: Target, there: Sequence[StoredIndex]) -> Comparison:
    """Which of the declared indexes are there, and which of those that are there is declared.

    An index is found by what it is, then by its name, then by its keys.
    """
    document_class = target.document_class
    left = {index.name: index for index in there if not is_own(index)}
    collation = collation_of(there)
    pairs: dict[str, StoredIndex] = {}
    alias = target.options.alias
    declared = declared_for(document_class, alias)
    for fits in (
        lambda one, other: not changes(one, other, collation),
        lambda one, other: one.name == other.name,
        has_same_keys,
    ):
        for one in declared:
            if one.name in pairs:
                continue
            chosen = next((other for other in left.values() if fits(one, other)), None)
            if chosen is not None:
                pairs[one.name] = left.pop(chosen.name)
    different, same = [], []
    for one in declared:
        if one.name in pairs:
            found = changes(one, pairs[one.name], collation)
            if found:
                different.append(Difference(one, pairs[one.name], found))
            else:
                same.append(pairs[one.name])
    return Comparison(
        missing=[one for one in declared if one.name not in pairs],
        different=different,
        extra=[one for one in left.values() if not is_needed_by_any(document_class, alias, one)],
        same=same,
    )


def is_needed_by_any(document_class: Any, alias: str | None, index: StoredIndex) -> bool:
    """Whether MongoDB itself may need an index that no class of the collection declares."""
    return any(is_needed(one, index) for one in classes_beside(document_class, alias))


def is_needed(document_class: Any, index: StoredIndex) -> bool:
    """Whether MongoDB itself may need an index that is not declared."""
    keys = [key for key, _ in index.keys]
    shard_key = [key for key, _ in shard_key_of(document_class)]
    if shard_key and keys[: len(shard_key)] == shard_key:
        return True
    # MongoDB creates this one itself with each time series, since 6.3.
    series = time_series_keys(document_class)
    return bool(series) and keys == series


def of_declared(index: IndexDefinition) -> ReportedIndex:
    return ReportedIndex(index.name, dict(index.keys), dict(index.options))


def of_stored(index: StoredIndex, changed: Mapping[str, Any] | None = None) -> ReportedIndex:
    return ReportedIndex(index.name, index.shown_keys, dict(index.options), changed or {})


def refuse_transaction(target: Target, call: str) -> None:
    """Raise ``RuntimeError`` inside a transaction, in which servers make no index.

    Parameters:
        target: where the call goes.
        call: the method's name.
    """
    if target.transaction is not None:
        raise RuntimeError(
            f"No index is made inside a transaction; "
            f"await {target.document_class.__name__}.{call}() before it."
        )
