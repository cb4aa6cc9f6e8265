"""Documents are validated and written, against a loop of ``bson.encode(dict)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bson
from bson.objectid import ObjectId

from benches.client import anew
from benches.codecs import (
    AGAIN,
    STANDARD,
    again,
    any_shape,
    codec_and_ids,
    encoding,
    only_native,
    watch,
)
from tests.zoo.shapes import Shape

COLD = 10_000
COLD_ROUNDS = 5
COLD_TARGETS = {"S1": 0.11, "S1n": 0.20, "S2": 0.40, "S3": 0.15, "S4": 0.20}

WARM = 100  # so few stay in the processor's caches
WARM_ROUNDS = {"native": 15, "python": 6}
WARM_TARGETS = {"S1": 0.10, "S1n": 0.15, "S2": 0.22, "S3": 0.15, "S4": 0.12}
TIMES = {"native": AGAIN, "python": AGAIN // 10}

Compare = Callable[..., float]


@only_native
@any_shape
def test_just_made(shape: Shape, compare: Compare) -> None:
    rows = shape.rows(COLD)
    side, new_ids = codec_and_ids("native", shape.document_class)
    compare(
        lambda documents: side.encode_many(documents, new_ids(COLD), validate=True),
        lambda made: [bson.encode(row, codec_options=STANDARD) for row in made],
        table=f"encode: {COLD:,} documents, just made, validated and given an `_id`, "
        "vs `bson.encode(dict)`",
        row="native",
        column=shape.name,
        target=COLD_TARGETS[shape.name],
        rounds=COLD_ROUNDS,
        before_work=lambda: ([shape.document(row) for row in rows],),
        before_yardstick=lambda: (list(map(anew, rows)),),
    )


@any_shape
def test_warm(shape: Shape, codec: str, compare: Compare) -> None:
    rows, documents = shape.rows(WARM), shape.documents(WARM)
    compare(
        again(encoding(codec, documents), TIMES[codec]),
        again(lambda: [bson.encode(row, codec_options=STANDARD) for row in rows], TIMES[codec]),
        table=f"the same, {WARM} documents over and over",
        row=codec,
        column=shape.name,
        target=WARM_TARGETS[shape.name] if codec == "native" else None,
        rounds=WARM_ROUNDS[codec],
        clock=watch,
    )


@only_native
@any_shape
def test_with_the_ids_of_the_driver(shape: Shape, compare: Compare) -> None:
    rows, documents = shape.rows(WARM), shape.documents(WARM)

    def with_ids() -> list[Any]:
        return [bson.encode({"_id": ObjectId(), **row}, codec_options=STANDARD) for row in rows]

    compare(
        again(encoding("native", documents)),
        again(with_ids),
        table="the same, where the dicts are given an `ObjectId()` as well",
        row="native",
        column=shape.name,
        rounds=WARM_ROUNDS["native"],
        clock=watch,
    )
