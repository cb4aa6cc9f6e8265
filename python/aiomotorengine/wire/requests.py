"""The only place where bytes go to the driver.

Each encoded document is wrapped in an object whose bytes PyMongo copies into the message as they
are (``codec/encoded_document.py``), and many are one request of ``bulk_write``. Retries, sessions
and monitoring stay the driver's own work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from itertools import repeat
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.collection import ReturnDocument
from pymongo.errors import InvalidOperation
from pymongo.operations import InsertOne
from pymongo.results import BulkWriteResult, UpdateResult

from aiomotorengine import codec
from aiomotorengine.codec import Codec
from aiomotorengine.codec.elements import SMALLEST_LEVEL, is_deeper_than
from aiomotorengine.codec.encoded_document import RAW_BSON_MARKER
from aiomotorengine.codec.levels import MOST_STORED_LEVELS
from aiomotorengine.drivers.repeatable_write import RepeatableWrite
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.plain_replies import with_plain_replies
from aiomotorengine.wire.replies import serves_bytes
from aiomotorengine.wire.write_replies import WriteReply

__all__ = [
    "SMALLEST_TOO_DEEP",
    "Attempt",
    "Encoded",
    "can_encode",
    "codec_of",
    "insert",
    "insert_one",
    "is_too_deep",
    "replace_one",
    "replacement_of",
    "update_and_find",
    "update_one",
]

SMALLEST_TOO_DEEP = MOST_STORED_LEVELS * SMALLEST_LEVEL
"""A document of fewer bytes has no more levels than MongoDB stores."""

NULL_ID = b"\x0a_id\0"
"""An ``_id`` that is null, as it stands at the beginning of a document."""

INSERT = 0
"""PyMongo's number for the operation, as ``bulk.ops`` takes it."""


class Attempt:
    """What inserts a batch, as one call of the driver, and whether anything of it left the process.

    Parameters:
        documents: the encoded documents, at least one.
        ordered: whether the server stops at the first that it refuses.

    Attributes:
        taken: whether the driver has taken the bytes to make a message of them. What it has not
            taken was not sent, whatever the reason.
        taken_in_call: the same of the last call alone.
        write: what has the server know it again; without it, it is sent once.
    """

    def __init__(self, documents: Sequence[Any], *, ordered: bool) -> None:
        self.documents = [FirstDocument(documents[0], self), *documents[1:]]
        self.ordered = ordered
        self.taken = False
        self.taken_in_call = False
        self.write: RepeatableWrite | None = None
        self._operations: Operations | None = None
        self._is_forbidden = False

    @property
    def can_be_repeated(self) -> bool:
        """Whether the same can be sent again without storing anything twice.

        Not if the driver made several messages of it and one has had its answer, since servers know
        each by itself.
        """
        write, operations = self.write, self._operations
        if write is None or operations is None or operations.idx_offset:
            return False
        return write.can_be_repeated

    def operations(self) -> Operations:
        """The inserts, for a call of the driver that begins now."""
        self._operations = Operations(self.documents)
        return self._operations

    def forbid(self) -> bool:
        """Do not let the bytes be taken any more; whether it was in time.

        Motor goes on in its thread with what was cancelled.
        """
        self._is_forbidden = True
        return not self.taken

    def release(self) -> None:
        """Let go of the documents, which are not sent any more. The first of them and this object
        hold each other until then.
        """
        self.documents, self._operations = [], None

    def take(self) -> None:
        # In this order: whoever forbids it meanwhile sees it taken, or stops it here.
        self.taken = True
        if self._is_forbidden:
            raise InvalidOperation("this insert was cancelled before it was sent")
        self.taken_in_call = True


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

    Parameters:
        attempt: what is inserted.
        takes_bytes: whether a large reply may be taken as bytes.
    """

    def __init__(self, attempt: Attempt, *, takes_bytes: bool) -> None:
        self.documents = attempt.documents
        self._attempt = attempt
        self._takes_bytes = takes_bytes

    def _add_to_bulk(self, bulk: Any) -> None:
        operations = self._attempt.operations()
        bulk.ops = operations
        # What the driver would make of them: the operations of one kind that follow one another.
        if hasattr(bulk, "gen_ordered") and hasattr(bulk, "gen_unordered"):
            bulk.gen_ordered = bulk.gen_unordered = lambda: iter([operations])
        # The driver's own copy of the collection, with which it decodes the reply.
        collection = getattr(bulk, "collection", None)
        if self._takes_bytes and collection is not None:
            options = collection.codec_options.with_options(document_class=WriteReply)
            bulk.collection = collection.with_options(codec_options=options)


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


def requests_for(attempt: Attempt, *, takes_bytes: bool) -> list[Any]:
    """What ``bulk_write`` takes to insert documents."""
    if hasattr(InsertOne, "_add_to_bulk"):
        return [InsertAll(attempt, takes_bytes=takes_bytes)]
    return [InsertOne(document) for document in attempt.documents]


async def insert(target: Target, attempt: Attempt) -> BulkWriteResult:
    """Insert encoded documents in one call of the driver.

    Called with the same attempt once more, the server does what of it was not done.

    Returns:
        The driver's result, which says how many the server has inserted.

    Raises:
        pymongo.errors.BulkWriteError: the server refused some; indexes count in this call.
        pymongo.errors.PyMongoError: the server could not be asked.
    """
    collection = target.collection
    requests = requests_for(attempt, takes_bytes=serves_bytes(collection))
    write = attempt.write
    attempt.taken_in_call = False
    result: BulkWriteResult
    if write is None:
        result = await target.call(collection.bulk_write, requests, ordered=attempt.ordered)
        return result
    if attempt.taken:
        write.repeat()
    with write.under_way():
        result = await target.call(
            collection.bulk_write, requests, ordered=attempt.ordered, session=write.session
        )
    return result


class Encoded(RawBSONDocument):
    """A document that is BSON already, for the driver's calls that take one document.

    Parameters:
        raw: the bytes. They are not looked at: the codec has written them.
    """

    __slots__ = ("raw",)

    raw: bytes  # type: ignore[mutable-override, unused-ignore]

    def __init__(self, raw: bytes) -> None:
        # The rest of what the driver's class keeps is for whoever reads the document.
        self.raw = raw

    def __getattr__(self, name: str) -> Any:
        super().__init__(self.raw)
        return object.__getattribute__(self, name)

    def __reduce__(self) -> tuple[type[Encoded], tuple[bytes]]:
        return Encoded, (self.raw,)

    def __bool__(self) -> bool:
        return True  # the driver asks, and would decode all of it to know

    def __repr__(self) -> str:
        return repr(dict(self))  # which traces show as they do what the driver encodes itself


async def insert_one(target: Target, raw: bytes) -> None:
    """Insert an encoded document.

    Raises:
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
        pymongo.errors.ProtocolError: its answer makes no sense.
    """
    try:
        collection = with_plain_replies(target.collection)
        await target.asking(collection.insert_one)(Encoded(raw))
    except Exception:
        with protocol_errors(target.document_class):
            raise


async def replace_one(
    target: Target, query: Mapping[str, Any], raw: bytes, *, upsert: bool
) -> UpdateResult:
    """Replace the document that a query finds.

    Parameters:
        target: where the document is.
        query: the filter, as MongoDB takes it, with the ``_id`` that is looked for.
        raw: the BSON of the other document. It begins with an ``_id``, which is not sent if it is
            null or the one of the query: what is stored under an id keeps it as it is, and one that
            only compares equal to it, by a collation, would be refused.
        upsert: whether it is inserted where the query finds none.

    Returns:
        The driver's result.

    Raises:
        ValueError: the replacement begins with an operator.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
        pymongo.errors.ProtocolError: its answer makes no sense.
    """
    replacement = replacement_of(raw, query["_id"], target.codec_options)
    try:
        replace = target.asking(with_plain_replies(target.collection).replace_one)
        result: UpdateResult = await replace(query, replacement, upsert=upsert)
    except Exception:
        with protocol_errors(target.document_class, lambda: can_encode(target.collection, query)):
            raise
    return result


async def update_one(
    target: Target, query: Mapping[str, Any], update: Mapping[str, Any], *, upsert: bool
) -> UpdateResult:
    """Change the document that a query finds.

    Parameters:
        target: where the document is.
        query: the filter, as MongoDB takes it.
        update: operators, with what each takes: a mapping, or ``Encoded``.
        upsert: whether a document is inserted where the query finds none.

    Returns:
        The driver's result.

    Raises:
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
        pymongo.errors.ProtocolError: its answer makes no sense.
    """
    collection = target.collection
    with protocol_errors(target.document_class, lambda: can_encode(collection, query, update)):
        result: UpdateResult = await target.call(
            with_plain_replies(collection).update_one, query, update, upsert=upsert
        )
    return result


async def update_and_find(
    target: Target, query: Mapping[str, Any], update: Mapping[str, Any], key: str, *, upsert: bool
) -> Any:
    """The same, for what a key has afterwards; ``None`` if nothing was found.

    Parameters:
        key: the key in MongoDB; the others as for ``update_one``.
    """
    collection = target.collection
    with protocol_errors(target.document_class, lambda: can_encode(collection, query, update)):
        found = await target.call(
            collection.find_one_and_update,
            query,
            update,
            projection={"_id": False, key: True},
            upsert=upsert,
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else found[key]


def replacement_of(raw: bytes, id: Any, options: CodecOptions[Any]) -> Encoded:
    """What replaces a stored document, for the driver: less its ``_id``, if that is null or ``id``.

    Any other comes from the ``to_son`` of a class, and the server says what is wrong with it.

    Raises:
        ValueError: it begins with an operator.
    """
    own = NULL_ID
    if not raw.startswith(own, 4):
        own = bson.encode({"_id": id}, codec_options=options)[4:-1]
    if raw.startswith(own, 4):
        size = len(own)
        raw = (len(raw) - size).to_bytes(4, "little") + raw[4 + size :]
    if raw.startswith(b"$", 5):  # behind the length and the type of the first value
        raise ValueError("replacement can not include $ operators")  # in the driver's words
    return Encoded(raw)


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
    return is_deeper_than(MOST_STORED_LEVELS, raw)


def codec_of(collection: Any, document_class: Any) -> Codec:
    """The codec between a document class and a collection."""
    return codec.codec_for(document_class, collection.codec_options)
