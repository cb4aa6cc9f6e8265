"""Documents without a class: what PyMongo makes of them, from both codecs."""

from __future__ import annotations

import copy
import gc
import pickle
from collections import OrderedDict
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import bson
import pytest
from bson import Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion

from aiomotorengine import codec
from aiomotorengine.codec import decoder_of
from tests.fuzz import mutations

pytestmark = pytest.mark.usefixtures("codec")

OPTIONS: dict[str, CodecOptions[Any]] = {
    "plain": CodecOptions(),
    "aware": CodecOptions(tz_aware=True),
    "UUIDs": CodecOptions(uuid_representation=UuidRepresentation.STANDARD),
    "any text": CodecOptions(unicode_decode_error_handler="replace"),
    "any date": CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO),
    "a class": CodecOptions(document_class=OrderedDict),
}

REPLY: dict[str, Any] = {
    "lastErrorObject": {"n": 1, "updatedExisting": True},
    "cursor": {"id": Int64(1 << 40), "ns": "a.b", "firstBatch": []},
    "ok": 1.0,
    "electionId": ObjectId("0123456789abcdef01234567"),
    "opTime": {"ts": Timestamp(1, 2), "t": Int64(1)},
    "$clusterTime": {
        "clusterTime": Timestamp(2**32 - 1, 2**32 - 1),
        "signature": {"hash": b"\0" * 20, "keyId": Int64(0)},
    },
    "operationTime": Timestamp(0, 0),
}
VALUES: dict[str, Any] = {
    "größe": [1, 2.5, None, {"x": {}}],
    "at": datetime(2026, 1, 2, 3, 4, 5, 678000),
    "uuid": Binary(UUID(int=7).bytes, 4),
    "bytes": Binary(b"ab", 128),
    "reference": DBRef("things", 1),
    "pattern": Regex("a.b", "im"),
    "scoped": Code("f()", {"x": 1}),
    "decimal": Decimal128("1.5"),
    "ends": [MinKey(), MaxKey()],
    "texts": ["a\0b", "", "é" * 300],
}
DOCUMENTS = {"reply": REPLY, "values": VALUES, "empty": {}}


def outcome(decode: Any, raw: bytes, *options: Any) -> Any:
    try:
        return shown(decode(raw, *options))
    except Exception as error:
        return type(error), str(error)


def shown(value: Any) -> Any:
    """A value with the types of all that is in it, and keys in their order."""
    if isinstance(value, dict):
        return type(value), [(key, shown(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return type(value), [shown(inner) for inner in value]
    return type(value), repr(value)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_decoded_as_by_pymongo(
    document: dict[str, Any], options: CodecOptions[Any]
) -> None:
    raw = bson.encode(document)
    assert outcome(decoder_of(options), raw) == outcome(bson.decode, raw, options)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_damage_is_refused_as_by_pymongo(options: CodecOptions[Any]) -> None:
    decode = decoder_of(options)
    for document in (REPLY, VALUES):
        for raw in mutations(bson.encode(document), Random(5), 1_000):
            assert outcome(decode, raw) == outcome(bson.decode, raw, options)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_pymongo_hands_it_whole_documents(options: CodecOptions[Any]) -> None:
    handing = options.with_options(document_class=decoder_of(options))
    for document in (REPLY, VALUES, {"long": "x" * 10_000}):
        raw = bson.encode(document)
        assert shown(bson.decode(raw, handing)) == shown(bson.decode(raw, options))
        assert shown(bson.decode_all(raw * 2, handing)) == shown(bson.decode_all(raw * 2, options))


def test_text_that_is_no_utf_8_is_read_as_the_options_say() -> None:
    raw = bson.encode({"errmsg": "a?b", "ok": 0.0}).replace(b"a?b", b"a\xffb")
    assert decoder_of(OPTIONS["any text"])(raw) == {"errmsg": "a\ufffdb", "ok": 0.0}
    with pytest.raises(bson.InvalidBSON):
        decoder_of(OPTIONS["plain"])(raw)


def test_a_date_that_python_does_not_know_is_read_as_the_options_say() -> None:
    raw = bson.encode({"at": datetime(2026, 1, 2, tzinfo=UTC)})
    raw = raw[:-9] + (1 << 60).to_bytes(8, "little") + b"\0"
    assert decoder_of(OPTIONS["any date"])(raw) == {"at": bson.DatetimeMS(1 << 60)}
    with pytest.raises(bson.InvalidBSON):
        decoder_of(OPTIONS["plain"])(raw)


def test_timestamps_are_whole_objects() -> None:
    stamps = [Timestamp(0, 0), Timestamp(5, 7), Timestamp(2**32 - 1, 2**32 - 1)]
    found = decoder_of(OPTIONS["plain"])(bson.encode({"stamps": stamps}))["stamps"]
    for stamp, expected in zip(found, stamps, strict=True):
        assert type(stamp) is Timestamp and stamp == expected and hash(stamp) == hash(expected)
        assert (stamp.time, stamp.inc) == (expected.time, expected.inc)
        assert copy.deepcopy(stamp) == pickle.loads(pickle.dumps(stamp)) == expected
        assert bson.encode({"": stamp}) == bson.encode({"": expected})


def test_a_decoder_lets_go_of_its_options() -> None:
    class Kept(dict[str, Any]):
        pass

    def made() -> int:
        return sum(isinstance(it, type) and it.__name__ == "Kept" for it in gc.get_objects())

    decode = codec._side.compile_decoder(CodecOptions(document_class=Kept))
    Kept.decode = decode  # type: ignore[attr-defined]  # a circle
    before = made()
    del decode, Kept
    gc.collect()
    assert made() == before - 1
