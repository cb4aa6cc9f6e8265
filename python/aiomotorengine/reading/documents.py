"""What a query finds, as it arrives: documents of a class, or as they are stored.

Where replies as bytes are not to be had (a document class of the user's, client-side encryption)
documents are read as dicts, and nobody above notices.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import Any, NamedTuple, Protocol

from bson.errors import InvalidBSON
from pymongo import CursorType

from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.codec.shape import Shape
from aiomotorengine.codec.shaping import shaping
from aiomotorengine.drivers import private_names
from aiomotorengine.errors import StoredValueError
from aiomotorengine.pacing import Pace
from aiomotorengine.reading.dates import refused_date, unless_asked_for, with_any_date
from aiomotorengine.sessions.saved import mark_as_read
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.snapshots import snapshot_of_mapping
from aiomotorengine.wire.cursors import CursorReader
from aiomotorengine.wire.query_options import OF_AGGREGATIONS, command_options, find_options
from aiomotorengine.wire.replies import Batch, decode_documents, with_replies_as_bytes
from aiomotorengine.wire.requests import can_encode

__all__ = [
    "Decoded",
    "Decoder",
    "DocumentDecoder",
    "Reading",
    "StoredDecoder",
    "Unreadable",
    "aggregate",
    "aggregate_documents",
    "document_in",
    "document_of",
    "find",
    "find_stored",
    "found_document",
    "results",
    "tail",
]

BYTES_PER_REPLY = 1024 * 1024
"""About how large a reply should be."""

SMALL_REPLY = 4 * 1024
"""Up to how many bytes a reply is decoded in one go, however fast that will turn out to be."""

MOST_DECODED_AT_ONCE = 1_000
"""How many documents are decoded before the event loop gets its turn, however fast that is: next,
Python's collector looks at all of them, which takes longer than to make them."""


Unreadable = Callable[[StoredValueError, Mapping[str, Any]], object]
"""Takes a stored document that cannot be read, with the reason."""


class Decoded(NamedTuple):
    """What became of some documents.

    Attributes:
        documents: those that were read, before any that cannot be.
        done: how many are done with, one that was left out included.
        error: why the next one cannot be read.
    """

    documents: list[Any]
    done: int
    error: Exception | None = None


class Decoder(Protocol):
    """What becomes of documents that arrive."""

    def decode(self, batch: Batch, offsets: Sequence[int], pace: Pace) -> Decoded:
        """Documents of a batch; fewer than these where the time is up."""

    def convert(self, stored: Sequence[Mapping[str, Any]]) -> Decoded:
        """Documents that did not come as bytes."""


class DocumentDecoder:
    """Makes documents of a class.

    Parameters:
        target: where they are from, and what they become.
        on_unreadable: takes those that cannot be read; without it, reading ends there.
        shape: what they are read as; by default they are read whole.
    """

    def __init__(
        self,
        target: Target,
        on_unreadable: Unreadable | None = None,
        shape: Shape | None = None,
    ) -> None:
        self._target = target
        self._shape = shape
        self._codec_options = target.codec_options
        self._document_class = target.document_class
        self._codec = codec_for(self._document_class, self._codec_options, shape)
        self._transaction = target.transaction
        self._on_unreadable = on_unreadable

    def decode(self, batch: Batch, offsets: Sequence[int], pace: Pace) -> Decoded:
        try:
            documents = self._codec.decode_many(batch.reply, offsets, seconds=pace.left)
        except DocumentError as refused:
            documents, offset = refused.decoded, offsets[refused.index]
            self._mark_as_read(documents)
            error = self.reason(batch, offset, refused)
            if self._on_unreadable is None or not isinstance(error, StoredValueError):
                return Decoded(documents, len(documents), error)
            self._on_unreadable(error, self._stored_at(batch, offset))
            return Decoded(documents, len(documents) + 1)
        self._mark_as_read(documents)
        return Decoded(documents, len(documents))

    def _mark_as_read(self, documents: list[Any]) -> None:
        if are_documents(self._shape):
            mark_as_read(documents, self._transaction)

    def convert(self, stored: Sequence[Mapping[str, Any]]) -> Decoded:
        documents: list[Any] = []
        for mapping in stored:
            try:
                documents.append(self._document_of(mapping))
            except Exception as error:
                if self._on_unreadable is None or not isinstance(error, StoredValueError):
                    return Decoded(documents, len(documents), error)
                self._on_unreadable(error, mapping)
        return Decoded(documents, len(stored))

    def _document_of(self, stored: Mapping[str, Any]) -> Any:
        """One document that did not come as bytes."""
        refusal = unless_asked_for(self._codec_options, self._document_class, stored)
        if refusal is not None:
            raise refusal
        return document_of(self._target, stored, self._shape)

    def reason(self, batch: Batch, offset: int, refused: DocumentError) -> Exception:
        """Why a document cannot be read, as programs are told it."""
        error = refused.__cause__
        assert isinstance(error, Exception)
        if not isinstance(error, InvalidBSON):
            return error
        with suppress(InvalidBSON):
            date = refused_date(self._document_class, self._stored_at(batch, offset))
            if date is not None:
                date.__cause__ = error
                return date
        return error

    def _stored_at(self, batch: Batch, offset: int) -> Mapping[str, Any]:
        return decode_documents(batch, [offset], with_any_date(self._codec_options))[0]


def are_documents(shape: Shape | None) -> bool:
    """Whether what is read are instances of a class, be they whole or not."""
    return shape is None or shape.kind == "partial"


def document_of(target: Target, stored: Mapping[str, Any], shape: Shape | None = None) -> Any:
    """A document that did not come as bytes.

    Parameters:
        target: where it is from, and what it becomes.
        stored: what is stored.
        shape: what it is read as; by default it is read whole.
    """
    document_class = target.document_class
    if shape is None:
        document = document_class.from_son(stored)
    else:
        document = shaping(document_class, shape)(stored)
        if not are_documents(shape):
            return document
    if isinstance(document, DocumentStorage) and type(document).__track_changes__:  # type: ignore[attr-defined]
        document._is_persisted = snapshot_of_mapping(stored, target.codec_options)
    mark_as_read([document], target.transaction)
    return document


class StoredDecoder:
    """Leaves documents as they are stored.

    Parameters:
        collection: the driver's collection that they are from.
        document_class: the class of the documents; ``None`` for what was made of them.
        on_unreadable: takes those that cannot be read; without it, reading ends there.
    """

    def __init__(
        self,
        collection: Any,
        document_class: Any = None,
        on_unreadable: Unreadable | None = None,
    ) -> None:
        self._codec_options = collection.codec_options
        self._document_class = document_class
        self._on_unreadable = on_unreadable

    def decode(self, batch: Batch, offsets: Sequence[int], pace: Pace) -> Decoded:
        try:
            return Decoded(decode_documents(batch, offsets, self._codec_options), len(offsets))
        except InvalidBSON as error:
            any_date = with_any_date(self._codec_options)
            found = self._readable(decode_documents(batch, offsets, any_date), error)
            if len(found.documents) == len(offsets):
                raise
            return found

    def convert(self, stored: Sequence[Mapping[str, Any]]) -> Decoded:
        return self._readable(stored)

    def _readable(
        self, stored: Sequence[Mapping[str, Any]], cause: Exception | None = None
    ) -> Decoded:
        documents: list[Any] = []
        for document in stored:
            refusal = unless_asked_for(self._codec_options, self._document_class, document)
            if refusal is None:
                documents.append(document)
                continue
            refusal.__cause__ = cause
            if self._on_unreadable is None:
                return Decoded(documents, len(documents), refusal)
            self._on_unreadable(refusal, document)
        return Decoded(documents, len(stored))


class Reading:
    """Documents in lists, as they arrive and no more at once than the event loop can bear.

    It is read with ``async for`` and closed with ``aclose``. It is no generator, of which each
    would be closed by itself, and out of order, when nobody holds them any more.
    """

    def __init__(
        self,
        reader: CursorReader | None,
        decoder: Decoder,
        naming: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        sizes_replies: bool = True,
        waits: bool = False,
    ) -> None:
        self._reader = reader
        self._waits = waits
        self._sizes_replies = sizes_replies
        self._decoder = decoder
        self._naming = naming
        self._pace = Pace()
        self._batch: Batch | None = None
        self._decoded = 0
        """How many documents of the batch are."""
        self._error: Exception | None = None
        """Why there is nothing more, once the documents before are handed out."""
        self._keeps_answers_whole = False

    def whole_answers(self) -> Reading:
        """The same, with all documents that come with one answer of the server in one list, for
        what is done once for all of them.
        """
        self._keeps_answers_whole = True
        return self

    def __aiter__(self) -> Reading:
        return self

    async def __anext__(self) -> list[Any]:
        if self._keeps_answers_whole:
            return await self._rest_of_answer()
        while True:
            documents = await self._some()
            if documents:
                return documents

    async def _rest_of_answer(self) -> list[Any]:
        documents: list[Any] = []
        while not documents or self._batch is not None:
            try:
                documents += await self._some()
            except Exception as error:
                if not documents:
                    raise
                self._error = error
                break
        return documents

    async def _some(self) -> list[Any]:
        """A few documents, or none: of what came, these can't be read, and were left out."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        decoded = await self._next()
        self._error = decoded.error
        return decoded.documents

    async def aclose(self) -> None:
        """Close the server's cursor."""
        self._batch = None
        if self._reader is not None:
            await self._reader.aclose()

    async def _next(self) -> Decoded:
        if self._batch is not None:
            await asyncio.sleep(0)
            return self._decode_some(self._batch)
        if self._reader is None:
            raise StopAsyncIteration
        with self._naming():
            found = await self._reader.read()
        if not found:
            if self._waits and not self._reader.is_over:
                return Decoded([], 0)
            raise StopAsyncIteration
        if not isinstance(found[0], Batch):
            return self._decoder.convert(found)
        self._batch, self._decoded = found[0], 0
        if self._sizes_replies:
            size_next_reply(self._reader.cursor, found[0])
        return self._decode_some(found[0])

    def _decode_some(self, batch: Batch) -> Decoded:
        pace = self._pace
        count = min(pace.size, MOST_DECODED_AT_ONCE)
        if len(batch.reply) <= SMALL_REPLY:
            count = len(batch.offsets)
        offsets = batch.offsets[self._decoded : self._decoded + count]
        pace.start()
        decoded = self._decoder.decode(batch, offsets, pace)
        pace.finish(decoded.done)
        self._decoded += decoded.done
        if self._decoded >= len(batch.offsets) or decoded.error is not None:
            self._batch = None
        return decoded


def find(
    target: Target,
    query: Mapping[str, Any],
    *,
    sort: Sequence[tuple[str, Any]] | None = None,
    skip: int = 0,
    limit: int | None = None,
    projection: Mapping[str, Any] | None = None,
    shape: Shape | None = None,
    on_unreadable: Unreadable | None = None,
    decoder: Decoder | None = None,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reading:
    """The documents that a query finds, as instances of the target's class, or in another shape.

    Parameters:
        target: what is read.
        query: the filter, as MongoDB takes it.
        sort: keys and directions.
        skip: how many to leave out.
        limit: how many at most.
        projection: which keys are read; by default all.
        shape: what documents are read as; by default they are read whole.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none.
        decoder: what becomes of them, if it is something else; it knows by itself what to do with
            those that cannot be read.
        naming: what names the value that cannot be encoded, around each request.
    """
    decoder = decoder or DocumentDecoder(target, on_unreadable, shape)
    if limit == 0:
        return Reading(None, decoder)  # to the driver it would mean all
    options = {} if projection is None else {"projection": projection}
    reader = reader_of(target, query, sort=sort or None, skip=skip, limit=limit or 0, **options)
    return Reading(reader, decoder, naming, sizes_replies="batch_size" not in target.reading)


def tail(
    target: Target,
    query: Mapping[str, Any],
    *,
    max_await_time_ms: int | None = None,
    on_unreadable: Unreadable | None = None,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reading:
    """The documents of a capped collection that a query finds, and those that come later.

    Parameters:
        target: what is read.
        query: the filter, as MongoDB takes it.
        max_await_time_ms: how long the server waits for one before it says that there is none yet.
        on_unreadable: as for ``find``.
        naming: as for ``find``.
    """

    async def open_cursor() -> Any:
        options = {**find_options(target), **target.arguments}
        found = readable(target.collection).find(
            query, cursor_type=CursorType.TAILABLE_AWAIT, **options
        )
        return found if max_await_time_ms is None else found.max_await_time_ms(max_await_time_ms)

    could_be_sent = partial(can_encode, target.collection, query)
    reader = CursorReader(target, open_cursor, could_be_sent, waits=True)
    decoder = DocumentDecoder(target, on_unreadable)
    return Reading(reader, decoder, naming, sizes_replies=False, waits=True)


def found_document(target: Target, found: Batch | Mapping[str, Any] | None) -> Any | None:
    """The document that an answer to a single command has; ``None`` where it has none.

    Parameters:
        target: where it was found.
        found: the document as bytes, or as a mapping.

    Raises:
        StoredValueError: it cannot be read.
    """
    if found is None:
        return None
    if isinstance(found, Batch):
        return document_in(target, found)
    documents, _, error = DocumentDecoder(target).convert([found])
    if error is not None:
        raise error
    return documents[0]


def document_in(target: Target, batch: Batch, shape: Shape | None = None) -> Any:
    """The first document of a batch, in a shape.

    Raises:
        StoredValueError: it cannot be read.
        bson.errors.InvalidBSON: its bytes do not add up.
    """
    offset = batch.offsets[0]
    codec = codec_for(target.document_class, target.codec_options, shape)
    try:
        documents = codec.decode_many(batch.reply, [offset])
    except DocumentError as refused:
        reason = DocumentDecoder(target, shape=shape).reason(batch, offset, refused)
    else:
        if target.session is not None and are_documents(shape):
            mark_as_read(documents, target.transaction)
        return documents[0]
    raise reason


def find_stored(
    target: Target,
    query: Mapping[str, Any],
    *,
    projection: Mapping[str, Any] | None = None,
    sort: Sequence[tuple[str, Any]] | None = None,
    limit: int = 0,
    on_unreadable: Unreadable | None = None,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reading:
    """The documents of a class that a query finds, as they are stored.

    Parameters:
        target: what is read.
        query: the filter, as MongoDB takes it.
        projection: which keys are read; by default all.
        sort: keys and directions.
        limit: how many at most; 0 for all.
        on_unreadable: takes each document that cannot be read, with the error, which is raised if
            there is none.
        naming: what names the value that cannot be encoded, around each request.
    """
    reader = reader_of(target, query, projection=projection, sort=sort or None, limit=limit)
    decoder = StoredDecoder(target.collection, target.document_class, on_unreadable)
    return Reading(reader, decoder, naming)


def readable(collection: Any) -> Any:
    """The same collection, as its cursors are best opened."""
    as_bytes = with_replies_as_bytes(collection)
    if as_bytes is not collection:
        return as_bytes
    # The driver would say no more than that there is such a date among a hundred documents.
    return collection.with_options(codec_options=with_any_date(collection.codec_options))


def reader_of(target: Target, query: Mapping[str, Any], **options: Any) -> CursorReader:
    """The reader of a query, with the options of the driver's ``find``."""

    options = {**find_options(target), **options}
    # With a negative limit the server sends all it finds in one answer, and closes its cursor.
    is_single = options.get("limit") == 1
    if is_single:
        options["limit"] = -1

    async def open_cursor() -> Any:
        return readable(target.collection).find(query, **options, **target.arguments)

    return CursorReader(
        target, open_cursor, lambda: can_encode(target.collection, query), is_single=is_single
    )


async def aggregate(target: Target, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """All results of an aggregation.

    Parameters:
        target: what is aggregated.
        pipeline: the stages, as MongoDB takes them.
    """
    reading = results(target, pipeline, StoredDecoder(target.collection))
    try:
        return [result async for batch in reading for result in batch]
    finally:
        await reading.aclose()


def aggregate_documents(
    target: Target,
    pipeline: Sequence[Mapping[str, Any]],
    *,
    on_unreadable: Unreadable | None = None,
    shape: Shape | None = None,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reading:
    """What an aggregation gives that leaves documents as they are, as instances.

    Parameters:
        target: what is aggregated.
        pipeline: the stages, as MongoDB takes them.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none.
        shape: what documents are read as; by default they are read whole.
        naming: what names the value that cannot be encoded, around each request.
    """
    return results(target, pipeline, DocumentDecoder(target, on_unreadable, shape), naming)


def results(
    target: Target,
    pipeline: Sequence[Mapping[str, Any]],
    decoder: Decoder,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reading:
    """What an aggregation gives, as it arrives.

    Parameters:
        target: what is aggregated.
        pipeline: the stages, as MongoDB takes them.
        decoder: what becomes of it.
        naming: what names the value that cannot be encoded, around each request.
    """
    collection = target.collection
    reader = CursorReader(
        target,
        lambda: open_aggregation(target, readable(collection), pipeline),
        lambda: can_encode(collection, {"pipeline": pipeline}),
    )
    return Reading(reader, decoder, naming, sizes_replies="batch_size" not in target.reading)


async def open_aggregation(
    target: Target, served: Any, pipeline: Sequence[Mapping[str, Any]]
) -> Any:
    """The driver's cursor of an aggregation over the target, whose collection is read this way."""
    options = {**command_options(target, OF_AGGREGATIONS), **target.arguments}
    return await target.driver.open_aggregation(served, pipeline, **options)


def size_next_reply(cursor: Any, batch: Batch) -> None:
    """Ask for as many documents as make a reply of moderate size, by those that have arrived.

    A server sends up to 16 MiB at once, which the driver takes apart in one piece.
    """
    size = BYTES_PER_REPLY * len(batch.offsets) // len(batch.reply)
    private_names.set_batch_size(cursor, max(1, size))
