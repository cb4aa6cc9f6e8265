"""Creating the collection of a class, and bringing its options in line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymongo.errors import OperationFailure

from aiomotorengine.documents.collection_options import collection_options
from aiomotorengine.errors import CollectionOptionsError
from aiomotorengine.indexes.collation import completed_collation
from aiomotorengine.indexes.remembered import COLLECTION, is_remembered, remember
from aiomotorengine.schema.bson_schema import bson_schema
from aiomotorengine.schema.report import CollectionReport
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.discriminators import root_of
from aiomotorengine.wire.answers import protocol_errors

__all__ = ["create", "ensure", "is_due", "is_there", "options_of"]

NAMESPACE_EXISTS = 48

MODIFIABLE = frozenset(
    {
        "changeStreamPreAndPostImages",
        "expireAfterSeconds",
        "timeseries.bucketMaxSpanSeconds",
        "timeseries.bucketRoundingSeconds",
        "timeseries.granularity",
        "validationAction",
        "validationLevel",
        "validator",
    }
)
"""What ``collMod`` changes; the part of a mapping is named with a dot."""

IN_PARTS = ("timeseries",)
"""The options of which parts are compared by themselves."""

DEFAULTS: Mapping[str, Any] = {
    "capped": False,
    "changeStreamPreAndPostImages": {"enabled": False},
    "expireAfterSeconds": "off",
    "validationAction": "error",
    "validationLevel": "strict",
}
"""What holds where a listing says nothing."""

SIZE_UNIT = 256
"""The size of a capped collection is rounded up to so many bytes."""


def options_of(document_class: Any) -> dict[str, Any]:
    """What the collection of a class is created with, as ``create`` takes it."""
    root = root_of(document_class)
    options = collection_options(root)
    if options.get("validator") is True:
        options["validator"] = {"$jsonSchema": bson_schema(root)}
    return options


# -- before the first write ------------------------------------------------------------------------


def is_due(target: Target) -> bool:
    """Whether a collection has to be created before documents are written to it.

    One without options comes of itself.
    """
    if not target.document_class.__collection_options__:
        return False
    return not is_remembered(target.collection, COLLECTION)


async def create(target: Target) -> bool:
    """Create a collection, unless it is there, whatever it is like then; whether it was created.

    Raises:
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    collection = target.collection
    options = options_of(target.document_class)
    is_new = True
    try:
        with protocol_errors(target.document_class):
            await target.call(
                collection.database.create_collection,
                collection.name,
                check_exists=False,
                **options,
            )
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise
        is_new = False
    remember(collection, COLLECTION)
    return is_new


async def is_there(target: Target) -> bool:
    """Whether a collection is there; if it is, that is remembered."""
    there = await information(target) is not None
    if there:
        remember(target.collection, COLLECTION)
    return there


async def information(target: Target) -> Mapping[str, Any] | None:
    """What the server lists of a collection; ``None`` if it is not there."""
    database = target.collection.database
    with protocol_errors(target.document_class, is_read=True):
        answer = await target.call(
            database.command, "listCollections", filter={"name": target.collection.name}
        )
        return next(iter(answer["cursor"]["firstBatch"]), None)


# -- bringing it in line ---------------------------------------------------------------------------


async def ensure(target: Target, *, dry_run: bool = False) -> CollectionReport:
    """Create a collection, or change those of its options that are not as declared.

    Parameters:
        target: the collection.
        dry_run: whether nothing is changed, and the report says what would be.

    Raises:
        RuntimeError: this is inside a transaction.
        CollectionOptionsError: an option is different and can't be changed; nothing was.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    if target.transaction is not None:
        raise RuntimeError(
            f"No collection is made inside a transaction; "
            f"await {target.document_class.__name__}.ensure_collection() before it."
        )
    report = CollectionReport(target.collection.name)
    there = await information(target)
    if there is None:
        report.created = dry_run or await create(target)
        return report
    stored = described(there)
    wanted = dict(parts(options_of(target.document_class)))
    for option, should in wanted.items():
        is_now = stored.get(option, DEFAULTS.get(option))
        if not is_same(option, is_now, should):
            kind = report.modified if option in MODIFIABLE else report.impossible
            kind[option] = is_now, should
    if dry_run:
        return report
    if report.impossible:
        raise CollectionOptionsError.impossible(report)
    if report.modified:
        await modify(target, {option: should for option, (_, should) in report.modified.items()})
    remember(target.collection, COLLECTION)
    return report


async def modify(target: Target, options: Mapping[str, Any]) -> None:
    command: dict[str, Any] = {}
    for option, value in options.items():
        outer, _, inner = option.partition(".")
        if inner:
            command.setdefault(outer, {})[inner] = value
        else:
            command[option] = value
    with protocol_errors(target.document_class):
        database = target.collection.database
        await target.call(database.command, "collMod", target.collection.name, **command)


def described(there: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a collection in a listing, as they were given."""
    return dict(parts(there.get("options", {})))


def parts(options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for option, value in options.items():
        if option in IN_PARTS and isinstance(value, Mapping):
            for inner, part in value.items():
                yield f"{option}.{inner}", part
        else:
            yield option, value


def is_same(option: str, stored: Any, declared: Any) -> bool:
    """Whether an option is as declared, as far as that says anything."""
    if option == "collation":
        there = {name: it for name, it in (stored or {}).items() if name != "version"}
        return (there or None) == completed_collation(declared)
    if option == "size" and isinstance(stored, int | float):
        return bool(0 <= stored - declared < SIZE_UNIT)
    if isinstance(stored, Mapping) and isinstance(declared, Mapping) and option != "validator":
        # Servers add to what they were given, as the version of a clustered index.
        return all(stored.get(name) == value for name, value in declared.items())
    return bool(stored == declared)
