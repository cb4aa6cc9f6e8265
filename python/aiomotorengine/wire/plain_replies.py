"""The server's reply to a write of one document, or to an update: decoded by the codec.

A replica set says of each command when it was done, in values that PyMongo makes one by one by the
constructors of their classes; that takes longer than the rest of the reply.
"""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions, TypeRegistry

from aiomotorengine import codec
from aiomotorengine.wire.replies import with_replies_as

__all__ = ["reply_decoder", "with_plain_replies"]

DECODED_HERE = "_aiomotorengine_decoded_here"
"""The attribute of a collection that holds the one which is asked, as in ``replies.py``."""


def reply_decoder(codec_options: CodecOptions[Any]) -> Any:
    """What the driver hands replies to; it gives a dict with all that the server says.

    Parameters:
        codec_options: those of the collection. As for the driver, their type registry is for
            documents.
    """
    return codec.decoder_of(
        codec_options.with_options(
            type_registry=TypeRegistry(),
            # What a server says of a failure may have any bytes; so the driver reads it.
            unicode_decode_error_handler="replace",
        )
    )


def with_plain_replies(collection: Any) -> Any:
    """The same collection, the replies to whose writes are decoded here; where that is possible."""
    served = vars(collection).get(DECODED_HERE)
    return with_replies_as(reply_decoder, collection, DECODED_HERE) if served is None else served
