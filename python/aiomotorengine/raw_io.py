"""The only place where bytes go to the driver or come from it.

Going in, each encoded document is wrapped in an ``EncodedDocument``, whose bytes PyMongo copies
into the message as they are. Coming out, the collection's codec options name ``reply`` as their
document class, so that PyMongo calls it once for each whole reply: it cuts the batch out as bytes
and leaves the cursor a reply in which the batch is one object. Splitting, retries, sessions,
monitoring and the closing of cursors stay the driver's own work.

Both ways rest on one internal name of PyMongo, ``_type_marker``; ``tests/integration`` holds it in
place. Where replies as bytes are not to be had (type registries, a document class of the user's,
client-side encryption) documents are read as dicts, and nobody above notices.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON

from aiomotorengine.codec import Codec, codec_for

__all__ = ["EncodedDocument", "codec_of", "find", "insert"]

DOCUMENTS_PER_SLICE = 256
"""How many documents are converted before the event loop gets its turn."""

SINGLES_AT_ONCE = 100
"""How many documents that did not come as bytes make a batch."""

RAW_BSON_MARKER = 101
"""What PyMongo looks for in a type whose instances it copies, or makes, from bytes."""

DOCUMENT, ARRAY, STRING, BOOLEAN, INT32, INT64 = 0x03, 0x04, 0x02, 0x08, 0x10, 0x12
FIXED_SIZES = {BOOLEAN: 1, INT32: 4, INT64: 8}
BATCHES = (b"firstBatch", b"nextBatch")
length_at = struct.Struct("<i").unpack_from


# -- going in ----------------------------------------------------------------------------------


class EncodedDocument(MutableMapping[str, Any]):
    """A document that is BSON already; to everyone but PyMongo's encoder, a mapping.

    Parameters:
        raw: the BSON bytes.
        id: the document's ``_id``, which is in the bytes as well.
    """

    __slots__ = ("_id", "raw")

    _type_marker = RAW_BSON_MARKER

    def __init__(self, raw: bytes, id: Any) -> None:
        self.raw = raw
        self._id = id

    def __getitem__(self, key: str) -> Any:
        # The driver asks for this one, for each document.
        return self._id if key == "_id" else bson.decode(self.raw)[key]

    def __contains__(self, key: object) -> bool:
        return key == "_id" or key in bson.decode(self.raw)

    def __iter__(self) -> Iterator[str]:
        return iter(bson.decode(self.raw))

    def __len__(self) -> int:
        return len(bson.decode(self.raw))

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("an encoded document cannot be changed")

    def __delitem__(self, key: str) -> None:
        raise TypeError("an encoded document cannot be changed")

    def __repr__(self) -> str:
        return repr(bson.decode(self.raw))


async def insert(
    collection: Any, encoded: Sequence[bytes], ids: Sequence[Any], *, ordered: bool = True
) -> None:
    """Insert encoded documents in one call of the driver.

    Raises:
        pymongo.errors.BulkWriteError: the server refused some; indexes count in this call.
    """
    documents = [EncodedDocument(raw, id) for raw, id in zip(encoded, ids, strict=True)]
    await collection.insert_many(documents, ordered=ordered)


# -- coming out --------------------------------------------------------------------------------


class Batch:
    """The documents of one reply.

    Attributes:
        documents: the BSON of each.
    """

    __slots__ = ("documents",)

    def __init__(self, documents: Sequence[bytes]) -> None:
        self.documents = documents

    def slices(self) -> Iterator[bytes]:
        """Runs of documents, end to end, small enough not to hold the event loop long."""
        for start in range(0, len(self.documents), DOCUMENTS_PER_SLICE):
            yield b"".join(self.documents[start : start + DOCUMENTS_PER_SLICE])

    def __repr__(self) -> str:
        return f"<{len(self.documents)} documents in {sum(map(len, self.documents))} bytes>"


class BatchOfOne(list[Batch]):
    """What the cursor gets for a batch: one object, and as many documents as it counts."""

    def __len__(self) -> int:
        return len(self[0].documents)


class Reply:
    """The document class that stands for "give me the reply as bytes".

    Calling it gives an ordinary dict, in which a batch is a ``BatchOfOne``.
    """

    _type_marker = RAW_BSON_MARKER

    def __new__(  # type: ignore[misc]  # it makes what the driver's cursor wants to see
        cls, raw: bytes, codec_options: CodecOptions[Any]
    ) -> dict[str, Any]:
        options = codec_options.with_options(document_class=dict)
        raw = bytes(raw)
        found = find_batch(raw)
        if found is None:
            whole: dict[str, Any] = bson.decode(raw, options)
            return whole
        start, end, key = found
        reply: dict[str, Any] = bson.decode(without(raw, start, end), options)
        batch = cut_batch(raw[start + 1 + len(key) + 1 : end])
        reply["cursor"][key.decode()] = BatchOfOne([batch]) if batch.documents else []
        return reply


async def find(
    collection: Any,
    document_class: Any,
    query: Mapping[str, Any],
    *,
    sort: Sequence[tuple[str, Any]] | None = None,
    skip: int = 0,
    limit: int = 0,
) -> AsyncGenerator[list[Any], None]:
    """The documents that a query finds, in batches as they arrive.

    Parameters:
        collection: the driver's collection.
        document_class: what the documents become.
        query: the filter, as MongoDB takes it.
        sort: keys and directions.
        skip: how many to leave out.
        limit: how many at most; 0 for all.
    """
    codec = codec_of(collection, document_class)
    if serves_bytes(collection):
        options = collection.codec_options.with_options(document_class=Reply)
        collection = collection.with_options(codec_options=options)
    cursor = collection.find(query, sort=sort or None, skip=skip, limit=limit)
    try:
        singles: list[Any] = []
        async for found in cursor:
            if not isinstance(found, Batch):
                singles.append(document_class.from_son(found))
                if len(singles) < SINGLES_AT_ONCE:
                    continue
            if singles:
                yield singles
                singles = []
            if isinstance(found, Batch):
                for documents in found.slices():
                    yield codec.decode_many(documents)
                    await asyncio.sleep(0)
        if singles:
            yield singles
    finally:
        await cursor.close()


def codec_of(collection: Any, document_class: Any) -> Codec:
    """The codec between a document class and a collection."""
    return codec_for(document_class, collection.codec_options)


def serves_bytes(collection: Any) -> bool:
    """Whether replies of this collection may be taken as bytes."""
    options = collection.codec_options
    client = collection.database.client
    encrypts = getattr(getattr(client, "options", None), "auto_encryption_opts", None) is not None
    return options.document_class is dict and not options.type_registry.codecs and not encrypts


# -- the outermost layers of a reply -------------------------------------------------------------


def find_batch(raw: bytes) -> tuple[int, int, bytes] | None:
    """Where the batch stands in a reply: start and end of its element, and its key.

    ``None`` where there is none (an error, or a reply of another form): then nothing is cut.
    """
    for type_byte, key, start, end in elements(raw, 0, len(raw)):
        if key == b"cursor" and type_byte == DOCUMENT:
            inner = start + 1 + len(key) + 1
            for inner_type, inner_key, inner_start, inner_end in elements(raw, inner, end):
                if inner_key in BATCHES and inner_type == ARRAY:
                    return inner_start, inner_end, inner_key
            return None
    return None


def elements(raw: bytes, start: int, end: int) -> Iterator[tuple[int, bytes, int, int]]:
    """The elements of a document in ``raw[start:end]``, up to the first of a type not met here.

    Yields:
        Type byte, key, and where the element starts and ends.

    Raises:
        InvalidBSON: the lengths do not add up.
    """
    if end - start < 5 or length_at(raw, start)[0] != end - start or raw[end - 1] != 0:
        raise InvalidBSON("the length of a document does not match its bytes")
    position = start + 4
    while position < end - 1:
        type_byte = raw[position]
        key_end = raw.find(b"\0", position + 1, end)
        if key_end < 0:
            raise InvalidBSON("a key has no end")
        value = key_end + 1
        if type_byte in (DOCUMENT, ARRAY, STRING):
            if value + 4 > end:
                raise InvalidBSON("a value is cut off")
            size = length_at(raw, value)[0] + (4 if type_byte == STRING else 0)
        elif type_byte in FIXED_SIZES:
            size = FIXED_SIZES[type_byte]
        else:
            return
        if size < 1 or value + size > end - 1:
            raise InvalidBSON("a value is longer than what holds it")
        yield type_byte, raw[position + 1 : key_end], position, value + size
        position = value + size


def without(raw: bytes, start: int, end: int) -> bytes:
    """A reply less one element of its ``cursor``, with the two lengths around it mended."""
    cursor = next(found for found in elements(raw, 0, len(raw)) if found[1] == b"cursor")
    inner = cursor[2] + 1 + len(b"cursor") + 1
    removed = end - start
    return b"".join(
        (
            struct.pack("<i", len(raw) - removed),
            raw[4:inner],
            struct.pack("<i", length_at(raw, inner)[0] - removed),
            raw[inner + 4 : start],
            raw[end:],
        )
    )


def cut_batch(array: bytes) -> Batch:
    """The documents of a BSON array, end to end.

    Raises:
        InvalidBSON: the array holds something else, or its lengths do not add up.
    """
    parts = []
    position, last = 4, len(array) - 1
    while position < last:
        start = array.find(b"\0", position + 1) + 1
        if array[position] != DOCUMENT or start == 0 or start + 5 > last:
            raise InvalidBSON("a batch holds something that is no document")
        size = length_at(array, start)[0]
        if size < 5 or start + size > last:
            raise InvalidBSON("a document is longer than the batch that holds it")
        position = start + size
        parts.append(array[start:position])
    return Batch(parts)
