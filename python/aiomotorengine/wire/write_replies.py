"""The server's reply to an insert, of which the refusals are decoded when they are looked at.

A reply may refuse tens of thousands of documents. A driver makes dicts of all of them at once, then
copies of these, and of the copies the text of its exception, which holds the event loop for half a
second where the reply has five megabytes. So a large reply is taken as bytes: the driver sees the
first refusal, which has the bytes of all with it.

That rests on the same internal name of PyMongo as reading does, ``_type_marker``, and on what its
``bulk_write`` does with a refusal: it copies it and sets ``index`` and ``op``. A batch of more
documents or bytes than the server takes at once becomes several messages. In each reply the indexes
count from the start of its message, and the driver adds how many documents went before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON

from aiomotorengine.codec.elements import ARRAY, DOCUMENT, Element, elements, find_element, without
from aiomotorengine.codec.encoded_document import RAW_BSON_MARKER
from aiomotorengine.wire.answers import is_whole
from aiomotorengine.wire.dicts import as_dicts

__all__ = ["WriteReply", "refusals_in"]

LARGE = 16 * 1024
"""From how many bytes on a reply is taken apart later. The driver goes through fewer in less time
than a slice of work takes; and a listener to its commands sees all of their refusals."""


class WriteReply:
    """The document class that stands for "leave the refusals of a reply for later".

    Calling it gives an ordinary dict, in which the ``writeErrors`` of a large reply are one
    ``FirstRefusal``.
    """

    _type_marker = RAW_BSON_MARKER

    def __new__(  # type: ignore[misc]  # it makes what the driver wants to see
        cls, raw: bytes, codec_options: CodecOptions[Any]
    ) -> dict[str, Any]:
        options = as_dicts(codec_options)
        raw = bytes(raw)
        found = find_element(raw, b"writeErrors") if len(raw) >= LARGE else None
        if found is None or found.type_byte != ARRAY:
            whole: dict[str, Any] = bson.decode(raw, options)
            return whole
        rest: dict[str, Any] = bson.decode(without(raw, found), options)
        rest["writeErrors"] = [FirstRefusal.of(raw, found, options)]
        return rest


class FirstRefusal(dict[str, Any]):
    """The first refusal of a reply, with the bytes of all.

    Attributes:
        reply: the BSON of the whole reply. Its refusals are not copied out of it: they may be 16
            MB, and the event loop would have to wait for the copy.
        array: where in it the refusals stand.
        codec_options: by which they are decoded.
        index_in_message: the ``index`` that the server gave it, whatever the driver makes of it.
    """

    reply: bytes
    array: Element
    codec_options: CodecOptions[Any]
    index_in_message: Any

    @classmethod
    def of(cls, reply: bytes, array: Element, codec_options: CodecOptions[Any]) -> FirstRefusal:
        first = cls(next(decoded(reply, array, codec_options), {}))
        first.reply, first.array = reply, array
        first.codec_options = codec_options
        first.index_in_message = first.get("index")
        return first

    def copy(self) -> FirstRefusal:
        again = type(self)(self)
        again.reply, again.array = self.reply, self.array
        again.codec_options = self.codec_options
        again.index_in_message = self.index_in_message
        return again

    def all(self) -> Iterator[Any]:
        """The refusals of the reply, this one among them; their indexes count in the batch."""
        index, offset = self.get("index"), 0
        if is_whole(index) and is_whole(self.index_in_message):
            offset = index - self.index_in_message
        for refusal in decoded(self.reply, self.array, self.codec_options):
            # An index that is no number stays as it is, for the reader of the answer to see.
            if offset and is_whole(refusal.get("index")):
                refusal["index"] += offset
            yield refusal


def refusals_in(details: Mapping[str, Any]) -> Iterator[Any]:
    """What the server said of each document that it refused, from the driver's ``BulkWriteError``.

    Each ``index`` is a place in the batch, whichever of the driver's messages the document was in.

    Raises:
        bson.errors.InvalidBSON: the bytes do not add up.
    """
    for refusal in details["writeErrors"]:
        if isinstance(refusal, FirstRefusal):
            yield from refusal.all()
        else:
            yield refusal


def decoded(raw: bytes, array: Element, codec_options: CodecOptions[Any]) -> Iterator[Any]:
    """The documents of an array, one after the other."""
    for found in elements(raw, array.value, array.end):
        if found.type_byte != DOCUMENT:
            raise InvalidBSON("a refusal is no document")
        yield bson.decode(raw[found.value : found.end], codec_options)
