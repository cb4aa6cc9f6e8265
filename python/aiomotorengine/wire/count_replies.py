"""The driver's ``count_documents``, whose answer is looked at.

By itself the driver takes an answer without a cursor for "none". It asks for an aggregation with
one result, and one call does it: a cursor of the driver's would cost Motor a second turn of the
event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from bson.codec_options import CodecOptions

from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import checked_count
from aiomotorengine.wire.replies import ReplyType, refuse_nameless, with_replies_as

__all__ = ["CountReply", "count_documents"]

COUNT_CHECKED = "_aiomotorengine_count_checked"
"""The attribute of a collection that holds the one which is asked, as in ``replies.py``."""


class CountReply(ReplyType):
    """Gives an ordinary dict, in which there is a number if the server is content."""

    def __init__(self, codec_options: CodecOptions[Any]) -> None:
        # What a server says of a failure may have any bytes; so the driver reads it.
        super().__init__(codec_options.with_options(unicode_decode_error_handler="replace"))

    def __call__(self, raw: bytes, codec_options: CodecOptions[Any]) -> dict[str, Any]:
        """What the driver wants to see of a reply.

        Parameters:
            raw: the BSON of the reply.
            codec_options: those of the driver, in which this is the document class.

        Raises:
            LookupError, TypeError, AttributeError, pymongo.errors.ProtocolError: the server is
                content, and says no number.
            bson.errors.InvalidBSON: the bytes do not add up.
        """
        reply = self._decode(bytes(raw))
        if reply.get("ok"):
            cursor = reply["cursor"]
            refuse_nameless(cursor)
            if not isinstance(cursor["firstBatch"], list):
                raise TypeError("a batch is no list")
            for counted in cursor["firstBatch"]:
                checked_count(counted["n"])
        return reply


def count_documents(target: Target, query: Mapping[str, Any], **window: Any) -> Awaitable[Any]:
    """How many documents a query finds, as the driver says.

    Parameters:
        target: what is counted.
        query: the filter, as MongoDB takes it.
        window: the driver's ``skip`` and ``limit``, and its other options.

    Raises:
        Exception: what the driver raises, or ``CountReply``.
    """
    collection = with_replies_as(CountReply, target.collection, COUNT_CHECKED)
    return target.call(collection.count_documents, query, **window)
