"""Validation alone; and the native codec beside the Python one."""

from __future__ import annotations

from collections.abc import Callable

import bson
import pytest

from aiomotorengine.codec import codec_for
from benches.codecs import (
    AGAIN,
    STANDARD,
    again,
    any_shape,
    batch_of,
    decoding,
    encoding,
    only_native,
    watch,
)
from benches.tables import Target
from tests.zoo.shapes import Shape

COUNT = 100  # so few stay in the cache: both sides are measured warm
ROUNDS = {"native": 15, "python": 8}
SLOWER = 10
"""The Python codec takes at least about so many times as long, and is given as many times less."""
TIMES = {"native": AGAIN, "python": AGAIN // SLOWER}

ENCODE_FACTOR, DECODE_FACTOR = Target(20, is_least=True), Target(10, is_least=True)

Compare = Callable[..., None]


@any_shape
def test_validate(shape: Shape, codec: str, compare: Compare) -> None:
    rows, documents = shape.rows(COUNT), shape.documents(COUNT)
    side = codec_for(shape.document_class, STANDARD)
    compare(
        again(lambda: side.validate_many(documents), TIMES[codec]),
        again(lambda: [bson.encode(row, codec_options=STANDARD) for row in rows], TIMES[codec]),
        table="validation alone, vs a loop of `bson.encode(dict)`",
        row=codec,
        column=shape.name,
        target=0.10 if codec == "native" else None,
        rounds=ROUNDS[codec],
        clock=watch,
    )


@only_native
@any_shape
def test_native_encodes_faster(shape: Shape, compare: Compare) -> None:
    documents = shape.documents(COUNT)
    compare(
        again(encoding("python", documents), TIMES["python"]),
        again(encoding("native", documents), TIMES["native"]),
        scale=SLOWER,
        table="how many times faster the native codec is than the Python one",
        row="encode",
        column=shape.name,
        target=ENCODE_FACTOR,
        rounds=ROUNDS["python"],
        clock=watch,
    )


@only_native
@any_shape
@pytest.mark.usefixtures("without_collector")
def test_native_decodes_faster(shape: Shape, compare: Compare) -> None:
    batch = batch_of(shape, COUNT)
    compare(
        again(decoding("python", shape.document_class, batch), TIMES["python"]),
        again(decoding("native", shape.document_class, batch), TIMES["native"]),
        scale=SLOWER,
        table="how many times faster the native codec is than the Python one",
        row="decode",
        column=shape.name,
        target=DECODE_FACTOR,
        rounds=ROUNDS["python"],
        clock=watch,
    )
