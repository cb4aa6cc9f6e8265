"""The three laws, written out: what converting many documents means.

The native codec is held to these results byte for byte, object for object, error for error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, repeat
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any

import bson
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.objectid import ObjectId

from aiomotorengine.codec import contract
from aiomotorengine.codec.contract import CONTRACT, DocumentError
from aiomotorengine.codec.elements import differing_values, length_at, raw_values
from aiomotorengine.codec.encoded_document import RAW_BSON_MARKER, EncodedDocument, wrap_many
from aiomotorengine.codec.levels import has_more_levels, refuse_endless, refuse_endless_values
from aiomotorengine.codec.plan import DocumentPlan
from aiomotorengine.codec.reply import cut_found, cut_reply
from aiomotorengine.codec.shape import Shape
from aiomotorengine.codec.shaping import shaping
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.documents.versions import FIRST, set_version
from aiomotorengine.fields.datetime_field import now
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import keep_loaded_part
from aiomotorengine.storage.snapshots import Snapshot
from aiomotorengine.storage.stored_forms import HiddenValues

if TYPE_CHECKING:
    from aiomotorengine.rows.plan import RowPlan

__all__ = [
    "CONTRACT",
    "IMPLEMENTATION",
    "Codec",
    "DocumentError",
    "EncodedDocument",
    "RowCodec",
    "Snapshot",
    "compile_decoder",
    "compile_plan",
    "cut_found",
    "cut_reply",
    "differing_values",
    "has_more_levels",
    "hidden_of_part",
    "keep_loaded_part",
    "new_object_ids",
    "now",
    "raw_values",
    "wrap_many",
]

IMPLEMENTATION = "python"

hidden_of_part = HiddenValues.of_part
"""For the native codec, which has one for all documents of a shape."""


class Decoder:
    """Decodes documents by PyMongo's ``bson``.

    In the place of a document class it is handed whole replies by the driver.
    """

    _type_marker = RAW_BSON_MARKER

    def __init__(self, codec_options: CodecOptions[Any]) -> None:
        self._codec_options = codec_options

    def __call__(self, raw: bytes, codec_options: object = None) -> dict[str, Any]:
        return bson.decode(raw, self._codec_options)


class Codec:
    """Converts by the documents' own methods and PyMongo's ``bson``."""

    def __init__(
        self,
        plan: DocumentPlan,
        codec_options: CodecOptions[Any],
        shape: Shape | None = None,
    ) -> None:
        self._document_class: Any = plan.document_class
        self._shape = shape
        # Rows remember nothing.
        are_documents = shape is None or shape.kind == "partial"
        self._tracks_changes = are_documents and tracks_changes(plan)
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
        read = self._document_class.from_son
        if self._shape is not None:
            read = shaping(self._document_class, self._shape)
        parts = documents_in(batch)
        if parts is None:
            bson.decode_all(batch, self._codec_options)  # which has the words for it
            raise InvalidBSON("the documents do not stand end to end")
        snapshot = self._snapshot(batch, parts)
        decoded: list[Any] = []
        for raw in parts:
            try:
                refuse_endless(raw)
                document = read(bson.decode(raw, self._codec_options))
            except Exception as error:
                refused = DocumentError(len(decoded))
                refused.decoded = decoded
                raise refused from error
            if snapshot is not None and remembers(document):
                document._is_persisted = snapshot
            decoded.append(document)
            if perf_counter() >= end:
                break
        return decoded

    def _snapshot(self, batch: bytes, parts: Sequence[bytes]) -> Snapshot | None:
        """What the documents of a batch have in ``_is_persisted``, if their changes are tracked."""
        if not self._tracks_changes:
            return None
        ends = accumulate(map(len, parts), initial=0)
        offsets = [start for start, _ in zip(ends, parts, strict=False)]
        return Snapshot(batch, offsets, self._codec_options, state=True)

    def compile_rows(self, plan: RowPlan) -> RowCodec:
        return RowCodec(self, plan)


class RowCodec:
    """Makes the document of each row.

    Parameters:
        codec: what encodes the documents.
        plan: the plan of the rows.
    """

    def __init__(self, codec: contract.Codec, plan: RowPlan) -> None:
        self._codec = codec
        self._read = plan.reader.read
        self._zone = plan.zone
        self.stepped_back = 0

    def encode_many(
        self,
        rows: Sequence[Any],
        ids: Sequence[Any] | None = None,
        *,
        seconds: float | None = None,
    ) -> list[bytes]:
        encoded: list[bytes] = []
        end = end_after(seconds)
        for row, id in zip(rows, repeat(None) if ids is None else ids, strict=ids is not None):
            document = self._read(row)
            try:
                if not isinstance(document, DocumentStorage):  # but a ``RefusedRow``
                    raise DocumentError(0) from document.error
                if document._id is not None:
                    id = document._id
                elif id is None:
                    id = ObjectId()
                encoded += self._encode(document, id)
            except DocumentError as refused:
                error = refused_after(encoded)
                error.document = document
                raise error from refused.__cause__
            if perf_counter() >= end:
                break
        return encoded

    def _encode(self, document: Any, id: Any) -> list[bytes]:
        """The bytes of a document that is to be inserted, as ``writing.saving`` has the order."""
        conversion = conversion_of(type(document))
        set_version(document, FIRST)
        if not conversion.has_stamps:
            return self._codec.encode_many([document], [id], validate=True)
        conversion.stamp(document, creating=True, renew=False, zone=self._zone)
        if not self._codec.validate_many([document]):
            raise DocumentError(0)
        conversion.stamp(document, creating=True, renew=True, zone=self._zone)
        return self._codec.encode_many([document], [id])


def compile_plan(
    plan: DocumentPlan, codec_options: CodecOptions[Any], shape: Shape | None = None
) -> Codec:
    return Codec(plan, codec_options, shape)


def compile_decoder(codec_options: CodecOptions[Any]) -> Callable[[bytes], dict[str, Any]]:
    return Decoder(codec_options)


def tracks_changes(plan: DocumentPlan) -> bool:
    """Whether documents that are read as those of a class may remember what was stored."""
    return plan.tracks_changes or any(
        plan.embedded[it].tracks_changes for it in plan.classes.values()
    )


def remembers(document: Any) -> bool:
    """Whether a document that was read remembers what was stored."""
    return isinstance(document, DocumentStorage) and type(document).__track_changes__  # type: ignore[attr-defined]


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


def new_object_ids(count: int) -> list[ObjectId]:
    return [ObjectId() for _ in range(count)]
