"""What the benches of the codecs have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from time import process_time
from typing import Any

import bson
import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine import codec as codec_api
from aiomotorengine.codec import codec_for
from aiomotorengine.codec import shape as codec_shape
from tests.zoo.shapes import SHAPES, Shape

__all__ = [
    "AGAIN",
    "STANDARD",
    "again",
    "any_shape",
    "batch_of",
    "codec_and_ids",
    "decoding",
    "encoding",
    "only_native",
    "watch",
]

STANDARD: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)

AGAIN = 40

any_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
only_native = pytest.mark.skipif(
    "native" not in codec_api.available(), reason="there is one codec only"
)


def encoding(
    name: str, documents: Sequence[Any], options: CodecOptions[Any] = STANDARD
) -> Callable[[], list[bytes]]:
    """Validates documents of one class and writes them, each with a new id, by a codec."""
    side, new_ids = codec_and_ids(name, type(documents[0]), options)
    return lambda: side.encode_many(documents, new_ids(len(documents)), validate=True)


def codec_and_ids(
    name: str, document_class: Any, options: CodecOptions[Any] = STANDARD
) -> tuple[codec_api.Codec, Callable[[int], list[ObjectId]]]:
    """The codec of a class, of the implementation named, and what makes new ids there."""
    with codec_api.use(name):
        return codec_for(document_class, options), codec_api.choose(name)[0].new_object_ids


def decoding(
    name: str,
    document_class: Any,
    batch: bytes,
    options: CodecOptions[Any] = STANDARD,
    read_as: codec_shape.Shape | None = None,
) -> Callable[[], list[Any]]:
    """Reads the documents of a batch, by a codec; whole, if nothing else is said."""
    with codec_api.use(name):
        side = codec_for(document_class, options, read_as)
    return lambda: side.decode_many(batch)


def again(work: Callable[[], Any], times: int = AGAIN) -> Callable[[], None]:
    """Do something several times over, by ``watch``; letting go of what comes of it is not timed.

    Before each round the collector goes through all objects, which leaves nothing of what is
    measured in the processor's caches: once alone would measure mostly that.
    """

    def works() -> None:
        for _ in range(times):
            made = work()
            start = process_time()
            del made
            watch.left_out += process_time() - start

    return works


class Stopwatch:
    """The processor time of this process, less what was left out.

    Attributes:
        left_out: how many seconds that is.
    """

    def __init__(self) -> None:
        self.left_out = 0.0

    def __call__(self) -> float:
        return process_time() - self.left_out


watch = Stopwatch()


def batch_of(shape: Shape, count: int, keys: Collection[str] | None = None) -> bytes:
    """So many documents of a shape, end to end; of each the values of these keys, or all."""
    rows = ({"_id": ObjectId(), **row} for row in shape.rows(count))
    if keys is not None:
        rows = ({key: row[key] for key in row if key in keys} for row in rows)
    return b"".join(bson.encode(row, codec_options=STANDARD) for row in rows)
