"""Many documents in: validated together, sent in batches, each batch one call of the driver."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from bson.objectid import ObjectId
from pymongo.errors import BulkWriteError, DocumentTooLarge

from aiomotorengine import raw_io
from aiomotorengine.codec import Codec, DocumentError
from aiomotorengine.conversion import conversion_of
from aiomotorengine.errors import DUPLICATE_KEY_CODE, UniqueKeyViolationError

__all__ = ["insert", "prepare"]

DOCUMENTS_PER_BATCH = 10_000
BYTES_PER_BATCH = 8 * 1024 * 1024
BYTES_PER_DOCUMENT = 16 * 1024 * 1024
"""The server's bound for one document. Batches stay far below what it takes, because making a
message holds the event loop."""


async def prepare(codec: Codec, documents: Sequence[Any]) -> bool:
    """Validate all documents, and set what a save sets by itself.

    Returns:
        ``False`` if a document's own ``validate`` returned something falsy.

    Raises:
        ValueError: a document is not valid; the message has its number.
    """
    for start, some in slices(documents):
        for document in some:
            stamp(document)
        try:
            if not codec.validate_many(some):
                return False
        except DocumentError as error:
            raise refusal(start + error.index, error.__cause__) from error.__cause__
        await asyncio.sleep(0)
    return True


async def insert(
    collection: Any, document_class: type[Any], codec: Codec, documents: Sequence[Any]
) -> None:
    """Insert documents that are prepared, in their order; stop at the first that is refused.

    Whatever happens, the documents that are in the database have their ``_id``; those that were
    refused are as before. Only after full success do they count as saved: inserting the same ones
    again after a failure then uses the ids they have, and stores none twice.

    Raises:
        ValueError: a document cannot be encoded, or is too large; nothing was sent.
        UniqueKeyViolationError: a unique field's value is there already.
        pymongo.errors.BulkWriteError: the server refused a document for another reason.
    """
    ids: list[Any] = []
    for _, some in slices(documents):
        for document in some:
            run_on_save(document)
            ids.append(id_for_insert(document))
        await asyncio.sleep(0)
    encoded = await encode(codec, documents, ids)
    for first, last in batches(encoded):
        batch, batch_ids = documents[first:last], ids[first:last]
        before = [(document._id, document._is_persisted) for document in batch]
        # They keep these ids if the answer never comes, so that a retry makes no second copy.
        mark_as_sent(batch, batch_ids)
        try:
            await raw_io.insert(collection, encoded[first:last], batch_ids)
        except BulkWriteError as error:
            inserted = error.details["nInserted"]
            for document, state in zip(batch[inserted:], before[inserted:], strict=True):
                document._id, document._is_persisted = state
            # One that was refused may be the same object as one that was not.
            mark_as_sent(documents[: first + inserted], ids[: first + inserted])
            raise numbered(error, first, document_class) from error
    for document in documents:
        document._is_persisted = True


# -- one step each -------------------------------------------------------------------------------


def stamp(document: Any) -> None:
    conversion = conversion_of(type(document))
    if conversion.has_stamps:
        conversion.stamp(document, creating=True)


def run_on_save(document: Any) -> None:
    for name, function in conversion_of(type(document)).on_save:
        setattr(document, name, function(document, True))


def id_for_insert(document: Any) -> Any:
    """A preset id is used; a document that was loaded or saved is copied, with a new one."""
    preset = document._id
    return preset if preset is not None and not document._is_persisted else ObjectId()


def mark_as_sent(documents: Sequence[Any], ids: Sequence[Any]) -> None:
    """Give documents the ids they were sent with, to be used again if they are sent again."""
    for document, id in zip(documents, ids, strict=True):
        document._id = id
        document._is_persisted = False


async def encode(codec: Codec, documents: Sequence[Any], ids: Sequence[Any]) -> list[bytes]:
    encoded: list[bytes] = []
    for start, some in slices(documents):
        try:
            encoded.extend(codec.encode_many(some, ids[start : start + len(some)]))
        except DocumentError as error:
            raise refusal(start + error.index, error.__cause__) from error.__cause__
        await asyncio.sleep(0)
    for index, raw in enumerate(encoded):
        if len(raw) > BYTES_PER_DOCUMENT:
            raise OversizeDocumentError(index, len(raw))
    return encoded


# -- cutting -------------------------------------------------------------------------------------


def slices(documents: Sequence[Any]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Runs of documents small enough not to hold the event loop long, with their start."""
    for start in range(0, len(documents), raw_io.DOCUMENTS_PER_SLICE):
        yield start, documents[start : start + raw_io.DOCUMENTS_PER_SLICE]


def batches(encoded: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Where to cut so that each batch fits into one message."""
    first = size = 0
    for index, raw in enumerate(encoded):
        if index > first and (
            size + len(raw) > BYTES_PER_BATCH or index - first == DOCUMENTS_PER_BATCH
        ):
            yield first, index
            first, size = index, 0
        size += len(raw)
    if first < len(encoded):
        yield first, len(encoded)


# -- errors --------------------------------------------------------------------------------------


class OversizeDocumentError(DocumentTooLarge, ValueError):
    """A document of a bulk insert is larger than the server takes."""

    def __init__(self, index: int, size: int) -> None:
        super().__init__(
            refusal_text(
                index, f"it has {size} bytes of BSON, and {BYTES_PER_DOCUMENT} are the most"
            )
        )


def refusal_text(index: int, message: object) -> str:
    return f"Validation for document {index} in the documents you are saving failed with: {message}"


def refusal(index: int, cause: BaseException | None) -> ValueError:
    return ValueError(refusal_text(index, cause))


def numbered(
    error: BulkWriteError, first: int, document_class: type[Any]
) -> BulkWriteError | UniqueKeyViolationError:
    """The driver's error with numbers that count from the first document of all."""
    writes = [{**write, "index": write["index"] + first} for write in error.details["writeErrors"]]
    details = {
        **error.details,
        "writeErrors": writes,
        "nInserted": error.details["nInserted"] + first,
    }
    if writes and all(write.get("code") == DUPLICATE_KEY_CODE for write in writes):
        text = writes[0].get("errmsg", str(error))
        return UniqueKeyViolationError.of(text, document_class, details)
    return BulkWriteError(details)
