"""Values become documents and the documents bytes, against a loop of ``bson.encode(dict)``.

The dicts are there already; letting go of the documents is measured as well.
"""

from __future__ import annotations

from collections.abc import Callable

import bson

from benches.codecs import STANDARD, any_shape, codec_and_ids
from benches.peers import builder
from tests.zoo.shapes import Shape

COUNT = 4_000
ROUNDS = {"native": 5, "python": 3}
TARGETS = {"S1": 0.28, "S1n": 0.55, "S2": 1.2, "S3": 0.50, "S4": 0.60}


@any_shape
def test_build(shape: Shape, codec: str, compare: Callable[..., float]) -> None:
    values, rows = shape.values(COUNT), shape.rows(COUNT)
    build = builder(shape.document_class)
    side, new_ids = codec_and_ids(codec, shape.document_class)

    def documents_to_bytes() -> list[bytes]:
        documents = [build(row) for row in values]
        return side.encode_many(documents, new_ids(COUNT), validate=True)

    compare(
        documents_to_bytes,
        lambda: [bson.encode(row, codec_options=STANDARD) for row in rows],
        table=f"build: values → {COUNT:,} validated documents → bytes, vs `bson.encode(dict)`",
        row=codec,
        column=shape.name,
        target=TARGETS[shape.name] if codec == "native" else None,
        rounds=ROUNDS[codec],
    )
