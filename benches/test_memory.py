"""What a loaded document takes of memory, against the driver's dict of the same."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import bson

from benches.codecs import STANDARD, any_shape, batch_of, decoding
from benches.tables import put
from tests.zoo.shapes import Shape

COUNT = 1000
TABLE = "memory of a loaded document, in bytes, and vs the dict of `bson.decode_all`"
TARGETS = {"S1": 0.75, "S1n": 0.80, "S2": 0.80, "S3": 0.60, "S4": 0.80}


def bytes_each(load: Callable[[], list[Any]]) -> float:
    load()  # so that what is made once is there
    gc.collect()
    tracemalloc.start()
    try:
        loaded = load()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return size / len(loaded)


@any_shape
def test_memory(shape: Shape, codec: str) -> None:
    batch = batch_of(shape, COUNT)
    ours = bytes_each(decoding(codec, shape.document_class, batch))
    theirs = bytes_each(lambda: bson.decode_all(batch, STANDARD))
    put(TABLE, "dict, bytes", shape.name, theirs)
    put(TABLE, f"{codec}, bytes", shape.name, ours)
    put(TABLE, codec, shape.name, ours / theirs, TARGETS[shape.name] if codec == "native" else None)
