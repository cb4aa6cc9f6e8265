"""Many documents through the door, in multiples of PyMongo's C extension on dicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bson
import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine.codec import codec_for
from tests.zoo.shapes import SHAPES, Shape

STANDARD: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
COUNT = 500

# What the native codec is to reach.
ENCODE_TARGETS = {"S1": 0.10, "S1n": 0.15, "S2": 0.22, "S3": 0.15, "S4": 0.12}
DECODE_TARGETS = {"S1": 0.18, "S1n": 0.50, "S2": 0.40, "S3": 0.22, "S4": 0.50}

Compare = Callable[..., None]
any_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


@any_shape
def test_encode(shape: Shape, codec: str, compare: Compare) -> None:
    rows, documents = shape.rows(COUNT), shape.documents(COUNT)
    side = codec_for(shape.document_class, STANDARD)

    def encode() -> list[bytes]:
        side.validate_many(documents)
        return side.encode_many(documents, [ObjectId() for _ in documents])

    compare(
        encode,
        lambda: [bson.encode(row, codec_options=STANDARD) for row in rows],
        table="validated documents -> bytes with a new _id, vs a loop of bson.encode(dict)",
        row=codec,
        column=shape.name,
        target=ENCODE_TARGETS[shape.name] if codec == "native" else None,
    )


@any_shape
def test_decode(shape: Shape, codec: str, compare: Compare) -> None:
    batch = b"".join(
        bson.encode({"_id": ObjectId(), **row}, codec_options=STANDARD) for row in shape.rows(COUNT)
    )
    side = codec_for(shape.document_class, STANDARD)
    compare(
        lambda: side.decode_many(batch),
        lambda: bson.decode_all(batch, STANDARD),
        table="bytes -> documents, vs bson.decode_all",
        row=codec,
        column=shape.name,
        target=DECODE_TARGETS[shape.name] if codec == "native" else None,
    )


@any_shape
def test_validate(shape: Shape, codec: str, compare: Compare) -> None:
    rows, documents = shape.rows(COUNT), shape.documents(COUNT)
    side = codec_for(shape.document_class, STANDARD)
    compare(
        lambda: side.validate_many(documents),
        lambda: [bson.encode(row, codec_options=STANDARD) for row in rows],
        table="validation, vs a loop of bson.encode(dict)",
        row=codec,
        column=shape.name,
        target=0.10 if codec == "native" else None,
    )
