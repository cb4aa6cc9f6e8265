"""What a loaded document takes of memory and of the collector's time, beside the driver's dict."""

from __future__ import annotations

import bson

from benches.codecs import STANDARD, any_shape, batch_of, decoding
from benches.collector import bytes_each, tracked_each
from benches.tables import put
from tests.zoo.shapes import Shape

COUNT = 1000
MEMORY = "memory of a loaded document, in bytes, and vs the dict of `bson.decode_all`"
TRACKED = "objects that the collector goes through, for each loaded document"
MEMORY_TARGETS = {"S1": 0.60, "S1n": 0.58, "S2": 0.63, "S3": 0.50, "S4": 0.66}
TRACKED_TARGETS = {"S1": 2, "S1n": 2, "S2": 3, "S3": 4, "S4": 2}


@any_shape
def test_memory(shape: Shape, codec: str) -> None:
    batch = batch_of(shape, COUNT)
    ours = bytes_each(decoding(codec, shape.document_class, batch))
    theirs = bytes_each(lambda: bson.decode_all(batch, STANDARD))
    target = MEMORY_TARGETS[shape.name] if codec == "native" else None
    put(MEMORY, "dict, bytes", shape.name, theirs)
    put(MEMORY, f"{codec}, bytes", shape.name, ours)
    put(MEMORY, codec, shape.name, ours / theirs, target)


@any_shape
def test_tracked(shape: Shape, codec: str) -> None:
    batch = batch_of(shape, COUNT)
    target = TRACKED_TARGETS[shape.name] if codec == "native" else None
    put(TRACKED, "dict", shape.name, tracked_each(lambda: bson.decode_all(batch, STANDARD)))
    ours = tracked_each(decoding(codec, shape.document_class, batch))
    put(TRACKED, codec, shape.name, ours, target)
