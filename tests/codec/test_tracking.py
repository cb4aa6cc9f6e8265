"""Both codecs remember the same of what was stored, for all animals of the zoo."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import codec
from aiomotorengine.codec import codec_for
from aiomotorengine.storage.snapshots import Snapshot, own_snapshot
from tests.codec.laws import STANDARD
from tests.zoo.compare import snapshot
from tests.zoo.shapes import SHAPES, Shape

pytestmark = pytest.mark.usefixtures("codec")

COUNT = 20


def tracked(document_class: Any) -> Any:
    return type(document_class)("Tracked", (document_class,), {"__track_changes__": True})


def encoded(shape: Shape) -> list[bytes]:
    documents = shape.documents(COUNT)
    ids = codec.new_object_ids(COUNT)
    return codec_for(shape.document_class, STANDARD).encode_many(documents, ids)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_documents_are_those_of_the_class_and_remember_their_bytes(shape: Shape) -> None:
    kind = tracked(shape.document_class)
    raws = encoded(shape)
    batch = b"".join(raws)
    documents = codec_for(kind, STANDARD).decode_many(batch)
    others = codec_for(shape.document_class, STANDARD).decode_many(batch)
    for raw, document, other in zip(raws, documents, others, strict=True):
        assert type(document._is_persisted) is Snapshot
        own = own_snapshot(document)
        assert own is not None
        assert own.raw == raw
        assert not document.is_changed()
        assert snapshot(document, whole=False)[1] == snapshot(other, whole=False)[1]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_offsets_point_into_a_reply(shape: Shape) -> None:
    kind = tracked(shape.document_class)
    raws = encoded(shape)
    offsets, reply = [], b"head"
    for raw in raws:
        offsets.append(len(reply))
        reply += raw + b"between"
    documents = codec_for(kind, STANDARD).decode_many(reply, offsets)
    assert len({id(document._is_persisted) for document in documents}) == 1
    for raw, document in reversed(list(zip(raws, documents, strict=True))):
        own = own_snapshot(document)
        assert own is not None
        assert own.raw == raw
