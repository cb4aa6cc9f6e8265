"""Bytes become documents, against ``bson.decode_all``."""

from __future__ import annotations

from collections.abc import Callable

import bson
import pytest

from benches.codecs import AGAIN, STANDARD, again, any_shape, batch_of, decoding, watch
from benches.collector import keeping
from tests.zoo.shapes import Shape

KEPT = 20_000
AT_ONCE = 1_000
KEPT_ROUNDS = {"native": 5, "python": 2}
KEPT_TARGETS = {"S1": 0.135, "S1n": 0.24, "S2": 0.31, "S3": 0.26, "S4": 0.44}

WARM = 100  # so few stay in the processor's caches
WARM_ROUNDS = {"native": 15, "python": 6}
TIMES = {"native": AGAIN, "python": AGAIN // 10}

Compare = Callable[..., float]


@any_shape
def test_kept(shape: Shape, codec: str, compare: Compare) -> None:
    batch = batch_of(shape, AT_ONCE)
    count = KEPT if codec == "native" else KEPT // 4
    compare(
        keeping(decoding(codec, shape.document_class, batch), count // AT_ONCE),
        keeping(lambda: bson.decode_all(batch, STANDARD), count // AT_ONCE),
        table=f"decode: documents kept, {AT_ONCE:,} in a call, collector on, vs `bson.decode_all`",
        row=codec,
        column=shape.name,
        target=KEPT_TARGETS[shape.name] if codec == "native" else None,
        rounds=KEPT_ROUNDS[codec],
    )


@any_shape
@pytest.mark.usefixtures("without_collector")
def test_warm(shape: Shape, codec: str, compare: Compare) -> None:
    batch = batch_of(shape, WARM)
    compare(
        again(decoding(codec, shape.document_class, batch), TIMES[codec]),
        again(lambda: bson.decode_all(batch, STANDARD), TIMES[codec]),
        table=f"the same, {WARM} documents over and over, collector off",
        row=codec,
        column=shape.name,
        rounds=WARM_ROUNDS[codec],
        clock=watch,
    )
