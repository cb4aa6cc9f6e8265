"""The only place where bytes go to the driver or come from it.

Going in, each encoded document is wrapped in an object whose bytes PyMongo copies into the message
as they are (``codec/encoded_document.py``), and many are one request of ``bulk_write``. Coming out,
the collection's codec options name ``Reply`` as their document class, so that PyMongo calls it once
for each whole reply: it cuts the batch out as bytes and leaves the cursor a reply in which the
batch is one object. Retries, sessions, monitoring and the closing of cursors stay the driver's own
work.

Both ways rest on one internal name of PyMongo, ``_type_marker``; ``tests/integration`` holds it in
place. Where replies as bytes are not to be had (type registries, a document class of the user's,
client-side encryption) documents are read as dicts, and nobody above notices.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, MutableMapping, Sequence
from itertools import repeat
from typing import Any

import bson
from bson.codec_options import CodecOptions
from pymongo.errors import InvalidOperation
from pymongo.operations import InsertOne
from pymongo.results import BulkWriteResult

from aiomotorengine import codec
from aiomotorengine.codec import Codec
from aiomotorengine.codec.elements import SMALLEST_LEVEL, is_deeper_than
from aiomotorengine.codec.encoded_document import RAW_BSON_MARKER
from aiomotorengine.codec.pure import document_at
from aiomotorengine.errors import StoredValueError
from aiomotorengine.pacing import Pace

__all__ = [
    "SMALLEST_TOO_DEEP",
    "Attempt",
    "can_encode",
    "codec_of",
    "find",
    "insert",
    "is_too_deep",
]

MOST_LEVELS = 180
"""How deep a document may be that MongoDB stores, itself included."""

SMALLEST_TOO_DEEP = MOST_LEVELS * SMALLEST_LEVEL
"""A document of fewer bytes has no more levels than MongoDB stores."""

INSERT = 0
"""PyMongo's number for the operation, as ``bulk.ops`` takes it."""

BYTES_PER_REPLY = 1024 * 1024
"""About how large a reply should be."""

MOST_DECODED_AT_ONCE = 1_000
"""How many documents are decoded before the event loop gets its turn, however fast that is: next,
Python's collector looks at all of them, which takes longer than to make them."""

SINGLES_AT_ONCE = 100
"""How many documents that did not come as bytes make a batch."""

# -- going in ----------------------------------------------------------------------------------


class Attempt:
    """One call of the driver that inserts a batch, and whether anything of it left the process.

    Parameters:
        documents: the encoded documents, at least one.
        ordered: whether the server stops at the first that it refuses.

    Attributes:
        taken: whether the driver has taken the bytes to make a message of them. What it has not
            taken was not sent, whatever the reason.
    """

    def __init__(self, documents: Sequence[Any], *, ordered: bool) -> None:
        self.documents = [FirstDocument(documents[0], self), *documents[1:]]
        self.ordered = ordered
        self.taken = False
        self._is_forbidden = False

    def forbid(self) -> bool:
        """Do not let the bytes be taken any more; whether it was in time.

        Motor goes on in its thread with what was cancelled.
        """
        self._is_forbidden = True
        return not self.taken

    def take(self) -> None:
        # In this order: whoever forbids it meanwhile sees it taken, or stops it here.
        self.taken = True
        if self._is_forbidden:
            raise InvalidOperation("this insert was cancelled before it was sent")


class FirstDocument(MutableMapping[str, Any]):
    """The first document of an attempt: as the others, but it tells when its bytes are taken."""

    __slots__ = ("_attempt", "_document")

    _type_marker = RAW_BSON_MARKER

    def __init__(self, document: Any, attempt: Attempt) -> None:
        self._document = document
        self._attempt = attempt

    @property
    def raw(self) -> bytes:
        self._attempt.take()
        raw: bytes = self._document.raw
        return raw

    def __getitem__(self, key: str) -> Any:
        return self._document[key]

    def __contains__(self, key: object) -> bool:
        return key in self._document

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)

    def __setitem__(self, key: str, value: Any) -> None:
        self._document[key] = value

    def __delitem__(self, key: str) -> None:
        del self._document[key]

    def __repr__(self) -> str:
        return repr(self._document)


class InsertAll:
    """A request of the driver's ``bulk_write`` that stands for the inserts of many documents.

    ``insert_many`` costs several times as much for each document, and does not say how many the
    server has inserted.
    """

    def __init__(self, documents: Sequence[Any]) -> None:
        self.documents = documents

    def _add_to_bulk(self, bulk: Any) -> None:
        operations = Operations(self.documents)
        bulk.ops = operations
        # What the driver would make of them: the operations of one kind that follow one another.
        if hasattr(bulk, "gen_ordered") and hasattr(bulk, "gen_unordered"):
            bulk.gen_ordered = bulk.gen_unordered = lambda: iter([operations])


class Operations:
    """The inserts of a batch, as the driver keeps them: as its operations, and as a run of them.

    It would make a pair for each, of which Python's collector goes through all, and then go through
    them in Python to see that all are inserts.
    """

    op_type = INSERT

    def __init__(self, documents: Sequence[Any]) -> None:
        self.ops = documents
        self.index_map = range(len(documents))
        self.idx_offset = 0
        """How many have had their answer."""

    def index(self, place: int) -> int:
        """The place of an operation of this run among all."""
        return place

    def __len__(self) -> int:
        return len(self.ops)

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        return zip(repeat(INSERT), self.ops)  # repeat has no end


def requests_for(documents: Sequence[Any]) -> list[Any]:
    """What ``bulk_write`` takes to insert documents."""
    if hasattr(InsertOne, "_add_to_bulk"):
        return [InsertAll(documents)]
    return [InsertOne(document) for document in documents]


async def insert(collection: Any, attempt: Attempt) -> BulkWriteResult:
    """Insert encoded documents in one call of the driver.

    Returns:
        The driver's result, which says how many the server has inserted.

    Raises:
        pymongo.errors.BulkWriteError: the server refused some; indexes count in this call.
    """
    requests = requests_for(attempt.documents)
    result: BulkWriteResult = await collection.bulk_write(requests, ordered=attempt.ordered)
    return result


def can_encode(collection: Any, *mappings: Mapping[str, Any]) -> bool:
    """Whether the driver can make a message of what it was given."""
    try:
        for mapping in mappings:
            bson.encode(mapping, codec_options=collection.codec_options)
    except Exception:
        return False
    return True


def is_too_deep(raw: bytes) -> bool:
    """Whether a document has more levels than MongoDB stores; then a server may refuse the whole
    message that it is in.
    """
    return is_deeper_than(MOST_LEVELS, raw)


# -- coming out --------------------------------------------------------------------------------


class Batch:
    """The documents of one reply.

    Attributes:
        reply: the BSON of the whole reply.
        places: where in it each of the documents begins.
    """

    __slots__ = ("places", "reply")

    def __init__(self, reply: bytes, places: Sequence[int]) -> None:
        self.reply = reply
        self.places = places

    def __repr__(self) -> str:
        return f"<{len(self.places)} documents in {len(self.reply)} bytes>"


class BatchOfOne(list[Batch]):
    """What the cursor gets for a batch: one object, and as many documents as it counts."""

    def __len__(self) -> int:
        return len(self[0].places)


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
        cut = codec.cut_reply(raw)
        if cut is None:
            whole: dict[str, Any] = bson.decode(raw, options)
            return whole
        rest, key, places = cut
        reply: dict[str, Any] = bson.decode(rest, options)
        reply["cursor"][key] = BatchOfOne([Batch(raw, places)]) if places else []
        return reply


async def find(
    collection: Any,
    document_class: Any,
    query: Mapping[str, Any],
    *,
    sort: Sequence[tuple[str, Any]] | None = None,
    skip: int = 0,
    limit: int = 0,
    on_unreadable: Callable[[StoredValueError, Mapping[str, Any]], object] | None = None,
) -> AsyncGenerator[list[Any], None]:
    """The documents that a query finds, in batches as they arrive.

    Parameters:
        collection: the driver's collection.
        document_class: what the documents become.
        query: the filter, as MongoDB takes it.
        sort: keys and directions.
        skip: how many to leave out.
        limit: how many at most; 0 for all.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none.
    """
    decode = codec_of(collection, document_class).decode_many
    pace = Pace()
    stored_options = collection.codec_options
    if serves_bytes(collection):
        options = stored_options.with_options(document_class=Reply)
        collection = collection.with_options(codec_options=options)
    cursor = collection.find(query, sort=sort or None, skip=skip, limit=limit)
    replies = aiter(cursor)
    is_asking = is_left_to_driver = False
    try:
        singles: list[Any] = []
        while True:
            is_asking = True
            found = await anext(replies, None)
            is_asking = False
            if found is None:
                break
            if not isinstance(found, Batch):
                try:
                    singles.append(document_class.from_son(found))
                except StoredValueError as error:
                    if on_unreadable is None:
                        if singles:
                            yield singles
                        raise
                    on_unreadable(error, found)
                if len(singles) < SINGLES_AT_ONCE:
                    continue
            if singles:
                yield singles
                singles = []
            if isinstance(found, Batch):
                size_next_reply(cursor, found)
                await asyncio.sleep(0)  # receiving it was a slice of its own
                done = 0
                while done < len(found.places):
                    count = min(pace.size, MOST_DECODED_AT_ONCE)
                    some = found.places[done : done + count]
                    pace.start()
                    decoded, unreadable = decode_readable(decode, found.reply, some, pace)
                    pace.finish(len(decoded))
                    done += len(decoded)
                    if decoded:
                        yield decoded
                    if unreadable is not None:
                        if on_unreadable is None:
                            raise unreadable
                        raw = document_at(found.reply, found.places[done])
                        on_unreadable(unreadable, bson.decode(raw, stored_options))
                        done += 1
                    await asyncio.sleep(0)
        if singles:
            yield singles
    except asyncio.CancelledError:
        # Motor's thread goes on, and the answer may bring the id of a cursor. One that is closed
        # before does not look at it; one that is let go of is closed by the driver.
        is_left_to_driver = is_asking
        raise
    finally:
        if not is_left_to_driver:
            await cursor.close()


def decode_readable(
    decode: Callable[..., list[Any]], reply: bytes, places: Sequence[int], pace: Pace
) -> tuple[list[Any], StoredValueError | None]:
    """The documents at some places of a reply, as many as there is time for.

    Returns:
        The documents; and the error, if the one that comes next cannot be read.
    """
    try:
        return decode(reply, places, seconds=pace.left), None
    except StoredValueError:
        decoded: list[Any] = []
        for place in places:  # which of them it was, and what came before it
            try:
                decoded += decode(reply, [place])
            except StoredValueError as error:
                return decoded, error
            if not pace.left:
                break
        return decoded, None


def size_next_reply(cursor: Any, batch: Batch) -> None:
    """Ask for as many documents as make a reply of moderate size, by those that have arrived.

    A server sends up to 16 MiB at once, which the driver takes apart in one piece. PyMongo offers
    to set the number only before it knows how large documents are; that it can be changed later is
    its own affair, and where it cannot, replies are as large as the server makes them.
    """
    cursor = getattr(cursor, "delegate", cursor)  # Motor's cursor has PyMongo's
    if hasattr(cursor, "_batch_size"):
        cursor._batch_size = max(1, BYTES_PER_REPLY * len(batch.places) // len(batch.reply))


def codec_of(collection: Any, document_class: Any) -> Codec:
    """The codec between a document class and a collection."""
    return codec.codec_for(document_class, collection.codec_options)


def serves_bytes(collection: Any) -> bool:
    """Whether replies of this collection may be taken as bytes."""
    options = collection.codec_options
    is_plain = options.document_class is dict and not options.type_registry.codecs
    return is_plain and not encrypts(collection)


def encrypts(collection: Any) -> bool:
    """Whether the client encrypts by itself what is written to a collection."""
    options = getattr(collection.database.client, "options", None)
    return getattr(options, "auto_encryption_opts", None) is not None
