"""The documents that were rejected: entries as they were given, though kept as plain values."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Decimal128, ObjectId, UuidRepresentation
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry

from aiomotorengine.bulk import RejectedDocument, RejectedDocuments

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


def test_values_of_decoders_that_know_no_way_back_are_kept() -> None:
    class Money(TypeDecoder):
        bson_type = Decimal128

        def transform_bson(self, value: Any) -> Any:
            return value.to_decimal()

    rejected = RejectedDocuments(CodecOptions(type_registry=TypeRegistry([Money()])))
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


def test_the_collector_has_nothing_to_look_at() -> None:
    rejected = RejectedDocuments()
    gc.collect()
    before = len(gc.get_objects())
    for number in range(1000):
        rejected.append(entry_of(ObjectId(), number))
    gc.collect()  # which is when it finds that tuples of plain values need no looking at
    assert len(gc.get_objects()) - before < 100
