"""What it costs that changes are tracked: to read documents, and to ask what has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiomotorengine import codec as codec_api
from aiomotorengine.codec import codec_for
from benches.codecs import AGAIN, STANDARD, again, any_shape, batch_of, decoding, watch
from tests.zoo.shapes import Shape

COUNT = 100
ROUNDS = {"native": 15, "python": 6}
TIMES = {"native": AGAIN, "python": AGAIN // 10}
DECODING = 1.05
ASKING = 3.0

Compare = Callable[..., float]


def tracked(document_class: Any) -> Any:
    """The same class, whose documents remember what was stored."""
    return type(document_class)(
        document_class.__name__, (document_class,), {"__track_changes__": True}
    )


@any_shape
@pytest.mark.usefixtures("without_collector")
def test_decoding(shape: Shape, codec: str, compare: Compare) -> None:
    batch = batch_of(shape, COUNT)
    compare(
        again(decoding(codec, tracked(shape.document_class), batch), TIMES[codec]),
        again(decoding(codec, shape.document_class, batch), TIMES[codec]),
        table=f"decode: {COUNT} documents of a class whose changes are tracked, vs another",
        row=codec,
        column=shape.name,
        target=DECODING,
        rounds=ROUNDS[codec],
        clock=watch,
    )


@any_shape
@pytest.mark.usefixtures("without_collector")
def test_asking(shape: Shape, codec: str, compare: Compare) -> None:
    """``is_changed`` of documents that have not, against encoding them once."""
    kind = tracked(shape.document_class)
    with codec_api.use(codec):
        codec_of_kind = codec_for(kind, STANDARD)
        documents = codec_of_kind.decode_many(batch_of(shape, COUNT))
        ids = [document._id for document in documents]

        def ask() -> None:
            for document in documents:
                document.is_changed()

        def encode() -> None:
            for document, id in zip(documents, ids, strict=True):
                codec_of_kind.encode_many([document], [id])

        compare(
            again(ask, 20),
            again(encode, 20),
            table="`is_changed()` of a document, vs encoding it",
            row=codec,
            column=shape.name,
            target=ASKING,
            rounds=ROUNDS[codec],
            clock=watch,
        )
