"""The documents that were rejected: entries as they were given, though kept as plain values."""

from __future__ import annotations

import gc
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, ObjectId, UuidRepresentation
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry

from aiomotorengine.bulk import RejectedDocument, RejectedDocuments
from aiomotorengine.bulk.rejected import ENTRIES_PER_PIECE, WriteErrors

MOMENT = datetime(2026, 1, 2, 3, 4, 5)
UNIQUE = UUID(int=7)


def entry_of(value: Any, number: int = 3) -> RejectedDocument:
    return RejectedDocument(number, 11000, "twice", {"n": 1, "m.a": -1}, {"n": value})


@pytest.mark.parametrize(
    ("options", "value"),
    [
        (CodecOptions(), ObjectId()),
        (CodecOptions(), {"deep": [1, None, "a", 2.5, {"b": True}]}),
        (CodecOptions(), MOMENT),
        (CodecOptions(tz_aware=True), MOMENT.replace(tzinfo=UTC)),
        (CodecOptions(uuid_representation=UuidRepresentation.STANDARD), UNIQUE),
        (CodecOptions(uuid_representation=UuidRepresentation.PYTHON_LEGACY), UNIQUE),
        (CodecOptions(), Binary(b"abc", 4)),
        (CodecOptions(document_class=dict), "text"),
    ],
)
def test_an_entry_comes_out_as_it_went_in(options: CodecOptions[Any], value: Any) -> None:
    rejected = RejectedDocuments(options)
    rejected.append(entry_of(value))
    assert rejected[0] == entry_of(value)
    assert type(rejected[0].key_value["n"]) is type(value)  # type: ignore[index]


class Surprising(TypeDecoder):
    """A decoder of the caller's, for all numbers."""

    bson_type = int

    def transform_bson(self, value: Any) -> Any:
        raise ValueError(f"{value} is none of mine")


def test_decoders_of_the_callers_are_not_asked() -> None:
    # The driver does not ask them for its answers, and the error must not depend on them.
    rejected = RejectedDocuments(CodecOptions(type_registry=TypeRegistry([Surprising()])))
    rejected.extend([rejected.pack(3, answer_of(11000, keyPattern={"n": 1}, keyValue={"n": 5}))])
    assert rejected[0].key_value == {"n": 5}
    assert "'keyValue': {'n': 5}" in repr(WriteErrors(rejected))
    assert pickle.loads(pickle.dumps(rejected)) == rejected


def test_what_cannot_be_encoded_is_kept() -> None:
    rejected = RejectedDocuments()
    rejected.append(entry_of(Decimal("1.5")))
    assert rejected[0].key_value == {"n": Decimal("1.5")}


def test_what_has_no_keys_says_none() -> None:
    rejected = RejectedDocuments()
    rejected.append(RejectedDocument(1, None, "no"))
    assert (rejected[0].key_pattern, rejected[0].key_value) == (None, None)


def test_they_are_read_as_a_list_is() -> None:
    rejected = RejectedDocuments()
    assert not rejected
    entries = [entry_of(number, number) for number in range(4)]
    for entry in entries:
        rejected.append(entry)
    assert rejected == entries
    assert rejected != entries[1:]
    assert list(rejected) == entries
    assert rejected[-1] == entries[3]
    assert rejected[1:3] == entries[1:3]
    assert entries[2] in rejected
    assert repr(rejected) == repr(entries)
    with pytest.raises(IndexError):
        rejected[4]


def test_they_are_found_in_all_pieces() -> None:
    rejected = RejectedDocuments()
    count = 2 * ENTRIES_PER_PIECE + 7
    for number in range(count):
        rejected.append(entry_of(number, number))
    assert len(rejected) == count
    assert [entry.number for entry in rejected] == list(range(count))
    edge = ENTRIES_PER_PIECE
    assert [entry.number for entry in rejected[edge - 1 : edge + 2]] == [edge - 1, edge, edge + 1]
    assert rejected[-1].key_value == {"n": count - 1}
    assert rejected[-count].number == 0
    with pytest.raises(IndexError):
        rejected[count]


def test_the_collector_has_nothing_to_look_at() -> None:
    rejected = RejectedDocuments()
    gc.collect()
    before = len(gc.get_objects())
    for number in range(20 * ENTRIES_PER_PIECE):
        rejected.append(entry_of(ObjectId(), number))
    gc.collect()  # which is when it finds that tuples of plain values need no looking at,
    gc.collect()  # and that tuples of those need none
    assert len(gc.get_objects()) - before < 100
    assert not any(map(gc.is_tracked, rejected._pieces))


# -- as an error has them --------------------------------------------------------------------------


def answer_of(code: int, **others: Any) -> dict[str, Any]:
    return {"index": 0, "code": code, "errmsg": f"no {code}", "op": {"n": 1}, **others}


def answers() -> RejectedDocuments:
    rejected = RejectedDocuments()
    rejected.extend([rejected.pack(8, answer_of(11000, keyPattern={"n": 1}, keyValue={"n": 5}))])
    rejected.append(RejectedDocument(4, None, "not asked"))
    rejected.extend([rejected.pack(2, answer_of(121, errInfo={"details": {"why": ["a", "b"]}}))])
    return rejected


SAID = [
    {
        "index": 2,
        "code": 121,
        "errmsg": "no 121",
        "errInfo": {"details": {"why": ["a", "b"]}},
    },
    {
        "index": 8,
        "code": 11000,
        "errmsg": "no 11000",
        "keyPattern": {"n": 1},
        "keyValue": {"n": 5},
    },
]


def test_what_the_server_said_comes_in_the_order_of_numbers_without_the_document() -> None:
    errors = WriteErrors(answers())
    assert errors == SAID
    assert errors != SAID[:1]
    assert (len(errors), errors[0], errors[-1], errors[:1]) == (2, SAID[0], SAID[1], SAID[:1])
    assert [entry["index"] for entry in errors] == [2, 8]
    assert SAID[1] in errors


def test_they_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(WriteErrors(answers()))) == SAID


def test_the_text_of_an_error_has_a_few_of_them() -> None:
    rejected = RejectedDocuments()
    rejected.extend([rejected.pack(0, answer_of(1))])
    assert repr(WriteErrors(rejected)) == "[{'index': 0, 'code': 1, 'errmsg': 'no 1'}]"
    for number in range(1, 2000):
        rejected.extend([rejected.pack(number, answer_of(1))])
    text = repr(WriteErrors(rejected))
    assert text.startswith("[{'index': 0, 'code': 1, 'errmsg': 'no 1'}, {'index': 1,")
    assert text.endswith("}, and 1,997 more]")


@pytest.mark.parametrize("pattern", [7, {"n": []}, {"n": {}}, [1]])
def test_a_server_may_name_keys_that_are_none(pattern: Any) -> None:
    rejected = RejectedDocuments()
    rejected.extend([rejected.pack(1, answer_of(11000, keyPattern=pattern, keyValue=pattern))])
    assert rejected[0].key_pattern == pattern
    assert WriteErrors(rejected)[0]["keyValue"] == pattern


def test_the_patterns_of_many_are_read_once_for_each_that_is_different() -> None:
    rejected = RejectedDocuments()
    given = [{"n": 1}, {"m": 1}, None, {"n": 1}, 7]
    kept = [rejected.pack(at, answer_of(11000, keyPattern=it)) for at, it in enumerate(given)]
    found = rejected.key_patterns(kept)
    assert found == given
    assert found[0] is found[3]
