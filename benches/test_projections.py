"""A part of documents, rows in their place, and documents as they are stored.

What is decoded is what a query set says of ``only`` and the like; the two fields are the first ones
of each class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import bson
import pytest

from aiomotorengine.codec.shape import RAW
from benches.codecs import STANDARD, any_shape, batch_of, decoding
from benches.collector import keeping
from tests.zoo.shapes import Shape

AT_ONCE = 1_000
CALLS = {"native": 20, "python": 2}
FEWER_CALLS = {"native": 10, "python": 1}  # where documents are larger
ROUNDS = {"native": 9, "python": 3}

PART_TARGETS = {"S1": 0.5}  # which has eight fields
RAW_TARGETS = {"S1": 0.5, "S1n": 0.9}
ROW_TARGETS = {"values_list": 1.0}

Compare = Callable[..., float]


def calls(shape: Shape, codec: str) -> int:
    return (CALLS if shape.name in ("S1", "S1n") else FEWER_CALLS)[codec]


def two_of(shape: Shape) -> list[str]:
    first, second, *_ = shape.document_class._fields
    return [first, second]


def sent(shape: Shape, projection: Mapping[str, int]) -> bytes:
    """What MongoDB sends of documents for a projection."""
    return batch_of(shape, AT_ONCE, [key for key, is_sent in projection.items() if is_sent])


@any_shape
@pytest.mark.parametrize("is_sent", [False, True], ids=["the same bytes", "fewer bytes"])
def test_part(shape: Shape, is_sent: bool, codec: str, compare: Compare) -> None:
    model, whole = shape.document_class, batch_of(shape, AT_ONCE)
    projection, part = model.objects.only(*two_of(shape))._reads()
    batch = sent(shape, projection) if is_sent else whole
    of_same_bytes = codec == "native" and not is_sent
    compare(
        keeping(decoding(codec, model, batch, read_as=part), calls(shape, codec)),
        keeping(decoding(codec, model, whole), calls(shape, codec)),
        table=f"decode: `only` of two fields, documents kept, {AT_ONCE:,} in a call, collector on, "
        "vs whole documents",
        row=f"{codec}, of {'what MongoDB sends' if is_sent else 'the same bytes'}",
        column=shape.name,
        target=PART_TARGETS.get(shape.name) if of_same_bytes else None,
        rounds=ROUNDS[codec],
    )


@any_shape
@pytest.mark.parametrize("method", ["values_list", "values"])
def test_rows(shape: Shape, method: str, codec: str, compare: Compare) -> None:
    model, names = shape.document_class, two_of(shape)
    keys_of_rows, row = getattr(model.objects, method)(*names)._reads()
    keys_of_part, part = model.objects.only(*names)._reads()
    ours, theirs = (
        decoding(codec, model, sent(shape, keys), read_as=kind)
        for keys, kind in ((keys_of_rows, row), (keys_of_part, part))
    )
    compare(
        keeping(ours, calls(shape, codec)),
        keeping(theirs, calls(shape, codec)),
        table="the same in rows, vs documents of `only`; each of what MongoDB sends for it",
        row=f"`{method}`, {codec}",
        column=shape.name,
        target=ROW_TARGETS.get(method) if codec == "native" else None,
        rounds=ROUNDS[codec],
    )


@any_shape
def test_raw(shape: Shape, codec: str, compare: Compare) -> None:
    batch = batch_of(shape, AT_ONCE)
    compare(
        keeping(decoding(codec, shape.document_class, batch, read_as=RAW), calls(shape, codec)),
        keeping(lambda: bson.decode_all(batch, STANDARD), calls(shape, codec)),
        table=f"decode: `raw()`, documents kept, {AT_ONCE:,} in a call, collector on, "
        "vs `bson.decode_all`",
        row=codec,
        column=shape.name,
        target=RAW_TARGETS.get(shape.name) if codec == "native" else None,
        rounds=ROUNDS[codec],
    )
