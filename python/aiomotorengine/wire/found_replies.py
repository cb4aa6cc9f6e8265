"""The server's reply to a command that finds one document and changes it, with that as bytes.

That rests on the same internal name of PyMongo as reading does, ``_type_marker``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson.codec_options import CodecOptions

from aiomotorengine import codec
from aiomotorengine.codec.elements import DOCUMENT, find_element
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.replies import Batch, ReplyType, with_replies_as
from aiomotorengine.wire.requests import can_encode

__all__ = [
    "FoundReply",
    "find_and_modify",
    "tells_insertions",
    "was_inserted",
    "with_found_as_bytes",
]

FOUND_AS_BYTES = "_aiomotorengine_found_as_bytes"
"""The attribute of a collection that holds the one which is asked, as in ``replies.py``."""


class FoundReply(ReplyType):
    """Gives an ordinary dict, in which ``value`` is a ``Batch`` of one."""

    def __call__(self, raw: bytes, codec_options: CodecOptions[Any]) -> dict[str, Any]:
        """What the driver wants to see of a reply.

        Parameters:
            raw: the BSON of the reply.
            codec_options: those of the driver, in which this is the document class.

        Raises:
            bson.errors.InvalidBSON: the bytes do not add up.
        """
        raw = bytes(raw)
        cut = codec.cut_found(raw)
        rest, offset = cut or (raw, None)
        reply = self._decode(rest)
        if offset is not None:
            reply["value"] = Batch(raw, [offset])
        return reply


def tells_insertions(collection: Any) -> bool:
    """Whether replies come as bytes, in which servers say if a document was inserted."""
    return with_found_as_bytes(collection) is not collection


def was_inserted(found: Batch) -> bool:
    """Whether the document of a reply was inserted by the command, which was an upsert.

    Parameters:
        found: what ``find_and_modify`` has returned.

    Raises:
        bson.errors.InvalidBSON: the bytes do not add up.
    """
    reply = found.reply
    said = find_element(reply, b"lastErrorObject")
    if said is None or said.type_byte != DOCUMENT:
        return False
    return find_element(reply[said.value : said.end], b"upserted") is not None


def with_found_as_bytes(collection: Any) -> Any:
    """The same collection, with a ``Batch`` in place of a reply's document; where possible."""
    served = vars(collection).get(FOUND_AS_BYTES)
    return with_replies_as(FoundReply, collection, FOUND_AS_BYTES) if served is None else served


async def find_and_modify(
    target: Target, verb: str, *arguments: Mapping[str, Any], **options: Any
) -> Batch | Mapping[str, Any] | None:
    """The document that one of the driver's ``find_one_and_…`` calls finds and changes.

    Parameters:
        target: where the document is.
        verb: the name of the call.
        arguments: what it is given: a filter, and an update or another document.
        options: its options.

    Returns:
        The document, as bytes where these are to be had; ``None`` without one.

    Raises:
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
        pymongo.errors.ProtocolError: its answer makes no sense.
    """
    collection = target.collection
    method = getattr(with_found_as_bytes(collection), verb)
    try:
        options = {**target.matching, **options}
        found: Batch | Mapping[str, Any] | None = await target.asking(method)(*arguments, **options)
    except Exception:
        with protocol_errors(target.document_class, lambda: can_encode(collection, *arguments)):
            raise
    return found
