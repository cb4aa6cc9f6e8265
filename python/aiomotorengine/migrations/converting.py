"""One document of a migration: from what is stored to what is sent for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import isawaitable
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument

from aiomotorengine.codec import codec_for, raw_values
from aiomotorengine.codec.single import by_itself
from aiomotorengine.documents.conversion import conversion_of, find_attribute
from aiomotorengine.documents.versions import version_field
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.storage.values import value_of

__all__ = ["DELETE", "MARK", "Converter", "Outcome", "Write"]

MARK = "_migration"
"""The key that says of a document which migrations it has had, where there are no transactions."""

UNCHANGED = DEFAULT_RAW_BSON_OPTIONS.with_options(
    datetime_conversion=DatetimeConversion.DATETIME_MS
)
"""With these all values are encoded as they were decoded."""


class Removal(Enum):
    """What ``DELETE`` is."""

    DELETE = "DELETE"

    def __repr__(self) -> str:
        return "DELETE"


DELETE = Removal.DELETE
"""What the function of a migration returns for a document that is to be removed."""


class Outcome(Enum):
    """What becomes of a document; as the report counts it."""

    CHANGED = "changed"
    LEFT = "left"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Write:
    """What is sent for a document.

    Attributes:
        id: its ``_id``.
        raw: the document as it was read.
        outcome: what becomes of it.
        condition: what finds the document only if nothing of that was changed meanwhile.
        update: how it is changed.
    """

    id: Any
    raw: bytes
    outcome: Outcome
    condition: Mapping[str, Any]
    update: Mapping[str, Any]


class Converter:
    """Converts stored documents by the function of a migration.

    Parameters:
        function: takes a document, and may be async.
        source: the class that the documents are read as; ``None`` for dicts.
        target: the class of those that the function returns.
        codec_options: those of the collection.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        source: Any,
        target: Any,
        codec_options: CodecOptions[Any],
    ) -> None:
        self._function = function
        self._target = target
        self._options = codec_options
        self._writer = codec_for(target, codec_options)
        self._reader = None if source is None else codec_for(source, codec_options)

    async def convert(self, raw: bytes) -> Write:
        """What is to be sent for a stored document.

        Raises:
            Exception: it can't be read, the function raises, or what it returns can't be stored.
        """
        unmarked = without_marks(raw)
        stored = bson.decode(unmarked, self._options)
        id = stored["_id"]
        if self._reader is None:
            old: Any = bson.decode(unmarked, self._options)  # which the function may change
        else:
            [old] = by_itself(self._reader.decode_many, unmarked)
        result = self._function(old)
        if isawaitable(result):
            result = await result
        if result is None:
            return Write(id, raw, Outcome.LEFT, {}, {})
        if result is DELETE:
            return Write(id, raw, Outcome.DELETED, unchanged(stored, stored), {})
        return self._changed(result, stored, unmarked, raw)

    def _changed(
        self, result: Any, stored: Mapping[str, Any], unmarked: bytes, raw: bytes
    ) -> Write:
        id = stored["_id"]
        if not isinstance(result, self._target):
            raise TypeError(
                f"The function must return a {self._target.__name__}, None or DELETE, not "
                f"{result!r}."
            )
        if result._id is not None and result._id != id:
            raise InvalidDocumentError(
                f"A migration keeps the _id; it can't become {result._id!r}."
            )
        result._id = id
        self._keep_own_values(result, stored)
        [encoded] = by_itself(self._writer.encode_many, [result], [id], validate=True)
        before, after = raw_values(unmarked), raw_values(bytes(encoded))
        values = bson.decode(bytes(encoded), self._options)
        changed = [key for key, value in after.items() if before.get(key) != value]
        removed = [key for key in before if key not in after]
        update: dict[str, Any] = {}
        if changed:
            update["$set"] = {key: values[key] for key in changed}
        if removed:
            update["$unset"] = dict.fromkeys(removed, "")
        if not update:
            return Write(id, raw, Outcome.LEFT, {}, {})
        refuse_paths([*changed, *removed])
        return Write(id, raw, Outcome.CHANGED, unchanged(stored, [*changed, *removed]), update)

    def _keep_own_values(self, result: Any, stored: Mapping[str, Any]) -> None:
        """Have a new document the dates and the version that only saves of it set."""
        conversion = conversion_of(type(result))
        own = [attribute.field for attribute in conversion.stamps]
        version = version_field(type(result))
        if version is not None:
            own.append(version)
        for field in own:
            if value_of(result, field.name) is None and field.db_field in stored:
                value = field.from_son(stored[field.db_field])
                find_attribute(type(result), field.name).keep(result, value)


def without_marks(raw: bytes) -> bytes:
    """A document without what says which migrations it has had: that is no part of it."""
    if MARK.encode() not in raw:
        return raw
    stored = RawBSONDocument(raw, UNCHANGED)
    return bson.encode({key: value for key, value in stored.items() if key != MARK})


def unchanged(stored: Mapping[str, Any], keys: Any) -> dict[str, Any]:
    """The query for a document that has still what was read under some keys."""
    query: dict[str, Any] = {"_id": stored["_id"]}
    for key in keys:
        if key != "_id" and is_plain(key):
            query[key] = {"$eq": stored[key]} if key in stored else {"$exists": False}
    return query


def is_plain(key: str) -> bool:
    """Whether MongoDB takes a key for itself in queries and updates."""
    return "." not in key and not key.startswith("$")


def refuse_paths(keys: list[str]) -> None:
    """Raise ``InvalidDocumentError`` for keys that updates can't name."""
    for key in keys:
        if not is_plain(key):
            raise InvalidDocumentError(
                f"The stored key {key!r} can't be changed by an update; leave it as it is."
            )
