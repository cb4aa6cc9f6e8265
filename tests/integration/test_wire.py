"""What PyMongo does with the bytes that go in and come out: held in place, and on made bytes.

The first tests pin what the library relies on and PyMongo does not document. When a new version of
PyMongo breaks one of them, its message says what has to change.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import bson
import pytest
from bson import ObjectId, Timestamp
from bson.codec_options import CodecOptions
from bson.errors import BSONError, InvalidBSON
from pymongo.errors import ProtocolError

from aiomotorengine import Document, IntField, StringField, codec
from aiomotorengine.codec import codec_for, pure
from aiomotorengine.codec.encoded_document import RAW_BSON_MARKER
from aiomotorengine.codec.reply import BATCHES
from aiomotorengine.wire.replies import Batch, ReplyDecoder
from tests.fuzz import mutations

pytestmark = pytest.mark.usefixtures("codec")

OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=False)


class Row(Document):
    n = IntField()
    word = StringField()


def encoded(raw: bytes) -> Any:
    """A document as the driver gets it."""
    [document] = codec.wrap_many([raw])
    return document


# -- what is relied on ---------------------------------------------------------------------------


def test_pymongo_still_copies_the_bytes_of_marked_documents() -> None:
    raw = bson.encode({"_id": 1, "the bytes": True})
    document = encoded(raw)
    changed = (
        "PyMongo no longer copies the bytes of a type with _type_marker 101: "
        "EncodedDocument has to become a RawBSONDocument"
    )
    assert bson.encode(document) == raw, changed
    assert bson.encode({"documents": [document]}) == bson.encode(
        {"documents": [{"_id": 1, "the bytes": True}]}
    ), changed


def test_pymongo_still_makes_marked_document_classes_from_whole_replies() -> None:
    made: list[Any] = []

    class Spy:
        _type_marker = RAW_BSON_MARKER

        def __new__(cls, raw: bytes, codec_options: Any) -> Any:  # type: ignore[misc]
            made.append((bytes(raw), codec_options))
            return {"made": True}

    raw = bson.encode({"cursor": {"firstBatch": [{"a": 1}], "id": 0}, "ok": 1.0})
    options: CodecOptions[Any] = CodecOptions(document_class=Spy)
    result = bson.decode(raw, options)
    assert [result, made] == [{"made": True}, [(raw, options)]], (
        "PyMongo no longer calls a document class with _type_marker 101 once for a whole reply: "
        "replies.ReplyDecoder has to read dicts, or to find another way to the bytes"
    )


# -- encoded documents ---------------------------------------------------------------------------


def test_an_encoded_document_reads_as_the_mapping_it_holds() -> None:
    stored = {"_id": 5, "a": 1, "b": {"c": [2]}}
    document = encoded(bson.encode(stored))
    assert dict(document) == stored
    assert list(document) == list(stored)
    assert len(document) == 3
    assert document["_id"] == 5
    assert "_id" in document
    assert "a" in document
    assert "x" not in document
    assert document.get("x", "none") == "none"
    assert document == stored
    assert repr(document) == f"<{len(bson.encode(stored))} bytes of BSON, _id 5>"


def test_an_encoded_document_cannot_be_changed() -> None:
    document = encoded(bson.encode({"_id": 5}))
    with pytest.raises(TypeError, match="cannot be changed"):
        document["a"] = 1
    with pytest.raises(TypeError, match="cannot be changed"):
        del document["_id"]


# -- replies -------------------------------------------------------------------------------------

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": ObjectId(), "n": 1, "word": "a"},
    {"_id": 2, "deep": {"firstBatch": [{"x": 1}]}},
    {},
    {"word": "x" * 1000, "none": None, "firstBatch": [1, 2]},
]


def reply(documents: list[dict[str, Any]], key: str = "firstBatch", **more: Any) -> bytes:
    """A reply of the server to find or getMore."""
    return bson.encode({"cursor": {key: documents, "id": 0, "ns": "db.c"}, "ok": 1.0, **more})


def read(raw: bytes) -> Any:
    """The reply as the driver's cursor gets it."""
    return bson.decode(raw, OPTIONS.with_options(document_class=ReplyDecoder(OPTIONS)))


@pytest.mark.parametrize("key", [key.decode() for key in BATCHES])
def test_a_batch_arrives_as_the_bytes_of_its_documents(key: str) -> None:
    found = read(reply(DOCUMENTS, key))
    batch = found["cursor"][key]
    assert len(batch) == len(DOCUMENTS)
    (only,) = list(batch)
    assert isinstance(only, Batch)
    expected = [bson.encode(document) for document in DOCUMENTS]
    assert documents_at(only.reply, only.offsets) == expected
    assert (found["cursor"]["id"], found["cursor"]["ns"], found["ok"]) == (0, "db.c", 1.0)


def test_an_empty_batch_is_an_empty_list() -> None:
    assert read(reply([]))["cursor"]["firstBatch"] == []


def test_what_else_is_in_a_reply_is_decoded_as_ever() -> None:
    more = {
        "$clusterTime": {"clusterTime": Timestamp(1, 2), "signature": {"hash": b"x", "keyId": 1}},
        "operationTime": Timestamp(1, 2),
        "at": datetime(2020, 1, 1),
    }
    raw = reply(DOCUMENTS, **more)
    expected = bson.decode(raw)
    found = read(raw)
    assert found.keys() == expected.keys()
    assert {key: found[key] for key in more} == {key: expected[key] for key in more}


@pytest.mark.parametrize("first", [{}, {"a": 1}, {"s": "x"}, {"t": True}, {"i": 2**40}, {"d": {}}])
def test_the_batch_is_found_behind_other_elements(first: dict[str, Any]) -> None:
    raw = bson.encode({**first, "cursor": {**first, "nextBatch": DOCUMENTS, "id": 7}, "ok": 1.0})
    found = read(raw)
    assert len(found["cursor"]["nextBatch"]) == len(DOCUMENTS)
    assert found["cursor"]["id"] == 7


@pytest.mark.parametrize(
    "other",
    [
        {"ok": 0.0, "errmsg": "no", "code": 2, "codeName": "BadValue"},
        {},
        {"cursor": 5},
        {"cursor": {}},
        {"cursor": {"id": 0}},
        {"cursor": {"firstBatch": 5}},
        {"cursor": {"firstBatch": {"a": 1}}},
        {"firstBatch": [{"a": 1}]},
        {"deep": {"cursor": {"firstBatch": [{"a": 1}]}}},
    ],
    ids=str,
)
def test_a_reply_of_another_form_is_decoded_whole(other: dict[str, Any]) -> None:
    raw = bson.encode(other)
    assert codec.cut_reply(raw) is None
    assert read(raw) == other


@pytest.mark.parametrize(
    "other",
    [
        {"ok": 1.0},
        {"ok": 1, "cursor": 5},
        {"ok": 1.0, "cursor": {"id": 0}},
        {"ok": True, "cursor": {"firstBatch": "", "id": 0}},
        {"ok": 1.0, "cursor": {"firstBatch": {}, "id": 0}},
    ],
    ids=str,
)
def test_a_reply_that_is_content_and_has_no_batch_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        read(bson.encode(other))


def test_a_reply_is_decoded_with_the_options_of_the_collection() -> None:
    raw = reply([], at=datetime(2020, 1, 1))
    options: CodecOptions[Any] = CodecOptions(tz_aware=True)
    served = options.with_options(document_class=ReplyDecoder(options))
    assert bson.decode(raw, served)["at"] == datetime(2020, 1, 1, tzinfo=UTC)


def test_a_batch_shows_its_size() -> None:
    assert repr(Batch(b"abc", [0, 2])) == "<2 documents in 3 bytes>"


# -- replies that make no sense ------------------------------------------------------------------
# Whatever arrives, the answer is a dict or InvalidBSON: no other error, and no byte beyond the end.


def documents_of(raw: bytes) -> Any:
    """A reply as far as the library would take it: its batch decoded, too."""
    found = read(raw)
    cursor = found.get("cursor") if isinstance(found, Mapping) else None
    if isinstance(cursor, Mapping):
        for key in BATCHES:
            for batch in cursor.get(key.decode(), None) or ():
                if isinstance(batch, Batch):
                    codec_for(Row, OPTIONS).decode_many(batch.reply, batch.offsets)
    return found


def test_a_reply_cut_off_anywhere_is_invalid() -> None:
    raw = reply(DOCUMENTS)
    for end in range(len(raw)):
        with pytest.raises(InvalidBSON):
            documents_of(raw[:end])


def test_a_reply_with_more_behind_it_is_invalid() -> None:
    raw = reply(DOCUMENTS)
    for more in (b"\0", raw):
        with pytest.raises(InvalidBSON):
            ReplyDecoder(OPTIONS)(raw + more, OPTIONS)


LENGTHS = [-(2**31), -1, 0, 1, 4, 5, 2**16, 2**31 - 1]


def positions_of_lengths(raw: bytes) -> Iterator[int]:
    """Where the lengths around and in the batch of a reply stand."""
    array = raw.index(b"\x04firstBatch\0") + len(b"\x04firstBatch\0")
    yield 0
    yield raw.index(b"\x03cursor\0") + len(b"\x03cursor\0")
    yield array
    position = array + 4
    for document in DOCUMENTS:
        position = raw.index(b"\0", position + 1) + 1
        yield position
        position += len(bson.encode(document))


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_that_is_not_true_is_invalid(length: int) -> None:
    raw = reply(DOCUMENTS)
    positions = list(positions_of_lengths(raw))
    assert len(positions) == 3 + len(DOCUMENTS)
    for position in positions:
        (true,) = struct.unpack_from("<i", raw, position)
        for wrong in {length, true + 1, true - 1} - {true}:
            changed = raw[:position] + struct.pack("<i", wrong) + raw[position + 4 :]
            with pytest.raises(InvalidBSON):
                documents_of(changed)


@pytest.mark.parametrize("type_byte", [0x01, 0x02, 0x04, 0x07, 0x0A, 0x10, 0x7F, 0xFF, 0x00])
def test_a_batch_that_holds_no_document_is_invalid(type_byte: int) -> None:
    raw = reply([{"a": 1}])
    position = raw.index(b"\x030\0")
    changed = raw[:position] + bytes([type_byte]) + raw[position + 1 :]
    with pytest.raises(BSONError):
        documents_of(changed)


@pytest.mark.parametrize(
    "array",
    [
        b"\x05\0\0\0\0",
        bson.encode({"0": {}}),
        bson.encode({"0": {"a": 1}, "1": {"b": 2}}),
        bson.encode({"a long key": {"a": 1}}),
    ],
)
def test_arrays_of_documents_are_cut(array: bytes) -> None:
    expected = [bson.encode(value) for value in bson.decode(array).values()]
    raw = around(array)
    cut = codec.cut_reply(raw)
    assert cut is not None
    rest, key, places = cut
    assert (bson.decode(rest), key) == ({"cursor": {}}, "nextBatch")
    assert documents_at(raw, places) == expected


@pytest.mark.parametrize(
    "array",
    [
        bson.encode({"0": 5}),
        bson.encode({"0": {"a": 1}, "1": "text"}),
        b"\x0b\0\0\0\x030no end",
        b"\x08\0\0\0\x030\0\0",
        b"\x0d\0\0\0\x030\0\x06\0\0\0\0\0",
        b"\x0d\0\0\0\x030\0\x05\0\0\0\1\0",
    ],
)
def test_arrays_of_anything_else_are_invalid(array: bytes) -> None:
    with pytest.raises(InvalidBSON):
        codec.cut_reply(around(array))


@pytest.mark.parametrize("others", [{}, {"lastErrorObject": {"n": 1}, "text": "value"}], ids=str)
def test_the_document_that_was_found_is_cut_out(others: dict[str, Any]) -> None:
    document = {"_id": 1, "value": {"a": [1, 2]}}
    raw = bson.encode({**others, "value": document, "ok": 1.0})
    cut = codec.cut_found(raw)
    assert cut is not None
    rest, place = cut
    assert bson.decode(rest) == {**others, "ok": 1.0}
    assert documents_at(raw, [place]) == [bson.encode(document)]


@pytest.mark.parametrize(
    "other", [{}, {"value": None}, {"value": 5}, {"value": []}, {"deep": {"value": {}}}], ids=str
)
def test_of_a_reply_without_a_document_nothing_is_cut(other: dict[str, Any]) -> None:
    assert codec.cut_found(bson.encode(other)) is None


def test_damaged_replies_are_cut_alike_by_both() -> None:
    raw = bson.encode({"lastErrorObject": {"n": 1}, "value": {"_id": ObjectId()}, "ok": 1.0})
    damaged = [raw[:end] for end in range(len(raw))] + list(mutations(raw, Random(5), 2_000))
    for one in damaged:
        assert tried(codec.cut_found, one) == tried(pure.cut_found, one), one


def tried(cut: Any, raw: bytes) -> Any:
    """What it returns, or which error it raises."""
    try:
        return cut(raw)
    except Exception as error:
        return type(error), str(error)


def documents_at(raw: bytes, places: Sequence[int]) -> list[bytes]:
    return [raw[place : place + struct.unpack_from("<i", raw, place)[0]] for place in places]


def around(array: bytes) -> bytes:
    """A reply that has these bytes for its batch."""
    raw = bson.encode({"cursor": {"nextBatch": []}})
    return (
        struct.pack("<i", len(raw) - 5 + len(array))
        + raw[4:12]
        + struct.pack("<i", len(raw) - 5 + len(array) - 13)
        + raw[16 : raw.index(b"nextBatch\0") + 10]
        + array
        + b"\0\0"
    )
