"""Replies of the server as bytes: what the driver's cursor gets in place of dicts.

A ``ReplyDecoder`` stands in the collection's codec options in place of a document class, so that
PyMongo calls it once for each whole reply: it cuts the batch out as bytes and leaves the cursor a
reply in which the batch is one object. Retries, sessions, monitoring and the closing of cursors
stay the driver's own work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import bson
from bson.codec_options import CodecOptions, TypeEncoder, TypeRegistry
from bson.int64 import Int64
from pymongo.errors import ProtocolError

from aiomotorengine import codec
from aiomotorengine.codec.elements import length_at
from aiomotorengine.codec.encoded_document import RAW_BSON_MARKER
from aiomotorengine.drivers import private_names
from aiomotorengine.wire.answers import is_whole

__all__ = [
    "Batch",
    "ReplyDecoder",
    "ReplyType",
    "decode_documents",
    "refuse_nameless",
    "serves_bytes",
    "with_replies_as",
    "with_replies_as_bytes",
]


AS_BYTES = "_aiomotorengine_as_bytes"
"""The attribute of a collection that holds the one that is read: a copy for each query would cost a
tenth of it. It stands on the collection itself because drivers call those equal that have other
options."""


class Batch:
    """The documents of one reply.

    Attributes:
        reply: the BSON of the whole reply.
        offsets: where in it each of the documents begins.
    """

    __slots__ = ("offsets", "reply")

    def __init__(self, reply: bytes, offsets: Sequence[int]) -> None:
        self.reply = reply
        self.offsets = offsets

    def __repr__(self) -> str:
        return f"<{len(self.offsets)} documents in {len(self.reply)} bytes>"


class BatchOfOne(list[Batch]):
    """What the cursor gets for a batch: one object, and as many documents as it counts."""

    def __len__(self) -> int:
        return len(self[0].offsets)


class ReplyType:
    """Takes the place of a document class, and means "give me the reply as bytes".

    A subclass has a ``__call__`` that makes of them the dict that the driver wants to see.

    Parameters:
        codec_options: by which what is not taken as bytes is decoded, but for a type registry: as
            for the driver, that is for documents.
    """

    _type_marker = RAW_BSON_MARKER

    def __init__(self, codec_options: CodecOptions[Any]) -> None:
        # Made once: it costs as much as decoding a reply.
        self._decode = codec.decoder_of(codec_options.with_options(type_registry=TypeRegistry()))


class ReplyDecoder(ReplyType):
    """Gives an ordinary dict, in which a batch is a ``BatchOfOne``."""

    def __call__(self, raw: bytes, codec_options: CodecOptions[Any]) -> dict[str, Any]:
        """What the driver's cursor wants to see of a reply.

        Parameters:
            raw: the BSON of the reply.
            codec_options: those of the driver, in which this is the document class.

        Raises:
            bson.errors.InvalidBSON: the bytes do not add up.
            pymongo.errors.ProtocolError: the server is content, and there is no batch, or no number
                of a cursor.
        """
        raw = bytes(raw)
        cut = codec.cut_reply(raw)
        if cut is None:
            whole = self._decode(raw)
            if whole.get("ok"):
                raise ProtocolError("the server's answer makes no sense: it has no batch")
            return whole  # the server refuses, and the driver says why
        rest, key, offsets = cut
        reply = self._decode(rest)
        cursor = reply["cursor"]
        if type(cursor.get("id")) is not Int64:  # as servers send it
            refuse_nameless(cursor)
        cursor[key] = BatchOfOne([Batch(raw, offsets)]) if offsets else []
        return reply


def refuse_nameless(cursor: Mapping[str, Any]) -> None:
    """Raise ``ProtocolError`` for the cursor of a reply that has no number.

    The driver would ask for more, or close, whatever is there.
    """
    if not is_whole(cursor.get("id")):
        raise ProtocolError("the server's answer makes no sense: its cursor has no number")


def decode_documents(
    batch: Batch, offsets: Sequence[int], codec_options: CodecOptions[Any]
) -> list[dict[str, Any]]:
    """Documents of a batch, as they are stored."""
    reply = batch.reply
    documents = [reply[offset : offset + length_at(reply, offset)[0]] for offset in offsets]
    return bson.decode_all(b"".join(documents), codec_options)


def with_replies_as_bytes(collection: Any) -> Any:
    """The same collection, whose cursors get a ``Batch`` for each reply; where that is possible."""
    served = vars(collection).get(AS_BYTES)
    return with_replies_as(ReplyDecoder, collection, AS_BYTES) if served is None else served


def with_replies_as(
    reply_type: Callable[[CodecOptions[Any]], Any], collection: Any, name: str
) -> Any:
    """The same collection, whose replies become something else; where that is possible.

    Parameters:
        reply_type: makes what the driver hands them to, by the options of the collection.
        collection: the driver's collection.
        name: the attribute of the collection under which the other one is kept.
    """
    kept = vars(collection)
    if name not in kept:
        served = None  # and not the collection, which would hold itself
        options = collection.codec_options
        if options.document_class is dict and not encrypts(collection):
            served = collection.with_options(
                codec_options=options.with_options(
                    document_class=reply_type(options),
                    type_registry=without_decoders(options.type_registry),
                )
            )
            private_names.decode_all_replies_alike(served)
        kept[name] = served
    served = kept[name]
    return collection if served is None else served


class Encoder(TypeEncoder):
    """The half of a type codec by which queries are encoded."""

    python_type: Any = None

    def __init__(self, codec: TypeEncoder) -> None:
        self.python_type = codec.python_type
        self._codec = codec

    def transform_python(self, value: Any) -> Any:
        return self._codec.transform_python(value)


def without_decoders(registry: TypeRegistry) -> TypeRegistry:
    """A type registry for a collection whose replies are taken as bytes.

    Where a registry has decoders, the driver decodes a reply by itself. Documents are decoded by
    the whole registry, later.
    """
    if not registry.codecs:
        return registry
    encoders = [codec for codec in registry.codecs if isinstance(codec, TypeEncoder)]
    return TypeRegistry([Encoder(codec) for codec in encoders], registry.fallback_encoder)


def serves_bytes(collection: Any) -> bool:
    """Whether the reply to a write into this collection may be taken as bytes."""
    options = collection.codec_options
    is_plain = options.document_class is dict and not options.type_registry.codecs
    return is_plain and not encrypts(collection)


def encrypts(collection: Any) -> bool:
    """Whether the client encrypts by itself what is written to a collection."""
    options = getattr(collection.database.client, "options", None)
    return getattr(options, "auto_encryption_opts", None) is not None
