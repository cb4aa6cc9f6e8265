"""Many documents through the door, in multiples of PyMongo's C extension on dicts."""

from __future__ import annotations

from collections.abc import Callable

import bson
import pytest
from bson.objectid import ObjectId

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
KEPT = 20_000
AT_ONCE = 1000
ROUNDS = {"native": 15, "python": 8}
SLOWER = 10
"""The Python codec takes at least about so many times as long, and is given as many times less."""
TIMES = {"native": AGAIN, "python": AGAIN // SLOWER}

# What the native codec is to reach.
ENCODE_TARGETS = {"S1": 0.10, "S1n": 0.15, "S2": 0.22, "S3": 0.15, "S4": 0.12}
DECODE_TARGETS = {"S1": 0.18, "S1n": 0.50, "S2": 0.55, "S3": 0.30, "S4": 0.45}
KEPT_TARGETS = {"S1": 0.18, "S1n": 0.50, "S2": 0.40, "S3": 0.22, "S4": 0.50}
ENCODE_FACTOR, DECODE_FACTOR = Target(20, is_least=True), Target(10, is_least=True)

Compare = Callable[..., None]


# -- against PyMongo -----------------------------------------------------------------------------


@any_shape
def test_encode(shape: Shape, codec: str, compare: Compare) -> None:
    rows, documents = shape.rows(COUNT), shape.documents(COUNT)
    compare(
        again(encoding(codec, documents), TIMES[codec]),
        again(lambda: [bson.encode(row, codec_options=STANDARD) for row in rows], TIMES[codec]),
        table="validated documents → bytes with a new `_id`, vs a loop of `bson.encode(dict)`",
        row=codec,
        column=shape.name,
        target=ENCODE_TARGETS[shape.name] if codec == "native" else None,
        rounds=ROUNDS[codec],
        clock=watch,
    )


@any_shape
def test_encode_with_the_ids_of_the_driver(shape: Shape, codec: str, compare: Compare) -> None:
    rows, documents = shape.rows(COUNT), shape.documents(COUNT)
    compare(
        again(encoding(codec, documents), TIMES[codec]),
        again(
            lambda: [
                bson.encode({"_id": ObjectId(), **row}, codec_options=STANDARD) for row in rows
            ],
            TIMES[codec],
        ),
        table="the same, where the dicts are given an `ObjectId()` as well",
        row=codec,
        column=shape.name,
        rounds=ROUNDS[codec],
        clock=watch,
    )


@any_shape
@pytest.mark.usefixtures("without_collector")
def test_decode(shape: Shape, codec: str, compare: Compare) -> None:
    batch = batch_of(shape, COUNT)
    compare(
        again(decoding(codec, shape.document_class, batch), TIMES[codec]),
        again(lambda: bson.decode_all(batch, STANDARD), TIMES[codec]),
        table="bytes → documents, vs `bson.decode_all`, collector off",
        row=codec,
        column=shape.name,
        target=DECODE_TARGETS[shape.name] if codec == "native" else None,
        rounds=ROUNDS[codec],
        clock=watch,
    )


@only_native
@any_shape
def test_decode_and_keep(shape: Shape, compare: Compare) -> None:
    batch = batch_of(shape, AT_ONCE)
    decode = decoding("native", shape.document_class, batch)
    times = KEPT // AT_ONCE
    compare(
        lambda: [decode() for _ in range(times)],
        lambda: [bson.decode_all(batch, STANDARD) for _ in range(times)],
        table=f"the same, default collector, {KEPT:,} documents kept, {AT_ONCE:,} in a call",
        row="native",
        column=shape.name,
        target=KEPT_TARGETS[shape.name],
        rounds=5,
    )


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


# -- against each other --------------------------------------------------------------------------


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
