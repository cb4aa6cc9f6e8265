"""The server's reply to a write of one document, or to an update: decoded by the codec.

A replica set says of each command when it was done, in values that PyMongo makes one by one by the
constructors of their classes; that takes longer than the rest of the reply.
"""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions

from aiomotorengine.wire.replies import ReplyType, with_replies_as

__all__ = ["PlainReply", "with_plain_replies"]

DECODED_HERE = "_aiomotorengine_decoded_here"
"""The attribute of a collection that holds the one which is asked, as in ``replies.py``."""


class PlainReply(ReplyType):
    """Gives an ordinary dict, which has all that the server says."""

    def __init__(self, codec_options: CodecOptions[Any]) -> None:
        # What a server says of a failure may have any bytes; so the driver reads it.
        super().__init__(codec_options.with_options(unicode_decode_error_handler="replace"))

    def __call__(self, raw: bytes, codec_options: CodecOptions[Any]) -> dict[str, Any]:
        """What the driver wants to see of a reply.

        Parameters:
            raw: the BSON of the reply.
            codec_options: those of the driver, in which this is the document class.

        Raises:
            bson.errors.InvalidBSON: the bytes do not add up.
        """
        return self._decode(bytes(raw))


def with_plain_replies(collection: Any) -> Any:
    """The same collection, the replies to whose writes are decoded here; where that is possible."""
    served = vars(collection).get(DECODED_HERE)
    return with_replies_as(PlainReply, collection, DECODED_HERE) if served is None else served
