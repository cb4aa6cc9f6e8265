"""The three laws, written out: what converting many documents means.

The native codec is held to these results byte for byte, object for object, error for error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import inf
from time import perf_counter
from types import NoneType
from typing import Any
from uuid import UUID

import bson
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.objectid import ObjectId

from aiomotorengine.codec.contract import CONTRACT, DocumentError
from aiomotorengine.codec.elements import is_deeper_than, length_at
from aiomotorengine.codec.encoded_document import (
    EncodedDocument as EncodedDocument,
)  # the extension asks here
from aiomotorengine.codec.encoded_document import wrap_many
from aiomotorengine.codec.plan import DocumentPlan
from aiomotorengine.codec.reply import cut_reply

__all__ = [
    "CONTRACT",
    "IMPLEMENTATION",
    "Codec",
    "compile_plan",
    "cut_reply",
    "new_object_ids",
    "wrap_many",
]

IMPLEMENTATION = "python"

MOST_LEVELS = 250
"""How deep a document may be that is read: as deep as any server can be told to allow."""

CONTAINERS = (Mapping, list, tuple)
SCALARS = frozenset({bool, bytes, datetime, float, int, NoneType, ObjectId, str, UUID})


class Codec:
    """Converts by the documents' own methods and PyMongo's ``bson``."""

    def __init__(self, plan: DocumentPlan, codec_options: CodecOptions[Any]) -> None:
        self._document_class: Any = plan.document_class
        self._codec_options = codec_options
        self.stepped_back = 0

    def validate_many(self, documents: Sequence[Any]) -> bool:
        for index, document in enumerate(documents):
            try:
                if not document.validate():
                    return False
            except Exception as error:
                raise DocumentError(index) from error
        return True

    def encode_many(
        self,
        documents: Sequence[Any],
        ids: Sequence[Any],
        *,
        validate: bool = False,
        seconds: float | None = None,
    ) -> list[bytes]:
        encoded: list[bytes] = []
        end = end_after(seconds)
        options = self._codec_options
        try:
            for document, id in zip(documents, ids, strict=True):
                if validate and not document.validate():
                    break
                son = document.to_son()
                refuse_endless_values(son)
                encoded.append(bson.encode({"_id": id, **son}, codec_options=options))
                if perf_counter() >= end:
                    return encoded
            else:
                return encoded
        except Exception as error:
            raise refused_after(encoded) from error
        raise refused_after(encoded)

    def decode_many(
        self, batch: bytes, offsets: Sequence[int] | None = None, *, seconds: float | None = None
    ) -> list[Any]:
        end = end_after(seconds)
        if offsets is not None:
            batch = b"".join([document_at(batch, offset) for offset in offsets])
        from_son = self._document_class.from_son
        parts = None if seconds is None else documents_in(batch)
        if parts is None:
            refuse_endless(batch)
            return [from_son(mapping) for mapping in bson.decode_all(batch, self._codec_options)]
        decoded = []
        for raw in parts:
            refuse_endless(raw)
            decoded.append(from_son(bson.decode(raw, self._codec_options)))
            if perf_counter() >= end:
                break
        return decoded


def compile_plan(plan: DocumentPlan, codec_options: CodecOptions[Any]) -> Codec:
    return Codec(plan, codec_options)


def end_after(seconds: float | None) -> float:
    """What the clock shows when time is up."""
    return inf if seconds is None else perf_counter() + seconds


def refused_after(encoded: list[bytes]) -> DocumentError:
    """The error of the document that comes after those that are encoded."""
    error = DocumentError(len(encoded))
    error.encoded = encoded
    return error


def document_at(batch: bytes, offset: int) -> bytes:
    """The bytes of the document that begins at an offset."""
    if offset < 0 or offset + 4 > len(batch):
        raise InvalidBSON("a document begins where the bytes end")
    return batch[offset : offset + max(4, length_at(batch, offset)[0])]


def documents_in(batch: bytes) -> list[bytes] | None:
    """The documents that stand end to end; ``None`` if they do not add up."""
    documents = []
    start = 0
    while start < len(batch):
        length = length_at(batch, start)[0] if start + 5 <= len(batch) else 0
        if length < 5 or start + length > len(batch) or batch[start + length - 1]:
            return None
        documents.append(batch[start : start + length])
        start += length
    return documents


def refuse_endless(batch: bytes) -> None:
    """Refuse documents that nest deeper than any that MongoDB sends.

    PyMongo's decoder counts levels as well, but may run out of stack first, which ends the process.

    Raises:
        bson.errors.InvalidBSON: a document is nested too deep.
    """
    start = 0
    while start + 5 <= len(batch):
        end = start + length_at(batch, start)[0]
        if end <= start:
            return  # no BSON, of which the decoder says more
        if is_deeper_than(MOST_LEVELS, batch, start, min(end, len(batch))):
            raise InvalidBSON(f"a document has more than {MOST_LEVELS} levels")
        start = end


def refuse_endless_values(son: Mapping[str, Any]) -> None:
    """The same for values that are to be written.

    How many levels PyMongo's encoder takes depends on the thread and the version of Python.

    Raises:
        RecursionError: the values are nested too deep.
    """
    # In depth, not level by level: a list that contains itself twice has twice as many each time.
    inside = [values_in(son)]
    while inside:
        for value in inside[-1]:
            if type(value) not in SCALARS and isinstance(value, CONTAINERS):
                if len(inside) == MOST_LEVELS:
                    raise RecursionError(f"the document has more than {MOST_LEVELS} levels")
                inside.append(values_in(value))
                break
        else:
            inside.pop()


def values_in(container: Any) -> Iterator[Any]:
    return iter(container.values() if isinstance(container, Mapping) else container)


def new_object_ids(count: int) -> list[ObjectId]:
    return [ObjectId() for _ in range(count)]
