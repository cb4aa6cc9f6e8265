"""The three laws as functions, and ``agree``, which holds a codec to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine.codec import Codec, DocumentError, codec_for
from tests.zoo.compare import outcome, snapshot

__all__ = [
    "STANDARD",
    "agree",
    "each",
    "encodable",
    "ids_for",
    "read",
    "read_one",
    "validate",
    "write",
]

STANDARD: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)


def ids_for(documents: Sequence[Any]) -> list[ObjectId]:
    return list(so_many_ids(len(documents)))


@cache
def so_many_ids(count: int) -> tuple[ObjectId, ...]:
    random = Random(count)
    return tuple(ObjectId(random.randbytes(12)) for _ in range(count))


def each(work: Callable[..., Any], *columns: Sequence[Any]) -> list[Any]:
    """The results of all rows; an error says which row it was, as a codec's does."""
    results = []
    for index, row in enumerate(zip(*columns, strict=True)):
        try:
            results.append(work(*row))
        except Exception as error:
            raise DocumentError(index) from error
    return results


def write(documents: Sequence[Any], ids: Sequence[Any], options: CodecOptions[Any]) -> list[bytes]:
    return each(
        lambda document, key: bson.encode({"_id": key, **document.to_son()}, codec_options=options),
        documents,
        ids,
    )


def read(document_class: Any, batch: Sequence[bytes], options: CodecOptions[Any]) -> list[Any]:
    return each(lambda raw: document_class.from_son(bson.decode(raw, codec_options=options)), batch)


def read_one(codec: Codec, raw: bytes) -> list[Any]:
    """What a codec makes of the bytes of one document; what is wrong with it is raised as it is."""
    try:
        return codec.decode_many(raw)
    except DocumentError as refused:
        reason = refused.__cause__
        if reason is None or refused.index:
            raise
    raise reason


def agree(document_class: Any, documents: Sequence[Any], options: CodecOptions[Any]) -> None:
    """Hold a codec to all three laws, for documents of one class."""
    codec = codec_for(document_class, options)
    ids = ids_for(documents)
    for document in documents:
        outcome(document.to_son)  # the first reading fixes what a date that stamps itself is
    encoded = outcome(codec.encode_many, documents, ids)
    validated = outcome(codec.validate_many, documents)
    before = snapshot(documents)  # for which values move to the ``__dict__``: both places count

    written = outcome(write, documents, ids, options)
    assert encoded == written
    assert outcome(codec.encode_many, documents, ids) == written
    assert validated == outcome(validate, documents)
    assert outcome(codec.validate_many, documents) == validated
    assert snapshot(documents) == before

    kind, result = written
    if kind == "returned":
        raws = [raw for _, raw in result[1]]
    else:
        raws = encodable(documents, ids, options)
    assert outcome(codec.decode_many, b"".join(raws)) == outcome(
        read, document_class, raws, options
    )


def validate(documents: Sequence[Any]) -> bool:
    for index, document in enumerate(documents):
        try:
            if not document.validate():
                return False
        except Exception as error:
            raise DocumentError(index) from error
    return True


def encodable(
    documents: Sequence[Any], ids: Sequence[Any], options: CodecOptions[Any]
) -> list[bytes]:
    raws = []
    for document, key in zip(documents, ids, strict=True):
        kind, result = outcome(write, [document], [key], options)
        if kind == "returned":
            raws.append(result[1][0][1])
    return raws
